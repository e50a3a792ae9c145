import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { gitlab } from "../../src/report/gitlab.ts";
import { sarif } from "../../src/report/sarif.ts";
import { example, file, finding, hostile, place, report, resource, rules } from "./example.ts";

const text = { type: "string", minLength: 1 };
const line = { type: "integer", minimum: 1 };
const object = (properties: object): object => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** What GitLab's documentation asks of a Code Quality report, and nothing that meshlint does not write. */
const schema = {
  type: "array",
  items: object({
    type: { const: "issue" },
    check_name: text,
    description: text,
    severity: { enum: ["info", "minor", "major", "critical", "blocker"] },
    fingerprint: text,
    location: object({
      path: { type: "string", pattern: "^(?!\\./)" },
      lines: object({ begin: line, end: line }),
    }),
  }),
};
const validate = new Ajv({ allErrors: true }).compile(schema);

test.each([
  ["of everything", example],
  ["of an attack", hostile],
  ["of nothing", report([])],
])("a report %s is valid, and its fingerprints are unique", (_name, input) => {
  const issues: readonly { fingerprint: string }[] = JSON.parse(gitlab(input));
  expect(validate(issues), JSON.stringify(validate.errors)).toBe(true);
  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
});

const marks = (...lines: readonly string[]): readonly string[] => {
  const source = file("a.yaml", ...lines);
  const owner = resource(source, "v1", "Service", "a", "b");
  const same = finding(place(source, "x"), { resource: owner, path: "spec.type" });
  const issues: readonly { fingerprint: string }[] = JSON.parse(gitlab(report([same, same])));
  return issues.map(({ fingerprint }) => fingerprint);
};

test("fingerprints survive added lines and tell equal findings apart", () => {
  expect(marks("# more", "", "a: x")).toEqual(marks("a: x"));
  expect(new Set(marks("a: x")).size).toBe(2);
});

test("fingerprints are those of SARIF; suppressed findings are left out", () => {
  const [run] = JSON.parse(sarif(example, rules, { version: "1.2.3", exitCode: 1 })).runs;
  const inSarif = run.results
    .filter((result: { suppressions: readonly unknown[] }) => result.suppressions.length === 0)
    .map(
      (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints["meshlint/v1"],
    );
  const issues: readonly { fingerprint: string }[] = JSON.parse(gitlab(example));
  expect(issues.map(({ fingerprint }) => fingerprint)).toEqual(inSarif);
});
