import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../shared.ts";
import { folder, run } from "./run.ts";

const platform = ["--in", "fixtures/platform"];
const tenants = "fixtures/authorization/tenants";

describe("meshlint reach", () => {
  it("answers with 0, whatever the answer is", async () => {
    const refused = await run(repository, [
      "reach",
      "team-alpha-1/curl",
      "team-bravo-1/test-webapp",
      ...platform,
    ]);
    expect(refused).toMatchObject({ status: 0, stderr: "" });
    expect(refused.stdout).toContain("DENY 403 RBAC: access denied");
    const json = await run(repository, [
      "reach",
      "external",
      "https://test-webapp-team-alpha-1.apps.example.com",
      "-f",
      "json",
      ...platform,
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: "ALLOW", status: 200 });
  });

  it("takes the parts of a request", async () => {
    const url = "http://kafka-broker-ingress.knative-eventing.svc.cluster.local";
    const args = [
      "reach",
      "team-alpha-1/curl",
      url,
      "--method",
      "POST",
      "--path",
      "/team-alpha-1/x",
      "--header",
      "a: b",
      "--port",
      "80",
    ];
    expect((await run(repository, [...args, ...platform])).stdout).toContain("ALLOW 200 OK");
  });

  it("answers a file of cases, and fails where one is not as expected", async () => {
    const cases = join(tenants, "cases.yaml");
    const good = await run(repository, ["reach", "--cases", cases]);
    expect(good.status).toBe(0);
    expect(good.stdout).toContain("23 cases, 23 as expected, 0 not");
    const root = folder({
      "cases.json": JSON.stringify([
        {
          name: "n",
          from: { namespace: "orange" },
          to: { namespace: "violet", knativeService: "basket", port: 80 },
          request: { host: "basket.violet" },
          expect: "ALLOW",
        },
      ]),
    });
    const bad = await run(repository, [
      "reach",
      "--cases",
      join(root, "cases.json"),
      "--in",
      tenants,
      "-f",
      "json",
    ]);
    expect(bad.status).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      cases: [{ ok: false, verdict: "DENY" }],
      summary: { failed: 1 },
    });
  });

  it.each([
    [["a"], "reach takes FROM and TO"],
    [["team-alpha-1/curl", "team-bravo-1/test-webap", ...platform], "did you mean test-webapp?"],
    [["a", "b/c", "--port", "0", ...platform], "--port takes a number from 1 to 65535"],
    [["a", "b/c", "--header", "x", ...platform], "--header takes NAME:VALUE"],
    [["a", "b/c", "--set", "nothing", ...platform], "there is no set nothing"],
    [["a", "b", "--cases", "x.yaml"], "either FROM TO or --cases"],
    [["--cases", "does-not-exist.yaml"], "does-not-exist.yaml"],
    [["a", "b/c", "--in", "rules"], "no Kubernetes objects"],
  ])("%j: %s", async (args, message) => {
    const { status, stderr } = await run(repository, ["reach", ...args]);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it("asks which set, where the answer is in several", async () => {
    const set = `apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a}
spec: {containers: [{name: p, image: p, ports: [{containerPort: 80}]}]}
`;
    const kustomization =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [pod.yaml]\n";
    const root = folder({
      "one/pod.yaml": set,
      "one/kustomization.yaml": kustomization,
      "two/pod.yaml": set.replace("name: p,", "name: p2,"),
      "two/kustomization.yaml": kustomization,
      "three/pod.yaml": set,
      "three/kustomization.yaml": kustomization,
    });
    expect((await run(root, ["reach", "a", "a/p"])).stderr).toContain("which set? --set one of");
    expect((await run(root, ["reach", "a", "a/p2"])).status).toBe(0);
    expect((await run(root, ["matrix"])).stderr).toContain("which set?");
  });
});

describe("meshlint matrix", () => {
  it("shows who can call whom, and holds tenants apart", async () => {
    const { status, stdout } = await run(repository, ["matrix", "--expect", "tenants", ...platform]);
    expect(status).toBe(0);
    expect(stdout).toContain("The tenants are isolated");
    const markdown = await run(repository, ["matrix", "--by", "namespace", "-f", "markdown", ...platform]);
    expect(markdown.stdout).toContain("| team-alpha-1 | team-bravo-1 | DENY | ALLOW | DENY |");
  });

  it("fails where a tenant reaches another", async () => {
    const root = folder({
      "meshlint.yaml":
        "tenants: [{name: orange, namespaces: [orange]}, {name: violet, namespaces: [violet]}]\n",
      "pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: p, namespace: violet, labels: {app: p}}
spec: {containers: [{name: p, image: p}]}
---
apiVersion: v1
kind: Service
metadata: {name: p, namespace: violet}
spec: {selector: {app: p}, ports: [{port: 80}]}
`,
    });
    const { status, stdout } = await run(root, ["matrix", "--expect", "tenants", "-f", "json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ isolation: { leaks: [{ from: "orange", to: "violet" }] } });
  });

  it("needs two tenants to tell apart", async () => {
    const root = folder({ "ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n" });
    const { status, stderr } = await run(root, ["matrix", "--expect", "tenants"]);
    expect(status).toBe(2);
    expect(stderr).toContain("fewer than two tenants are known");
    expect((await run(root, ["matrix", ".", "--in", "."])).stderr).toContain("either PATH or --in PATH");
  });
});
