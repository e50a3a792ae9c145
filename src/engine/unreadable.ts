import type { Finding } from "../model/finding.ts";
import type { FileState } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import type { Rule } from "../rule/define.ts";
import type { RuleSettings } from "./settings.ts";

/** Id of the rule under which files that cannot be read are reported. */
export const unreadableRule = "yaml/unreadable";

/**
 * One finding for each file that cannot be read: a warning, since a repository may hold what is no manifest; an
 * error if the file was named on the command line. None where a rule could tell more about the place (`explained`).
 */
export function unreadableFindings(
  states: readonly FileState[],
  files: ReadonlyMap<string, SourceFile>,
  named: readonly string[],
  settings: ReadonlyMap<Rule, RuleSettings>,
  explained: readonly Finding[],
): readonly Finding[] {
  const entry = [...settings].find(([rule]) => rule.id === unreadableRule);
  if (!entry) return [];
  const [rule, { level }] = entry;
  return states
    .filter(
      (state) => state.state === "unreadable" && !explained.some(({ at }) => at.file.path === state.path),
    )
    .map((state) => {
      const file = files.get(state.path) ?? { path: state.path, text: "" };
      return {
        rule: rule.id,
        severity: level ?? (named.includes(state.path) ? "error" : "warning"),
        message: state.reason,
        sets: [],
        at: { file, ...(state.at ?? { start: 0, end: 0 }) },
        path: "",
        resource: null,
        related: [],
        documentation: rule.documentation,
        fix: null,
        suppressed: null,
      };
    });
}
