import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/apply/plan.ts";
import { dryRunText, resultText } from "../../src/apply/result-text.ts";
import { runPlan } from "../../src/apply/run.ts";
import type { Pace, RunEvent, RunOptions, RunResult } from "../../src/apply/run-model.ts";
import { ClusterError } from "../../src/model/cluster.ts";
import { label } from "../../src/model/resource.ts";
import type { Mapping } from "../../src/model/value.ts";
import { graphOf } from "../support/graph.ts";
import { StagedCluster } from "../support/staged-cluster.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const namespace = (name: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
  status: { phase: "Active" },
});
const map = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop" },
});
const deployment = (name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "shop" },
  spec: { replicas: 1 },
});
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: { group: "example.com", names: { kind: "Widget", plural: "widgets" } },
};
const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w", namespace: "shop" } };
const rolledOut = { observedGeneration: 1, updatedReplicas: 1, replicas: 1, availableReplicas: 1 };

interface Ran {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
}

interface Staging extends Partial<Omit<RunOptions, "pace">> {
  readonly pace?: Partial<Pace>;
  /** Called with the clock before the run begins. */
  readonly stage?: (clock: VirtualClock) => void;
}

async function run(cluster: StagedCluster, objects: readonly object[], staging: Staging = {}): Promise<Ran> {
  const graph = graphOf(objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  const plan = await makePlan(cluster, graph, { findings: [], force: staging.force ?? false });
  cluster.calls.length = 0;
  const clock = new VirtualClock();
  const events: RunEvent[] = [];
  const { pace, stage, ...options } = staging;
  stage?.(clock);
  const work = runPlan(cluster, plan, {
    dryRun: false,
    force: false,
    wait: true,
    timeout: 600_000,
    recheck: false,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...options,
    pace: clock.pace(pace),
  });
  return { result: await clock.run(work), events };
}

const clusterWith = (...names: readonly string[]): StagedCluster =>
  new StagedCluster({ objects: names.map(namespace) });
const applied = ({ result }: Ran): readonly string[] => result.applied.map(({ resource }) => label(resource));
const messages = ({ result }: Ran): readonly string[] => result.problems.map(({ message }) => message);
const plain = createColors(false);

describe("a run", () => {
  it("writes each step in its order, and what the plan has checked is not checked again", async () => {
    const cluster = clusterWith("shop");
    const ran = await run(cluster, [deployment("d"), map("b"), map("a"), namespace("shop")], {
      stage: (clock) => clock.at(3000, () => cluster.setStatus("Deployment", "d", rolledOut)),
    });
    expect(ran.result.state).toBe("done");
    expect(cluster.calls).toEqual([
      "apply Namespace shop",
      "apply ConfigMap a",
      "apply ConfigMap b",
      "apply Deployment d",
    ]);
    expect(resultText(ran.result, plain)).toBe(
      "Applied\n4 objects applied: 3 created, 0 changed, 1 unchanged\n",
    );
  });

  it("checks what it could not before just before its own step", async () => {
    const cluster = clusterWith();
    const ran = await run(cluster, [namespace("shop"), map("a")]);
    expect(ran.result.state).toBe("done");
    expect(cluster.calls).toEqual(["apply Namespace shop", "check ConfigMap a", "apply ConfigMap a"]);
  });

  it("writes nothing of a step of which one object is refused, and says what is done and what is not", async () => {
    const cluster = clusterWith();
    cluster.before = (call) => {
      if (call === "check ConfigMap b") throw new ClusterError("rejected", "exceeded quota: small");
    };
    const ran = await run(cluster, [namespace("shop"), map("a"), map("b"), deployment("d")]);
    expect(applied(ran)).toEqual(["Namespace shop"]);
    expect(messages(ran)).toEqual(["exceeded quota: small"]);
    const text = resultText(ran.result, plain);
    expect(text).toContain('Stopped, in step "Configuration and secrets"');
    expect(text).toContain("1 object applied, 3 not");
    expect(text).toContain("Not applied:\n  ConfigMap shop/a\n  ConfigMap shop/b\n  Deployment shop/d");
  });

  it("checks everything once more before the first write, if asked to", async () => {
    const cluster = clusterWith("shop");
    const staged = await run(cluster, [map("a"), deployment("d")], {
      recheck: true,
      stage: () => {
        cluster.before = (call) => {
          if (call === "check Deployment d") throw new ClusterError("invalid", "no such field");
        };
      },
    });
    expect(staged.result.state).toBe("stopped");
    expect(cluster.calls).toEqual(["check ConfigMap a"]);
    expect(resultText(staged.result, plain)).toContain("Nothing has been changed.");
  });

  it("names the other owner of fields", async () => {
    const cluster = new StagedCluster({
      conflicts: { "ConfigMap a": [{ manager: "argocd", field: ".data.x" }] },
    });
    const ran = await run(cluster, [namespace("shop"), map("a")]);
    expect(messages(ran)).toEqual(["argocd owns fields of ConfigMap shop/a: data.x"]);
    expect(ran.result.problems[0]?.advice).toContain("--force-conflicts");
  });

  it("stops at once with credentials that have expired", async () => {
    const cluster = clusterWith("shop");
    cluster.before = (call) => {
      if (call === "apply Deployment d") throw new ClusterError("unauthorized", "Unauthorized");
    };
    const ran = await run(cluster, [map("a"), deployment("d")]);
    expect(applied(ran)).toEqual(["ConfigMap shop/a"]);
    expect(ran.result.problems[0]?.advice).toContain("log in again");
  });

  it("changes nothing in a dry run, and says what it could not check", async () => {
    const cluster = clusterWith("other");
    const ran = await run(cluster, [namespace("shop"), map("a")], { dryRun: true });
    expect(ran.result).toMatchObject({ state: "done", applied: [] });
    expect(cluster.calls).toEqual([]);
    expect(dryRunText(ran.result, plain)).toContain("takes 1 object; 1 object can be checked only when");
  });

  it("does not go on after an abort, and leaves nothing half done", async () => {
    const cluster = clusterWith("shop");
    const stop = new AbortController();
    const ran = await run(cluster, [map("a"), map("b"), deployment("d")], {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "applied") stop.abort();
      },
    });
    expect(ran.result.state).toBe("aborted");
    expect(cluster.calls.filter((call) => call.includes("Deployment"))).toEqual([]);
    expect(ran.result.left.map(({ resource }) => label(resource))).toEqual(["Deployment shop/d"]);
    expect(resultText(ran.result, plain)).toContain("Interrupted");
  });
});

describe("a run that waits", () => {
  const objects = [map("a"), deployment("d")];

  it("gives up after the time limit, with the last thing that was said", async () => {
    const cluster = clusterWith("shop");
    const ran = await run(cluster, objects, {
      timeout: 60_000,
      stage: (clock) => clock.at(1000, () => cluster.setStatus("Deployment", "d", { observedGeneration: 1 })),
    });
    expect(messages(ran)).toEqual([
      "Deployment shop/d is not ready after 1 min: 0 of 1 replicas are of this version",
    ]);
    expect(ran.events.some((event) => event.type === "waiting" && event.limit === 60_000)).toBe(true);
  });

  it("gives up earlier where a failure lasts", async () => {
    const late = {
      conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
    };
    const cluster = clusterWith("shop");
    const ran = await run(cluster, objects, {
      stage: (clock) =>
        clock.at(1000, () => cluster.setStatus("Deployment", "d", { observedGeneration: 1, ...late })),
    });
    expect(messages(ran)[0]).toContain("does not get ready: Progressing is False");
  });

  it("does not give up where a controller recovers", async () => {
    const late = {
      conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
    };
    const cluster = clusterWith("shop");
    const ran = await run(cluster, objects, {
      stage: (clock) => {
        for (const time of [1000, 40_000, 80_000]) {
          clock.at(time, () => cluster.setStatus("Deployment", "d", { observedGeneration: 1, ...late }));
          clock.at(time + 20_000, () => cluster.setStatus("Deployment", "d", { observedGeneration: 1 }));
        }
        clock.at(120_000, () => cluster.setStatus("Deployment", "d", rolledOut));
      },
    });
    expect(ran.result.state).toBe("done");
  });

  it("is not deceived by what is ready for a moment while something else takes its time", async () => {
    const cluster = clusterWith("shop");
    let flapping: string | undefined;
    const ran = await run(cluster, [deployment("d"), deployment("e")], {
      stage: (clock) => {
        clock.at(1000, () => cluster.setStatus("Deployment", "d", rolledOut));
        clock.at(9000, () => cluster.setStatus("Deployment", "d", { observedGeneration: 1 }));
        clock.at(20_000, () => cluster.setStatus("Deployment", "e", rolledOut));
        clock.at(50_000, () => {
          flapping = "over";
          cluster.setStatus("Deployment", "d", rolledOut);
        });
      },
    });
    expect(ran.result.state).toBe("done");
    expect(flapping).toBe("over");
  });

  it("does not wait if told so", async () => {
    const ran = await run(clusterWith("shop"), objects, { wait: false });
    expect(ran.result.state).toBe("done");
    expect(ran.events.some(({ type }) => type === "waiting")).toBe(false);
  });

  it("lists where there are many objects, instead of reading each", async () => {
    const cluster = clusterWith("shop");
    const many = Array.from({ length: 30 }, (_, n) => deployment(`d${n}`));
    const reads: string[] = [];
    await run(cluster, many, {
      timeout: 5000,
      stage: () => {
        cluster.before = (call) => {
          if (/^(?:get|list)/.test(call)) reads.push(call);
        };
      },
    });
    expect(new Set(reads)).toEqual(new Set(["list Deployment shop"]));
  });

  it("tells the last Event about what is late", async () => {
    const cluster = clusterWith("shop");
    cluster.served.push("v1 Event");
    const event = (reason: string, lastTimestamp: string) => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: reason, namespace: "shop" },
      reason,
      message: "exceeded quota",
      lastTimestamp,
    });
    for (const [reason, time] of [
      ["FailedCreate", "2030-01-02T00:00:00Z"],
      ["Scaled", "2030-01-01T00:00:00Z"],
    ] as const) {
      const object = event(reason, time);
      cluster.objects.set(reason, object);
    }
    const ran = await run(cluster, objects, { timeout: 60_000 });
    expect(messages(ran)[0]).toContain("last event: FailedCreate: exceeded quota");
  });

  it("waits for the ClusterServiceVersion of a Subscription", async () => {
    const cluster = clusterWith("shop");
    cluster.served.push("operators.coreos.com/v1alpha1 Subscription");
    cluster.served.push("operators.coreos.com/v1alpha1 ClusterServiceVersion");
    const subscription = {
      apiVersion: "operators.coreos.com/v1alpha1",
      kind: "Subscription",
      metadata: { name: "s", namespace: "shop" },
    };
    const installed = { currentCSV: "op.v1", installedCSV: "op.v1" };
    const version = {
      ...subscription,
      kind: "ClusterServiceVersion",
      metadata: { name: "op.v1", namespace: "shop" },
    };
    const seen = new Set<string>();
    const ran = await run(cluster, [subscription], {
      onEvent: (event) => {
        if (event.type === "waiting") for (const { what } of event.open) seen.add(what);
      },
      stage: (clock) => {
        clock.at(5000, () => cluster.setStatus("Subscription", "s", installed));
        clock.at(20_000, () =>
          cluster.objects.set(
            JSON.stringify(["operators.coreos.com/v1alpha1", "ClusterServiceVersion", "shop", "op.v1"]),
            version,
          ),
        );
        clock.at(40_000, () => cluster.setStatus("ClusterServiceVersion", "op.v1", { phase: "Installing" }));
        clock.at(60_000, () => cluster.setStatus("ClusterServiceVersion", "op.v1", { phase: "Succeeded" }));
      },
    });
    expect(ran.result.state).toBe("done");
    expect([...seen]).toEqual([
      "OLM has not chosen a version yet",
      "ClusterServiceVersion op.v1 is not there yet",
      "ClusterServiceVersion op.v1: phase (none)",
      "ClusterServiceVersion op.v1: phase Installing",
    ]);
  });
});

describe("a run that waits for Knative in the mesh", () => {
  const serving = {
    apiVersion: "operator.knative.dev/v1beta1",
    kind: "KnativeServing",
    metadata: { name: "knative-serving", namespace: "shop" },
    spec: { workloads: [{ name: "activator", labels: { "sidecar.istio.io/inject": "true" } }] },
  };
  const pod = (name: string, containers: readonly string[], more: object = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", ...more },
    spec: { containers: containers.map((each) => ({ name: each })) },
  });
  const ready = { conditions: [{ type: "Ready", status: "True" }] };
  const kinds = ["v1 Namespace*", "v1 Pod", "operator.knative.dev/v1beta1 KnativeServing"];
  const runWith = (...pods: readonly object[]): Promise<Ran> => {
    const cluster = new StagedCluster({ objects: [namespace("shop"), ...(pods as Mapping[])], kinds });
    return run(cluster, [serving], {
      timeout: 30_000,
      stage: (clock) => clock.at(1, () => cluster.setStatus("KnativeServing", "knative-serving", ready)),
    });
  };

  it("is not content with Ready while a pod that asks for a sidecar has none", async () => {
    const ran = await runWith(
      pod("autoscaler-1", ["autoscaler", "istio-proxy"]),
      pod("activator-1", ["activator"]),
    );
    expect(messages(ran)[0]).toContain("pod activator-1 asks for a sidecar and has none");
  });

  it("takes sidecars among the init containers, and passes over pods that go away", async () => {
    const native = pod("activator-1", ["activator"]);
    const ran = await runWith(
      { ...native, spec: { ...native.spec, initContainers: [{ name: "istio-proxy" }] } },
      pod("activator-0", ["activator"], { deletionTimestamp: "2030-01-01T00:00:00Z" }),
    );
    expect(ran.result.state).toBe("done");
  });
});

describe("a run beside kinds that come with it", () => {
  const established = { conditions: [{ type: "Established", status: "True" }] };
  const kinds = ["v1 Namespace*", "apiextensions.k8s.io/v1 CustomResourceDefinition*"];

  it("asks again which kinds there are after a definition", async () => {
    const cluster = new StagedCluster({ objects: [namespace("shop")], kinds });
    const ran = await run(cluster, [definition, widget], {
      stage: (clock) => {
        clock.at(2000, () =>
          cluster.setStatus("CustomResourceDefinition", "widgets.example.com", established),
        );
        clock.at(9000, () => cluster.served.push("example.com/v1 Widget"));
      },
    });
    expect(ran.result.state).toBe("done");
    expect(applied(ran)).toEqual(["CustomResourceDefinition widgets.example.com", "Widget shop/w"]);
  });

  it("waits for the kinds that Knative Serving brings, where its operator is there already", async () => {
    const serving = {
      apiVersion: "operator.knative.dev/v1beta1",
      kind: "KnativeServing",
      metadata: { name: "knative-serving", namespace: "shop" },
    };
    const service = {
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: { name: "cart", namespace: "shop" },
    };
    const ready = { conditions: [{ type: "Ready", status: "True" }] };
    const known = ["v1 Namespace*", "operator.knative.dev/v1beta1 KnativeServing"];
    const cluster = new StagedCluster({ objects: [namespace("shop")], kinds: known });
    const ran = await run(cluster, [serving, service], {
      stage: (clock) => {
        clock.at(1000, () => cluster.setStatus("KnativeServing", "knative-serving", ready));
        clock.at(5000, () => cluster.served.push("serving.knative.dev/v1 Service"));
        clock.at(9000, () => cluster.setStatus("Service", "cart", ready));
      },
    });
    expect(ran.result.state).toBe("done");
    const alone = new StagedCluster({ objects: [namespace("shop")], kinds: known });
    const plan = await makePlan(alone, graphOf(JSON.stringify(service)), { findings: [], force: false });
    expect(plan.refusals[0]?.message).toBe("the cluster serves no serving.knative.dev/v1 Service");
  });

  it("gives up where they do not come", async () => {
    const cluster = new StagedCluster({ objects: [namespace("shop")], kinds });
    const ran = await run(cluster, [definition, widget], {
      timeout: 30_000,
      stage: (clock) =>
        clock.at(1, () => cluster.setStatus("CustomResourceDefinition", "widgets.example.com", established)),
    });
    expect(messages(ran)).toEqual(["the cluster serves no example.com/v1 Widget, after 30 s"]);
  });
});

describe("a run on a server that falters", () => {
  it("goes on when the server comes back", async () => {
    const cluster = clusterWith("shop");
    const ran = await run(cluster, [map("a"), map("b")], {
      stage: (clock) => {
        cluster.before = (call) => {
          if (clock.now < 50_000 && call === "apply ConfigMap b")
            throw new ClusterError("unreachable", "no answer from https://api.example.com:6443");
        };
      },
    });
    expect(ran.result.state).toBe("done");
    expect(ran.events.filter(({ type }) => type === "trouble").length).toBeGreaterThan(3);
  });

  it("gives up when it does not, and says what may have been written", async () => {
    const cluster = clusterWith("shop");
    const ran = await run(cluster, [map("a"), deployment("d")], {
      stage: () => {
        cluster.before = (call) => {
          if (call === "apply Deployment d") throw new ClusterError("timeout", "no answer within 30 s");
        };
      },
    });
    expect(ran.result.state).toBe("stopped");
    expect(resultText(ran.result, plain)).toContain("may have been written or not:\n  Deployment shop/d");
  });

  it("has patience with webhooks that are starting, not with those that refuse", async () => {
    const cluster = clusterWith("shop");
    const ran = await run(cluster, [map("a")], {
      stage: (clock) => {
        cluster.before = () => {
          if (clock.now < 20_000)
            throw new ClusterError("server", 'failed calling webhook "webhook.serving.knative.dev": EOF');
        };
      },
    });
    expect(ran.result.state).toBe("done");
    const other = clusterWith("shop");
    const refused = await run(other, [map("a")], {
      stage: () => {
        other.before = () => {
          throw new ClusterError("server", "Internal error");
        };
      },
    });
    expect(refused.events.filter(({ type }) => type === "trouble")).toEqual([]);
    expect(messages(refused)).toEqual(["Internal error"]);
  });
});
