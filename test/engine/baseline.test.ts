import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBaseline } from "../../src/config/baseline.ts";
import { applyBaseline, type BaselineInput, knownReason } from "../../src/engine/baseline.ts";
import { everything, settingsOf } from "../../src/engine/settings.ts";
import { updateBaseline } from "../../src/engine/update-baseline.ts";
import type { BaselineEntry } from "../../src/model/baseline.ts";
import { emptyConfig } from "../../src/model/config.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { positionAt, type SourceFile } from "../../src/model/source.ts";
import { baselineText } from "../../src/report/baseline.ts";
import { rule as expiredRule } from "../../rules/suppression/expired.ts";
import { rule as unknownRule } from "../../rules/suppression/unknown-rule.ts";
import { rule as unusedRule } from "../../rules/suppression/unused.ts";
import { finding as makeFinding, report as makeReport, resource } from "../report/example.ts";
import { plainRule } from "../support/plain-rule.ts";

const catalogue = [
  plainRule("mesh/a"),
  plainRule("mesh/b"),
  plainRule("live/x", { live: true }),
  expiredRule,
  unusedRule,
  unknownRule,
];
const settings = settingsOf(catalogue, emptyConfig, everything);
const known: SourceFile = { path: "known.json", text: "\n".repeat(20) };

/** An entry at its own line of the baseline. */
const entry = (line: number, more: Partial<BaselineEntry> = {}): BaselineEntry => ({
  rule: "mesh/a",
  resource: "Service/shop/web",
  path: "spec.type",
  file: "a.yaml",
  count: 1,
  reason: null,
  until: null,
  at: { file: known, start: line - 1, end: line - 1 },
  ...more,
});

const fileOf = (path: string): SourceFile => ({ path, text: "\n".repeat(99) });
const service = (file: SourceFile, name = "web", namespace: string | null = "shop"): Resource =>
  resource(file, "v1", "Service", namespace, name);

function finding(path: string, line: number, more: Partial<Finding> = {}): Finding {
  const file = fileOf(path);
  return makeFinding(
    { file, start: line - 1, end: line - 1 },
    { rule: "mesh/a", path: "spec.type", resource: service(file), ...more },
  );
}

function apply(
  findings: readonly Finding[],
  entries: readonly BaselineEntry[],
  more: Partial<BaselineInput> = {},
) {
  return applyBaseline(findings, {
    baseline: { path: known.path, schema: null, entries },
    now: new Date("2026-11-20T23:59:59Z"),
    settings,
    catalogue,
    verdicts: [],
    complete: true,
    shownPaths: ["."],
    ...more,
  });
}

/** `file:line rule [known]`, with the severity and message of what is said about the baseline. */
const show = ({ findings }: { readonly findings: readonly Finding[] }): readonly string[] =>
  findings.map(({ rule, at, severity, message, suppressed }) => {
    const { line } = positionAt(at.file, at.start);
    const about = rule.startsWith("suppression/") ? ` ${severity}: ${message}` : "";
    return `${at.file.path}:${line} ${rule}${about}${suppressed?.by === "baseline" ? " [known]" : ""}`;
  });

describe("a finding is known", () => {
  it("by rule, resource and field, wherever its line is and whatever its words are", () => {
    const found = [
      finding("a.yaml", 7, { message: "in other words" }),
      finding("a.yaml", 8, { rule: "mesh/b" }),
      finding("a.yaml", 9, { path: "spec.ports" }),
      finding("a.yaml", 10, { resource: service(fileOf("a.yaml"), "other") }),
      finding("a.yaml", 11, { resource: service(fileOf("a.yaml"), "web", null) }),
      finding("a.yaml", 12, { resource: null }),
    ];
    expect(show(apply(found, [entry(1)]))).toEqual([
      "a.yaml:7 mesh/a [known]",
      "a.yaml:8 mesh/b",
      "a.yaml:9 mesh/a",
      "a.yaml:10 mesh/a",
      "a.yaml:11 mesh/a",
      "a.yaml:12 mesh/a",
    ]);
  });

  it("in another file, but as often as before: a copy is new, and the one that stayed is known", () => {
    expect(show(apply([finding("moved.yaml", 1)], [entry(1)]))).toEqual(["moved.yaml:1 mesh/a [known]"]);
    expect(show(apply([finding("a-copy.yaml", 1), finding("a.yaml", 5)], [entry(1)]))).toEqual([
      "a-copy.yaml:1 mesh/a",
      "a.yaml:5 mesh/a [known]",
    ]);
    const three = [finding("a.yaml", 1), finding("a.yaml", 2), finding("a.yaml", 3)];
    expect(show(apply(three, [entry(1, { count: 2 })]))).toEqual([
      "a.yaml:1 mesh/a [known]",
      "a.yaml:2 mesh/a [known]",
      "a.yaml:3 mesh/a",
    ]);
    expect(show(apply(three, [entry(1), entry(2, { file: "b.yaml" })])).slice(0, 3)).toEqual([
      "a.yaml:1 mesh/a [known]",
      "a.yaml:2 mesh/a [known]",
      "a.yaml:3 mesh/a",
    ]);
  });

  it("in its own file only, if it is about the text", () => {
    const text = entry(1, { resource: null, path: "" });
    const about = (path: string) => finding(path, 3, { resource: null, path: "" });
    expect(show(apply([about("a.yaml"), about("b.yaml")], [text]))).toEqual([
      "a.yaml:3 mesh/a [known]",
      "b.yaml:3 mesh/a",
    ]);
  });

  it("with the entry's reason and date", () => {
    const reasonOf = (more: Partial<BaselineEntry>) =>
      apply([finding("a.yaml", 1)], [entry(1, more)]).findings[0]?.suppressed;
    expect(reasonOf({})).toEqual({ by: "baseline", reason: knownReason, until: null });
    expect(reasonOf({ reason: "old shop", until: "2026-11-20" })).toEqual({
      by: "baseline",
      reason: "old shop",
      until: "2026-11-20",
    });
  });

  it("not if a comment or the config suppresses it: the entry is of no use then", () => {
    const suppressed = { by: "comment", reason: "agreed", until: null } as const;
    const { findings } = apply([finding("a.yaml", 1, { suppressed })], [entry(4)]);
    expect(findings[0]?.suppressed).toEqual(suppressed);
    expect(findings[1]?.rule).toBe("suppression/unused");
  });

  it("whatever the order of the findings", () => {
    const found = [1, 2, 3, 4].flatMap((line) => [
      finding("a.yaml", line),
      finding("b.yaml", line, { message: String(line) }),
    ]);
    const expected = [...show(apply(found, [entry(1, { count: 3 }), entry(2, { file: "c.yaml" })]))].sort();
    fc.assert(
      fc.property(fc.shuffledSubarray(found, { minLength: found.length }), (shuffled) => {
        const result = apply(shuffled, [entry(1, { count: 3 }), entry(2, { file: "c.yaml" })]);
        expect([...show(result)].sort()).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe("about entries", () => {
  it("past its date: the finding counts again, and the entry is reported", () => {
    expect(show(apply([finding("a.yaml", 1)], [entry(4, { until: "2026-11-19" })]))).toEqual([
      "a.yaml:1 mesh/a",
      "known.json:4 suppression/expired warning: the baseline's mesh/a for Service/shop/web, spec.type ended on " +
        "2026-11-19",
    ]);
  });

  it("of no use: info, also past its date", () => {
    const text = { resource: null, path: "" } as const;
    expect(show(apply([], [entry(4), entry(5, { ...text, until: "2026-11-19" })]))).toEqual([
      "known.json:4 suppression/unused info: the baseline's mesh/a for Service/shop/web, spec.type is found no more",
      "known.json:5 suppression/unused info: the baseline's mesh/a for a.yaml is found no more",
    ]);
  });

  it("of no rule", () => {
    expect(show(apply([], [entry(4, { rule: "mesh/aa" })], { complete: false }))).toEqual([
      'known.json:4 suppression/unknown-rule warning: there is no rule "mesh/aa"; did you mean "mesh/a"?',
    ]);
  });

  it("says nothing about what was not judged", () => {
    const only = (id: string) =>
      settingsOf(catalogue, emptyConfig, { ...everything, rules: [id, "suppression/*"] });
    const undecided = { rule: "mesh/a", verdict: "undecided", reason: "", subjects: [] } as const;
    expect(apply([], [entry(1)]).findings).toHaveLength(1);
    expect(apply([], [entry(1)], { settings: only("mesh/a") }).findings).toHaveLength(1);
    expect(apply([], [entry(1)], { settings: only("mesh/b") }).findings).toEqual([]);
    expect(apply([], [entry(1)], { complete: false }).findings).toEqual([]);
    expect(apply([], [entry(1)], { shownPaths: ["sub"] }).findings).toEqual([]);
    expect(apply([], [entry(1)], { verdicts: [undecided] }).findings).toEqual([]);
    expect(apply([], [entry(1)], { verdicts: [{ ...undecided, verdict: "pass" }] }).findings).toHaveLength(1);
    const subject = { verdict: "undecided", resource: null, document: null, needs: "x" } as const;
    const partly = { ...undecided, verdict: "fail", subjects: [subject] } as const;
    expect(apply([], [entry(1)], { verdicts: [partly] }).findings).toEqual([]);
    expect(apply([], [entry(1, { rule: "live/x" })]).findings).toEqual([]);
  });

  it("has the severity of the config, and is off where its rule is", () => {
    const level = (to: "error" | "off") =>
      settingsOf(catalogue, emptyConfig, {
        ...everything,
        severities: [{ pattern: "suppression/*", level: to }],
      });
    expect(apply([], [entry(1)], { settings: level("error") }).findings[0]?.severity).toBe("error");
    expect(apply([], [entry(1)], { settings: level("off") }).findings).toEqual([]);
  });
});

describe("--update-baseline", () => {
  const update = (
    findings: readonly Finding[],
    entries: readonly BaselineEntry[],
    more: Partial<BaselineInput> = {},
  ) => {
    const { findings: marked, uses } = apply(findings, entries, more);
    return updateBaseline(makeReport(marked, { baseline: { path: known.path, uses } }));
  };
  const place = { resource: "Service/shop/web", path: "spec.type", rule: "mesh/a" } as const;
  const plain = { ...place, count: 1, reason: null, until: null } as const;

  it("takes in what counts, sorted, and suppresses it at once", () => {
    const comment = { by: "comment", reason: "agreed", until: null } as const;
    const {
      known: all,
      added,
      removed,
      report,
    } = update(
      [
        finding("b.yaml", 1, { rule: "mesh/b" }),
        finding("b.yaml", 1),
        finding("a.yaml", 9),
        finding("a.yaml", 1),
        finding("a.yaml", 4, { path: "a" }),
        finding("a.yaml", 5, { resource: null }),
        finding("a.yaml", 7, { rule: "mesh/b", suppressed: comment }),
      ],
      [],
    );
    expect(all).toEqual([
      { ...plain, file: "a.yaml", resource: null },
      { ...plain, file: "a.yaml", path: "a" },
      { ...plain, file: "a.yaml", count: 2 },
      { ...plain, file: "b.yaml" },
      { ...plain, file: "b.yaml", rule: "mesh/b" },
    ]);
    expect([added, removed]).toEqual([6, 0]);
    expect(report.findings.map(({ suppressed }) => suppressed?.by)).toEqual([
      ...Array.from({ length: 6 }, () => "baseline"),
      "comment",
    ]);
  });

  it("works without a baseline", () => {
    const { known: all, added } = updateBaseline(makeReport([finding("a.yaml", 1)]));
    expect(all).toEqual([{ ...plain, file: "a.yaml" }]);
    expect(added).toBe(1);
  });

  it("keeps reasons and dates of what stays, where it is now; a new one beside it has none", () => {
    const {
      known: all,
      added,
      removed,
    } = update(
      [finding("moved.yaml", 3), finding("moved.yaml", 4)],
      [entry(1, { reason: "old shop", until: "2027-01-01" })],
    );
    expect(all).toEqual([
      { ...plain, file: "moved.yaml" },
      { ...plain, file: "moved.yaml", reason: "old shop", until: "2027-01-01" },
    ]);
    expect([added, removed]).toEqual([1, 0]);
  });

  it("leaves out what is gone, and what names no rule", () => {
    const {
      known: all,
      removed,
      report,
    } = update(
      [finding("a.yaml", 3)],
      [entry(1, { count: 3 }), entry(2, { path: "gone" }), entry(3, { rule: "mesh/aa" })],
    );
    expect(all).toEqual([{ ...plain, file: "a.yaml" }]);
    expect(removed).toBe(4);
    expect(report.findings.map(({ rule }) => rule)).toEqual(["mesh/a"]);
  });

  it("keeps what was not judged", () => {
    const entries = [entry(1, { count: 3, reason: "x" }), entry(2, { path: "elsewhere" })];
    const { known: all, removed } = update([finding("a.yaml", 3)], entries, { complete: false });
    expect(all).toEqual([
      { ...plain, file: "a.yaml", path: "elsewhere" },
      { ...plain, file: "a.yaml", count: 3, reason: "x" },
    ]);
    expect(removed).toBe(0);
  });

  it("gives nobody more time: what is past its date goes on counting", () => {
    const { known: all, added, report } = update([finding("a.yaml", 3)], [entry(1, { until: "2026-01-01" })]);
    expect(all).toEqual([{ ...plain, file: "a.yaml", until: "2026-01-01" }]);
    expect(added).toBe(0);
    expect(report.findings.map(({ rule, suppressed }) => [rule, suppressed])).toEqual([
      ["mesh/a", null],
      ["suppression/expired", null],
    ]);
  });

  it("written and read again, knows exactly these findings; a second update changes no byte", () => {
    const one = fc.record({
      file: fc.constantFrom("a.yaml", "sub/b.yaml", "..data/\u202e.yaml"),
      line: fc.integer({ min: 1, max: 9 }),
      rule: fc.constantFrom("mesh/a", "mesh/b"),
      path: fc.constantFrom("", "spec.a", 'spec["\u001b\u0000😀"]', "__proto__", "true", "12", "null"),
      name: fc.constantFrom("web", "\u2028x", "~", ""),
      about: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (made) => {
        const found = made.map(({ file, line, rule, path, name, about }) =>
          finding(file, line, { rule, path, resource: about ? null : service(fileOf(file), name) }),
        );
        const text = baselineText(update(found, []).known, null);
        const read = readBaseline({ path: known.path, text });
        const again = apply(found, read.entries);
        expect(again.findings.filter(({ suppressed }) => suppressed === null)).toEqual([]);
        expect(baselineText(update(found, read.entries).known, null)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});
