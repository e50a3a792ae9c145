import { describe, expect, it } from "vitest";
import { leaseName, RunLease } from "../../src/apply/lease.ts";
import { RunStopped } from "../../src/apply/run.ts";
import { ClusterError } from "../../src/model/cluster.ts";
import { type Mapping, valueAt } from "../../src/model/value.ts";
import { servedKind } from "../support/fake-cluster.ts";
import { StagedCluster } from "../support/staged-cluster.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const start = Date.parse("2030-01-01T00:00:00Z");
const kind = servedKind("coordination.k8s.io/v1 Lease");
const namespace = "knative-serving";

class Scene {
  readonly clock = new VirtualClock();
  readonly cluster = new StagedCluster();
  readonly notices: string[] = [];
  readonly never = new AbortController();

  /** @param skew milliseconds by which this machine's clock is ahead */
  take(holder: string, skew = 0): Promise<RunLease> {
    return RunLease.take(this.cluster, {
      namespace,
      holder,
      seconds: 20,
      signal: this.never.signal,
      onWaiting: (message) => this.notices.push(message),
      pace: this.clock.pace(),
      now: () => new Date(start + this.clock.now + skew),
    });
  }

  async spec(): Promise<Mapping> {
    const lease = await this.cluster.get(kind, namespace, leaseName);
    return (valueAt(lease ?? {}, ["spec"]) ?? {}) as Mapping;
  }

  wait(ms: number): Promise<void> {
    return this.clock.run(this.clock.pace().pause(ms, this.never.signal));
  }
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RunStopped) return error.message;
    throw error;
  }
  throw new Error("it was given");
}

describe("the lease of a run", () => {
  it("is taken, renewed and given back", async () => {
    const scene = new Scene();
    const lease = await scene.clock.run(scene.take("anna"));
    expect(await scene.spec()).toEqual({
      holderIdentity: "anna",
      leaseDurationSeconds: 20,
      acquireTime: "2030-01-01T00:00:00.000000Z",
      renewTime: "2030-01-01T00:00:00.000000Z",
      leaseTransitions: 0,
    });
    await scene.wait(60_000);
    const spec = await scene.spec();
    expect(Date.parse(String(spec.renewTime)) - start).toBeGreaterThan(40_000);
    expect(spec.acquireTime).toBe("2030-01-01T00:00:00.000000Z");
    await scene.clock.run(lease.release());
    expect((await scene.spec()).holderIdentity).toBeUndefined();
    await scene.clock.run(scene.take("ben"));
    expect(await scene.spec()).toMatchObject({ holderIdentity: "ben", leaseTransitions: 1 });
  });

  it("is not given to a second run, which learns who has it", async () => {
    const scene = new Scene();
    await scene.clock.run(scene.take("anna"));
    const refusal = await scene.clock.run(refusalOf(scene.take("ben")));
    expect(refusal).toContain("anna holds Lease knative-serving/meshlint since 2030-01-01T00:00:00Z");
    expect(scene.notices[0]).toContain("anna holds the lease");
    expect((await scene.spec()).holderIdentity).toBe("anna");
  });

  it("is taken over from a run that was killed, after it was not renewed for its whole duration", async () => {
    const scene = new Scene();
    await scene.clock.run(scene.take("anna"));
    const dead = await scene.cluster.get(kind, namespace, leaseName);
    const other = new Scene();
    await other.cluster.create(kind, dead ?? {});
    await other.clock.run(other.take("ben"));
    expect(other.clock.now).toBeGreaterThanOrEqual(20_000);
    expect(await other.spec()).toMatchObject({ holderIdentity: "ben", leaseTransitions: 1 });
  });

  it("is not taken from a run on a machine whose clock is behind", async () => {
    const scene = new Scene();
    await scene.clock.run(scene.take("anna", -50_000));
    expect(await scene.clock.run(refusalOf(scene.take("ben")))).toContain("anna holds");
  });

  it("is taken at once where it is long out of date", async () => {
    const scene = new Scene();
    await scene.clock.run(scene.take("anna", -3_600_000));
    const dead = await scene.cluster.get(kind, namespace, leaseName);
    const other = new Scene();
    await other.cluster.create(kind, dead ?? {});
    await other.clock.run(other.take("ben"));
    expect(other.clock.now).toBeLessThan(1000);
  });

  it("goes to one of two that reach for it at the same moment", async () => {
    const scene = new Scene();
    const both = [scene.take("anna"), scene.take("ben")].map((work) =>
      work.then(
        () => "has it",
        (error: unknown) => (error instanceof RunStopped ? "has it not" : String(error)),
      ),
    );
    expect((await scene.clock.run(Promise.all(both))).toSorted()).toEqual(["has it", "has it not"]);
  });

  it("tells a run that somebody else has it now", async () => {
    const scene = new Scene();
    const lease = await scene.clock.run(scene.take("anna"));
    const now = await scene.cluster.get(kind, namespace, leaseName);
    await scene.cluster.replace(kind, { ...now, spec: { ...(await scene.spec()), holderIdentity: "ben" } });
    expect(lease.lost.aborted).toBe(false);
    await scene.wait(10_000);
    expect(lease.lost.aborted).toBe(true);
    await scene.clock.run(lease.release());
    expect((await scene.spec()).holderIdentity).toBe("ben");
  });

  it("survives a server that is away for a while", async () => {
    const scene = new Scene();
    const lease = await scene.clock.run(scene.take("anna"));
    scene.cluster.before = () => {
      if (scene.clock.now < 60_000) throw new ClusterError("unreachable", "no answer");
    };
    await scene.wait(90_000);
    expect(lease.lost.aborted).toBe(false);
    expect(Date.parse(String((await scene.spec()).renewTime)) - start).toBeGreaterThan(60_000);
  });

  it("needs a server that has Leases", async () => {
    const scene = new Scene();
    scene.cluster.served = ["v1 Namespace*"];
    expect(await scene.clock.run(refusalOf(scene.take("anna")))).toContain("has no Leases");
  });

  it("is not waited for by a run that is interrupted", async () => {
    const scene = new Scene();
    await scene.clock.run(scene.take("anna"));
    scene.never.abort();
    expect(await scene.clock.run(refusalOf(scene.take("ben")))).toBe("interrupted");
  });
});
