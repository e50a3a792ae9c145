import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import type { Cluster } from "../../src/model/cluster.ts";
import type { Mapping } from "../../src/model/value.ts";
import { folder, run } from "../cli/run.ts";
import { envtestAssets, envtestMissing, TestCluster } from "../support/envtest.ts";
import { permissiveCrd } from "../support/permissive-crds.ts";

const planted = "planted-9d1f";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const service = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: cart
  namespace: shop
  annotations:
    serving.knative.openshift.io/enablePassthrough: "true"
spec:
  template:
    metadata:
      labels:
        sidecar.istio.io/inject: "true"
      annotations:
        sidecar.istio.io/rewriteAppHTTPProbers: "true"
    spec:
      containers:
        - image: registry.example.com/cart@sha256:0000000000000000000000000000000000000000000000000000000000000000
`;

describe.skipIf(envtestAssets() === null)(`a snapshot of a real server${envtestMissing}`, () => {
  let server: TestCluster;
  let cluster: Cluster;

  async function create(object: Mapping): Promise<void> {
    const [group, version] = String(object.apiVersion).includes("/")
      ? String(object.apiVersion).split("/")
      : ["", String(object.apiVersion)];
    for (let tries = 0; ; tries++) {
      const kind = (await cluster.kinds()).find(
        (each) => each.kind === object.kind && each.group === group && each.version === version,
      );
      if (kind) {
        await cluster.create(kind, object);
        return;
      }
      if (tries > 50) throw new Error(`the server has no ${String(object.kind)}`);
      cluster.forgetKinds();
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  beforeAll(async () => {
    server = await TestCluster.start();
    cluster = connect({ kubeconfig: server.kubeconfig, context: null });
    const namespaces = ["shop", "istio-system", "knative-serving"];
    for (const name of namespaces) await create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await create(permissiveCrd("ServiceMeshControlPlane.maistra.io", "servicemeshcontrolplanes", ["v2"]));
    await create(permissiveCrd("ServiceMeshMemberRoll.maistra.io", "servicemeshmemberrolls", ["v1"]));
    await create(permissiveCrd("KnativeServing.operator.knative.dev", "knativeservings", ["v1beta1"]));
    await create({
      apiVersion: "operator.knative.dev/v1beta1",
      kind: "KnativeServing",
      metadata: { name: "knative-serving", namespace: "knative-serving" },
      spec: { ingress: { istio: { enabled: true } } },
    });
    await create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "database",
        namespace: "shop",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": planted },
      },
      data: { password: base64(planted), "tls.crt": base64(planted) },
    });
    await create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "app", namespace: "shop" },
      data: { x: planted },
    });
    await create({
      apiVersion: "maistra.io/v2",
      kind: "ServiceMeshControlPlane",
      metadata: { name: "basic", namespace: "istio-system" },
      spec: { version: "v2.4", security: { dataPlane: { mtls: true } } },
    });
    await create({
      apiVersion: "maistra.io/v1",
      kind: "ServiceMeshMemberRoll",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { members: ["knative-serving"] },
    });
  }, 90_000);
  afterAll(async () => {
    cluster?.close();
    await server?.stop();
  });

  it("holds the objects, and no secret value in any form", async () => {
    const cwd = folder();
    const { status, stdout, stderr } = await run(cwd, ["snapshot", "--kubeconfig", server.kubeconfig]);
    expect(status).toBe(0);
    expect(stdout).toContain("kind: ServiceMeshMemberRoll");
    expect(stdout).toContain("password: <withheld>");
    expect(stderr).toMatch(/^meshlint: \d+ objects of https:\/\/localhost:\d+ \(v1\.\d+/);
    for (const form of [planted, base64(planted)]) expect(stdout + stderr).not.toContain(form);
  });

  it("is the same twice, and decides beside manifests what they leave open", async () => {
    const config =
      "sets: [{ name: shop, path: app, context: [{ snapshot: cluster.yaml, complete: true }] }]\n";
    const cwd = folder({ "app/cart.yaml": service });
    expect((await run(cwd, ["app", "-f", "compact"])).stdout).not.toContain("service/namespace-not-member");
    const args = ["snapshot", "-q", "--kubeconfig", server.kubeconfig, "-o"];
    await run(cwd, [...args, "cluster.yaml"]);
    await run(cwd, [...args, "again.yaml"]);
    expect(readFileSync(join(cwd, "again.yaml"), "utf8")).toBe(
      readFileSync(join(cwd, "cluster.yaml"), "utf8"),
    );
    const beside = folder({
      "app/cart.yaml": service,
      "meshlint.yaml": config,
      "cluster.yaml": readFileSync(join(cwd, "cluster.yaml")),
    });
    const { status, stdout } = await run(beside, ["app", "-f", "compact"]);
    expect(stdout).toMatch(/app\/cart\.yaml:5:\d+.*service\/namespace-not-member/);
    expect(status).toBe(1);
  });

  it("is taken by lint --cluster, beside which the same is found", async () => {
    const cwd = folder({ "cart.yaml": service });
    const { status, stdout } = await run(cwd, [
      "--cluster",
      "--kubeconfig",
      server.kubeconfig,
      "-f",
      "compact",
    ]);
    expect(stdout).toContain("service/namespace-not-member");
    expect(stdout).not.toContain(planted);
    expect(status).toBe(1);
  });

  it("says what is wrong with a kubeconfig, in one line and with exit 2", async () => {
    const cwd = folder({ "broken.yaml": "clusters: [", "empty.yaml": "apiVersion: v1\nkind: Config\n" });
    for (const file of ["missing.yaml", "broken.yaml", "empty.yaml"]) {
      const { status, stderr } = await run(cwd, ["snapshot", "--kubeconfig", file]);
      expect(status, file).toBe(2);
      expect(stderr, file).toMatch(/^meshlint: .*\n$/);
    }
    await server.killServer();
    const text = readFileSync(server.kubeconfig, "utf8").replace("current-context", "x");
    const away = folder({ "config.yaml": text });
    const { status, stderr } = await run(away, [
      "snapshot",
      "--kubeconfig",
      "config.yaml",
      "--context",
      "envtest",
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain("no answer from");
  }, 60_000);
});
