import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import type { RuleVerdict } from "../model/report.ts";
import { locate } from "../model/resource.ts";
import type { Rule } from "../rule/define.ts";

/**
 * `--strict`: what a rule could not decide becomes a warning at its subject. What concerns the whole set, or a
 * document, is placed at the first object that the rule reads.
 */
export function undecidedFindings(rule: Rule, said: RuleVerdict, graph: Graph): readonly Finding[] {
  if (said.verdict === "not-applicable" || said.verdict === "pass") return [];
  const [first] = graph.own(...rule.reads);
  const open = said.subjects.filter((subject) => subject.verdict === "undecided");
  const ofSet = said.subjects.length === 0 ? [{ resource: null, needs: said.reason }] : [];
  return [...open, ...ofSet].flatMap(({ resource, needs }) => {
    const at = resource ?? first;
    if (at === undefined) return [];
    return {
      rule: rule.id,
      severity: "warning",
      message: `cannot be decided without ${needs}`,
      sets: [graph.set.name],
      at: locate(at, ["metadata", "name"]),
      path: "",
      resource: at,
      related: [],
      documentation: rule.documentation,
      fix: null,
      suppressed: null,
    };
  });
}
