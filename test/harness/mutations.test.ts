import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedFiles, ChangeError } from "../../src/harness/change.ts";
import { messageOf } from "../../src/harness/report.ts";
import type { Change } from "../../src/harness/test-file.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import { toJson, type Value } from "../../src/model/value.ts";
import { repository } from "../shared.ts";
import { readFolder } from "../support/fixture-cases.ts";
import { platformIn, runText } from "../support/harness.ts";

const clean = Object.fromEntries(
  readFolder(join(repository, "fixtures", "platform")).map(({ path, text }) => [path, text]),
);
const platform = platformIn(clean);
const smcp = "resource: ServiceMeshControlPlane/istio-system/basic";
const mtls = "set: { spec.security.dataPlane.mtls: false }";

function mutate(mutation: string, on = platform): string {
  const [result] = runText(on, `  - { name: a, mutations: [{ ${mutation} }] }`).results;
  return result ? messageOf(result) : "no result";
}

describe("a mutation", () => {
  it("is noticed by a rule", () => {
    expect(mutate(`${smcp}, ${mtls}, caughtBy: mesh/smcp-mtls-not-strict`)).toBe("");
    expect(mutate(`${smcp}, merge: { spec: { security: null } }, caughtBy: [tenant/*, mesh/smcp-*]`)).toBe(
      "",
    );
    const patch = "patch: [{ op: replace, path: /spec/security/dataPlane/mtls, value: false }]";
    expect(mutate(`${smcp}, ${patch}, caughtBy: mesh/smcp-mtls-not-strict`)).toBe("");
    expect(
      mutate("resource: ServiceMeshMemberRoll/default, delete: true, caughtBy: tenant/namespace-not-member"),
    ).toBe("");
  });

  it("is noticed by a verdict", () => {
    const call = "from: team-alpha-1/curl, to: team-bravo-1/test-webapp";
    const open = "resource: AuthorizationPolicy/knative-serving/*, delete: true";
    expect(mutate(`${open}, verdict: { ${call} }`)).toBe("");
    expect(mutate(`${open}, verdict: { ${call}, expect: ALLOW }`)).toBe("");
    expect(mutate(`${open}, verdict: { ${call}, expect: UNCERTAIN }`)).toMatch(
      /^expected delete AuthorizationPolicy\/knative-serving\/\*: team-alpha-1\/curl -> team-bravo-1\/test-webapp becomes UNCERTAIN; got DENY becomes ALLOW 200/,
    );
    expect(mutate(`${smcp}, name: a label, set: { metadata.labels.a: b }, verdict: { ${call} }`)).toMatch(
      /^expected a label: .* changes; got it stays DENY 403: .*; at 31-authz-team-alpha\.yaml:\d+; see tests/,
    );
    const gone = "resource: Service/team-bravo-1/test-webapp, delete: true";
    expect(mutate(`${gone}, verdict: { ${call} }`)).toContain(
      "it cannot be asked with the change: there is no",
    );
    expect(mutate(`${gone}, verdict: { from: a/b, to: c/d } `)).toContain(
      "cannot be asked without the change",
    );
  });

  it("that survives is told, with what was found instead", () => {
    expect(mutate(`${smcp}, set: { metadata.labels.a: b }, caughtBy: mesh/*`)).toBe(
      "expected set metadata.labels.a of ServiceMeshControlPlane/istio-system/basic: caught by mesh/*; got survives: " +
        "no rule finds anything new; at 11-smcp.yaml:5:9; see tests/a.meshtest.yaml:3:28",
    );
    expect(mutate(`${smcp}, ${mtls}, caughtBy: kafka/*`)).toMatch(
      /caught by kafka\/\*; got only error mesh\/smcp-mtls-not-strict .*, and \d+ more; at 11-smcp/,
    );
  });

  it("of nothing that there is, or that cannot be made, is a failure", () => {
    expect(
      mutate("resource: ServiceMeshControlPlane/istio-system/basik, delete: true, caughtBy: mesh/*"),
    ).toContain(
      'an object ServiceMeshControlPlane/istio-system/basik; got there is none; did you mean "ServiceMeshControlPlane/istio-system/basic"?',
    );
    expect(mutate(`${smcp}, set: { spec.version.x: 1 }, caughtBy: mesh/*`)).toContain(
      "a change that can be made; got there is no spec.version.x: what is above it is no mapping",
    );
    const alone = platformIn({ "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n" });
    expect(mutate("resource: Namespace/a, delete: true, caughtBy: mesh/*", alone)).toContain(
      "a change that can be made; got there are no Kubernetes objects",
    );
  });

  it("is not noticed by what was suppressed before", () => {
    const text = (clean["11-smcp.yaml"] ?? "").replace(
      "mtls: true",
      "# meshlint-disable-next-line mesh/smcp-mtls-not-strict -- until March\n      mtls: false",
    );
    const suppressed = platformIn({ ...clean, "11-smcp.yaml": text });
    expect(mutate(`${smcp}, set: { metadata.labels.a: b }, caughtBy: mesh/*`, suppressed)).toContain(
      "survives",
    );
  });
});

/** What becomes of the value of `A/x` in a file with a change. */
function changed(value: Value, change: Change): Value | undefined {
  const text = JSON.stringify({ apiVersion: "v1", kind: "A", metadata: { name: "x" }, value });
  const file = { path: "a.yaml", text: `# first\n---\n${text}\n---\nkind: B\napiVersion: v1\n` };
  const resources = parseDocuments(file).flatMap((document) => toResources(document));
  const [result] = changedFiles(
    [file],
    resources.filter(({ kind }) => kind === "A"),
    change,
  );
  if (!result) return undefined;
  expect(result.text).toContain("kind: B");
  const [, one] = parseDocuments(result);
  return (one?.value as { readonly value?: Value } | null)?.value;
}

const patched = (value: Value, ...operations: readonly object[]): Value | undefined =>
  changed(value, {
    type: "patch",
    operations: operations.map(
      (operation) => ({ from: null, value: null, op: "add", path: [], ...operation }) as never,
    ),
  });

describe("a change", () => {
  it("sets values, with what is missing above them", () => {
    const set = (path: readonly (string | number)[], value: Value): Change => ({
      type: "set",
      values: [[["value", ...path], value]],
    });
    expect(changed({ a: [1, { b: 2 }] }, set(["a", 1, "b"], 3))).toEqual({ a: [1, { b: 3 }] });
    expect(changed({}, set(["a", "b"], null))).toEqual({ a: { b: null } });
    expect(changed([1], set([1], 2))).toEqual([1, 2]);
    expect(() => changed([1], set([2], 2))).toThrow(ChangeError);
    expect(() => changed([1], set([1, "a"], 2))).toThrow("the list has 1 items");
    expect(() => changed([1], set(["a"], 2))).toThrow(ChangeError);
    const proto = changed({}, set(["__proto__", "x"], 1));
    expect(Object.keys(proto ?? {})).toEqual(["__proto__"]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("merges as RFC 7396 says", () => {
    const merge = (value: Value, patch: Value): Value | undefined =>
      changed(value, { type: "merge", patch: { value: patch } });
    expect(merge({ a: "b", c: { d: "e", f: "g" } }, { a: "z", c: { f: null } })).toEqual({
      a: "z",
      c: { d: "e" },
    });
    expect(merge({ a: [{ b: "c" }] }, { a: [1] })).toEqual({ a: [1] });
    expect(merge([1, 2], { a: "b", c: null })).toEqual({ a: "b" });
    expect(merge({}, { a: { bb: { ccc: null } } })).toEqual({ a: { bb: {} } });
  });

  it("patches as RFC 6902 says", () => {
    const at = (...path: readonly string[]) => ["value", ...path];
    expect(patched({ a: [1, 2] }, { op: "add", path: at("a", "1"), value: 9 })).toEqual({ a: [1, 9, 2] });
    expect(patched({ a: [1] }, { op: "add", path: at("a", "-"), value: 9 })).toEqual({ a: [1, 9] });
    expect(patched({ a: 1 }, { op: "remove", path: at("a") })).toEqual({});
    expect(patched([1, 2, 3], { op: "remove", path: at("1") })).toEqual([1, 3]);
    expect(patched([1, 2], { op: "replace", path: at("1"), value: { a: 1 } })).toEqual([1, { a: 1 }]);
    expect(patched({ a: 1 }, { op: "replace", path: at("a"), value: 2 })).toEqual({ a: 2 });
    expect(patched({ a: [1], b: {} }, { op: "move", from: at("a"), path: at("b", "c") })).toEqual({
      b: { c: [1] },
    });
    expect(patched({ a: [1] }, { op: "copy", from: at("a", "0"), path: at("b") })).toEqual({ a: [1], b: 1 });
    expect(patched({ a: { x: 1, y: 2 } }, { op: "test", path: at("a"), value: { y: 2, x: 1 } })).toEqual({
      a: { x: 1, y: 2 },
    });
    for (const wrong of [
      { op: "test", path: at("a"), value: 2 },
      { op: "remove", path: at("b") },
      { op: "replace", path: at("b"), value: 1 },
      { op: "add", path: at("l", "5"), value: 1 },
      { op: "add", path: at("l", "01"), value: 1 },
      { op: "add", path: at("a", "b"), value: 1 },
      { op: "add", path: at("b", "c"), value: 1 },
    ])
      expect(() => patched({ a: 1, l: [] }, wrong), JSON.stringify(wrong)).toThrow(ChangeError);
  });

  it("of nothing leaves every value as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const same = changed(value as Value, { type: "set", values: [[["other"], 1]] });
        expect(toJson(same)).toBe(JSON.stringify(value));
      }),
      { numRuns: 100 },
    );
  });

  it("takes items out of a List, and leaves the others", () => {
    const file = {
      path: "a.yaml",
      text:
        "apiVersion: v1\nkind: List\nitems:\n" +
        ["a", "b", "c"]
          .map((name) => `  - { apiVersion: v1, kind: A, metadata: { name: ${name} } }\n`)
          .join(""),
    };
    const all = parseDocuments(file).flatMap((document) => toResources(document));
    const picked = all.filter(({ name }) => name !== "b");
    const [deleted] = changedFiles([file], picked, { type: "delete" });
    const left = parseDocuments(deleted ?? file).flatMap((document) => toResources(document));
    expect(left.map(({ name }) => name)).toEqual(["b"]);
    const [set] = changedFiles([file], picked, { type: "set", values: [[["metadata", "name"], "z"]] });
    const named = parseDocuments(set ?? file).flatMap((document) => toResources(document));
    expect(named.map(({ name }) => name)).toEqual(["z", "b", "z"]);
  });
});
