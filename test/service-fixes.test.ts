import { describe, expect, it } from "vitest";
import { rules } from "../rules/index.ts";
import { applyEdits } from "../src/fix/edits.ts";
import type { Finding } from "../src/model/finding.ts";
import { casesOf, type FixtureCase } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";

const groups = ["service/*", "manifest/*", "schema/*", "yaml/*"];
const findings = (fixture: FixtureCase, files = fixture.files): readonly Finding[] =>
  lintMemory(files, { config: fixture.config, rules: groups }).findings;

const fixable = rules
  .filter((rule) => rule.id.startsWith("service/") && rule.fix !== "none")
  .flatMap((rule) => casesOf(rule.id).filter((fixture) => fixture.outcome === "fail"))
  .flatMap((fixture) =>
    findings(fixture)
      .filter((finding) => finding.rule === fixture.rule && (finding.fix?.edits.length ?? 0) > 0)
      .map((finding) => [`${fixture.rule} ${fixture.name} ${finding.path}`, fixture, finding] as const),
  );

describe("the fix of a finding about a Knative Service", () => {
  it.each(fixable)("%s", (_name, fixture, finding) => {
    const edits = finding.fix?.edits ?? [];
    const files = fixture.files.map((file) => {
      const mine = edits.filter((edit) => edit.file.path === file.path);
      return mine.length === 0 ? file : { path: file.path, text: applyEdits(file.text, mine) };
    });
    const errors = (list: readonly Finding[]) =>
      list
        .filter(({ severity }) => severity !== "info")
        .map(({ rule, path }) => `${rule} ${path}`)
        .sort();
    const before = errors(findings(fixture));
    const after = errors(findings(fixture, files));
    expect(after).not.toContain(`${finding.rule} ${finding.path}`);
    expect(after.length).toBeLessThanOrEqual(before.length);
  });
});
