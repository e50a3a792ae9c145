import type { Config, RuleLevel } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import { severities, type Severity } from "../model/finding.ts";
import { nearest } from "../model/nearest.ts";
import type { Rule } from "../rule/define.ts";

/** How one rule runs: at its own severities or at one level for all of them, and with which options. */
export interface RuleSettings {
  readonly level: Severity | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Selection {
  /** Globs of `--rule`; empty: all. */
  readonly rules: readonly string[];
  readonly skip: readonly string[];
  /** `--severity ID=LEVEL`, in the order given. */
  readonly severities: readonly { readonly pattern: string; readonly level: RuleLevel }[];
}

export const everything: Selection = { rules: [], skip: [], severities: [] };

/** Whether a rule id fits a pattern in which `*` stands for any characters (`tenant/*`, `*missing*`). */
export function ruleMatches(pattern: string, id: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return id === pattern;
  if (!id.startsWith(first)) return false;
  let from = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = id.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return id.length >= from + last.length && id.endsWith(last);
}

function defaultsOf(rule: Rule): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rule.options ?? {}).map(([name, option]) => [name, option.default]),
  );
}

/** The given options, checked against those that the rule has. */
function optionsOf(
  rule: Rule,
  given: Readonly<Record<string, unknown>>,
  pattern: string,
): Record<string, unknown> {
  const known = rule.options ?? {};
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    // A glob may cover rules that do not have the option.
    if (!option && pattern !== rule.id) continue;
    if (!option) {
      const near = nearest(name, Object.keys(known));
      throw new UsageError(
        `rule ${rule.id} has no option "${name}"${near === null ? "" : `; did you mean "${near}"?`}`,
      );
    }
    if (typeof value !== typeof option.default || Array.isArray(value) !== Array.isArray(option.default)) {
      const expected = Array.isArray(option.default) ? "list" : typeof option.default;
      throw new UsageError(`option "${name}" of rule ${rule.id} has to be a ${expected}`);
    }
    options[name] = value;
  }
  return options;
}

/** Every pattern has to name at least one rule: a typo must not switch off a gate. */
function requireKnown(patterns: readonly string[], rules: readonly Rule[], where: string): void {
  for (const pattern of patterns) {
    if (rules.some((rule) => ruleMatches(pattern, rule.id))) continue;
    const near = nearest(
      pattern,
      rules.map((rule) => rule.id),
    );
    throw new UsageError(
      `${where}: unknown rule "${pattern}"${near === null ? "" : `; did you mean "${near}"?`}`,
    );
  }
}

/**
 * The rules that run, with their settings: config in file order, then the command line. Throws a
 * {@link UsageError} for a pattern that names no rule and for an option that a rule does not have.
 */
export function settingsOf(
  rules: readonly Rule[],
  config: Config,
  selection: Selection,
): ReadonlyMap<Rule, RuleSettings> {
  requireKnown(selection.rules, rules, "--rule");
  requireKnown(selection.skip, rules, "--skip");
  requireKnown(
    selection.severities.map((entry) => entry.pattern),
    rules,
    "--severity",
  );
  requireKnown(
    config.rules.map((entry) => entry.pattern),
    rules,
    config.file ?? "config",
  );

  const settings = new Map<Rule, RuleSettings>();
  for (const rule of rules) {
    const wanted =
      selection.rules.length === 0 || selection.rules.some((pattern) => ruleMatches(pattern, rule.id));
    if (!wanted || selection.skip.some((pattern) => ruleMatches(pattern, rule.id))) continue;

    let level: RuleLevel | null = null;
    let options = defaultsOf(rule);
    for (const entry of config.rules) {
      if (!ruleMatches(entry.pattern, rule.id)) continue;
      level = entry.level ?? level;
      options = { ...options, ...optionsOf(rule, entry.options, entry.pattern) };
    }
    for (const entry of selection.severities) if (ruleMatches(entry.pattern, rule.id)) level = entry.level;
    if (level !== "off") settings.set(rule, { level, options });
  }
  return settings;
}

/** `ID=LEVEL` of `--severity`; throws a {@link UsageError} that says what a level is. */
export function parseLevel(text: string): { readonly pattern: string; readonly level: RuleLevel } {
  const [pattern = "", level = "", ...rest] = text.split("=");
  const known: readonly string[] = [...severities, "off"];
  if (pattern === "" || rest.length > 0 || !known.includes(level))
    throw new UsageError(`--severity takes RULE=LEVEL with a level of ${known.join(", ")}, not "${text}"`);
  return { pattern, level: level as RuleLevel };
}
