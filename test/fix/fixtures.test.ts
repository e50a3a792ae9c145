import { describe, expect, it } from "vitest";
import { rules } from "../../rules/index.ts";
import { loadFiles } from "../../src/load/load.ts";
import type { Finding } from "../../src/model/finding.ts";
import { casesOf, type FixtureCase } from "../support/fixture-cases.ts";
import { lintMemory } from "../support/lint.ts";
import { asRead, fixMemory } from "./run.ts";

const active = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ suppressed }) => suppressed === null);
const hasEdits = ({ fix }: Finding): boolean => (fix?.edits.length ?? 0) > 0;
const key = ({ rule, at, path, message }: Finding): string => `${rule} ${at.file.path} ${path}: ${message}`;

const optionsOf = ({ config, base, rule }: FixtureCase) => ({ config, base, rules: [rule] });

const cases = rules
  .filter((rule) => rule.fix !== "none")
  .flatMap((rule) => casesOf(rule.id).filter((fixture) => fixture.outcome === "fail"))
  .filter((fixture) => active(lintMemory(asRead(fixture.files), optionsOf(fixture)).findings).some(hasEdits))
  .map((fixture) => [`${fixture.rule} ${fixture.name}`, fixture] as const);

describe("the fixes of a rule, by themselves", () => {
  it.each(cases)("%s", (_name, fixture) => {
    const before = lintMemory(asRead(fixture.files), optionsOf(fixture));
    const outcome = fixMemory(fixture.files, optionsOf(fixture));
    expect(outcome.withheld.map(({ finding, reason }) => `${key(finding)}: ${reason}`)).toEqual([]);
    expect(outcome.settled).toBe(true);
    const left = active(outcome.report.findings);
    expect(left.filter(hasEdits).map(key)).toEqual([]);
    const known = new Set(active(before.findings).map((finding) => `${finding.rule} ${finding.message}`));
    const fresh = left.filter((finding) => !known.has(`${finding.rule} ${finding.message}`));
    expect(fresh.map(key), "a fix leaves what was there, and adds nothing").toEqual([]);
    const broken = loadFiles(outcome.files).documents.filter((document) => document.error !== null);
    expect(broken.length).toBe(loadFiles(asRead(fixture.files)).documents.filter((d) => d.error).length);
    expect(fixMemory(outcome.files, optionsOf(fixture)).changed).toEqual([]);
  });
});

/** What a fix is rightly withheld for: it would bring in what another rule forbids. */
const otherRule = (rule: string) => (reason: string) =>
  reason.startsWith("it would cause ") && !reason.startsWith(`it would cause ${rule} `);

describe("the fixes of a rule among those of all others", () => {
  it.each(cases)("%s", (_name, fixture) => {
    const options = { config: fixture.config, base: fixture.base };
    const outcome = fixMemory(fixture.files, options);
    const mine = outcome.withheld.filter(({ finding }) => finding.rule === fixture.rule);
    const faults = mine.filter(({ reason }) => !otherRule(fixture.rule)(reason));
    expect(faults.map(({ finding, reason }) => `${key(finding)}: ${reason}`)).toEqual([]);
    expect(outcome.settled).toBe(true);
    const again = fixMemory(outcome.files, options);
    expect(again.changed).toEqual([]);
    expect(again.report.findings.map(key)).toEqual(outcome.report.findings.map(key));
  });
});
