import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { rules } from "../../rules/index.ts";
import { formatNames } from "../../src/cli/flags.ts";
import { formatReport } from "../../src/cli/formats.ts";
import { isMapping, type Value } from "../../src/model/value.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { casesOf, type FixtureCase } from "../support/fixture-cases.ts";
import { lintMemory } from "../support/lint.ts";

/** What must not get out of a value: parts of it as written, and of what it decodes to. */
function partsOf(value: Value): readonly string[] {
  if (typeof value !== "string") return [];
  const decoded = Buffer.from(value, "base64").toString("latin1");
  const lines = [value, decoded].flatMap((text) => text.split(/[\r\n]+/));
  const secret = lines.filter((line) => /^[A-Za-z0-9+/=]{16,}$/.test(line));
  return secret.flatMap((line) => [line.slice(0, 16), line.slice(-16)]);
}

function planted(fixture: FixtureCase): readonly string[] {
  return fixture.files.flatMap(parseDocuments).flatMap(({ value }) => {
    if (!isMapping(value) || value.kind !== "Secret") return [];
    return ["data", "stringData"].flatMap((field) => {
      const values = value[field];
      return isMapping(values) ? Object.values(values).flatMap(partsOf) : [];
    });
  });
}

const cases = rules
  .filter(({ id }) => id.startsWith("cert/"))
  .flatMap(({ id }) => casesOf(id))
  .filter((fixture) => fixture.outcome === "fail" && planted(fixture).length > 0);

describe("no format shows a part of a certificate or key", () => {
  it.each(cases.map((fixture) => [fixture.rule, fixture.name, fixture] as const))(
    "%s %s",
    async (_rule, _name, fixture) => {
      const report = lintMemory(fixture.files, { config: fixture.config, strict: true });
      expect(report.crashes).toEqual([]);
      expect(report.findings.length).toBeGreaterThan(0);
      const parts = planted(fixture);
      for (const name of formatNames) {
        const text = await formatReport(name, report, {
          rules: () => Promise.resolve(rules),
          exitCode: 1,
          colors: createColors(false),
          quiet: false,
          verbose: true,
          maxFindings: null,
        });
        expect(text.length).toBeGreaterThan(0);
        expect(
          parts.filter((part) => text.includes(part)),
          name,
        ).toEqual([]);
      }
    },
  );
});
