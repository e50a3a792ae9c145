import { createColors } from "picocolors";
import { rules } from "../../../rules/index.ts";
import { ruleMatches } from "../../engine/settings.ts";
import { UsageError } from "../../model/errors.ts";
import { suggestion } from "../../model/nearest.ts";
import { severityColor } from "../../report/pretty.ts";
import { plural } from "../../report/summary.ts";
import type { Rule } from "../../rule/define.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { type ParsedLine, single } from "../parse.ts";

function rulesJson(chosen: readonly Rule[]): string {
  const list = chosen.map((rule) => ({
    id: rule.id,
    severity: rule.severity,
    varies: rule.varies ?? false,
    fix: rule.fix,
    live: rule.live ?? false,
    summary: rule.summary,
    applies: rule.applies ?? null,
    documentation: rule.documentation.map(({ title, section }) => ({ title, section })),
  }));
  return `${JSON.stringify({ rules: list }, null, 2)}\n`;
}

/** What there is to say about a rule beside its summary. */
function remarks(rule: Rule): string {
  const parts = [
    ...(rule.varies ? ["severity varies"] : []),
    ...(rule.fix === "none" ? [] : [`fix: ${rule.fix}`]),
    ...(rule.live ? ["needs a cluster"] : []),
    ...(rule.applies === undefined ? [] : [rule.applies]),
  ];
  return parts.length === 0 ? "" : ` [${parts.join("; ")}]`;
}

/** `meshlint rules`: the catalogue, or the part of it that ids and globs name. */
export function runRules(line: ParsedLine, io: Io): number {
  const patterns = line.operands;
  for (const pattern of patterns) {
    if (rules.some((rule) => ruleMatches(pattern, rule.id))) continue;
    const ids = rules.map((rule) => rule.id);
    throw new UsageError(`unknown rule "${pattern}"${suggestion(pattern, ids)}`);
  }
  const chosen = rules.filter(
    (rule) => patterns.length === 0 || patterns.some((pattern) => ruleMatches(pattern, rule.id)),
  );
  if (single(line, "format") === "json") {
    io.stdout.write(rulesJson(chosen));
    return 0;
  }
  const colors = createColors(wantsColor(io, colorOf(line)));
  const width = Math.max(...chosen.map((rule) => rule.id.length));
  const rows = chosen.map((rule) => {
    const severity = severityColor(colors, rule.severity)(rule.severity.padEnd(7));
    return `${colors.cyan(rule.id.padEnd(width))}  ${severity}  ${rule.summary}${colors.dim(remarks(rule))}\n`;
  });
  io.stdout.write(`${rows.join("")}\n${plural(chosen.length, "rule")}; meshlint explain RULE tells more\n`);
  return 0;
}
