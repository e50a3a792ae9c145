import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../shared.ts";
import { readFolder } from "../support/fixture-cases.ts";
import { folder, run } from "./run.ts";

const manifests = Object.fromEntries(
  readFolder(join(repository, "fixtures", "platform")).map(({ path, text }) => [`platform/${path}`, text]),
);
const config = { "meshlint.yaml": "sets: [{ name: prod, path: platform }]\n" };

/** A repository with the platform and these test files. */
function project(tests: Readonly<Record<string, string>>): string {
  return folder({ ...manifests, ...config, ...tests });
}

const passing =
  "set: prod\ntests:\n  - { name: clean, findings: none }\n  - { name: isolated, isolated: tenants }\n";

describe("meshlint test", () => {
  it("runs all test files of a folder, and says how many tests pass", async () => {
    const root = project({
      "a.meshtest.yaml": passing,
      "sub/b.meshtest.yml": passing,
      "sub/c.yaml": "set: x",
    });
    const { status, stdout, stderr } = await run(root, ["test"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(
      "a.meshtest.yaml: 2 tests\nsub/b.meshtest.yml: 2 tests\n\n4 tests, 4 passed, 0 failed\n",
    );
    expect((await run(join(root, "sub"), ["test"])).stdout).toContain("b.meshtest.yml: 2 tests\n\n2 tests");
    expect((await run(root, ["test", "a.meshtest.yaml", "--filter", "ISO", "-v"])).stdout).toBe(
      "a.meshtest.yaml: 1 test\n  ok   isolated\n\n1 test, 1 passed, 0 failed\n",
    );
  });

  it("fails with what was expected, what came, and where", async () => {
    const root = project({
      "a.meshtest.yaml":
        "set: prod\ntests:\n  - name: open\n    reach: [{ from: team-alpha-1, to: team-bravo-1/test-webapp, expect: ALLOW }]\n" +
        "  - { name: later, findings: none }\n",
    });
    const { status, stdout } = await run(root, ["test", "--bail"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /FAIL open a\.meshtest\.yaml:3\n    - expected team-alpha-1 -> team-bravo-1\/test-webapp: ALLOW\n    \+ got      DENY 403: .*\n      at       platform\/31-authz-team-alpha\.yaml:\d+\n      see      a\.meshtest\.yaml:4:13\n/,
    );
    expect(stdout).toContain("1 test, 0 passed, 1 failed, 1 not run");
    const json = await run(root, ["test", "--format", "json"]);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout).summary).toEqual({ tests: 2, passed: 1, failed: 1, left: 0 });
    const junit = await run(root, ["test", "-f", "junit", "-o", "tests.xml"]);
    expect(junit).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "meshlint: 1 passed, 1 failed; see tests.xml\n",
    });
    expect(readFileSync(join(root, "tests.xml"), "utf8")).toContain(
      '<testsuite name="a.meshtest.yaml" tests="2" failures="1">',
    );
  });

  it.each([
    [{}, ["test"], "nothing to test in this folder"],
    [{ "a.meshtest.yaml": passing }, ["test", "nowhere"], "no such file or folder: nowhere"],
    [
      { "a.meshtest.yaml": passing },
      ["test", "--filter", "zzz"],
      'nothing to test: no test\'s name holds "zzz"',
    ],
    [{ "a.meshtest.yaml": passing }, ["test", "--bial"], 'unknown option --bial; did you mean "--bail"?'],
    [
      { "a.meshtest.yaml": passing.replace("prod", "prdo") },
      ["test"],
      'a.meshtest.yaml:1:6: there is no set "prdo"; did you mean "prod"?',
    ],
    [
      { "a.meshtest.yaml": passing.replace("none", "nine") },
      ["test"],
      'a.meshtest.yaml:3:30: unknown expectation "nine"; did you mean "none"?',
    ],
    [
      { "a.meshtest.yaml": passing.replace("set: prod", "manifests: nowhere") },
      ["test"],
      'a.meshtest.yaml:1:12: "nowhere" stands for no manifest',
    ],
    [
      { "a.meshtest.yaml": passing.replace("set: prod", "manifests: meshlint.yaml") },
      ["test"],
      "a.meshtest.yaml:1:12: there are no Kubernetes objects",
    ],
  ] as const)("of %j with %j is wrong usage", async (files, args, message) => {
    const { status, stdout, stderr } = await run(project(files), args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("is about one set at a time", async () => {
    const root = project({ "a.meshtest.yaml": passing.replace("prod", '"*"') });
    writeFileSync(
      join(root, "meshlint.yaml"),
      "sets: [{ name: a, path: platform }, { name: b, path: platform }]\n",
    );
    const { status, stderr } = await run(root, ["test"]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "meshlint: a.meshtest.yaml:1:6: tests are about one set, and these are several: a, b\n",
    );
  });

  it("tells all that is wrong in all files before it runs any test", async () => {
    const root = project({
      "a.meshtest.yaml": passing.replace("none", "nine"),
      "b.meshtest.yaml": passing.replace("tests", "test"),
      "c.meshtest.yaml": passing,
    });
    const { status, stdout, stderr } = await run(root, ["test"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("a.meshtest.yaml:3:30: ");
    expect(stderr).toContain('b.meshtest.yaml:2:1: unknown key "test"; did you mean "tests"?');
  });

  it("takes manifests as a set of their own, beside a context, on a day", async () => {
    const service = readFileSync(join(repository, "fixtures/app-broken/service.yaml"), "utf8");
    const root = folder({
      ...manifests,
      "app/service.yaml": service,
      "app/tests/a.meshtest.yaml":
        "manifests: [.., '../*.yaml']\ncontext: ['../../platform']\ncomplete: true\ntoday: 2026-11-20\n" +
        "profile: { serverless: 1.32 }\ntests:\n  - name: broken\n    findings: { exact: [service/inject-value-invalid, " +
        "service/probe-rewrite-missing, { rule: service/annotation-wrong-level, file: ../service.yaml, line: 12 }] }\n",
      "meshlint.yaml": "rules: { 'service/p*': 'off' }\n",
    });
    expect((await run(root, ["test"])).stdout).toContain("got      no finding\n");
    writeFileSync(join(root, "meshlint.yaml"), "rules: {}\n");
    expect(await run(root, ["test"])).toMatchObject({ status: 0, stderr: "" });
    expect(await run(join(root, "app/tests"), ["test"])).toMatchObject({ status: 0, stderr: "" });
  });

  it("lets a test file name other tenants than the config", async () => {
    const tenants =
      "tenants: [{ name: x, namespaces: [team-alpha-1] }, { name: y, namespaces: [team-alpha-2] }]\n";
    const root = project({ "a.meshtest.yaml": `${tenants}${passing}` });
    const { status, stdout } = await run(root, ["test", "--filter", "isolated"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/expected [xy] does not reach [xy]\n {4}\+ got {6}ALLOW by an internal name/);
  });

  it("writes snapshots with --update, compares them without, and shows what differs", async () => {
    const root = project({
      "tests/a.meshtest.yaml": "set: prod\ntests: [{ name: whole, snapshot: prod.snap }]\n",
    });
    const missing = await run(root, ["test"]);
    expect(missing.status).toBe(1);
    expect(missing.stdout).toContain("there is no such file; --update writes it");
    expect((await run(root, ["test", "--update"])).stdout).toContain("ok   whole (tests/prod.snap written)");
    expect(await run(root, ["test"])).toMatchObject({ status: 0 });
    // From wherever it is run, and by whatever way.
    expect(await run(join(root, "tests"), ["test"])).toMatchObject({ status: 0 });
    expect(await run(join(root, "platform"), ["test", "../tests"])).toMatchObject({ status: 0 });
    const smcp = manifests["platform/11-smcp.yaml"] ?? "";
    writeFileSync(join(root, "platform/11-smcp.yaml"), smcp.replace("mtls: true", "mtls: false"));
    const other = await run(root, ["test"]);
    expect(other.status).toBe(1);
    expect(other.stdout).toContain('      -   "findings": [],');
    expect(other.stdout).toContain('      +       "rule": "mesh/smcp-mtls-not-strict"');
  });

  it("reads and writes nothing outside of the project", async () => {
    const outside = folder({ "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: hunter2 }\n" });
    const away = `../${outside.split("/").at(-1)}`;
    const root = project({});
    mkdirSync(join(root, ".git"));
    symlinkSync(outside, join(root, "link"));
    symlinkSync("round", join(root, "round"));
    for (const path of ["round/x.snap", "round"]) {
      writeFileSync(join(root, "a.meshtest.yaml"), `set: prod\ntests: [{ name: a, snapshot: ${path} }]\n`);
      expect((await run(root, ["test", "--update"])).stderr).toContain("lies outside of the project");
    }
    for (const path of [`${away}/secret.yaml`, away, `${away}/*.yaml`, "link", "link/secret.yaml"]) {
      writeFileSync(join(root, "a.meshtest.yaml"), passing.replace("set: prod", `manifests: ${path}`));
      const { status, stderr } = await run(root, ["test"]);
      expect({ path, status }).toEqual({ path, status: 2 });
      expect(stderr).toContain("lies outside of the project");
    }
    for (const path of [`${away}/new.snap`, "link/new.snap", `${outside}/new.snap`]) {
      writeFileSync(join(root, "a.meshtest.yaml"), `set: prod\ntests: [{ name: a, snapshot: ${path} }]\n`);
      const { status, stderr } = await run(root, ["test", "--update"]);
      expect({ path, status }).toEqual({ path, status: 2 });
      expect(stderr).toContain("lies outside of the project");
    }
    expect(existsSync(join(outside, "new.snap"))).toBe(false);
  });

  it("shows nothing of a Secret's data", async () => {
    const value = "aHVudGVyMmh1bnRlcjI=";
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: istio-system }\ntype: kubernetes.io/tls\ndata: { tls.key: ${value} }\n`;
    const root = project({
      "platform/secret.yaml": secret,
      "a.meshtest.yaml":
        "set: prod\ntests:\n  - { name: a, findings: { exact: [] } }\n  - name: b\n    mutations: [{ resource: Secret/istio-system/s, set: { data.x: y }, caughtBy: kafka/* }]\n" +
        "  - { name: c, snapshot: a.snap }\n",
    });
    for (const args of [["test"], ["test", "-f", "json"], ["test", "-f", "junit"], ["test", "--update"]]) {
      const { stdout, stderr } = await run(root, args);
      expect(stdout + stderr).not.toContain(value);
    }
    expect(readFileSync(join(root, "a.snap"), "utf8")).not.toContain(value);
  });
});
