import { describe, expect, it, test } from "vitest";
import { setValue } from "../../src/fix/edits.ts";
import { fixAll } from "../../src/fix/fix-all.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import type { Edit, Finding, Severity } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import { locate, type Resource } from "../../src/model/resource.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { isMapping, type Path, type Value, valueAt } from "../../src/model/value.ts";
import { remembered } from "./run.ts";

interface Said {
  readonly rule: string;
  readonly path: Path;
  readonly message?: string;
  readonly severity?: Severity;
  readonly safety?: "safe" | "review";
  readonly edits?: readonly Edit[] | null;
  readonly sets?: readonly string[];
  readonly suppressed?: boolean;
}

/** A rule of a test: looks at one object and says what is wrong. */
type Check = (resource: Resource) => Iterable<Said>;

function reportOf(files: readonly SourceFile[], checks: readonly Check[]): Report {
  const findings = files.flatMap((file) =>
    parseDocuments(file)
      .flatMap((document) => (document.value ? toResources(document) : []))
      .flatMap((resource) =>
        checks.flatMap((check) =>
          Array.from(check(resource), (said): Finding => ({
            rule: said.rule,
            severity: said.severity ?? "error",
            message: said.message ?? said.rule,
            sets: said.sets ?? ["default"],
            at: locate(resource, said.path),
            path: said.path.join("."),
            resource,
            related: [],
            documentation: [],
            fix: said.edits ? { title: said.rule, safety: said.safety ?? "safe", edits: said.edits } : null,
            suppressed: said.suppressed ? { by: "config", reason: "", until: null } : null,
          })),
        ),
      ),
  );
  const counts = { files: files.length, documents: 0, resources: 0, variables: 0 };
  return { sets: [], findings, files: [], crashes: [], counts };
}

const object = (spec: string): string => `apiVersion: v1\nkind: Thing\nmetadata: { name: a }\n${spec}`;

function fix(texts: Readonly<Record<string, string>>, checks: readonly Check[], more: object = {}) {
  const lint = remembered((files) => reportOf(files, checks));
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const outcome = fixAll({
    files,
    review: false,
    shown: lint,
    everything: lint,
    locked: () => null,
    fileOf: (path: string) => path,
    ...more,
  });
  return {
    outcome,
    texts: Object.fromEntries(outcome.files.map(({ path, text }) => [path, text])),
    done: outcome.done.map(({ finding, position }) => `${finding.rule} ${position.line}:${position.column}`),
    withheld: outcome.withheld.map(({ finding, reason }) => `${finding.rule}: ${reason}`),
  };
}

/** A field has to have a value. */
const wants =
  (rule: string, path: Path, value: Value, more: Partial<Said> = {}): Check =>
  (resource) =>
    valueAt(resource.value, path) === undefined || valueAt(resource.value, path) === value
      ? []
      : [{ rule, path, edits: setValue(resource, path, value), ...more }];

/** A field must not be there with a value. */
const forbids =
  (rule: string, path: Path, value: Value, repair: Value | null = null, more: Partial<Said> = {}): Check =>
  (resource) =>
    valueAt(resource.value, path) === value
      ? [{ rule, path, edits: repair === null ? null : setValue(resource, path, repair), ...more }]
      : [];

describe("fixAll", () => {
  test("does fixes that do not touch each other at once, others pass by pass", () => {
    const checks = [wants("one", ["a"], 1), wants("two", ["b"], 2), wants("also-one", ["a"], 1)];
    const { texts, done, outcome } = fix({ "x.yaml": object("a: 0\nb: 0 # kept\n") }, checks);
    expect(texts["x.yaml"]).toBe(object("a: 1\nb: 2 # kept\n"));
    expect(done).toEqual(["also-one 4:4", "one 4:4", "two 5:4"]);
    expect(outcome.settled).toBe(true);
  });

  test("tells places as they were before the first pass", () => {
    const add: Check = (resource) =>
      valueAt(resource.value, ["added"]) === undefined
        ? [{ rule: "add", path: [], edits: setValue(resource, ["added", "first"], { v: 1, w: 2 }) }]
        : [];
    const later = (resource: Resource) =>
      valueAt(resource.value, ["added"]) === undefined ? [] : wants("later", ["z"], 1)(resource);
    const { texts, done } = fix({ "x.yaml": `z: 0\n${object("b: 0\n")}` }, [add, (r) => later(r)]);
    expect(texts["x.yaml"]).toContain("added:\n  first:\n    v: 1\n    w: 2\n");
    expect(done).toEqual(["later 1:4", "add 3:7"]);
  });

  test("leaves alone what is suppressed, what is for review, and what has no edits", () => {
    const text = object("a: 0\nb: 0\nc: 0\n");
    const checks = [
      wants("hidden", ["a"], 1, { suppressed: true }),
      wants("looked-at", ["b"], 1, { safety: "review" }),
      wants("by-hand", ["c"], 1, { edits: null }),
    ];
    expect(fix({ "x.yaml": text }, checks).texts["x.yaml"]).toBe(text);
    const { texts } = fix({ "x.yaml": text }, checks, { review: true });
    expect(texts["x.yaml"]).toBe(object("a: 0\nb: 1\nc: 0\n"));
  });

  test("withdraws what would cause a finding anywhere, and does the rest", () => {
    const other: Check = function* (resource) {
      if (valueAt(resource.value, ["c"]) === 3)
        yield { rule: "elsewhere", path: ["c"], message: "c is 3", severity: "info" };
    };
    const checks = [wants("one", ["a"], 1), wants("bad", ["c"], 3), wants("two", ["b"], 2), other];
    const { texts, withheld, outcome } = fix({ "x.yaml": object("a: 0\nb: 0\nc: 0\n") }, checks);
    expect(texts["x.yaml"]).toBe(object("a: 1\nb: 2\nc: 0\n"));
    expect(withheld).toEqual(["bad: it would cause elsewhere at x.yaml:6: c is 3"]);
    expect(outcome.report.findings.map(({ rule }) => rule)).toEqual(["bad"]);
  });

  test("looks at every set, also where the user asked about one", () => {
    const all = [wants("one", ["a"], 1), forbids("in-another-set", ["a"], 1)];
    const everything = remembered((files) => reportOf(files, all));
    const shown = remembered((files) => reportOf(files, all.slice(0, 1)));
    const { withheld } = fix({ "x.yaml": object("a: 0\n") }, [], { shown, everything });
    expect(withheld).toEqual(["one: it would cause in-another-set at x.yaml:4: in-another-set"]);
  });

  test("withdraws what another set would have otherwise", () => {
    const checks = [
      wants("one", ["a"], 1, { sets: ["east"] }),
      wants("one", ["a"], 2, { sets: ["west"], message: "west" }),
    ];
    const { withheld, texts } = fix({ "x.yaml": object("a: 0\n") }, checks);
    expect(texts["x.yaml"]).toBe(object("a: 0\n"));
    expect(withheld).toEqual([
      "one: another set that holds the file asks for another change",
      "one: another set that holds the file asks for another change",
    ]);
  });

  test("does a fix together with the fixes of what it causes", () => {
    const checks = [
      wants("one", ["a"], 1),
      (resource: Resource) =>
        valueAt(resource.value, ["a"]) === 1 ? [...wants("then", ["b"], 2)(resource)] : [],
    ];
    const { texts, done } = fix({ "x.yaml": object("a: 0\nb: 0\n") }, checks);
    expect(texts["x.yaml"]).toBe(object("a: 1\nb: 2\n"));
    expect(done).toEqual(["one 4:4", "then 5:4"]);
  });

  test("tries again what another fix has cleared the way for", () => {
    const checks: readonly Check[] = [
      wants("first", ["a"], 1),
      wants("second", ["b"], 1),
      (resource) =>
        valueAt(resource.value, ["a"]) === 1 && valueAt(resource.value, ["b"]) === 0
          ? [{ rule: "pair", path: ["a"] }]
          : [],
      forbids("never", ["c"], 0, 1),
      forbids("never", ["c"], 1),
    ];
    const { texts, withheld } = fix({ "x.yaml": object("a: 0\nb: 0\nc: 0\n") }, checks);
    expect(texts["x.yaml"]).toBe(object("a: 1\nb: 1\nc: 0\n"));
    expect(withheld).toEqual(["never: the finding would stay"]);
  });

  test("says so if the finding would stay", () => {
    const stubborn: Check = (resource) => [
      {
        rule: "stubborn",
        path: ["a"],
        edits: setValue(resource, ["a"], Number(valueAt(resource.value, ["a"])) + 1),
      },
    ];
    const { texts, withheld, outcome } = fix({ "x.yaml": object("a: 0\n") }, [stubborn]);
    expect(texts["x.yaml"]).toBe(object("a: 0\n"));
    expect(withheld).toEqual(["stubborn: the finding would stay"]);
    expect(outcome.settled).toBe(true);
  });

  test("does not run for ever where two rules contradict each other", () => {
    const checks = [forbids("not-zero", ["a"], 0, 1), forbids("not-one", ["a"], 1, 0)];
    const { texts, withheld, outcome } = fix({ "x.yaml": object("a: 0\n") }, checks);
    expect(texts["x.yaml"]).toBe(object("a: 0\n"));
    expect(withheld).toEqual(["not-zero: it would cause not-one at x.yaml:4: not-one"]);
    expect(outcome.settled).toBe(true);
  });

  it.each([
    [
      "what cannot be read afterwards",
      "a: 0\n",
      { start: 3, end: 4, text: "[" },
      "the file could not be read any more",
    ],
    [
      "another document",
      "a: 0\n",
      { start: 0, end: 0, text: "---\n" },
      "it would change the number of documents",
    ],
    [
      "a value behind an alias",
      "a: &x 0\nb: *x\n",
      { start: 6, end: 7, text: "1" },
      "it would also change b",
    ],
    [
      "a value behind a merge key",
      "a: &x { w: 0 }\nb: { <<: *x }\n",
      { start: 11, end: 12, text: "1" },
      "it would also change b.w",
    ],
    [
      "where a mapping ends",
      "a:\n  b: 0\n  c: 0\n",
      { start: 9, end: 9, text: "\nx:" },
      "it would also change a.c",
    ],
  ])("withdraws an edit that changes %s", (_what, spec, { start, end, text }, reason) => {
    const whole = object(spec);
    const from = whole.length - spec.length;
    const careless: Check = ({ origin }) =>
      origin.from === "document" && origin.document.file.text === whole
        ? [
            {
              rule: "careless",
              path: [],
              edits: [{ file: origin.document.file, start: from + start, end: from + end, text }],
            },
          ]
        : [];
    const { texts, withheld } = fix({ "x.yaml": whole }, [careless]);
    expect(texts["x.yaml"]).toBe(whole);
    expect(withheld).toEqual([expect.stringContaining(`careless: ${reason}`)]);
  });

  test("may add a document, which changes none", () => {
    const spec = "a: 0\n---\napiVersion: v1\nkind: Thing\nmetadata: { name: b }\nb: 0\n";
    const whole = object(spec);
    const second = whole.indexOf("---");
    const add: Check = ({ origin, name }) => {
      const file = origin.from === "document" ? origin.document.file : { path: "", text: "" };
      const text = "---\napiVersion: v1\nkind: Thing\nmetadata: { name: c }\n";
      return name === "a" && !file.text.includes("name: c")
        ? [{ rule: "add", path: [], edits: [{ file, start: second, end: second, text }] }]
        : [];
    };
    const { withheld, texts } = fix({ "x.yaml": whole }, [add]);
    expect(withheld).toEqual([]);
    expect(parseDocuments({ path: "x.yaml", text: texts["x.yaml"] ?? "" }).length).toBe(3);
  });

  test("looks at what overlaps a fix that was refused", () => {
    const checks = [wants("bad", ["a"], 1), forbids("never", ["a"], 1), wants("good", ["a"], 2)];
    const { texts } = fix({ "x.yaml": object("a: 0\n") }, checks.slice(0, 2));
    expect(texts["x.yaml"]).toBe(object("a: 0\n"));
    const both = [wants("bad", ["a"], 1), forbids("never", ["a"], 1), forbids("good", ["a"], 0, 2)];
    const lenient = [forbids("bad", ["a"], 0, 1), ...both.slice(1)];
    expect(fix({ "x.yaml": object("a: 0\n") }, lenient).texts["x.yaml"]).toBe(object("a: 2\n"));
  });

  test("does not take list items that move for changes", () => {
    const spec = "list:\n  - { name: a }\n  - { name: b }\n  - { name: c }\n  - { name: d }\n";
    const drop: Check = (resource) => {
      const file =
        resource.origin.from === "document" ? resource.origin.document.file : { path: "", text: "" };
      const [first, second] = [
        file.text.indexOf("  - { name: a }\n"),
        file.text.indexOf("  - { name: c }\n"),
      ];
      return first < 0
        ? []
        : [
            {
              rule: "drop",
              path: ["list"],
              edits: [first, second].map((start) => ({ file, start, end: start + 16, text: "" })),
            },
          ];
    };
    const { texts, withheld } = fix({ "x.yaml": object(spec) }, [drop]);
    expect(withheld).toEqual([]);
    expect(texts["x.yaml"]).toBe(object("list:\n  - { name: b }\n  - { name: d }\n"));
  });

  test("does not change locked files, and no file that only is context", () => {
    const context = { path: "context.yaml", text: object("a: 0\n") };
    const elsewhere: Check = ({ value }) =>
      isMapping(value) && valueAt(value, ["b"]) === 0
        ? [{ rule: "elsewhere", path: ["b"], edits: [{ file: context, start: 0, end: 0, text: "# x\n" }] }]
        : [];
    const locked = (path: string) => (path === "x.yaml" ? "x.yaml is locked" : null);
    const { texts, withheld, outcome } = fix(
      { "x.yaml": object("a: 0\n"), "y.yaml": object("a: 0\n"), "z.yaml": object("b: 0\n") },
      [wants("one", ["a"], 1), elsewhere],
      { locked },
    );
    expect(texts["y.yaml"]).toBe(object("a: 1\n"));
    expect(outcome.changed.map(({ path }) => path)).toEqual(["y.yaml"]);
    expect(withheld).toEqual([
      "one: x.yaml is locked",
      "elsewhere: it would change context.yaml, which is only context",
    ]);
  });

  test("changes a file that has two paths once", () => {
    const { texts, outcome } = fix(
      { "link.yaml": object("a: 0\n"), "x.yaml": object("a: 0\n") },
      [wants("one", ["a"], 1)],
      { fileOf: () => "x" },
    );
    expect(Object.values(texts)).toEqual([object("a: 1\n"), object("a: 1\n")]);
    expect(outcome.changed.length).toBe(1);
    expect(outcome.done.length).toBe(2);
  });

  test("withdraws what makes a rule crash", () => {
    const lint = remembered((files) => {
      const report = reportOf(files, [wants("one", ["a"], 1)]);
      const crash = { rule: "fragile", set: "default", subject: null, error: null };
      return { ...report, crashes: files[0]?.text.includes("a: 1") ? [crash] : [] };
    });
    const { withheld } = fix({ "x.yaml": object("a: 0\n") }, [], { shown: lint, everything: lint });
    expect(withheld).toEqual(["one: a rule crashes on the result: fragile"]);
  });

  test("gives up after many passes, and says that more may follow", () => {
    // One finding goes with each step, and the next step only shows then.
    const countdown: Check = (resource) => {
      const value = Number(valueAt(resource.value, ["a"]));
      const edits = setValue(resource, ["a"], value - 1);
      return Array.from({ length: value }, (_step, index) => ({
        rule: "countdown",
        path: ["a"],
        message: `${index} to go`,
        edits,
      }));
    };
    const { texts, outcome } = fix({ "x.yaml": object("a: 100\n") }, [countdown]);
    expect(outcome.settled).toBe(false);
    expect(outcome.report.findings.length).toBeLessThan(100);
    expect(texts["x.yaml"]).not.toBe(object("a: 100\n"));
  });
});
