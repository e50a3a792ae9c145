import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { matrixDiffJson, matrixDiffMarkdown, matrixDiffText } from "../../src/report/matrix-diff.ts";
import { matrix } from "../../src/simulate/matrix.ts";
import type { Matrix, Outcome, Pair } from "../../src/simulate/matrix.ts";
import { matrixDiff } from "../../src/simulate/matrix-diff.ts";
import { isolation } from "../../src/simulate/isolation.ts";
import { graphOf } from "../support/graph.ts";
import { closedTo, twoTenants } from "../support/two-tenants.ts";

const plain = createColors(false);
const outcome = (verdict: Outcome["verdict"]): Outcome => ({
  verdict,
  mixed: false,
  because: "x",
  by: null,
  from: "a",
  to: "b",
});

type Verdict = Outcome["verdict"] | null;

function made(pairs: readonly (readonly [string, string, Verdict, Verdict?, Verdict?])[]): Matrix {
  const of = (verdict: Verdict | undefined): Outcome | null => (verdict ? outcome(verdict) : null);
  const all = pairs.map(([from, to, call, url, events]): Pair => {
    return { from, to, call: of(call), url: of(url), events: of(events) };
  });
  return { by: "tenant", callers: [], targets: [], pairs: all, notes: ["n"] };
}

const changes = (before: Matrix, after: Matrix): readonly string[] =>
  matrixDiff(before, after).changes.map(
    (change) =>
      `${change.kind} ${change.from} ${change.to} ${change.by} ` +
      `${change.before?.verdict ?? "-"} ${change.after?.verdict ?? "-"}`,
  );

describe("what a change opens and closes", () => {
  it.each<[Verdict, Verdict, string | null]>([
    ["DENY", "ALLOW", "opens"],
    ["MTLS_REQUIRED", "UNCERTAIN", "opens"],
    ["UNCERTAIN", "ALLOW", "opens"],
    [null, "ALLOW", "opens"],
    ["ALLOW", "DENY", "closes"],
    ["ALLOW", null, "closes"],
    ["ALLOW", "UNCERTAIN", "closes"],
    ["DENY", "MTLS_REQUIRED", "differs"],
    ["DENY", "DENY", null],
    ["ALLOW", "ALLOW", null],
    [null, "DENY", null],
    ["MTLS_REQUIRED", null, null],
    [null, null, null],
  ])("%s, now %s: %s", (then, now, kind) => {
    const found = changes(made([["a", "b", then]]), made([["a", "b", now]]));
    expect(found).toEqual(kind === null ? [] : [`${kind} a b call ${then ?? "-"} ${now ?? "-"}`]);
  });

  it("holds callers and services that come and go; what opens comes first", () => {
    const before = made([
      ["a", "b", "ALLOW"],
      ["a", "c", "DENY", null, "DENY"],
    ]);
    const after = made([
      ["a", "c", "MTLS_REQUIRED", null, "ALLOW"],
      ["d", "c", "ALLOW"],
    ]);
    expect(changes(before, after)).toEqual([
      "opens a c events DENY ALLOW",
      "opens d c call - ALLOW",
      "closes a b call ALLOW -",
      "differs a c call DENY MTLS_REQUIRED",
    ]);
    expect(changes(after, before)).toContain("closes d c call ALLOW -");
  });

  it("tells an external URL once, as it is the same for all", () => {
    const rows = (verdict: Verdict): Matrix =>
      made([
        ["a", "b", null, verdict],
        ["external", "b", null, verdict],
      ]);
    expect(changes(rows("DENY"), rows("ALLOW"))).toEqual(["opens external b url DENY ALLOW"]);
  });
});

const manifests = (source: string): string => `${twoTenants}---\n${closedTo(source)}`;
const tenants = [
  { name: "orange", namespaces: ["orange"] },
  { name: "violet", namespaces: ["violet"] },
];

describe("a report of it", () => {
  const before = graphOf({ "mesh.yaml": manifests("violet") }, { tenants });
  const after = graphOf({ "mesh.yaml": manifests("*") }, { tenants });
  const now = matrix(after, "tenant");
  const diff = matrixDiff(matrix(before, "tenant"), now);
  const isolated = isolation(after, now);

  it("names the policies that decided and decide", () => {
    expect(matrixDiffText(diff, "main (1a2b3c4)", null, plain)).toBe(
      `opens orange -> violet by internal names (orange: GET api.violet.svc.cluster.local/)
  then  DENY: no ALLOW rule matches orange/default for GET api.violet.svc.cluster.local/ (AuthorizationPolicy violet/closed)
        mesh.yaml:29: AuthorizationPolicy violet/closed
  now   ALLOW: rule 1 of AuthorizationPolicy violet/closed allows it
        mesh.yaml:30: AuthorizationPolicy violet/closed

1 opened, 0 closed since main (1a2b3c4)
`,
    );
    expect(matrixDiffText(diff, "main", isolated, plain)).toContain("not isolated: orange -> violet");
  });

  it("is a table for Markdown", () => {
    expect(matrixDiffMarkdown(diff, "main (1a2b3c4)", null)).toBe(
      `1 opened, 0 closed since main (1a2b3c4)

| Change | From | To | Way | Then | Decided by | Now | Decided by |
| --- | --- | --- | --- | --- | --- | --- | --- |
| opens | orange | violet | by internal names | DENY | mesh.yaml:29: AuthorizationPolicy violet/closed | ALLOW | mesh.yaml:30: AuthorizationPolicy violet/closed |
`,
    );
    const same = matrixDiff(now, now);
    expect(matrixDiffMarkdown(same, "v1_0", null)).toBe("0 opened, 0 closed since v1\\_0\n");
    const gone = matrixDiff(made([["a", "b", "ALLOW"]]), made([]));
    expect(matrixDiffMarkdown(gone, "x", null)).toContain("| ALLOW | x | - | - |");
    expect(matrixDiffText(gone, "x", null, plain)).toContain("now   nothing to call");
  });

  it("is JSON for machines", () => {
    const json: unknown = JSON.parse(matrixDiffJson(diff, "main (1a2b3c4)", isolated));
    expect(json).toMatchObject({
      version: 1,
      by: "tenant",
      base: "main (1a2b3c4)",
      changes: [
        {
          from: "orange",
          to: "violet",
          by: "call",
          change: "opens",
          before: { verdict: "DENY", by: { line: 29 } },
          after: { verdict: "ALLOW", by: { line: 30, policy: "AuthorizationPolicy violet/closed" } },
        },
      ],
      isolation: { checked: true, leaks: [{ from: "orange" }], notes: [] },
    });
  });

  it("lets no name move a cursor", () => {
    const evil = made([["a\u001b[2J", "b|c", "ALLOW"]]);
    const text = matrixDiffText(matrixDiff(made([]), evil), "r\u001b[31m", null, plain);
    expect(text + matrixDiffMarkdown(matrixDiff(made([]), evil), "r\u001b", null)).not.toContain("\u001b");
    expect(matrixDiffMarkdown(matrixDiff(made([]), evil), "r", null)).toContain("b\\|c");
  });
});
