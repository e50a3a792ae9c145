import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseFieldPath, parsePointer } from "../../src/harness/field-path.ts";
import { testJsonSchema } from "../../src/harness/test-shape.ts";
import { formatPath } from "../../src/model/value.ts";
import { repository } from "../shared.ts";
import { problemsOf } from "../support/harness.ts";

const good = `
manifests: [../prod, "../more/*.yaml"]
context: [../platform]
complete: true
profile: { serverless: 1.32 }
tenants: [{ name: a, namespaces: [a-1] }]
today: 2026-11-20
tests:
  - name: nothing
    findings: none
  - name: these
    findings:
      among: [tenant/*]
      exact: [{ rule: mesh/smcp-mtls-not-strict, count: 2 }, mesh/*]
      includes: [{ severity: error, file: a.yaml, line: 4, message: x }]
      excludes: [{ resource: Gateway/a/b }]
      markers: true
  - name: calls
    reach:
      - { from: a, to: b/c, expect: DENY, status: 403, by: AuthorizationPolicy/a/b, method: POST, path: /x }
      - { from: a, to: b/c, expect: ALLOW, host: h, headers: { a: b }, port: 80, serviceAccount: s, sidecar: false }
  - name: table
    reach: { targets: [a/b, c/d], callers: { x: [ALLOW, MTLS_REQUIRED] } }
  - name: isolation
    isolated: [a, b]
  - name: every tenant
    isolated: tenants
  - name: changes
    mutations:
      - { resource: Gateway/a/b, delete: true, caughtBy: [gateway/*] }
      - { resource: Gateway/b, set: { "spec.servers[0].port": { number: 1 } }, caughtBy: gateway/* }
      - { resource: Gateway/b, merge: { spec: null }, verdict: { from: a, to: b/c, expect: DENY } }
      - { resource: Gateway/b, patch: [{ op: add, path: /spec/x, value: [1] }], caughtBy: "*" }
  - name: every change
    mutations: documented
  - name: some of them
    mutations: { documented: [Gateway/*], oneIn: 3, score: 90 }
  - name: all of them, told
    mutations: { documented: all }
  - name: golden
    snapshot: a.snap
`;

describe("a test file", () => {
  it("may say all that there is", () => {
    expect(problemsOf(good)).toEqual([]);
  });

  it.each([
    ["", "1:1: there are no tests: tests: is missing"],
    ["- a", "1:1: the file has to be a mapping, not a list"],
    ["tests: [{ name: a, findings: none }]", "1:1: the file has to have one of set, manifests"],
    ["set: a", "1:1: the file has no tests"],
    ["set: a\ntests: []", "2:8: there are no tests"],
    ["set: a\ntests: [{ name: a, findings: none }]\n---\nset: b", "4:1: a test file is a single document"],
    ["set: a\nset: b\ntests: [{ name: a, findings: none }]", '2:1: key "set" stands twice'],
    ["set: [", "1:7: unexpected end of the stream within a flow collection"],
    [
      "set: a\ncomplete: true\ntests: [{ name: a, findings: none }]",
      "2:1: complete belongs to manifests; a set has its own in meshlint.yaml",
    ],
    ["manifests: []\ntests: [{ name: a, findings: none }]", "1:12: manifests names no file"],
    ["set: a\nprofile: { mesh: x }\ntests: [{ name: a, findings: none }]", "2:18: mesh"],
    ["set: a\ntoday: 2026-02-31\ntests: [{ name: a, findings: none }]", "2:8: there is no day 2026-02-31"],
  ])("that is %j is told with its place", (text, message) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`a.meshtest.yaml:${message}`);
  });

  it.each([
    ["{ ^nam: x, name: a, findings: none }", 'unknown key "nam"; did you mean "name"?'],
    ["{ name: a, findings: ^non }", 'unknown expectation "non"; did you mean "none"?'],
    ["^{ name: a, findings: none, isolated: tenants }", "tests[0] has to have one of findings, reach,"],
    ["{ name: a, findings: ^{ among: [mesh/*] } }", "findings expects nothing"],
    [
      "{ name: a, findings: { includes: [^mesh/smcp-mtls-not-stric] } }",
      'unknown rule "mesh/smcp-mtls-not-stric"; did you mean "mesh/smcp-mtls-not-strict"?',
    ],
    ["{ name: a, findings: { includes: [^{ count: 3 }] } }", "an entry has to have one of rule, resource,"],
    [
      "{ name: a, findings: { includes: [{ line: ^0 }] } }",
      "tests[0].findings.includes[0].line has to be a number from 1 on",
    ],
    ["{ name: a, reach: ^[] }", "reach names no request"],
    [
      "{ name: a, reach: [{ from: a, to: b/c, expect: ^DENNY }] }",
      'unknown verdict "DENNY"; did you mean "DENY"?',
    ],
    [
      "{ name: a, reach: { targets: [a/b], callers: { x: ^[ALLOW, DENY] } } }",
      "x has 2 verdicts, and there are 1 targets",
    ],
    ["{ name: a, isolated: ^[x] }", "isolated names two tenants or more"],
    ["{ name: a, mutations: ^documentd }", 'unknown expectation "documentd"; did you mean "documented"?'],
    ["{ name: a, mutations: { documented: ^[] } }", "documented names no object"],
    ["{ name: a, mutations: ^{ score: 3 } }", "tests[0].mutations has no documented"],
    ["{ name: a, mutations: { documented: all, score: ^101 } }", "a number from 0 to 100"],
    ["{ name: a, mutations: ^[] }", "mutations names no change"],
    [
      "{ name: a, mutations: [^{ resource: A/b, delete: true }] }",
      "a mutation has to say what notices it: caughtBy or verdict",
    ],
    ["{ name: a, mutations: [{ resource: A/b, delete: ^false, caughtBy: '*' }] }", "delete can only be true"],
    ["{ name: a, mutations: [{ resource: A/b, set: ^{}, caughtBy: '*' }] }", "set names no field"],
    [
      "{ name: a, mutations: [{ resource: A/b, set: { ^a..b: 1 }, caughtBy: '*' }] }",
      '"a..b" is no field path',
    ],
    ["{ name: a, mutations: [{ resource: A/b, merge: ^{}, caughtBy: '*' }] }", "merge changes nothing"],
    ["{ name: a, mutations: [{ resource: A/b, patch: ^[], caughtBy: '*' }] }", "patch has no operation"],
    [
      "{ name: a, mutations: [{ resource: A/b, patch: [^{ op: add, path: /a }], caughtBy: '*' }] }",
      "add needs a value",
    ],
    [
      "{ name: a, mutations: [{ resource: A/b, patch: [^{ op: move, path: /a }], caughtBy: '*' }] }",
      "move needs from",
    ],
    [
      "{ name: a, mutations: [{ resource: ^Ab, delete: true, caughtBy: '*' }] }",
      "tests[0].mutations[0].resource has to be Kind/namespace/name",
    ],
  ])("with the test %j is told what is wrong, and where (^)", (test, message) => {
    const problems = problemsOf(`set: a\ntests:\n  - ${test.replace("^", "")}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    const column = "  - ".length + test.indexOf("^") + 1;
    expect(problems[0]?.startsWith(`a.meshtest.yaml:3:${column}: `)).toBe(true);
  });

  it("cannot have two tests of one name, and is told all that is wrong in the order of its lines", () => {
    const text =
      "set: a\ntests:\n  - { name: a, isolated: [x] }\n  - { name: a, findings: { excludes: [x/y] } }";
    expect(problemsOf(text).map((problem) => problem.split(": ")[0])).toEqual([
      "a.meshtest.yaml:3:26",
      "a.meshtest.yaml:4:13",
      "a.meshtest.yaml:4:39",
    ]);
  });
});

describe("the documentation", () => {
  const text = readFileSync(join(repository, "docs/testing.md"), "utf8");
  const examples = Array.from(text.matchAll(/```yaml\n(- name:[^]*?)```/g), ([, example = ""]) => example);

  it("has an example of each kind of test", () => {
    const kinds = examples.flatMap((example) => parse(example) as object[]).flatMap(Object.keys);
    expect(new Set(kinds)).toEqual(
      new Set(["name", "findings", "reach", "isolated", "mutations", "snapshot"]),
    );
  });

  it.each(examples)("shows only what is right: %s", (example) => {
    expect(problemsOf(`set: a\ntests:\n${example}`)).toEqual([]);
  });
});

describe("the JSON Schema of test files", () => {
  const validate = new Ajv({
    strict: true,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
  }).compile(testJsonSchema());

  it("is the one that is shipped", () => {
    const shipped = readFileSync(join(repository, "schemas/meshtest.schema.json"), "utf8");
    expect(shipped).toBe(`${JSON.stringify(testJsonSchema(), null, 2)}\n`);
  });

  it("takes what meshlint takes, and refuses what it refuses", () => {
    validate(parse(good));
    expect(validate.errors).toBeNull();
    expect(validate({ set: "a", tests: [{ name: "x", findings: "non" }] })).toBe(false);
    expect(validate({ set: "a", manifests: "b", tests: [{ name: "x", findings: "none" }] })).toBe(false);
    expect(validate({ set: "a", tests: [{ name: "x", findings: "none", isolated: "tenants" }] })).toBe(false);
  });
});

describe("a field path", () => {
  it.each(["spec", "spec.servers[0].port", 'metadata.labels["a.b/c"]', 'a["__proto__"].b', '["x y"]'])(
    "%s is read as messages write it",
    (text) => {
      const path = parseFieldPath(text);
      expect(path && parseFieldPath(formatPath(path))).toEqual(path);
    },
  );

  it.each(["", ".a", "a..b", "a.", "a[x]", "a[-1]", 'a["b]', 'a["\\x"]', "a b"])("%j is none", (text) => {
    expect(parseFieldPath(text)).toBeNull();
  });

  it("of a JSON pointer has its escapes undone", () => {
    expect(parsePointer("/a~1b/~01/0")).toEqual(["a/b", "~1", "0"]);
  });
});
