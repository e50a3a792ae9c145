import { describe, expect, it } from "vitest";
import { type ApplicationOptions, applyPlan, recordNamespaceOf } from "../../src/apply/application.ts";
import { leaseName } from "../../src/apply/lease.ts";
import { makePlan } from "../../src/apply/plan.ts";
import { plannedObjects } from "../../src/apply/plan-model.ts";
import { recordOf } from "../../src/apply/record.ts";
import type { RunResult } from "../../src/apply/run-model.ts";
import { idlePatterns, partOf } from "../../src/apply/select.ts";
import { durationText, readDuration } from "../../src/apply/duration.ts";
import { ClusterError } from "../../src/model/cluster.ts";
import { label } from "../../src/model/resource.ts";
import { type Mapping, valueAt } from "../../src/model/value.ts";
import { servedKind } from "../support/fake-cluster.ts";
import { graphOf } from "../support/graph.ts";
import { StagedCluster } from "../support/staged-cluster.ts";

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const map = (name: string, home = "shop") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: home },
});
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s", namespace: "shop" },
  stringData: { password: "planted-value" },
};
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "d", namespace: "shop" },
};
const files = (...objects: readonly object[]): string =>
  objects.map((object) => JSON.stringify(object)).join("\n---\n");

const planOf = (cluster: StagedCluster, ...objects: readonly object[]) =>
  makePlan(cluster, graphOf(files(...objects)), { findings: [], force: false });

interface Applied {
  readonly result: RunResult;
  readonly notices: readonly string[];
  readonly record: Mapping | null;
  readonly lease: Mapping | null;
}

async function applied(
  cluster: StagedCluster,
  objects: readonly object[],
  more: Partial<ApplicationOptions> = {},
): Promise<Applied> {
  const plan = await planOf(cluster, ...objects);
  cluster.calls.length = 0;
  const notices: string[] = [];
  const home = more.namespace ?? "knative-serving";
  const result = await applyPlan(cluster, cluster, plan, {
    dryRun: false,
    force: false,
    wait: true,
    timeout: 5000,
    recheck: false,
    signal: new AbortController().signal,
    onEvent: () => {},
    namespace: home,
    holder: "anna",
    revision: "1a2b3c",
    version: "1.2.3",
    onNotice: (message) => notices.push(message),
    ...more,
  });
  cluster.before = () => {};
  return {
    result,
    notices,
    record: await cluster.get(servedKind("v1 ConfigMap"), home, "meshlint-test"),
    lease: await cluster.get(servedKind("coordination.k8s.io/v1 Lease"), home, leaseName),
  };
}

const serving = () => new StagedCluster({ objects: [namespace("knative-serving"), namespace("shop")] });

describe("an application", () => {
  it("takes the lease before the first step, records, and gives the lease back", async () => {
    const cluster = serving();
    const { result, record, lease } = await applied(cluster, [map("a"), secret]);
    expect(result.state).toBe("done");
    expect(cluster.calls).toEqual([
      "create Lease",
      "apply ConfigMap meshlint-test",
      "apply ConfigMap a",
      "apply Secret s",
      "apply ConfigMap meshlint-test",
      "replace Lease",
    ]);
    expect(record?.data).toMatchObject({
      state: "done",
      revision: "1a2b3c",
      by: "anna",
      objects: "2",
      applied: "2",
      created: "2",
    });
    expect(JSON.stringify(record)).not.toContain("planted-value");
    expect(JSON.parse(String(valueAt(record ?? {}, ["data", "digests"])))).toEqual({
      "ConfigMap/shop/a": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(valueAt(lease ?? {}, ["spec", "holderIdentity"])).toBeUndefined();
  });

  it("takes the lease after the step that makes its namespace", async () => {
    const cluster = new StagedCluster();
    const { result } = await applied(cluster, [namespace("knative-serving"), namespace("shop"), map("a")]);
    expect(result.state).toBe("done");
    expect(cluster.calls.slice(0, 3)).toEqual([
      "apply Namespace knative-serving",
      "apply Namespace shop",
      "create Lease",
    ]);
  });

  it("writes nothing where there is no place for the lease", async () => {
    const cluster = new StagedCluster({ objects: [namespace("shop")] });
    const { result } = await applied(cluster, [map("a")]);
    expect(result).toMatchObject({ state: "stopped", applied: [] });
    expect(result.problems[0]?.message).toContain("there is no namespace knative-serving");
    expect(result.problems[0]?.advice).toContain("--record-namespace");
    expect(cluster.calls).toEqual([]);
  });

  it("writes nothing where the lease may not be written", async () => {
    const cluster = serving();
    cluster.before = (call) => {
      if (call.startsWith("create Lease")) throw new ClusterError("forbidden", "leases is forbidden");
    };
    const { result } = await applied(cluster, [map("a")]);
    expect(result).toMatchObject({ state: "stopped", applied: [] });
    expect(result.problems[0]?.advice).toContain("--record-namespace");
  });

  it("goes without a record where none can be written", async () => {
    const cluster = serving();
    cluster.before = (call) => {
      if (call === "apply ConfigMap meshlint-test") throw new ClusterError("forbidden", "not allowed");
    };
    const { result, notices } = await applied(cluster, [map("a")]);
    expect(result.state).toBe("done");
    expect(notices[0]).toContain("no record is kept: not allowed");
  });

  it("keeps neither lease nor record in a dry run", async () => {
    const cluster = serving();
    const { record, lease } = await applied(cluster, [map("a")], { dryRun: true });
    expect([record, lease]).toEqual([null, null]);
  });

  it("gives the lease back after an interruption, and records it", async () => {
    const stop = new AbortController();
    const { result, record, lease } = await applied(serving(), [map("a"), map("b")], {
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type === "applied") stop.abort();
      },
    });
    expect(result.state).toBe("aborted");
    expect(valueAt(record ?? {}, ["data", "state"])).toBe("aborted");
    expect(valueAt(lease ?? {}, ["spec", "holderIdentity"])).toBeUndefined();
  });

  it("stops when somebody else has the lease, and leaves that one alone", async () => {
    const cluster = serving();
    const kind = servedKind("coordination.k8s.io/v1 Lease");
    const { result, record, lease } = await applied(cluster, [map("a"), deployment], {
      leaseSeconds: 0.3,
      timeout: 20_000,
      onEvent: ({ type }) => {
        if (type !== "waiting") return;
        void cluster.get(kind, "knative-serving", leaseName).then((now) =>
          cluster.replace(kind, {
            ...now,
            spec: { holderIdentity: "ben", renewTime: new Date().toISOString() },
          }),
        );
      },
    });
    expect(result.state).toBe("stopped");
    expect(result.problems[0]?.message).toContain("ben holds Lease knative-serving/meshlint");
    expect(valueAt(record ?? {}, ["data", "state"])).toBe("applying");
    expect(valueAt(lease ?? {}, ["spec", "holderIdentity"])).toBe("ben");
  });

  it("is interrupted while it sees whether another run is alive", async () => {
    const cluster = serving();
    const stop = new AbortController();
    await cluster.create(servedKind("coordination.k8s.io/v1 Lease"), {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: leaseName, namespace: "knative-serving" },
      spec: { holderIdentity: "ben", renewTime: new Date().toISOString(), leaseDurationSeconds: 20 },
    });
    const { result, notices } = await applied(cluster, [map("a")], {
      signal: stop.signal,
      onNotice: () => stop.abort(),
    });
    expect(notices).toEqual([]);
    expect(result).toMatchObject({ state: "aborted", applied: [], problems: [] });
  });

  it("keeps its things with KnativeServing", () => {
    expect(recordNamespaceOf(graphOf(files(map("a"))))).toBe("knative-serving");
    const elsewhere = {
      apiVersion: "operator.knative.dev/v1beta1",
      kind: "KnativeServing",
      metadata: { name: "knative-serving", namespace: "serving" },
    };
    expect(recordNamespaceOf(graphOf(files(elsewhere)))).toBe("serving");
    const context = graphOf(files(map("a")), { context: files(elsewhere), live: true });
    expect(recordNamespaceOf(context)).toBe("serving");
  });

  it("gives records of sets whose names are no names of objects one of their own", async () => {
    const plan = await planOf(serving(), map("a"));
    const facts = {
      state: "done",
      revision: null,
      version: "1",
      holder: "anna",
      started: new Date(0),
      ended: null,
      applied: 0,
    } as const;
    const nameFor = async (set: string) =>
      valueAt(await recordOf({ ...plan, set }, "x", facts), ["metadata", "name"]);
    expect(await nameFor("prod")).toBe("meshlint-prod");
    const names = [await nameFor("clusters/Prod"), await nameFor("clusters-prod"), await nameFor(".")];
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^meshlint(?:-[a-z0-9]+)+$/);
  });
});

describe("a part of a plan", () => {
  const all = [namespace("shop"), map("one"), map("two"), secret];
  const left = async (steps: readonly ("configuration" | "namespaces")[], only: readonly string[]) =>
    plannedObjects(partOf(await planOf(serving(), ...all), { steps, only })).map(({ resource }) =>
      label(resource),
    );

  it("is that of some steps, or of some objects", async () => {
    expect(await left([], [])).toHaveLength(4);
    expect(await left(["namespaces"], [])).toEqual(["Namespace shop"]);
    expect(await left([], ["configmap/*"])).toEqual(["ConfigMap shop/one", "ConfigMap shop/two"]);
    expect(await left([], ["ConfigMap/shop/one", "Secret/s"])).toEqual([
      "ConfigMap shop/one",
      "Secret shop/s",
    ]);
    expect(await left(["configuration"], ["Namespace"])).toEqual([]);
  });

  it("names patterns that fit nothing", async () => {
    expect(idlePatterns(await planOf(serving(), ...all), ["Secret/s", "Secret/t"])).toEqual(["Secret/t"]);
  });
});

describe("times", () => {
  it("are read as people write them, and told so", () => {
    const read = ["90", "90s", "10m", "1h", "1h30m", "0s"].map(readDuration);
    expect(read).toEqual([90_000, 90_000, 600_000, 3_600_000, 5_400_000, 0]);
    expect(["", "m", "10 min", "-5s", "1d"].map(readDuration)).toEqual([null, null, null, null, null]);
    const told = [900, 45_000, 120_000, 125_000, 3_600_000, 4_200_000].map(durationText);
    expect(told).toEqual(["1 s", "45 s", "2 min", "2 min 5 s", "1 h", "1 h 10 min"]);
  });
});
