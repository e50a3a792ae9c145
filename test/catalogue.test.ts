import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rules } from "../rules/index.ts";
import { ruleFiles, ruleIndex } from "../scripts/catalogue.ts";
import { repository } from "./shared.ts";
import { casesOf } from "./support/fixture-cases.ts";

describe("the catalogue of rules", () => {
  it("holds every rule file, sorted by id", () => {
    expect(readFileSync(join(repository, "rules/index.ts"), "utf8").trim()).toBe(ruleIndex().trim());
    expect(rules.map((rule) => rule.id)).toEqual(ruleFiles());
  });

  it.each(rules.map((rule) => [rule.id, rule] as const))("%s is complete", (id, rule) => {
    expect(rule.documentation.length, "a rule needs a source").toBeGreaterThan(0);
    expect(rule.summary).toMatch(/^[A-Z].*\.$/);

    const page = join(repository, "rules", `${id}.md`);
    expect(existsSync(page), `${id}.md is missing`).toBe(true);
    const headings = [...readFileSync(page, "utf8").matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    const wanted = ["Why", "How to fix", "When to turn it off"];
    expect(headings.filter((heading) => wanted.includes(heading ?? ""))).toEqual(wanted);
  });

  it.each(rules.map((rule) => [rule.id, rule] as const))(
    "%s has a failing case, a passing one, a near miss, and an undecided one where it can be",
    (id, rule) => {
      const outcomes = casesOf(id).map((fixture) => fixture.outcome);
      expect(outcomes).toContain("fail");
      expect(outcomes).toContain("pass");
      expect(outcomes).toContain("near");
      // A cluster at hand may leave nothing open.
      if (rule.selfContained !== true && rule.live !== true) expect(outcomes).toContain("undecided");
    },
  );
});
