import { describe, expect, test } from "vitest";
import { folder, run } from "./run.ts";

const service = `# The shop.
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
  namespace: team-a
spec:
  template:
    metadata:
      labels: { sidecar.istio.io/inject: true, app: shop }
      annotations:
        serving.knative.openshift.io/enablePassthrough: "true"
    spec:
      containers:
        - image: quay.io/team-a/shop:1

# Nothing follows.
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: { name: one, namespace: team-a }
  - apiVersion: v1
    kind: ConfigMap
    metadata: { name: two, namespace: team-a }
`;

describe("explain FILE:LINE", () => {
  test("says what stands there, and what the rules say: failed first, those of the line before others", async () => {
    const root = folder({ "a.yaml": service });
    const { status, stdout, stderr } = await run(root, ["explain", "a.yaml:12"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(
      'a.yaml:12 spec.template.metadata.annotations["serving.knative.openshift.io/enablePassthrough"]',
    );
    expect(lines[1]).toBe('  12 |         serving.knative.openshift.io/enablePassthrough: "true"');
    expect(lines[2]).toBe("Service team-a/shop (serving.knative.dev/v1), set a.yaml");
    const order = ["Failed", "  service/annotation-wrong-level", "  service/inject-value-invalid", "Passed"];
    const places = order.map((text) => lines.findIndex((line) => line.startsWith(text)));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
    expect(stdout).toMatch(/a\.yaml:12:9 \(here\) error: /);
    expect(stdout).toMatch(/a\.yaml:10:42 error: /);
    expect(stdout).toContain("      fix: move it to metadata.annotations\n");
    expect(stdout).toMatch(/\d+ rules? do(?:es)? not apply here \(--verbose says why\); \d+ rules look/);
  });

  test("says what would decide what is undecided", async () => {
    const plain = service.replace("inject: true", 'inject: "true"');
    const { stdout } = await run(folder({ "a.yaml": plain }), ["explain", "a.yaml:5"]);
    expect(stdout).toMatch(
      /^Undecided\n(?: {2}\S+: needs \S.*\n)* {2}service\/\S+: needs the KnativeServing/m,
    );
  });

  test("--verbose lists what does not apply, and why", async () => {
    const root = folder({ "a.yaml": service });
    expect((await run(root, ["explain", "a.yaml:5"])).stdout).not.toContain("Not applicable");
    expect((await run(root, ["explain", "a.yaml:5", "--verbose"])).stdout).toMatch(
      /^Not applicable\n {2}\S+: \S/m,
    );
  });

  test.each([
    ["a.yaml:1", ""],
    ["a.yaml:4", "metadata"],
    ["a.yaml:5", "metadata.name"],
    ["a.yaml:10", "spec.template.metadata.labels"],
    ["a.yaml:10:42", 'spec.template.metadata.labels["sidecar.istio.io/inject"]'],
    ["a.yaml:15", "spec.template.spec.containers[0].image"],
    ["a.yaml:24", "metadata"],
    ["a.yaml:26", "kind"],
  ])("%s is %s", async (place, path) => {
    const { stdout } = await run(folder({ "a.yaml": service }), ["explain", place, "--format", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, file: "a.yaml", path });
  });

  test("tells objects of a List apart", async () => {
    const root = folder({ "a.yaml": service });
    const names = await Promise.all(
      [24, 27].map(async (line) => {
        const { stdout } = await run(root, ["explain", `a.yaml:${line}`, "-f", "json"]);
        return JSON.parse(stdout).resource.name;
      }),
    );
    expect(names).toEqual(["one", "two"]);
  });

  test("names the sets that differ", async () => {
    const kustomization =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n";
    const root = folder({
      "meshlint.yaml": "ignore: []\n",
      "base/a.yaml": service,
      "base/kustomization.yaml": kustomization.replace("../base", "a.yaml"),
      "one/kustomization.yaml": kustomization,
      "two/kustomization.yaml": kustomization,
    });
    const { stdout } = await run(root, ["explain", "base/a.yaml:12", "-f", "json"]);
    const { sets, rules } = JSON.parse(stdout);
    expect(sets).toEqual(["one", "two"]);
    const failed = rules.filter(({ verdict }: { verdict: string }) => verdict === "fail");
    expect(failed[0]).toMatchObject({ sets: ["one", "two"] });
  });

  test("shows findings elsewhere that name the object, and suppressed ones as such", async () => {
    const gateway = (name: string) => `apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: ${name}, namespace: knative-serving }
spec:
  selector: { knative: ingressgateway }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: ["*"]
      tls: { mode: SIMPLE, credentialName: wildcard }
`;
    const serving = `apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } } }
`;
    const root = folder({
      "meshlint.yaml": "ignore: []\n",
      "a.yaml": gateway("knative-ingress-gateway"),
      "b.yaml": gateway("shop"),
      "c.yaml": serving,
      "d.yaml": `# meshlint-disable-file service/* -- a trial\n${service}`,
    });
    const lint = JSON.parse((await run(root, ["lint", "-f", "json"])).stdout);
    const pointing = lint.findings.find(({ related }: { related: { file: string }[] }) => related.length > 0);
    const [to] = pointing.related;
    const { stdout } = await run(root, ["explain", `${to.file}:${to.line}`, "-f", "json"]);
    const { pointers, rules } = JSON.parse(stdout);
    const named = [...pointers, ...rules.flatMap(({ findings }: { findings: object[] }) => findings)];
    expect(named.map(({ rule }: { rule: string }) => rule)).toContain(pointing.rule);
    expect((await run(root, ["explain", "d.yaml:13"])).stdout).toContain("suppressed by comment: a trial");
  });

  test("shows no data of Secrets", async () => {
    const secret =
      "apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: b }\nstringData:\n  password: hunter2\n";
    const { stdout } = await run(folder({ "a.yaml": secret }), ["explain", "a.yaml:5"]);
    expect(stdout).toContain("stringData.password");
    expect(stdout).not.toContain("hunter2");
  });

  test("a document that cannot be read has the rules about its text", async () => {
    const { status, stdout } = await run(folder({ "a.yaml": "apiVersion: v1\nkind: [\n" }), [
      "explain",
      "a.yaml:2",
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain("a document that cannot be read, set a.yaml");
  });

  test.each([
    ["b.yaml:1", "no such file or folder: b.yaml"],
    [".:1", ". is a folder; explain takes a file and a line of it: FILE:LINE"],
    ["a.yaml:0", "lines and columns count from 1: a.yaml:0"],
    ["a.yaml:28", "a.yaml has 27 lines, and no line 28"],
    ["a.yaml:2:99", "line 2 of a.yaml has 34 columns, and no column 99"],
    ["a.yaml:18", "line 18 of a.yaml belongs to no object; the nearest, ConfigMap team-a/one, is at line 23"],
    ["a.yaml:21", "line 21 of a.yaml belongs to no object; the nearest, ConfigMap team-a/one, is at line 23"],
    ["values.yaml:1", "values.yaml holds no manifests that are linted: values file"],
    ["a.yaml", "which line of a.yaml? explain a.yaml:LINE"],
  ])("%s: %s", async (place, message) => {
    const root = folder({ "a.yaml": service, "values.yaml": "replicas: 1\n" });
    expect(await run(root, ["explain", place])).toEqual({
      status: 2,
      stdout: "",
      stderr: `meshlint: ${message}\n`,
    });
  });

  test("a file of no set", async () => {
    const root = folder({
      "a.yaml": service,
      "prod/b.yaml": service,
      "meshlint.yaml": "sets: [{ name: prod, path: prod }]\n",
    });
    const { status, stderr } = await run(root, ["explain", "a.yaml:3"]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "meshlint: a.yaml is in no set, so no rule looks at it; those of meshlint.yaml are prod\n",
    );
    expect((await run(root, ["explain", "prod/b.yaml:3"])).status).toBe(0);
  });

  test("options of a place make no sense for a rule", async () => {
    const { status, stderr } = await run(folder(), ["explain", "yaml/unreadable", "--format", "json"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "meshlint: --format, --config, --profile, --set belong to explain FILE:LINE\n",
    });
  });
});
