import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import { type Cluster, ClusterError, type ServedKind } from "../../src/model/cluster.ts";
import { valueAt } from "../../src/model/value.ts";
import { envtestAssets, envtestMissing, TestCluster } from "../support/envtest.ts";

async function problemOf(work: Promise<unknown>): Promise<ClusterError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe.skipIf(envtestAssets() === null)(`a cluster by its REST interface${envtestMissing}`, () => {
  let server: TestCluster;
  let cluster: Cluster;
  const kindOf = async (name: string, group = ""): Promise<ServedKind> => {
    const found = (await cluster.kinds()).find((kind) => kind.kind === name && kind.group === group);
    if (!found) throw new Error(`the server has no ${name}`);
    return found;
  };
  const configMap = (name: string, data: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data,
  });

  beforeAll(async () => {
    server = await TestCluster.start();
    cluster = connect({ kubeconfig: server.kubeconfig, context: null });
  }, 90_000);
  afterAll(async () => {
    cluster?.close();
    await server?.stop();
  });

  it("tells its version and the kinds that it serves", async () => {
    expect((await cluster.version()).major).toBe(1);
    const deployment = await kindOf("Deployment", "apps");
    expect(deployment).toMatchObject({ version: "v1", plural: "deployments", namespaced: true });
    expect((await kindOf("Namespace")).namespaced).toBe(false);
  });

  it("applies an object, and only says what it would do in a dry run", async () => {
    const kind = await kindOf("ConfigMap");
    const dry = await cluster.apply(kind, configMap("one", { a: "1" }), { dryRun: true, force: false });
    expect(valueAt(dry, ["data", "a"])).toBe("1");
    expect(await cluster.get(kind, "default", "one")).toBeNull();
    await cluster.apply(kind, configMap("one", { a: "1" }), { dryRun: false, force: false });
    expect(valueAt((await cluster.get(kind, "default", "one")) ?? {}, ["data", "a"])).toBe("1");
  });

  it("takes a context by its name, and refuses to create twice", async () => {
    const kind = await kindOf("ConfigMap");
    await cluster.create(kind, configMap("twice", {}));
    const other = connect({ kubeconfig: server.kubeconfig, context: "envtest-token" });
    const refused = await problemOf(other.create(kind, configMap("twice", {})).finally(() => other.close()));
    expect(refused).toMatchObject({ problem: "conflict", status: 409 });
    expect(() => connect({ kubeconfig: server.kubeconfig, context: "envtes" })).toThrow(
      /did you mean "envtest"/,
    );
  });

  it("reads long lists in pages", async () => {
    const kind = await kindOf("ConfigMap");
    await Promise.all(
      Array.from({ length: 620 }, (_, n) => cluster.create(kind, configMap(`page-${n}`, { n: String(n) }))),
    );
    const all = await cluster.list(kind, { namespace: "default" });
    expect(new Set(all.map((item) => valueAt(item, ["metadata", "name"]))).size).toBeGreaterThanOrEqual(620);
    expect(all[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
  }, 60_000);

  it("keeps values of Secrets out of what a refusal says", async () => {
    const kind = await kindOf("Secret");
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "planted", namespace: "default" },
      data: { "no key!": "cGxhbnRlZC12YWx1ZQ==" },
      type: "kubernetes.io/tls",
    };
    const refused = await problemOf(cluster.apply(kind, secret, { dryRun: false, force: false }));
    expect(refused.problem).toBe("invalid");
    expect(`${refused.message} ${JSON.stringify(refused.causes)}`).not.toMatch(
      /cGxhbnRlZC12YWx1ZQ|planted-value/,
    );
  });

  it("comes back after the server was away", async () => {
    const kind = await kindOf("ConfigMap");
    await server.killServer();
    const waiting = cluster.get(kind, "default", "one");
    await server.startServer();
    expect(await waiting).not.toBeNull();
  }, 90_000);

  it("says that nobody answers", async () => {
    const impatient = connect({ kubeconfig: server.kubeconfig, context: null, retries: 0, timeout: 1000 });
    await server.killServer();
    const refused = await problemOf(impatient.version());
    impatient.close();
    await server.startServer();
    expect(refused.problem).toBe("unreachable");
    expect(refused.message).toContain(`localhost:${server.port}`);
  }, 90_000);
});
