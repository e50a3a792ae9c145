import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rules } from "../rules/index.ts";
import { ruleMatches } from "../src/engine/settings.ts";
import { parseProfileOption } from "../src/graph/profile.ts";
import type { Finding } from "../src/model/finding.ts";
import type { Report } from "../src/model/report.ts";
import { positionAt, type SourceFile } from "../src/model/source.ts";
import { shared } from "./shared.ts";
import { lintMemory } from "./support/lint.ts";

/** What a right linter says about five real sets, and what it must not say. */
interface Label {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly rules: readonly string[];
  readonly accept_lines?: readonly [number, number];
}

interface LabelledSet {
  readonly id: string;
  readonly include: readonly string[];
  readonly profile: Readonly<Record<string, string>>;
  readonly must_report: readonly Label[];
  readonly must_not_report: readonly Label[];
}

const corpus = shared("corpus", "labels.json");
const labelled: readonly LabelledSet[] = corpus === null ? [] : JSON.parse(readFileSync(corpus, "utf8")).sets;

function filesOf(set: LabelledSet): readonly SourceFile[] {
  const folder = shared("corpus", set.id) ?? "";
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile() && /\.(ya?ml|json)$/.test(path))
    .filter((path) => set.include.some((part) => part === "." || path.startsWith(`${part}/`)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8").replace(/^\uFEFF/, "") }));
}

const lineOf = (finding: Finding): number => positionAt(finding.at.file, finding.at.start).line;
const shown = (finding: Finding): string =>
  `${finding.at.file.path}:${lineOf(finding)} ${finding.severity} ${finding.rule}: ${finding.message}`;
const alarms = (report: Report): readonly Finding[] =>
  report.findings.filter(({ severity, suppressed }) => severity !== "info" && suppressed === null);
const isImplemented = (pattern: string): boolean => rules.some((rule) => ruleMatches(pattern, rule.id));

if (corpus === null) {
  describe("real sets", () => {
    it.skip("are not at hand: set MESHLINT_SHARED to a folder with corpus/labels.json", () => {});
  });
}

describe.each(labelled.map((set) => [set.id, set] as const))("%s", (_id, set) => {
  const profile = parseProfileOption(
    Object.entries(set.profile)
      .map((pair) => pair.join("="))
      .join(","),
  );
  const report = lintMemory(filesOf(set), { profile });
  const found = alarms(report);

  it("is linted without a crash", () => {
    expect(report.crashes).toEqual([]);
  });

  const due = set.must_report.filter((label) => label.rules.some(isImplemented));
  it.each(due.map((label) => [label.id, label] as const))("reports %s", (_label, label) => {
    const [first, last] = label.accept_lines ?? [label.line - 2, label.line + 2];
    const hits = found.filter(
      (finding) =>
        finding.at.file.path === label.file &&
        label.rules.includes(finding.rule) &&
        lineOf(finding) >= first &&
        lineOf(finding) <= last,
    );
    expect(hits.length, found.map(shown).join("\n")).toBeGreaterThan(0);
  });

  it.each(set.must_not_report.map((label) => [label.id, label] as const))(
    "is not trapped by %s",
    (_label, label) => {
      const traps = found.filter(
        (finding) =>
          finding.at.file.path === label.file &&
          label.rules.some((pattern) => ruleMatches(pattern, finding.rule)) &&
          (label.rules.includes("*") || Math.abs(lineOf(finding) - label.line) <= 1),
      );
      expect(traps.map(shown)).toEqual([]);
    },
  );
});
