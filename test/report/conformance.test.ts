import { describe, expect, it } from "vitest";
import type { Finding, Verdict } from "../../src/model/finding.ts";
import type { RuleVerdict } from "../../src/model/report.ts";
import { conformance, type JudgedStatement, statementsIn } from "../../src/report/conformance.ts";
import { conformanceHtml } from "../../src/report/conformance-html.ts";
import { conformanceJson } from "../../src/report/conformance-json.ts";
import { conformanceMarkdown } from "../../src/report/conformance-markdown.ts";
import { beyond, live, type StatedDocument, statementsOf } from "../../src/rule/statements/statement.ts";
import { file, finding, place, profile, report, resource, set } from "./example.ts";

const { requirement, order, pitfall, verification } = statementsOf("X0");

const documents: readonly StatedDocument[] = [
  {
    id: "X0",
    title: "A book",
    edition: "Serverless 1.32",
    serverless: { from: "1.31", until: "1.37" },
    statements: [
      requirement("1-01", "First", "It is as a says.", ["x/a"]),
      requirement("1-02", "Second", "It is as a and b say.", ["x/a", "x/b"]),
      pitfall("1.1-01", "Third", "It is as c says.", ["x/c"]),
      live(verification("2-01", "Fourth", "It answers.", ["x/a"])),
      live(order("2-02", "Fifth", "It comes after."), "nobody looks"),
      beyond(order("2-03", "Sixth", "It is put away."), "it leaves nothing"),
    ],
  },
];

const text = file("svc.yaml", "kind: Service", "metadata:", "  name: shop");
const service = resource(text, "serving.knative.dev/v1", "Service", "team", "shop");

function said(rule: string, verdict: Verdict, more: Partial<RuleVerdict> = {}): RuleVerdict {
  return { rule, verdict, reason: `because of ${rule}`, subjects: [], ...more };
}

function judged(
  verdicts: readonly RuleVerdict[],
  findings: readonly Finding[] = [],
): ReadonlyMap<string, JudgedStatement> {
  const made = conformance(report(findings, { sets: [set({ verdicts })] }), documents);
  const statements = made.sets.flatMap((one) => one.documents.flatMap(statementsIn));
  return new Map(statements.map((one) => [one.statement.id, one]));
}

const verdictsOf = (all: ReadonlyMap<string, JudgedStatement>): readonly string[] =>
  [...all.values()].map(({ verdict }) => verdict);

describe("the verdict on a statement", () => {
  const order: readonly Verdict[] = ["fail", "undecided", "pass", "not-applicable"];
  const pairs = order.flatMap((a, first) => order.slice(first).map((b) => [a, b] as const));

  it.each(pairs)("is %s if one rule says so and the other %s, whatever their order", (a, b) => {
    expect(judged([said("x/a", a), said("x/b", b)]).get("X0-1-02")?.verdict).toBe(a);
    expect(judged([said("x/a", b), said("x/b", a)]).get("X0-1-02")?.verdict).toBe(a);
  });

  it("is open while a rule does not run, unless another one fails", () => {
    const open = judged([said("x/a", "pass")]).get("X0-1-02");
    expect(open).toMatchObject({
      verdict: "undecided",
      rules: [
        { rule: "x/a", verdict: "pass" },
        { rule: "x/b", verdict: "off" },
      ],
      needs: [{ rule: "x/b", needs: "the rule x/b, which is switched off here" }],
    });
    expect(judged([said("x/a", "fail")]).get("X0-1-02")?.verdict).toBe("fail");
  });

  it("is left to a cluster or to nobody where manifests do not settle it, with the reason", () => {
    const all = judged([said("x/a", "pass"), said("x/b", "pass"), said("x/c", "not-applicable")]);
    expect(verdictsOf(all)).toEqual([
      "pass",
      "pass",
      "not-applicable",
      "needs-cluster",
      "needs-cluster",
      "not-judged",
    ]);
    expect([...all.values()].map(({ reason }) => reason)).toEqual([
      null,
      null,
      "because of x/c",
      "only a running cluster shows it",
      "nobody looks",
      "it leaves nothing",
    ]);
  });
});

describe("what a report says beside the verdict", () => {
  const failing = said("x/a", "fail");

  it("names the places of failures, and the causes of what a cluster would show", () => {
    const all = judged([failing], [finding(place(text, "shop"), { rule: "x/a", message: "wrong" })]);
    const places = [{ rule: "x/a", severity: "error", message: "wrong", at: place(text, "shop") }];
    expect(all.get("X0-1-01")).toMatchObject({ verdict: "fail", places, suppressed: false });
    expect(all.get("X0-2-01")).toMatchObject({ verdict: "needs-cluster", places });
    expect(all.get("X0-1.1-01")?.places).toEqual([]);
  });

  it("takes findings of the same set only", () => {
    const other = finding(place(text, "shop"), { rule: "x/a", sets: ["stage"] });
    expect(judged([failing], [other]).get("X0-1-01")?.places).toEqual([]);
  });

  it("takes the subject where another rule's finding speaks for a failure", () => {
    const subjects = [
      { verdict: "fail", resource: service, document: null, needs: null },
      { verdict: "pass", resource: service, document: null, needs: null },
      { verdict: "fail", resource: null, document: null, needs: null },
    ] as const;
    const reason = "2 of 3 subjects: it is wrong";
    const { places } = judged([said("x/a", "fail", { subjects, reason })]).get("X0-1-01") ?? {};
    expect(places).toMatchObject([
      { rule: "x/a", severity: null, message: "it is wrong", at: { file: text } },
      { rule: "x/a", severity: null, at: null },
    ]);
  });

  it("counts suppressed failures as failures, and marks them", () => {
    const suppressed = { by: "config", reason: "until migration", until: "2027-03-01" } as const;
    const hidden = finding(place(text, "shop"), { rule: "x/a", suppressed });
    const one = judged([failing], [hidden]).get("X0-1-01");
    expect(one).toMatchObject({ verdict: "fail", suppressed: true, places: [{ suppressed }] });
    const both = judged([failing], [hidden, finding(place(text, "kind"), { rule: "x/a" })]);
    expect(both.get("X0-1-01")?.suppressed).toBe(false);
  });

  it("says what would decide, once for all the subjects that need it", () => {
    const needing = (needs: string) => ({
      verdict: "undecided" as const,
      resource: service,
      document: null,
      needs,
    });
    const subjects = [needing("the roll"), needing("the roll"), needing("the mesh")];
    expect(judged([said("x/a", "undecided", { subjects })]).get("X0-1-01")?.needs).toEqual([
      { rule: "x/a", needs: "the roll", subjects: 2 },
      { rule: "x/a", needs: "the mesh", subjects: 1 },
    ]);
    expect(judged([said("x/a", "undecided")]).get("X0-1-01")?.needs).toEqual([
      { rule: "x/a", needs: "because of x/a", subjects: 0 },
    ]);
  });
});

describe("counts", () => {
  const pass = ["x/a", "x/b", "x/c"].map((rule) => said(rule, "pass"));
  const bad = pass.map((verdict) => (verdict.rule === "x/a" ? said("x/a", "fail") : verdict));

  it("are kept by section, document and set; over sets the worst verdict of a statement counts", () => {
    const sets = [set({ verdicts: pass }), set({ name: "stage", verdicts: bad })];
    const made = conformance(report([], { sets }), documents);
    expect(made.sets.map(({ counts }) => [counts.pass, counts.fail])).toEqual([
      [3, 0],
      [1, 2],
    ]);
    expect(made.counts).toEqual({
      fail: 2,
      undecided: 0,
      pass: 1,
      "not-applicable": 0,
      "needs-cluster": 2,
      "not-judged": 1,
    });
    const sections = made.sets[1]?.documents[0]?.sections ?? [];
    expect(sections.map(({ section, counts }) => [section, counts.fail])).toEqual([
      ["1", 2],
      ["1.1", 0],
      ["2", 0],
    ]);
  });

  it.each([
    ["1.30", true],
    ["1.31", false],
    ["1.37", false],
    ["1.38", true],
  ])("an edition for Serverless 1.31 to 1.37 is for others than %s: %s", (version, other) => {
    const serverless = { major: 1, minor: Number(version.slice(2)), patch: null };
    const sets = [set({ verdicts: pass, profile: profile({ serverless }) })];
    const made = conformance(report([], { sets }), documents);
    expect(made.sets[0]?.documents[0]?.otherEdition).toBe(other);
    expect(conformanceMarkdown(made).includes("This edition is for other versions")).toBe(other);
  });
});

describe("the formats", () => {
  const suppressed = { by: "comment", reason: "a trial", until: null } as const;
  const subjects = [
    { verdict: "undecided", resource: service, document: null, needs: "the member roll of the mesh" },
    { verdict: "undecided", resource: service, document: null, needs: "the member roll of the mesh" },
  ] as const;
  const verdicts = [said("x/a", "fail"), said("x/b", "pass"), said("x/c", "undecided", { subjects })];
  const findings = [
    finding(place(text, "shop"), { rule: "x/a", message: "shop_one is wrong" }),
    finding(place(text, "kind"), { rule: "x/a", message: "so is this", suppressed }),
  ];
  const sets = [set({ owns: ["mesh"], verdicts }), set({ name: "stage", verdicts: verdicts.slice(1) })];
  const made = conformance(report(findings, { sets }), documents);

  it.each([
    ["conformance-markdown.txt", conformanceMarkdown],
    ["conformance-json.txt", conformanceJson],
    ["conformance-html.txt", conformanceHtml],
  ])("%s is as the golden file", async (name, format) => {
    await expect(format(made)).toMatchFileSnapshot(`golden/${name}`);
  });

  it("Markdown shows the first places of a rule, JSON all", () => {
    const long = file("long.yaml", ...Array.from({ length: 20 }, (_, line) => `key${line}: x`));
    const many = Array.from({ length: 20 }, (_, line) =>
      finding(place(long, `key${line}:`), { rule: "x/a" }),
    );
    const one = conformance(report(many, { sets: [set({ verdicts })] }), documents);
    expect(conformanceMarkdown(one)).toContain("  - and 8 more places of `x/a`\n");
    expect(conformanceJson(one).match(/"file": "long.yaml"/g)).toHaveLength(60);
  });
});

describe("in hostile hands", () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${"Ab9+".repeat(40)}\n-----END PRIVATE KEY-----`;
  const evil = file("a`|b<script>.yaml", "kind: Service");
  const message = `<img src=x> | [click](http://x) *bold* \u001b[31m ${key}\n::error::x`;
  const made = conformance(
    report([finding(place(evil, "kind"), { rule: "x/a", message, sets: ["a|b"] })], {
      sets: [
        set({
          name: "a|b",
          path: "x`y",
          verdicts: [said("x/a", "fail"), said("x/c", "undecided", { reason: key })],
        }),
      ],
    }),
    documents,
  );

  it("Markdown stays Markdown of our own, without secrets", () => {
    const shown = conformanceMarkdown(made);
    expect(shown).not.toMatch(/Ab9\+Ab9/);
    expect(shown).not.toContain("\u001b");
    expect(shown).not.toMatch(/^::/m);
    expect(shown).not.toMatch(/(?<!\\)<(?!script>\.yaml)/);
    expect(shown).not.toMatch(/(?<!\\)\[click/);
    expect(shown).toContain("``a`|b<script>.yaml:1``");
    for (const row of shown.split("\n").filter((line) => line.startsWith("| X0-")))
      expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    expect(shown.split("\n").find((line) => line.startsWith("| a\\|b"))).toBeDefined();
  });

  it("HTML stays a page of our own, without secrets", () => {
    const shown = conformanceHtml(made);
    expect(shown).not.toMatch(/Ab9\+Ab9/);
    expect(shown).not.toContain("\u001b");
    expect(shown).not.toMatch(/<(?:script|img)/);
    expect(shown).toContain("a`|b&lt;script&gt;.yaml:1");
    expect(shown).toContain("&lt;img src=x&gt;");
    const tags = [...shown.matchAll(/<\/?([a-z0-9]+)/g)].map((match) => match[1]);
    const open = (tag: string): number => tags.filter((name) => name === tag).length;
    for (const tag of ["table", "tr", "td", "ul", "li", "details", "svg"]) expect(open(tag) % 2).toBe(0);
    expect(shown).not.toMatch(/<[^>]* (?:src|href|on[a-z]+)=/);
  });

  it("JSON keeps values but secrets", () => {
    const shown = conformanceJson(made);
    expect(shown).not.toMatch(/Ab9\+Ab9/);
    expect(shown).not.toContain("\u001b");
    expect(JSON.parse(shown)).toMatchObject({
      version: 1,
      sets: [{ name: "a|b" }],
      summary: { statements: 6 },
    });
  });
});
