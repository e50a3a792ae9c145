import { describe, expect, it } from "vitest";
import { judge } from "../../src/engine/judge.ts";
import { everything, settingsOf } from "../../src/engine/settings.ts";
import { emptyConfig, type RuleSetting } from "../../src/model/config.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { positionAt } from "../../src/model/source.ts";
import {
  at,
  defineDocumentRule,
  defineRule,
  defineSetRule,
  fail,
  type Judgement,
  notApplicable,
  type ResourceRule,
  type Rule,
  undecided,
} from "../../src/rule/define.ts";
import { graphOf } from "../support/graph.ts";

const common = {
  summary: "A rule.",
  severity: "error",
  category: "hygiene",
  documentation: [{ title: "Book", section: "1" }],
  fix: "none",
  reads: ["ConfigMap"],
} as const;

type Check = (resource: Resource) => Iterable<Judgement>;
const about = (check: Check, more: Partial<ResourceRule> = {}): Rule =>
  defineRule({ ...common, id: "test/rule", subjects: (graph) => graph.own("ConfigMap"), check, ...more });

const map = (name: string, more = ""): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: shop\n${more}`;

function run(
  files: Record<string, string> | string,
  rules: Rule | readonly Rule[],
  more: {
    readonly profile?: string;
    readonly config?: readonly RuleSetting[];
    readonly strict?: boolean;
    readonly base?: Graph;
  } = {},
) {
  const graph = graphOf(files, more.profile === undefined ? {} : { profile: more.profile });
  const list = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
  const settings = settingsOf(list, { ...emptyConfig, rules: more.config ?? [] }, everything);
  const judged = judge(graph, settings, {
    now: new Date(0),
    certificates: null,
    strict: more.strict ?? false,
    base: more.base ?? null,
  });
  const places = judged.findings.map((finding) => {
    const { line, column } = positionAt(finding.at.file, finding.at.start);
    return `${finding.at.file.path}:${line}:${column} ${finding.severity} ${finding.message}`;
  });
  return { ...judged, places, verdict: judged.verdicts[0]?.verdict, graph, settings };
}

describe("verdicts", () => {
  it("passes where the rule says nothing", () => {
    const { verdict, findings, verdicts } = run(
      { "a.yaml": map("a") },
      about(() => []),
    );
    expect(verdict).toBe("pass");
    expect(findings).toEqual([]);
    expect(verdicts[0]?.reason).toBe("1 of 1 subject");
    expect(verdicts[0]?.subjects[0]?.resource?.name).toBe("a");
  });

  it("fails at the exact place, with the field's path", () => {
    const { verdict, places, findings } = run(
      { "a.yaml": map("a", "data:\n  mode: fast\n") },
      about((resource) => [fail(at(resource, "data", "mode"), 'mode is "fast"')]),
    );
    expect(verdict).toBe("fail");
    expect(places).toEqual(['a.yaml:7:9 error mode is "fast"']);
    expect(findings[0]).toMatchObject({ path: "data.mode", rule: "test/rule", fix: null, related: [] });
    expect(findings[0]?.documentation).toEqual(common.documentation);
  });

  it("places a missing field at the key of the nearest parent, a missing tree at the kind", () => {
    const { places } = run(
      { "a.yaml": map("a", "data: {}\n") },
      about((resource) => [
        fail(at(resource, "data", "mode", "deep"), "one"),
        fail(at(resource, "spec", "x"), "two"),
      ]),
    );
    expect(places).toEqual(["a.yaml:6:1 error one", "a.yaml:2:7 error two"]);
  });

  it("counts the worst of its subjects: fail over undecided over pass over not applicable", () => {
    const said: Record<string, readonly Judgement[]> = {
      pass: [],
      open: [undecided("the roll"), undecided("the roll"), undecided("the mesh")],
      none: [notApplicable("not for this one")],
      bad: [
        undecided("x"),
        fail({ location: { file: { path: "a.yaml", text: "" }, start: 0, end: 0 } }, "wrong"),
      ],
    };
    const rule = about((resource) => said[resource.name] ?? []);
    const verdictOf = (...names: readonly string[]) => {
      const result = run({ "a.yaml": names.map((name) => map(name)).join("---\n") }, rule);
      return `${result.verdict}: ${result.verdicts[0]?.reason}`;
    };
    expect(verdictOf("none")).toBe("not-applicable: 1 of 1 subject: not for this one");
    expect(verdictOf("none", "pass")).toBe("pass: 1 of 2 subjects");
    expect(verdictOf("pass", "open")).toBe("undecided: 1 of 2 subjects: needs the roll; the mesh");
    expect(verdictOf("pass", "open", "bad")).toBe("fail: 1 of 3 subjects: wrong");
  });

  it("is not applicable without a kind that the rule reads, without subjects, and for rules that need a cluster", () => {
    const rule = about(() => [notApplicable("never asked")]);
    expect(
      run({ "a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n" }, rule).verdicts[0],
    ).toMatchObject({
      verdict: "not-applicable",
      reason: "no ConfigMap in the set",
    });
    expect(
      run(
        { "a.yaml": map("a") },
        about(() => [], { subjects: () => [] }),
      ).verdicts[0]?.reason,
    ).toBe("nothing to judge in the set");
    expect(
      run(
        { "a.yaml": map("a") },
        about(() => [], { live: true }),
      ).verdicts[0]?.reason,
    ).toBe("needs a cluster");
  });

  it("takes a word about the whole set", () => {
    const open = run(
      { "a.yaml": map("a") },
      about(() => [], { subjects: () => undecided("the roll") }),
    );
    expect(open.verdicts[0]).toEqual({
      rule: "test/rule",
      verdict: "undecided",
      reason: "the roll",
      subjects: [],
    });
    const none = run(
      { "a.yaml": map("a") },
      about(() => [], { subjects: () => notApplicable("Kourier") }),
    );
    expect(none.verdicts[0]).toMatchObject({ verdict: "not-applicable", reason: "Kourier" });
  });

  it("judges sets and documents as well", () => {
    const set = defineSetRule({
      ...common,
      id: "test/set",
      check: (graph) => [fail(at(graph.own("ConfigMap")[0] as Resource, "metadata"), "set")],
    });
    const skipped = defineSetRule({
      ...common,
      id: "test/skipped",
      applicable: () => notApplicable("no"),
      check: () => [],
    });
    const applicable = defineSetRule({
      ...common,
      id: "test/applicable",
      applicable: () => null,
      check: () => [],
    });
    const document = defineDocumentRule({ ...common, id: "test/document", check: () => [] });
    const { verdicts } = run({ "a.yaml": map("a") }, [set, skipped, applicable, document]);
    expect(verdicts.map((entry) => entry.verdict)).toEqual(["fail", "not-applicable", "pass", "pass"]);
    expect(verdicts[0]?.subjects[0]).toMatchObject({ resource: null, document: null });
    expect(verdicts[3]?.subjects[0]?.document?.file.path).toBe("a.yaml");
  });
});

describe("severities", () => {
  const rule = (more: Partial<ResourceRule> = {}) =>
    about(
      (resource) => [
        fail(at(resource), "base"),
        fail(at(resource), "case", { severity: "info" }),
        fail(at(resource), "edition", { otherEdition: true }),
        fail(at(resource), "edition info", { otherEdition: true, severity: "info" }),
      ],
      more,
    );
  const severitiesOf = (more: Parameters<typeof run>[2]) =>
    run({ "a.yaml": map("a") }, rule(), more).findings.map((finding) => finding.severity);

  it("is the rule's own, or the case's", () => {
    expect(severitiesOf({ profile: "serverless=1.32" })).toEqual(["error", "info", "error", "info"]);
  });
  it("never exceeds a warning for what another edition prints while the version is assumed", () => {
    expect(severitiesOf({})).toEqual(["error", "info", "warning", "info"]);
  });
  it("is the configured one for all cases", () => {
    const config = [{ pattern: "test/*", level: "warning", options: {} }] as const;
    expect(severitiesOf({ config })).toEqual(["warning", "warning", "warning", "warning"]);
  });
  it("names the edition while the version is assumed", () => {
    const edition = about((resource) => [fail(at(resource), "wrong")], { documentedFrom: "1.31" });
    expect(run({ "a.yaml": map("a") }, edition).findings[0]?.message).toBe(
      "wrong (documented so from Serverless 1.31)",
    );
    expect(run({ "a.yaml": map("a") }, edition, { profile: "serverless=1.32" }).findings[0]?.message).toBe(
      "wrong",
    );
  });
});

describe("fixes", () => {
  it("gives advice as a title without edits, for a person", () => {
    const { findings } = run(
      { "a.yaml": map("a") },
      about((r) => [fail(at(r), "x", { advice: "do it" })]),
    );
    expect(findings[0]?.fix).toEqual({ title: "do it", safety: "review", edits: [] });
  });
});

describe("candidates of one object", () => {
  const rule = about((resource) =>
    Object.keys((resource.value.data ?? {}) as object)
      .filter((key) => key.startsWith("bad"))
      .map((key) => fail(at(resource, "data", key), key)),
  );
  const open = about((resource) =>
    resource.value.data === undefined ? [undecided("its data")] : [fail(at(resource, "data"), "wrong")],
  );

  it("meet a requirement if one of them does", () => {
    const { verdict, places, verdicts } = run(
      { "a.yaml": map("x", "data: { bad1: a }\n"), "b.yaml": map("x") },
      rule,
    );
    expect(places).toEqual([]);
    expect(verdict).toBe("pass");
    expect(verdicts[0]?.subjects.map((subject) => subject.verdict)).toEqual(["pass", "pass"]);
  });

  it("leave it open if one of them may", () => {
    const { verdict, places } = run({ "a.yaml": map("x", "data: { bad1: a }\n"), "b.yaml": map("x") }, open);
    expect(places).toEqual([]);
    expect(verdict).toBe("undecided");
  });

  it("give one finding otherwise, at the one with the fewest failures, then the shortest path", () => {
    const two = map("x", "data: { bad1: a, bad2: b }\n");
    const one = map("x", "data: { bad1: a }\n");
    const { places, findings } = run(
      { "a.yaml": two, "folder/b.yaml": one, "c.yaml": one, "d.yaml": one },
      rule,
    );
    expect(places).toEqual(["c.yaml:6:15 error bad1"]);
    expect(findings[0]?.related.map(({ at: { file } }) => file.path).sort()).toEqual([
      "a.yaml",
      "d.yaml",
      "folder/b.yaml",
    ]);
  });

  it("are judged one by one where the text itself is wrong", () => {
    const each = { ...rule, candidates: "each" as const };
    const one = map("x", "data: { bad1: a }\n");
    expect(run({ "a.yaml": one, "b.yaml": one, "c.yaml": map("x") }, each).places).toHaveLength(2);
  });

  it("do not count those that the rule does not apply to", () => {
    const applies = about((resource) =>
      resource.value.data === undefined ? [notApplicable("other")] : [fail(at(resource, "data"), "wrong")],
    );
    expect(run({ "a.yaml": map("x", "data: { a: b }\n"), "b.yaml": map("x") }, applies).places).toHaveLength(
      1,
    );
  });
});

describe("one cause, one finding", () => {
  const cause = (id: string, explains: readonly string[]) =>
    about((r) => [fail(at(r, "data"), `${id} cause`, { explains })], { id });
  const effect = about(
    (r) => [fail(at(r, "data", "mode"), "effect"), fail(at(r, "metadata", "name"), "other")],
    {
      id: "test/effect",
    },
  );
  const source = { "a.yaml": map("a", "data: { mode: x }\n") };

  it("drops what another finding about the resource explains", () => {
    const messages = run(source, [effect, cause("test/cause", ["data", "mode"])]).findings.map(
      (f) => f.message,
    );
    expect(messages).toEqual(["other", "test/cause cause"]);
  });
  it("keeps findings elsewhere in the resource and about other resources", () => {
    const two = { "a.yaml": `${map("a", "data: { mode: x }\n")}---\n${map("b", "data: { mode: x }\n")}` };
    const only = about(
      (r) => (r.name === "a" ? [fail(at(r, "data"), "cause", { explains: ["data"] })] : []),
      { id: "test/a" },
    );
    expect(
      run(two, [effect, only])
        .findings.map((f) => f.message)
        .sort(),
    ).toEqual(["cause", "effect", "other", "other"]);
  });
  it("keeps the first of two that explain each other", () => {
    const both = [cause("test/b", ["data"]), cause("test/a", ["data"])];
    expect(run(source, both).findings.map((f) => f.rule)).toEqual(["test/a"]);
  });
  it("keeps the one that knows what the field is for", () => {
    const rules = [cause("schema/a", ["data"]), cause("manifest/a", ["data"]), cause("service/a", ["data"])];
    const kept = (count: number) => run(source, rules.slice(0, count)).findings.map((f) => f.rule);
    expect(kept(3)).toEqual(["service/a"]);
    expect(kept(2)).toEqual(["manifest/a"]);
  });
});

describe("a rule that crashes", () => {
  const crash = (): never => {
    throw new Error("boom");
  };
  it("is isolated and named; the other subjects and rules still speak", () => {
    const source = { "a.yaml": `${map("a")}---\n${map("b")}` };
    const half = about((r) => (r.name === "a" ? crash() : [fail(at(r), "found")]), { id: "test/half" });
    const whole = about(() => [], { id: "test/whole", subjects: crash });
    const result = run(source, [whole, half, about(() => [])]);
    expect(result.crashes.map(({ rule, subject }) => [rule, subject])).toEqual([
      ["test/whole", null],
      ["test/half", "ConfigMap shop/a"],
    ]);
    expect(result.places).toEqual(["a.yaml:8:7 error found"]);
    expect(result.verdicts.map((entry) => entry.verdict)).toEqual(["undecided", "fail", "pass"]);
  });
});

describe("--strict", () => {
  const source = { "a.yaml": `${map("a")}---\n${map("b")}` };
  const shown = (rules: readonly Rule[], files: Record<string, string> = source) =>
    run(files, rules, { strict: true }).findings.map(({ rule, message, severity, resource }) => [
      rule,
      message,
      severity,
      resource?.name,
    ]);

  it("turns undecided subjects into warnings, and a word about the set into one at the first object", () => {
    const rules = [
      about((r) => (r.name === "a" ? [undecided("the roll")] : []), { id: "test/one" }),
      about(() => [], { id: "test/set", subjects: () => undecided("a mesh") }),
      about(() => [], { id: "test/pass" }),
      about(() => [notApplicable("no")], { id: "test/none" }),
    ];
    expect(shown(rules)).toEqual([
      ["test/one", "cannot be decided without the roll", "warning", "a"],
      ["test/set", "cannot be decided without a mesh", "warning", "a"],
    ]);
  });
  it("keeps what is undecided beside a failure, and drops what has no object to stand at", () => {
    const both = about((r) => (r.name === "a" ? [undecided("the roll")] : [fail(at(r), "wrong")]), {
      id: "test/both",
    });
    expect(shown([both]).map(([, message]) => message)).toEqual([
      "wrong",
      "cannot be decided without the roll",
    ]);
    const nowhere = defineSetRule({
      ...common,
      id: "test/nowhere",
      reads: [],
      applicable: () => undecided("anything"),
      check: () => [],
    });
    expect(shown([nowhere])).toEqual([]);
  });
  it("says nothing without the option", () => {
    const rule = about(() => [undecided("the roll")]);
    expect(run(source, rule).findings).toEqual([]);
  });
});
