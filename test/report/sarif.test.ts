import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { sarif } from "../../src/report/sarif.ts";
import { example, finding, hostile, place, report, resource, file, rules } from "./example.ts";

const text = { type: "string", minLength: 1 };
const link = { type: "string", pattern: "^https://[!-~]+$" };
const count = { type: "integer", minimum: 1 };
const message = { type: "object", required: ["text"], properties: { text }, additionalProperties: false };
const level = { enum: ["none", "note", "warning", "error"] };
const object = (properties: object, required = Object.keys(properties), more: object = {}): object => ({
  type: "object",
  properties: { ...properties, ...more },
  required,
  additionalProperties: false,
});
const list = (items: object, minItems = 0): object => ({ type: "array", items, minItems, uniqueItems: true });

const artifactLocation = object({
  uri: { type: "string", pattern: "^[A-Za-z0-9%._~!*'()/-]+$" },
  uriBaseId: text,
});
const region = object({ startLine: count, startColumn: count, endLine: count, endColumn: count });
const place0 = { physicalLocation: object({ artifactLocation, region }) };
const logicalLocation = object({ name: text, fullyQualifiedName: text, kind: text });
const replacement = object({ deletedRegion: region, insertedContent: object({ text: { type: "string" } }) });
const artifactChange = object({ artifactLocation, replacements: list(replacement, 1) });

/** The part of SARIF 2.1.0 (OASIS, sections 3.13 to 3.57) that meshlint writes; nothing else may occur. */
const schema = object({
  $schema: text,
  version: { const: "2.1.0" },
  runs: list(
    object({
      tool: object({
        driver: object({
          name: text,
          version: text,
          semanticVersion: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+" },
          informationUri: link,
          rules: list(
            object(
              {
                id: text,
                shortDescription: message,
                fullDescription: message,
                help: object({ text, markdown: text }),
                defaultConfiguration: object({ level }),
                properties: object({
                  tags: list(text),
                  precision: { enum: ["very-high", "high", "medium", "low"] },
                  "problem.severity": { enum: ["error", "warning", "recommendation"] },
                }),
              },
              undefined,
              { helpUri: link },
            ),
          ),
        }),
      }),
      columnKind: { const: "utf16CodeUnits" },
      originalUriBaseIds: {
        type: "object",
        additionalProperties: object({ description: message }),
      },
      invocations: list(
        object({
          executionSuccessful: { type: "boolean" },
          exitCode: { type: "integer" },
          toolExecutionNotifications: list(object({ level, message })),
        }),
        1,
      ),
      results: {
        type: "array",
        items: object(
          {
            ruleId: text,
            ruleIndex: { type: "integer", minimum: 0 },
            level,
            message,
            locations: list(object(place0, undefined, { logicalLocations: list(logicalLocation, 1) }), 1),
            partialFingerprints: { type: "object", additionalProperties: text, minProperties: 1 },
            suppressions: list(
              object({
                kind: { enum: ["inSource", "external"] },
                status: { const: "accepted" },
                justification: { type: "string" },
                properties: object({
                  by: { enum: ["comment", "config", "baseline"] },
                  until: { type: ["string", "null"] },
                }),
              }),
            ),
            properties: { type: "object" },
          },
          undefined,
          {
            relatedLocations: list(object({ id: count, ...place0, message }), 1),
            fixes: list(
              object({
                description: message,
                artifactChanges: list(artifactChange, 1),
                properties: object({ safety: { enum: ["safe", "review"] } }),
              }),
              1,
            ),
          },
        ),
      },
    }),
    1,
  ),
});

const options = { version: "1.2.3", exitCode: 1 };
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

test.each([
  ["of everything", example],
  ["of an attack", hostile],
  ["of nothing", report([])],
])("a log %s is valid", (_name, input) => {
  expect(
    validate(JSON.parse(sarif(input, rules, { ...options, pageUrl: (id) => `https://example.com/${id}` }))),
    JSON.stringify(validate.errors),
  ).toBe(true);
});

test("a log holds rules by index, justified suppressions, fixes and field names", () => {
  const [run] = JSON.parse(
    sarif(example, rules, { ...options, page: () => "# Page", pageUrl: (id) => `https://example.com/${id}` }),
  ).runs;
  expect(run.results.map((result: { ruleId: string }) => result.ruleId)).toEqual(
    run.results.map((result: { ruleIndex: number }) => run.tool.driver.rules[result.ruleIndex].id),
  );
  expect(run.tool.driver.rules[0].help.markdown).toBe("# Page");
  expect(run.tool.driver.rules[0].helpUri).toBe("https://example.com/gateway/local-gateway-plaintext");
  expect(run.results[0].fixes[0].properties).toEqual({ safety: "review" });
  expect(run.results.map((result: { suppressions: unknown }) => result.suppressions)).toEqual([
    [],
    [],
    [
      {
        kind: "inSource",
        status: "accepted",
        justification: "old clients until spring",
        properties: { by: "comment", until: "2027-03-01" },
      },
    ],
  ]);
  const [{ artifactChanges }] = run.results[0].fixes;
  expect(artifactChanges[0].replacements).toEqual([
    {
      deletedRegion: { startLine: 9, startColumn: 13, endLine: 9, endColumn: 18 },
      insertedContent: { text: "true" },
    },
  ]);
  expect(run.results[1].fixes).toBeUndefined();
});

test("fingerprints survive added lines and tell equal findings apart", () => {
  const marks = (...lines: readonly string[]): string[] => {
    const source = file("a.yaml", ...lines);
    const owner = resource(source, "v1", "Service", "a", "b");
    const same = finding(place(source, "x"), { resource: owner, path: "spec.type" });
    const [run] = JSON.parse(sarif(report([same, same]), rules, options)).runs;
    return run.results.map(
      (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints["meshlint/v1"],
    );
  };
  expect(marks("# more", "", "a: x")).toEqual(marks("a: x"));
  expect(new Set(marks("a: x")).size).toBe(2);
});

test("a crash makes the run unsuccessful; messages cannot hold links; odd paths are encoded", () => {
  const source = file("a b/#1 100%.yaml", "a: x");
  const crash = { rule: "mesh/x", set: "prod", subject: "Service a/b", error: new Error("secret detail") };
  const input = report([finding(place(source, "x"), { message: "see [here](http://example.com)" })], {
    crashes: [crash, { ...crash, subject: null }],
  });
  const log = sarif(input, [], { ...options, exitCode: 3 });
  expect(validate(JSON.parse(log)), JSON.stringify(validate.errors)).toBe(true);
  const [run] = JSON.parse(log).runs;
  expect(run.invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 3 });
  expect(log).not.toContain("secret detail");
  expect(run.results[0].message.text).toBe("see \\[here\\](http://example.com)");
  expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("a%20b/%231%20100%25.yaml");
});
