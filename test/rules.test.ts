import { describe, expect, it } from "vitest";
import { rules } from "../rules/index.ts";
import { positionAt } from "../src/model/source.ts";
import type { Finding } from "../src/model/finding.ts";
import type { Report } from "../src/model/report.ts";
import { casesOf, type FixtureCase } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";
import { markersIn } from "./support/markers.ts";

const place = (finding: Finding): string => {
  const { line } = positionAt(finding.at.file, finding.at.start);
  return `${finding.at.file.path}:${line} ${finding.rule}`;
};

/** The verdict of a rule over all sets of a case. */
function verdictOf(report: Report, rule: string): string {
  const said = report.sets.flatMap((set) => set.verdicts.filter((entry) => entry.rule === rule));
  for (const verdict of ["fail", "undecided", "pass"] as const)
    if (said.some((entry) => entry.verdict === verdict)) return verdict;
  return "not-applicable";
}

/** Suppressions are judged by what the other rules find, so that these have to run as well. */
function lintCase(fixture: FixtureCase, files = fixture.files): Report {
  const needsAll = fixture.rule.startsWith("suppression/");
  const report = lintMemory(files, {
    config: fixture.config,
    base: fixture.base,
    live: fixture.live,
    rules: needsAll ? [] : [fixture.rule],
  });
  return { ...report, findings: report.findings.filter((finding) => finding.rule === fixture.rule) };
}

describe.each(rules.map((rule) => rule.id))("%s", (id) => {
  const cases = casesOf(id);

  it.each(cases.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => {
    const report = lintCase(fixture);
    expect(report.crashes).toEqual([]);
    const found = report.findings.filter((finding) => finding.suppressed === null);
    const expected = [...fixture.files, ...(fixture.config ? [fixture.config] : [])].flatMap(markersIn);
    expect(found.map(place).sort()).toEqual(
      expected.map((marker) => `${marker.file}:${marker.line} ${marker.rule}`).sort(),
    );
    for (const marker of expected) {
      const there = found.filter(
        (finding) => place(finding) === `${marker.file}:${marker.line} ${marker.rule}`,
      );
      if (marker.column !== null)
        expect(there.map((f) => positionAt(f.at.file, f.at.start).column)).toContain(marker.column);
      if (marker.severity !== null) expect(there.map((f) => f.severity)).toContain(marker.severity);
    }

    const verdict = verdictOf(report, id);
    if (fixture.outcome === "fail") expect(expected.length).toBeGreaterThan(0);
    else expect(expected, "only fail cases expect findings").toEqual([]);
    // Rules that the engine judges (unreadable files, suppressions) give no verdict of their own.
    if (fixture.outcome === "undecided") expect(verdict).toBe("undecided");
    if (fixture.outcome === "near") expect(["pass", "not-applicable"]).toContain(verdict);

    const reversed = lintCase(fixture, fixture.files.toReversed());
    expect(reversed.findings.map(place)).toEqual(report.findings.map(place));
  });
});
