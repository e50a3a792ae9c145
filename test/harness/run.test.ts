import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messageOf, summaryOf, testsJson, testsText } from "../../src/harness/report.ts";
import { testsJunit } from "../../src/harness/junit.ts";
import type { TestRun } from "../../src/harness/result.ts";
import { repository } from "../shared.ts";
import { readFolder } from "../support/fixture-cases.ts";
import { noGoldens, platformIn, runText } from "../support/harness.ts";
import { createColors } from "picocolors";

const clean = Object.fromEntries(
  readFolder(join(repository, "fixtures", "platform")).map(({ path, text }) => [path, text]),
);
const platform = platformIn(clean);
const smcp = clean["11-smcp.yaml"] ?? "";
/** Mutual TLS is not strict, and a comment expects what is found. */
const permissive = platformIn({
  ...clean,
  "11-smcp.yaml": smcp.replace("mtls: true", "mtls: false # expect: mesh/smcp-mtls-not-strict=error"),
});

/** The messages of all tests that fail. */
const messages = (run: TestRun): readonly string[] => run.results.filter(({ ok }) => !ok).map(messageOf);
const passes = (tests: string, on = platform): void => expect(messages(runText(on, tests))).toEqual([]);
const fails = (tests: string, on = platform): string => messages(runText(on, tests)).join("\n");

describe("findings", () => {
  it("of a clean platform are none", () => {
    passes("  - { name: a, findings: none }");
    passes("  - { name: a, findings: { exact: [], excludes: [{ severity: error }], markers: true } }");
  });

  it("are known by rule, resource, severity, place and message", () => {
    const pattern =
      "{ rule: mesh/*, resource: ServiceMeshControlPlane/istio-system/basic, severity: error, message: mutual }";
    const all = permissive.findings();
    expect(all.map(({ rule }) => rule)).toContain("mesh/smcp-mtls-not-strict");
    passes("  - { name: a, findings: { includes: [mesh/smcp-mtls-not-strict] } }", permissive);
    const message = all.find(({ rule }) => rule === "mesh/smcp-mtls-not-strict")?.message.slice(0, 10);
    passes(
      `  - { name: a, findings: { includes: [${pattern.replace("mutual", JSON.stringify(message))}] } }`,
      permissive,
    );
    passes("  - { name: a, findings: { includes: [{ rule: mesh/*, count: 1 }] } }", permissive);
    passes("  - { name: a, findings: { includes: [{ file: ../11-smcp.yaml, line: 14 }] } }", permissive);
    passes("  - { name: a, findings: { among: [mesh/*], markers: true } }", permissive);
  });

  it("that are not as expected are told with expected, got and where", () => {
    expect(fails("  - { name: a, findings: none }", permissive)).toMatch(
      /^expected no finding; got error mesh\/smcp-mtls-not-strict at ServiceMeshControlPlane istio-system\/basic: .*; at 11-smcp\.yaml:14:13; see tests\/a\.meshtest\.yaml:3$/m,
    );
    expect(fails("  - { name: a, findings: { includes: [mesh/smcp-mtls-not-strict] } }")).toBe(
      "expected mesh/smcp-mtls-not-strict; got no finding; see tests/a.meshtest.yaml:3:39",
    );
    expect(
      fails("  - { name: a, findings: { excludes: [{ rule: mesh/*, severity: error }] } }", permissive),
    ).toContain("expected no error mesh/*; got error mesh/smcp-mtls-not-strict");
    expect(
      fails(
        "  - { name: a, findings: { includes: [{ rule: mesh/smcp-mtls-not-strict, severity: info, resource: A/b, file: x.yaml, line: 3, message: no }] } }",
        permissive,
      ),
    ).toMatch(
      /^expected info mesh\/smcp-mtls-not-strict at A\/b in tests\/x\.yaml:3 that says "no"; got error mesh/,
    );
    expect(
      fails("  - { name: a, findings: { includes: [{ rule: mesh/*, count: 2 }, { line: 1 }] } }", permissive),
    ).toMatch(
      /expected 2 times mesh\/\*; got 1 times; at 11.*\nexpected a finding on line 1; got none of \d+ findings/,
    );
  });

  it("that are exact are one for each entry", () => {
    const among = "among: [mesh/smcp-mtls-not-strict]";
    passes(`  - { name: a, findings: { ${among}, exact: [{ severity: error }] } }`, permissive);
    // The general entry leaves the finding to the special one.
    const two = fails(`  - { name: a, findings: { ${among}, exact: [mesh/*, { line: 14 }] } }`, permissive);
    expect(two).toMatch(/^expected (?:mesh\/\*|a finding on line 14); got no finding; see tests[^\n]*$/);
    expect(fails(`  - { name: a, findings: { ${among}, exact: [{ line: 3 }] } }`, permissive)).toContain(
      "expected no finding but those that are listed; got error mesh/smcp-mtls-not-strict",
    );
  });

  it("that are exact can be counted, and give way to each other as far as that helps", () => {
    const both = "among: [mesh/smcp-mtls-not-strict, tenant/mtls-not-strict]";
    const exact = (list: string) => `  - { name: a, findings: { ${both}, exact: [${list}] } }`;
    passes(exact('{ rule: "*", count: 2 }'), permissive);
    passes(exact('"*", mesh/*'), permissive);
    passes(exact('"*", tenant/*'), permissive);
    expect(fails(exact('{ rule: "*", count: 999999999 }'), permissive)).toMatch(
      /^expected 999999999 times \*; got 2 of them; see [^\n]*$/,
    );
    expect(fails(exact('"*", "*", "*"'), permissive)).toMatch(/^expected \*; got no finding; see [^\n]*$/);
    expect(fails(exact('"*"'), permissive)).toMatch(
      /^expected no finding but those that are listed; got [^\n]*$/,
    );
  });

  it("are compared with the comments of the manifests", () => {
    const marked = platformIn({
      ...clean,
      "12-smmr.yaml": `# expect: mesh/nothing-like-it\n# expect: What?\n${clean["12-smmr.yaml"]}`,
    });
    const text = fails("  - { name: a, findings: { markers: true } }", marked);
    expect(text).toContain(
      "expected a finding of mesh/nothing-like-it; got none of this rule; at 12-smmr.yaml:1",
    );
    expect(text).toContain("expected # expect: group/name; got What?; at 12-smmr.yaml:2");
    expect(
      fails(
        "  - { name: a, findings: { markers: true, among: [mesh/*] } }",
        platformIn({
          ...clean,
          "11-smcp.yaml": smcp.replace("mtls: true", "mtls: false\n# expect: mesh/smcp-mtls-not-strict"),
        }),
      ),
    ).toMatch(
      /expected a finding of mesh\/smcp-mtls-not-strict; got mesh\/smcp-mtls-not-strict at 11-smcp\.yaml:14:13; at 11-smcp\.yaml:15.*\nexpected no finding without a # expect: comment; got error mesh\/smcp/,
    );
  });

  it("that somebody suppressed do not count", () => {
    const suppressed = platformIn({
      ...clean,
      "11-smcp.yaml": smcp.replace(
        "mtls: true",
        "# meshlint-disable-next-line mesh/smcp-mtls-not-strict -- until March\n      mtls: false",
      ),
    });
    passes("  - { name: a, findings: { excludes: [mesh/smcp-mtls-not-strict] } }", suppressed);
  });
});

describe("reach", () => {
  const targets = "targets: [team-alpha-1/test-webapp, team-bravo-1/test-webapp]";

  it("answers requests and tables", () => {
    passes(`
  - name: requests
    reach:
      - { from: team-alpha-1/curl, to: team-alpha-1/test-webapp, expect: ALLOW, status: 200 }
      - from: team-alpha-1/curl
        to: team-bravo-1/test-webapp
        expect: DENY
        by: AuthorizationPolicy/knative-serving/*
  - name: table
    reach: { ${targets}, callers: { team-alpha-1/curl: [ALLOW, DENY], team-bravo-1: [DENY, ALLOW] } }`);
  });

  it("says of a wrong verdict what was expected, what came, and which policy decides", () => {
    expect(
      fails(`  - { name: a, reach: { ${targets}, callers: { team-alpha-1/curl: [ALLOW, ALLOW] } } }`),
    ).toMatch(
      /^expected team-alpha-1\/curl -> team-bravo-1\/test-webapp: ALLOW; got DENY 403: .*; at 31-authz-team-alpha\.yaml:\d+; see tests\/a\.meshtest\.yaml:3:\d+$/,
    );
    const request = "from: team-alpha-1/curl, to: team-bravo-1/test-webapp, expect: DENY";
    expect(fails(`  - { name: a, reach: [{ ${request}, status: 404, method: POST, path: /x }] }`)).toMatch(
      /^expected POST team-alpha-1\/curl -> team-bravo-1\/test-webapp\/x: DENY 404; got DENY 403/,
    );
    expect(fails(`  - { name: a, reach: [{ ${request}, by: AuthorizationPolicy/x/y }] }`)).toMatch(
      /decided by AuthorizationPolicy\/x\/y; got decided by AuthorizationPolicy knative-serving\/allow/,
    );
    const unknown = "from: team-alpha-1/curl, to: team-bravo-1/test-webap, expect: DENY";
    expect(fails(`  - { name: a, reach: [{ ${unknown} }] }`)).toContain("did you mean test-webapp?");
  });

  it("tells whether tenants are isolated", () => {
    passes("  - { name: a, isolated: [team-alpha, team-bravo] }\n  - { name: b, isolated: tenants }");
    expect(fails("  - { name: a, isolated: [team-alpha, team-brav] }")).toBe(
      'expected a tenant team-brav; got there is no such tenant; did you mean "team-bravo"?; see tests/a.meshtest.yaml:3:39',
    );
    const open = platformIn(
      Object.fromEntries(Object.entries(clean).filter(([path]) => !path.includes("authz"))),
      "tenants: [{ name: team-alpha, namespaces: [team-alpha-1] }, { name: team-bravo, namespaces: [team-bravo-1] }]",
    );
    expect(fails("  - { name: a, isolated: tenants }", open)).toMatch(
      /^expected team-alpha does not reach team-bravo; got ALLOW by an internal name/,
    );
    const none = platformIn({ "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n" });
    expect(fails("  - { name: a, isolated: tenants }", none)).toContain("fewer than two tenants are known");
  });
});

describe("a run", () => {
  const tests =
    "  - { name: First, findings: none }\n  - { name: second, findings: none }\n  - { name: third, isolated: tenants }";

  it("runs what is asked for, and stops where it is told to", () => {
    expect(runText(platform, tests, { filter: "fir" }).results.map(({ name }) => name)).toEqual(["First"]);
    const bailed = runText(permissive, tests, { bail: true });
    expect(summaryOf(bailed)).toEqual({ tests: 1, passed: 0, failed: 1, left: 2 });
    expect(testsText(bailed, createColors(false), false)).toContain("1 test, 0 passed, 1 failed, 2 not run");
  });

  it("is reported for people, for scripts and for CI", () => {
    const run = runText(permissive, tests);
    const text = testsText(run, createColors(false), true);
    expect(text).toContain(
      "tests/a.meshtest.yaml: 2 of 3 tests failed\n  FAIL First tests/a.meshtest.yaml:3\n    - expected no finding\n    + got      error mesh/smcp",
    );
    expect(text).toContain("      at       11-smcp.yaml:14:13\n      see      tests/a.meshtest.yaml:3\n");
    expect(text).toContain("  ok   third");
    const { version, tests: told, summary } = JSON.parse(testsJson(run));
    expect(version).toBe(1);
    expect(summary).toEqual({ tests: 3, passed: 1, failed: 2, left: 0 });
    expect(told[0]).toMatchObject({ file: "tests/a.meshtest.yaml", line: 3, name: "First", ok: false });
    expect(told[0].message).toMatch(/^expected no finding; got error/);
    expect(told[2]).toMatchObject({ ok: true, message: null });
    const xml = testsJunit(run);
    expect(xml).toContain('<testsuites name="meshlint test" tests="3" failures="2">');
    expect(xml).toContain(
      '<testcase name="third" classname="tests/a.meshtest.yaml" file="tests/a.meshtest.yaml" line="5"/>',
    );
    expect(xml).toContain('<failure message="expected no finding; got error mesh/smcp-mtls-not-strict');
  });

  it("shows no control characters and no markup of what it is given", () => {
    const run = runText(permissive, '  - { name: "\\e[31m<&\\">", findings: none }');
    expect(testsJunit(run)).toContain('name="␛[31m&lt;&amp;&quot;&gt;"');
    expect(testsText(run, createColors(false), false)).not.toContain("\u001b");
    expect(testsJson(run)).not.toContain("\u001b");
  });
});

describe("a snapshot", () => {
  const test = "  - { name: a, snapshot: ../golden.snap }";

  it("is missing, written, the same, and another one", () => {
    expect(fails(test)).toBe(
      "expected a snapshot in golden.snap; got there is no such file; --update writes it; see tests/a.meshtest.yaml:3:26",
    );
    const files = new Map<string, string>();
    const read = (path: string): string | null => files.get(path) ?? null;
    const write = (path: string, text: string): void => void files.set(path, text);
    expect(runText(platform, test, { goldens: { ...noGoldens, read, write } }).results[0]).toMatchObject({
      ok: true,
      note: "golden.snap written",
    });
    const golden = files.get("golden.snap") ?? "";
    expect(JSON.parse(golden)).toMatchObject({ version: 1, findings: [], summary: { errors: 0 } });
    expect(golden).not.toContain("not-applicable");
    const goldens = { ...noGoldens, read };
    expect(messages(runText(platform, test, { goldens }))).toEqual([]);
    const diff = () => ["- old", `+ ${"QUJD".repeat(30)}`, ...Array.from({ length: 50 }, () => "+ new")];
    const [message] = messages(runText(permissive, test, { goldens: { ...goldens, diff } }));
    expect(message).toMatch(
      /^expected the report of golden\.snap; got another report; --update takes it over; at golden\.snap:1; see .*\n- old\n\+ \(hidden\)\n/,
    );
    expect(message).toMatch(/ … 12 more lines$/);
    const updated = runText(permissive, test, { goldens: { ...noGoldens, read, write } });
    expect(updated.results[0]?.note).toBe("golden.snap updated");
  });

  it("has paths as they are seen from the test file", () => {
    const files = new Map<string, string>();
    const write = (path: string, text: string): void => void files.set(path, text);
    const seenFrom = (folder: string, path: string): string => `${folder}>${path}`;
    runText(permissive, test, { goldens: { ...noGoldens, write, seenFrom } });
    expect(JSON.parse(files.get("golden.snap") ?? "").findings[0].file).toBe("tests>11-smcp.yaml");
  });
});
