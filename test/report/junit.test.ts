import fc from "fast-check";
import { expect, test } from "vitest";
import { junit } from "../../src/report/junit.ts";
import { example, file, finding, hostile, place, report, resource } from "./example.ts";
import { readXml, type XmlElement } from "./xml.ts";

/** The part of the schema of Jenkins' xUnit plugin, the strictest reader, that meshlint writes. */
const counts = ["name", "tests", "failures", "errors"];
const schema: Readonly<Record<string, { attributes: readonly string[]; children: readonly string[] }>> = {
  testsuites: { attributes: counts, children: ["testsuite"] },
  testsuite: { attributes: [...counts, "skipped"], children: ["testcase"] },
  testcase: { attributes: ["name", "classname"], children: ["skipped", "error", "failure", "system-out"] },
  skipped: { attributes: ["message"], children: [] },
  error: { attributes: ["message", "type"], children: [] },
  failure: { attributes: ["message", "type"], children: [] },
  "system-out": { attributes: [], children: [] },
};

function check({ name, attributes, children }: XmlElement): void {
  const known = schema[name];
  expect(known, name).toBeDefined();
  expect(Object.keys(attributes)).toEqual(known?.attributes);
  expect(children.filter((child) => !known?.children.includes(child.name))).toEqual([]);
  if (name === "testcase") expect(children.length).toBeLessThanOrEqual(1);
  children.forEach(check);
}

/** All test cases with what became of them. */
const casesOf = (text: string): readonly (readonly [string, string])[] =>
  readXml(text).children.flatMap((suite) =>
    suite.children.map((one) => [one.attributes.name ?? "", one.children[0]?.name ?? "passed"] as const),
  );

const crash = { rule: "mesh/x", set: "prod", subject: "Service a/b", error: new Error("secret detail") };

test.each([
  ["of everything", example],
  ["of an attack", hostile],
  ["of nothing", report([])],
  ["of crashes", report([], { crashes: [crash, { ...crash, subject: null }] })],
])("a result %s is well-formed, valid and counted", (_name, input) => {
  const root = readXml(junit(input));
  check(root);
  const sums = (name: string): number =>
    root.children.reduce((sum, suite) => sum + Number(suite.attributes[name]), 0);
  for (const name of ["tests", "failures", "errors"]) expect(Number(root.attributes[name])).toBe(sums(name));
  expect(Number(root.attributes.tests)).toBe(root.children.flatMap((suite) => suite.children).length);
  expect(Number(root.attributes.tests)).toBeGreaterThan(0);
});

test("errors and warnings fail, remarks pass, suppressed findings are skipped, crashes are errors", () => {
  const source = file("a.yaml", "a: x");
  const at = place(source, "x");
  const suppressed = { by: "config", reason: "known", until: null } as const;
  const text = junit(
    report(
      [
        finding(at, { rule: "m/error" }),
        finding(at, { rule: "m/warning", severity: "warning" }),
        finding(at, { rule: "m/info", severity: "info" }),
        finding(at, { rule: "m/known", suppressed }),
      ],
      { crashes: [crash] },
    ),
  );
  expect(casesOf(text)).toEqual([
    ["m/error", "failure"],
    ["m/warning", "failure"],
    ["m/info", "system-out"],
    ["m/known", "skipped"],
    ["mesh/x Service a/b of set prod", "error"],
  ]);
  expect(text).toContain('<skipped message="suppressed by config: known"/>');
  expect(text).not.toContain("secret detail");
});

test("a clean run is one test that passes: readers refuse a result without any", () => {
  expect(casesOf(junit(report([])))).toEqual([["no findings", "passed"]]);
});

test("names stay when lines move", () => {
  const named = (...lines: readonly string[]) => {
    const source = file("a.yaml", ...lines);
    const owner = resource(source, "v1", "Service", "a", "b");
    return casesOf(junit(report([finding(place(source, "x"), { resource: owner, path: "spec.type" })])));
  };
  expect(named("# more", "a: x")).toEqual(named("a: x"));
  expect(named("a: x")[0]?.[0]).toBe("mesh/smcp-mtls-not-strict Service a/b spec.type");
});

test("markup and characters that XML does not have are text", () => {
  const source = file('a"<&>\ufffe\u0001.yaml', "a: x");
  const message = "]]> <!-- &amp; \"'\ud800 \uffff end";
  const [suite] = readXml(junit(report([finding(place(source, "x"), { message })]))).children;
  expect(suite?.attributes.name).toBe('a"<&>\ufffd\u2401.yaml');
  expect(suite?.children[0]?.children[0]?.attributes.message).toBe("]]> <!-- &amp; \"'<U+D800> \ufffd end");
});

test("whatever stands in manifests, the result is well-formed", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  fc.assert(
    fc.property(text, text, text, (path, message, reason) => {
      const source = file(path, "a: x");
      const suppressed = { by: "config", reason, until: null } as const;
      const at = place(source, "x");
      const owner = resource(source, "v1", "Service", reason, message);
      check(readXml(junit(report([finding(at, { message, resource: owner }), finding(at, { suppressed })]))));
    }),
    { numRuns: 200 },
  );
});
