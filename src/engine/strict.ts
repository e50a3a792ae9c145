import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { locate } from "../model/resource.ts";
import type { Rule } from "../rule/define.ts";
import type { Judged } from "./judge.ts";
import type { RuleSettings } from "./settings.ts";

/**
 * `--strict`: what could not be decided becomes a warning at its subject. What concerns the whole set is placed at
 * the first object that the rule reads.
 */
export function undecidedFindings(
  judged: Judged,
  graph: Graph,
  settings: ReadonlyMap<Rule, RuleSettings>,
): readonly Finding[] {
  const rules = new Map([...settings.keys()].map((rule) => [rule.id, rule]));
  return judged.verdicts.flatMap(({ rule: id, verdict, reason, subjects }): readonly Finding[] => {
    const rule = rules.get(id);
    if (!rule) return [];
    const first = graph.own(...rule.reads)[0] ?? null;
    const open = subjects.filter((subject) => subject.verdict === "undecided");
    const places =
      open.length > 0 || verdict !== "undecided"
        ? open.map(({ resource, needs }) => ({ resource: resource ?? first, needs }))
        : [{ resource: first, needs: reason }];
    return places.flatMap(({ resource, needs }) => {
      if (resource === null) return [];
      return {
        rule: id,
        severity: "warning",
        message: `cannot be decided without ${needs}`,
        sets: [graph.set.name],
        at: locate(resource, ["metadata", "name"]),
        path: "",
        resource,
        related: [],
        documentation: rule.documentation,
        fix: null,
        suppressed: null,
      };
    });
  });
}
