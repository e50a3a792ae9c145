import type { Baseline, BaselineEntry, BaselineUse } from "../model/baseline.ts";
import { resourceName } from "../model/baseline.ts";
import type { Finding, Severity, Suppression } from "../model/finding.ts";
import { suggestion } from "../model/nearest.ts";
import type { RuleVerdict } from "../model/report.ts";
import type { Rule } from "../rule/define.ts";
import { inOrder } from "./merge.ts";
import type { RuleSettings } from "./settings.ts";
import { isBelow } from "./shown.ts";

export interface BaselineInput {
  readonly baseline: Baseline;
  /** Today: an entry ends after the day of its `until`, in UTC. */
  readonly now: Date;
  /** The rules that ran. */
  readonly settings: ReadonlyMap<Rule, RuleSettings>;
  readonly catalogue: readonly Rule[];
  readonly verdicts: readonly RuleVerdict[];
  /** Whether every set was judged. */
  readonly complete: boolean;
  readonly shownPaths: readonly string[];
}

type Identity = Pick<BaselineEntry, "rule" | "resource" | "path" | "file">;

export function identityOf(finding: Finding): Identity {
  const { rule, path, at } = finding;
  return { rule, resource: resourceName(finding), path, file: at.file.path };
}

/** What makes findings the same, in whatever file; of a finding about a text the file is all that tells. */
function keyOf({ rule, resource, path, file }: Identity): string {
  return JSON.stringify([rule, path, resource, resource === null ? file : null]);
}

/** Which entry accounts for which finding: those in the entry's file first, then those that have moved elsewhere. */
function assigned(
  findings: readonly Finding[],
  entries: readonly BaselineEntry[],
): ReadonlyMap<Finding, BaselineEntry> {
  const byKey = new Map<string, { readonly entry: BaselineEntry; left: number }[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const same = byKey.get(key) ?? [];
    same.push({ entry, left: entry.count });
    byKey.set(key, same);
  }
  const found = new Map<Finding, BaselineEntry>();
  const take = (fits: (entry: BaselineEntry, finding: Finding) => boolean): void => {
    for (const finding of findings) {
      if (found.has(finding)) continue;
      const same = byKey.get(keyOf(identityOf(finding)));
      const known = same?.find(({ entry, left }) => left > 0 && fits(entry, finding));
      if (known === undefined) continue;
      found.set(finding, known.entry);
      known.left--;
    }
  };
  take((entry, finding) => entry.file === finding.at.file.path);
  take(() => true);
  return found;
}

/** Whether a rule could not decide about something in a set, whatever it found elsewhere. */
function isOpen({ verdict, subjects }: RuleVerdict): boolean {
  return verdict === "undecided" || subjects.some((subject) => subject.verdict === "undecided");
}

/** Tells whether the rule of an entry has looked wherever the entry's findings could be, and could decide. */
function surety(input: BaselineInput): (entry: BaselineEntry) => boolean {
  const { settings, catalogue, verdicts, complete, shownPaths } = input;
  const open = new Set(verdicts.filter(isOpen).map(({ rule }) => rule));
  const decided = new Map(
    catalogue.map((rule) => [rule.id, rule.live !== true && settings.has(rule) && !open.has(rule.id)]),
  );
  // What names no rule is found no more, for sure.
  return ({ rule, file }) => complete && isBelow(file, shownPaths) && (decided.get(rule) ?? true);
}

function describe({ rule, resource, path, file }: BaselineEntry): string {
  return `${rule} for ${resource ?? file}${path === "" ? "" : `, ${path}`}`;
}

function aboutEntry(
  { entry, findings, expired, sure }: BaselineUse,
  ids: ReadonlySet<string>,
): {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
} | null {
  const { rule, until } = entry;
  if (!ids.has(rule)) {
    const message = `there is no rule ${JSON.stringify(rule)}${suggestion(rule, [...ids])}`;
    return { rule: "suppression/unknown-rule", severity: "warning", message, fix: "update the baseline" };
  }
  if (findings.length === 0)
    return sure
      ? {
          rule: "suppression/unused",
          severity: "info",
          message: `the baseline's ${describe(entry)} is found no more`,
          fix: "update the baseline, so that it is not hidden when it comes back",
        }
      : null;
  if (!expired) return null;
  return {
    rule: "suppression/expired",
    severity: "warning",
    message: `the baseline's ${describe(entry)} ended on ${until}`,
    fix: "correct what it hid, or give it a new date",
  };
}

/** Findings about entries that are past their date, of no use, or about no rule. */
function entryFindings(uses: readonly BaselineUse[], input: BaselineInput): readonly Finding[] {
  const ids = new Set(input.catalogue.map((rule) => rule.id));
  const running = new Map([...input.settings].map(([rule, setting]) => [rule.id, { rule, setting }]));
  return uses.flatMap((use) => {
    const about = aboutEntry(use, ids);
    const found = about && running.get(about.rule);
    if (!found) return [];
    return {
      rule: about.rule,
      severity: found.setting.level ?? about.severity,
      message: about.message,
      sets: [],
      at: use.entry.at,
      path: "",
      resource: null,
      related: [],
      documentation: found.rule.documentation,
      fix: { title: about.fix, safety: "review", edits: [] },
      suppressed: null,
    } satisfies Finding;
  });
}

/** What a finding that is known without a reason is suppressed with. */
export const knownReason = "known since the baseline was written";

export function suppressionBy({ reason, until }: Pick<BaselineEntry, "reason" | "until">): Suppression {
  return { by: "baseline", reason: reason ?? knownReason, until };
}

/**
 * Marks the findings that the baseline knows, as many of each as it says, and adds findings about its entries. What a
 * comment or the config suppresses is not the baseline's business.
 *
 * @param findings comments and config applied
 */
export function applyBaseline(
  findings: readonly Finding[],
  input: BaselineInput,
): { readonly findings: readonly Finding[]; readonly uses: readonly BaselineUse[] } {
  const { entries } = input.baseline;
  const today = input.now.toISOString().slice(0, 10);
  const isExpired = ({ until }: BaselineEntry): boolean => until !== null && today > until;
  const active = inOrder(findings.filter(({ suppressed }) => suppressed === null));
  const entryOf = assigned(active, entries);
  const taken = new Map<BaselineEntry, Finding[]>(entries.map((entry) => [entry, []]));
  const marked = findings.map((finding) => {
    const entry = entryOf.get(finding);
    if (entry === undefined) return finding;
    const result = isExpired(entry) ? finding : { ...finding, suppressed: suppressionBy(entry) };
    taken.get(entry)?.push(result);
    return result;
  });
  const isSure = surety(input);
  const uses = Array.from(taken, ([entry, of]) => ({
    entry,
    findings: of,
    expired: isExpired(entry),
    sure: isSure(entry),
  }));
  return { findings: [...marked, ...entryFindings(uses, input)], uses };
}
