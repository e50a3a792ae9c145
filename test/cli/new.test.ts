import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../shared.ts";
import { folder, run } from "./run.ts";

const versions = ["--profile", "serverless=1.32,mesh=2.4", "--gateway-namespace", "istio-system"];
const control = `apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: mesh }
spec: { version: v2.6, security: { dataPlane: { mtls: true } } }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: mesh }
spec: { members: [knative-serving] }
---
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: { name: serverless-operator, namespace: openshift-serverless }
spec: { channel: stable-1.36, name: serverless-operator, source: redhat-operators, sourceNamespace: openshift-marketplace }
`;

function text(cwd: string, file: string): string {
  return readFileSync(join(cwd, file), "utf8");
}

describe("new tenant", () => {
  test("shows the policies, which lint clean", async () => {
    const cwd = folder();
    const { status, stdout, stderr } = await run(cwd, [
      "new",
      "tenant",
      "alpha",
      "-n",
      "alpha-1",
      ...versions,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.match(/^kind: AuthorizationPolicy$/gm)).toHaveLength(10);
    expect(readdirSync(cwd)).toEqual([]);
    const linted = await run(cwd, ["-", "--fail-on", "info"], { stdin: stdout });
    expect(linted.stdout).toContain("No findings");
    expect(linted.status).toBe(0);
    expect((await run(cwd, ["new", "tenant", "alpha", "-n", "alpha-1", "-o", "-", ...versions])).stdout).toBe(
      stdout,
    );
  });

  test("says what it assumes", async () => {
    const { stderr } = await run(folder(), ["new", "tenant", "alpha", "-n", "a"]);
    expect(stderr).toBe(
      "assumed: Serverless 1.32 and Service Mesh 2.4; --profile serverless=…,mesh=… chooses others\n" +
        "assumed: the ingress gateway's pods are in istio-system; --gateway-namespace names another\n",
    );
    const mesh3 = await run(folder(), [
      "new",
      "tenant",
      "alpha",
      "-n",
      "a",
      "--profile",
      "serverless=1.38,mesh=3",
    ]);
    expect(mesh3.stderr).toContain("pods are in knative-serving-ingress");
  });

  test("finds versions and the gateway's namespace in the manifests here", async () => {
    const cwd = folder({ "mesh.yaml": control });
    const { stdout, stderr } = await run(cwd, ["new", "tenant", "alpha", "-n", "a"]);
    expect(stderr).toBe("");
    expect(stdout).toContain("allow-alpha-to-job-sink");
    expect(stdout).toContain("              - knative-serving-ingress\n              - mesh\n");
    expect(stdout).not.toContain("istio-system");
  });

  test("asks where two sets of the config differ", async () => {
    const cwd = folder({
      "a/mesh.yaml": control,
      "b/mesh.yaml": control
        .replace("stable-1.36", "stable-1.32")
        .replaceAll("namespace: mesh ", "namespace: other "),
      "meshlint.yaml": "sets:\n  - path: a\n  - path: b\n",
    });
    const line = ["new", "tenant", "alpha", "-n", "x"];
    const { status, stderr } = await run(cwd, line);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "meshlint: the sets here differ: serverless is 1.36 in a and 1.32 in b; --set NAME chooses one\n",
    );
    expect((await run(cwd, [...line, "--set", "b"])).stdout).toContain("- other\n");
    expect((await run(cwd, [...line, "--set", "c"])).stderr).toContain('there is no set "c"');
    const given = await run(cwd, [...line, "--profile", "serverless=1.34"]);
    expect(given.stderr).toContain("the namespace of the ingress gateway is mesh in a and other in b");
  });

  test("takes the projects from the config, also where there is no manifest yet", async () => {
    const config = "tenants: [{ name: alpha, namespaces: [alpha-1, alpha-2] }]\nsets: [{ path: none }]\n";
    const cwd = folder({ "meshlint.yaml": config });
    const { stdout, stderr } = await run(cwd, ["new", "tenant", "alpha", ...versions]);
    expect(stderr).toBe("projects of alpha as in the config: alpha-1, alpha-2\n");
    expect(stdout.match(/^kind: /gm)).toHaveLength(12);
    const other = await run(cwd, ["new", "tenant", "bravo", ...versions]);
    expect(other.stderr).toContain("which projects has bravo? --namespace NAMESPACE for each");
  });

  test("takes domains from the config, and a tenant of one set", async () => {
    const config = [
      "profile: { serverless: '1.32', mesh: '2.4', clusterDomain: corp.example, trustDomain: td.example }",
      "sets:",
      "  - { path: a, tenants: [{ name: alpha, namespaces: [a-1] }], profile: { ingressDomain: apps.example } }",
      "  - { path: b, tenants: [{ name: alpha, namespaces: [b-1] }], context: [{ path: c/*.yaml }] }",
      "",
    ];
    const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: x }\n";
    const files = { "a/x.yaml": namespace, "b/x.yaml": namespace, "c/mesh.yaml": control };
    const cwd = folder({ "meshlint.yaml": config.join("\n"), ...files });
    const { stdout, stderr } = await run(cwd, ["new", "tenant", "alpha", "--set", "b"]);
    expect(stderr).toContain("as in the config: b-1\n");
    expect(stdout).toContain('"*.b-1.svc.corp.example"');
    expect(stdout).toContain("td.example/ns/knative-eventing");
    // The context tells where the gateway is.
    expect(stdout).toContain("              - mesh\n");
    const other = await run(cwd, ["new", "tenant", "alpha", "--set", "a", "-n", "example"]);
    expect(other.stderr).toContain("hosts *.example");
  });

  test("never writes over a file", async () => {
    const cwd = folder({ "alpha.yaml": "mine\n", deep: "a file" });
    symlinkSync("nowhere", join(cwd, "link.yaml"));
    for (const [output, reason] of [
      ["alpha.yaml", "it exists, and is not overwritten"],
      ["link.yaml", "it exists, and is not overwritten"],
      ["no/alpha.yaml", "its folder does not exist"],
      ["deep/alpha.yaml", "its folder does not exist"],
    ] as const) {
      const { status, stderr, stdout } = await run(cwd, [
        "new",
        "tenant",
        "a",
        "-n",
        "a-1",
        "-o",
        output,
        ...versions,
      ]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain(`meshlint: cannot write ${output}: ${reason}`);
    }
    expect(text(cwd, "alpha.yaml")).toBe("mine\n");
    expect(readdirSync(cwd).sort()).toEqual(["alpha.yaml", "deep", "link.yaml"]);
    const good = await run(cwd, ["new", "tenant", "a", "-n", "a-1", "-o", "new.yaml", ...versions]);
    expect(good).toEqual({ status: 0, stdout: "", stderr: "wrote new.yaml: 10 policies\n" });
    expect(text(cwd, "new.yaml")).toContain("allow-a-to-activator");
    expect(readdirSync(cwd)).toHaveLength(4);
  });

  test("tells where its policies are already", async () => {
    const cwd = folder();
    const line = ["new", "tenant", "a", "-n", "a-1", ...versions];
    await run(cwd, [...line, "-o", "one.yaml"]);
    expect((await run(cwd, line)).stderr).toBe(
      "a has policies of these names in one.yaml already; --update one.yaml changes them there\n",
    );
    writeFileSync(join(cwd, "two.yaml"), text(cwd, "one.yaml"));
    expect((await run(cwd, line)).stderr).toContain("in one.yaml and 1 other file already\n");
    expect((await run(cwd, [...line, "--update", "one.yaml"])).stderr).toContain("in two.yaml already\n");
  });
});

describe("new tenant --update", () => {
  const line = ["new", "tenant", "alpha", ...versions];

  test("changes the file, says what, and then has nothing to do", async () => {
    const cwd = folder();
    await run(cwd, [...line, "-n", "alpha-1", "-o", "alpha.yaml"]);
    const before = text(cwd, "alpha.yaml");
    const update = [...line, "-n", "alpha-1", "-n", "alpha-2", "--update", "alpha.yaml"];

    const dry = await run(cwd, [...update, "--dry-run"]);
    expect(dry.status).toBe(0);
    expect(dry.stdout).toMatch(/^--- a\/alpha\.yaml\n\+\+\+ b\/alpha\.yaml\n@@ /);
    expect(dry.stdout).toContain("\n+              - alpha-2\n");
    expect(dry.stderr).toBe("alpha.yaml: 9 changed, 2 added, 0 removed, 1 kept (nothing is written)\n");
    expect(text(cwd, "alpha.yaml")).toBe(before);

    const done = await run(cwd, update);
    expect(done.stderr).toBe("alpha.yaml: 9 changed, 2 added, 0 removed, 1 kept\n");
    expect(done.stdout).toContain("changed knative-serving/allow-alpha-to-activator\n");
    expect(done.stdout).toContain("added   alpha-2/allow-wait-for-drain\n");
    const after = text(cwd, "alpha.yaml");

    const again = await run(cwd, [...line, "--update", "alpha.yaml"]);
    expect(again.stdout).toBe("");
    expect(again.stderr).toBe(
      "projects of alpha as in alpha.yaml: alpha-1, alpha-2\nalpha.yaml: 0 changed, 0 added, 0 removed, 12 kept\n",
    );
    expect(text(cwd, "alpha.yaml")).toBe(after);
    expect((await run(cwd, [...update, "--dry-run"])).stdout).toBe("");
  });

  test("does not assume what the policies tell", async () => {
    const cwd = folder();
    const made = ["--profile", "serverless=1.36,mesh=2.6", "--gateway-namespace", "mesh"];
    await run(cwd, ["new", "tenant", "alpha", "-n", "alpha-1", "-o", "alpha.yaml", ...made]);
    const { stdout, stderr } = await run(cwd, ["new", "tenant", "alpha", "--update", "alpha.yaml"]);
    expect(stdout).toBe("");
    expect(stderr).toBe(
      "projects of alpha as in alpha.yaml: alpha-1\n" +
        "Serverless 1.36 as policies in alpha.yaml show; --profile serverless=… chooses another\n" +
        "assumed: Service Mesh 2.4; --profile serverless=…,mesh=… chooses others\n" +
        "ingress gateway in mesh as in alpha.yaml\n" +
        "alpha.yaml: 0 changed, 0 added, 0 removed, 11 kept\n",
    );
  });

  test("refuses what it cannot write in place", async () => {
    const cwd = folder({
      "a.json": "{}",
      "latin.yaml": new Uint8Array([0x61, 0x3a, 0x20, 0xe9, 0x0a]),
      "a.yaml": "a: 1\n",
      "broken.yaml": "a: [\n",
    });
    mkdirSync(join(cwd, "folder"));
    symlinkSync("a.yaml", join(cwd, "link.yaml"));
    for (const [file, message] of [
      ["no.yaml", "--update: no such file: no.yaml; --output no.yaml writes a new one"],
      ["a.yaml/b", "no such file: a.yaml/b"],
      ["folder", "folder is no plain file"],
      ["link.yaml", "link.yaml is no plain file"],
      ["a.json", "a.json is JSON; it takes YAML"],
      ["latin.yaml", "latin.yaml may not be read, or is no UTF-8 text"],
      ["broken.yaml", "broken.yaml:2: cannot be read"],
    ] as const) {
      const { status, stderr } = await run(cwd, [...line, "-n", "b", "--update", file]);
      expect(status).toBe(2);
      expect(stderr).toContain(message);
    }
    expect(text(cwd, "a.yaml")).toBe("a: 1\n");
  });
});

describe("new platform", () => {
  test("writes a folder that lints clean, and nothing over it", async () => {
    const cwd = folder();
    const versions136 = "serverless=1.36,mesh=2.6,ingressDomain=apps.example.com";
    const tenants = ["--tenant", "alpha=alpha-1,alpha-2", "--tenant", "bravo=bravo-1", "-n", "shop"];
    const kafka = ["--kafka", "my-cluster-kafka-bootstrap.kafka:9092", "--kafka-address", "172.30.88.20"];
    const where = ["-o", "made/platform", "--secret-store", "vault"];
    const line = ["new", "platform", ...where, "--profile", versions136, ...kafka, ...tenants];
    const { status, stdout, stderr } = await run(cwd, line);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const files = readdirSync(join(cwd, "made/platform")).sort();
    expect(stdout.split("\n").filter(Boolean)).toEqual(files.map((file) => `made/platform/${file}`));
    expect(files).toContain("22-knative-eventing.yaml");
    expect(files).toContain("31-authz-bravo.yaml");
    expect(text(cwd, "made/platform/10-wildcard-certs.yaml")).toContain("key: wildcard-certs");
    expect(text(cwd, "made/platform/12-smmr.yaml")).toContain("- shop");
    const linted = await run(cwd, ["made/platform", "--fail-on", "info"]);
    expect(linted.stdout).toContain("No findings");
    expect(linted.stdout).toContain("Serverless 1.36 (detected), mesh 2.6 (detected)");
    expect(linted.status).toBe(0);

    writeFileSync(join(cwd, "made/platform/11-smcp.yaml"), "mine");
    const again = await run(cwd, line);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain(
      `nothing is written: 00-namespaces.yaml and ${files.length - 1} other files in made/platform would be overwritten`,
    );
    expect(text(cwd, "made/platform/11-smcp.yaml")).toBe("mine");
  });

  test("says what is left for a person, and takes the profile of the config", async () => {
    const cwd = folder({ "meshlint.yaml": 'profile: { serverless: "1.34", mesh: "2.5" }\n' });
    const { stderr } = await run(cwd, ["new", "platform", "-o", ".", "--gateway-namespace", "mesh"]);
    expect(stderr).toBe(
      "next: a certificate that names the cluster's domain as subject alternative name, as the Secret " +
        "wildcard-certs: oc create secret tls wildcard-certs -n mesh --cert=FILE --key=FILE\n",
    );
    expect(text(cwd, "01-subscriptions.yaml")).toContain("channel: stable-1.34");
    expect(text(cwd, "11-smcp.yaml")).toContain("version: v2.5");
    const assumed = await run(folder(), ["new", "platform", "-o", "p"]);
    expect(assumed.stderr).toContain("assumed: Serverless 1.32 and Service Mesh 2.4;");
  });

  test("leaves no part behind where it cannot write", async () => {
    const cwd = folder({ file: "" });
    const { status, stderr } = await run(cwd, ["new", "platform", "-o", "file"]);
    expect(status).toBe(2);
    expect(stderr).toContain("cannot write file");
    const below = await run(cwd, ["new", "platform", "-o", "file/below"]);
    expect(below.status).toBe(2);
    expect(below.stderr).toContain("cannot write file/below");
    expect(readdirSync(cwd)).toEqual(["file"]);
  });
});

test("new service", async () => {
  const line = ["new", "service", "web", "-n", "shop", "--image", "quay.io/shop/web:1.0"];
  const cwd = folder();
  const { status, stdout, stderr } = await run(cwd, line);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect((await run(cwd, ["-", "--fail-on", "info"], { stdin: stdout })).stdout).toContain("No findings");
  const written = await run(cwd, [...line, "-o", "web.yaml"]);
  expect(written).toEqual({ status: 0, stdout: "", stderr: "wrote web.yaml: Knative Service shop/web\n" });
  expect(text(cwd, "web.yaml")).toBe(stdout);
});

test.each([
  [[], "new needs to know what: platform, tenant, service"],
  [["tenat", "a"], 'new writes platform, tenant, service, not "tenat"; did you mean "tenant"?'],
  [["tenant"], "new tenant needs a name: meshlint new tenant NAME"],
  [["tenant", "a", "b"], 'new tenant takes one name, and "b" is left over'],
  [["tenant", "a/b", "-n", "a"], 'tenant: "a/b" is no name; it takes lower-case letters'],
  [["tenant", "../a", "-n", "a"], "is no name"],
  [["tenant", "a", "-n", "a\u001b[2J"], "--namespace: "],
  [["tenant", "a", "-n", "a,b"], "several names go into options of their own"],
  [["tenant", "a", "-n", "a", "--image", "x"], "--image belongs to new service, not to new tenant"],
  [["tenant", "a", "-n", "a", "--kafka", "x:1"], "--kafka belongs to new platform, not to new tenant"],
  [["tenant", "a", "-n", "a", "--dry-run"], "--dry-run belongs to --update"],
  [["tenant", "a", "-n", "a", "--update", "x", "-o", "y"], "leave --output out"],
  [["tenant", "a", "-n", "a", "--only", "kafka"], "--only takes serving, eventing"],
  [["tenant", "a", "-n", "a", "--profile", "serverless=1.30"], "documented from Serverless 1.31 on"],
  [["tenant", "a", "-n", "a", "--profile", "serverless=9"], "unknown Serverless version"],
  [["service", "web", "-n", "a"], "new service needs --image"],
  [["service", "web", "--image", "x"], "new service needs one --namespace"],
  [["service", "web", "-n", "a", "-n", "b", "--image", "x"], "new service needs one --namespace"],
  [["service", "web", "-n", "a", "--image", "x y"], '"x y" is no image'],
  [
    ["service", "web", "-n", "a", "--image", "x", "--profile", "mesh=3"],
    "--profile belongs to new platform and new tenant",
  ],
  [["platform"], "new platform writes a folder: --output FOLDER"],
  [["platform", "-o", "-"], "new platform writes a folder"],
  [["platform", "x", "-o", "y"], 'new platform takes no name, and "x" is left over'],
  [["platform", "-o", "y", "--tenant", "a"], '--tenant takes NAME=NAMESPACE,NAMESPACE, not "a"'],
  [["platform", "-o", "y", "--tenant", "a=b,"], '--tenant: "" is no name'],
  [["platform", "-o", "y", "--tenant", "../a=b"], 'tenant: "../a" is no name'],
  [["platform", "-o", "y", "--kafka", "b.kafka:9092"], "--kafka needs --kafka-address"],
  [["platform", "-o", "y", "--kafka-address", "10.0.0.1"], "--kafka-address belongs to --kafka"],
  [["platform", "-o", "y", "--secret-key", "a"], "--secret-key belongs to --secret-store"],
])("new %j is refused", async (args, message) => {
  const cwd = folder();
  const { status, stdout, stderr } = await run(cwd, ["new", ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("\u001b");
  expect(readdirSync(cwd)).toEqual([]);
});

test("the examples of the help work", async () => {
  const { stdout } = await run(repository, ["new", "--help"]);
  const lines = [...stdout.matchAll(/^ {2}meshlint (new .*?)(?: {2}.*)?$/gm)].map((match) => match[1] ?? "");
  expect(lines.length).toBeGreaterThan(5);
  const cwd = folder();
  for (const line of lines) {
    const { status, stderr } = await run(cwd, line.split(" "));
    expect(status === 0 || stderr.includes("would be overwritten"), `${line}: ${stderr}`).toBe(true);
  }
});
