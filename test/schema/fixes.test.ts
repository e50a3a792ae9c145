import { describe, expect, it } from "vitest";
import { rule as unknownKey } from "../../rules/schema/unknown-key.ts";
import { rule as valueNotAllowed } from "../../rules/schema/value-not-allowed.ts";
import { rule as wrongType } from "../../rules/schema/wrong-type.ts";
import { applyEdits } from "../../src/fix/edits.ts";
import { validate } from "../../src/schema/validate.ts";
import type { Problem, Rule, RuleContext } from "../../src/rule/define.ts";
import { casesOf } from "../support/fixture-cases.ts";
import { graphOf } from "../support/graph.ts";

const context: RuleContext = { options: {}, now: new Date(0), strict: false, base: null, certificates: null };

function problemsOf(rule: Rule, text: string): readonly Problem[] {
  const graph = graphOf(text);
  const subjects = rule.subjects(graph, context);
  if ("verdict" in subjects) throw new Error("not applicable");
  return [...subjects]
    .flatMap((subject) => [...rule.check(subject, graph, context)])
    .filter((judgement) => judgement.verdict === "fail");
}

const count = (text: string): number =>
  graphOf(text).set.resources.reduce((sum, resource) => sum + validate(resource).length, 0);

const texts = [unknownKey, wrongType, valueNotAllowed].flatMap((rule) =>
  casesOf(rule.id)
    .filter(({ outcome }) => outcome === "fail")
    .flatMap(({ name, files }) => files.map(({ text }) => [`${rule.id} ${name}`, rule, text] as const)),
);

describe("every fix of a schema rule leaves one problem less", () => {
  it.each(texts)("%s", (_name, rule, text) => {
    const before = count(text);
    for (const { fix } of problemsOf(rule, text)) {
      if (fix) expect(count(applyEdits(text, fix.edits)), fix.title).toBe(before - 1);
    }
  });

  it("offers fixes at all, safe ones only where nobody's access or membership changes", () => {
    const fixes = texts.flatMap(([, rule, text]) => problemsOf(rule, text).flatMap(({ fix }) => fix ?? []));
    expect(fixes.length).toBeGreaterThan(10);
    expect(new Set(fixes.filter(({ safety }) => safety === "safe").map(({ title }) => title))).toEqual(
      new Set(["remove the quotes", "put the value in quotes"]),
    );
    const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: allow-shop, namespace: shop }
spec: { rules: [{ to: [{ operation: { ports: [8080] } }] }] }
`;
    expect(problemsOf(wrongType, policy).map(({ fix }) => fix?.safety)).toEqual(["review"]);
  });

  it("never writes what a Secret holds", () => {
    const secret =
      "{ apiVersion: v1, kind: Secret, metadata: { name: a }, stringData: { pin: 271828 }, immutable: 'true' }";
    const problems = problemsOf(wrongType, secret);
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems.map(({ message, fix, advice }) => [message, fix, advice]))).not.toMatch(
      /271828/,
    );
  });
});
