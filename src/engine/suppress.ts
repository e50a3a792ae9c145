import { folderOf, treeAt, type Tree } from "../load/sets/paths.ts";
import type { Config, ConfigSuppression } from "../model/config.ts";
import type { Finding, Fix, Suppression } from "../model/finding.ts";
import { suggestion } from "../model/nearest.ts";
import type { RuleVerdict } from "../model/report.ts";
import { lineStartsOf, type Location, positionAt, type SourceFile } from "../model/source.ts";
import type { Rule } from "../rule/define.ts";
import picomatch from "picomatch/posix.js";
import { type Directive, directiveKinds, directivesOf } from "./comments.ts";
import { resourceMatches } from "./resource-pattern.ts";
import { ruleMatches, type RuleSettings } from "./settings.ts";

export interface SuppressionInput {
  readonly files: readonly SourceFile[];
  readonly config: Config;
  /** Today: a suppression ends after the day of its `until`, in UTC. */
  readonly now: Date;
  /** The rules that ran. */
  readonly settings: ReadonlyMap<Rule, RuleSettings>;
  readonly catalogue: readonly Rule[];
  /** What the rules said about each set: where one could not decide, a suppression may still be of use. */
  readonly verdicts?: readonly RuleVerdict[];
  /** Paths of the files that were judged; without it all of them. What nobody looked at is never unused. */
  readonly judged?: ReadonlySet<string>;
  /** Whether every set was judged: only then entries of the config can be called unused. */
  readonly complete?: boolean;
  /** How paths of the working directory read in the config's folder. */
  readonly configTree?: Pick<Tree, "inRoot">;
}

/** One rule pattern of a comment or config entry. */
interface Entry {
  readonly pattern: string;
  readonly by: "comment" | "config";
  readonly reason: string | null;
  readonly until: string | null;
  readonly at: Location;
  /** What is suppressed, as a message names it. */
  readonly where: string;
  readonly expired: boolean;
  readonly fix: Fix | null;
  covers(finding: Finding, line: number): boolean;
}

const lineOf = (at: Location): number => positionAt(at.file, at.start).line;

/** Findings about suppressions are not hidden by globs: only by their own id. */
function fits(pattern: string, rule: string): boolean {
  return pattern === rule || (!rule.startsWith("suppression/") && ruleMatches(pattern, rule));
}

/** Takes a comment out, with its line where nothing else stands there. */
function removal({ at }: Directive): Fix {
  const { file } = at;
  const starts = lineStartsOf(file);
  const line = lineOf(at);
  const lineStart = starts[line - 1] ?? 0;
  const before = file.text.slice(lineStart, at.start);
  const alone = before.trim() === "";
  const start = alone ? lineStart : lineStart + before.trimEnd().length;
  const end = alone ? (starts[line] ?? file.text.length) : at.end;
  return { title: "remove the comment", safety: "review", edits: [{ file, start, end, text: "" }] };
}

/** Whether the last comment up to a line that is about a rule disables it. */
function disabledAt(
  switches: readonly Directive[],
  own: Directive,
  pattern: string,
  rule: string,
  line: number,
): boolean {
  if (own.line > line || !fits(pattern, rule)) return false;
  return !switches.some(
    (other) =>
      other.kind === "enable" &&
      other.line > own.line &&
      other.line <= line &&
      (other.patterns.length === 0 || other.patterns.some((wanted) => fits(wanted, rule))),
  );
}

function commentEntries(directives: readonly Directive[]): readonly Entry[] {
  return directives.flatMap((directive) => {
    const { kind, patterns, reason, at, target } = directive;
    if (kind === null || kind === "enable") return [];
    const where = {
      "disable-next-line": "the next line",
      "disable-file": "this file",
      disable: "the lines below",
    }[kind];
    return patterns.map((pattern): Entry => {
      const covers = (finding: Finding, line: number): boolean => {
        if (finding.at.file.path !== at.file.path) return false;
        if (kind === "disable-file") return fits(pattern, finding.rule);
        if (kind === "disable-next-line") return line === target && fits(pattern, finding.rule);
        return disabledAt(directives, directive, pattern, finding.rule, line);
      };
      const fix = patterns.length === 1 && kind !== "disable" ? removal(directive) : null;
      return { pattern, by: "comment", reason, until: null, at, where, expired: false, fix, covers };
    });
  });
}

function configEntry(entry: ConfigSuppression, today: string, tree: Pick<Tree, "inRoot">): Entry {
  const { rule, resource, path, reason, until, at } = entry;
  const matches = path === null ? null : picomatch([path, `${path.replace(/\/+$/, "")}/**`], { dot: true });
  return {
    pattern: rule,
    by: "config",
    reason,
    until,
    at,
    where: resource ?? path ?? "every file",
    expired: until !== null && today > until,
    fix: null,
    covers: (finding) =>
      fits(rule, finding.rule) &&
      (resource === null || (finding.resource !== null && resourceMatches(resource, finding.resource))) &&
      (matches === null || matches(tree.inRoot(finding.at.file.path))),
  };
}

/** Comments speak before the config: they are nearer. */
const commentsFirst = (a: Entry, b: Entry): number => Number(a.by === "config") - Number(b.by === "config");

/** Marks a finding that some entry covers, and notes which entries were of use. */
function marked(finding: Finding, entries: readonly Entry[], used: Set<Entry>): Finding {
  const line = lineOf(finding.at);
  const covering = entries.filter(
    (entry) => !entry.expired && entry.at !== finding.at && entry.covers(finding, line),
  );
  for (const entry of covering) used.add(entry);
  const [first] = covering;
  if (!first || finding.suppressed !== null) return finding;
  const suppressed: Suppression = { by: first.by, reason: first.reason ?? "", until: first.until };
  return { ...finding, suppressed };
}

/**
 * Marks the findings that comments and the config suppress, and adds findings about suppressions that give no
 * reason, are past their date, suppress nothing or name no rule. A suppression without a reason holds all the same;
 * one past its date does not.
 */
export function applySuppressions(findings: readonly Finding[], input: SuppressionInput): readonly Finding[] {
  const { config, catalogue, files } = input;
  const directives = files.map(directivesOf).filter((found) => found.length > 0);
  if (directives.length === 0 && config.suppress.length === 0) return findings;

  const today = input.now.toISOString().slice(0, 10);
  const tree = input.configTree ?? treeAt(config.file === null ? "." : folderOf(config.file));
  const ids = catalogue.map((rule) => rule.id);
  const all = [
    ...directives.flatMap(commentEntries),
    ...config.suppress.map((entry) => configEntry(entry, today, tree)),
  ].sort(commentsFirst);
  const known = all.filter((entry) => ids.some((id) => ruleMatches(entry.pattern, id)));

  const used = new Set<Entry>();
  const result = findings.map((finding) => marked(finding, known, used));
  const report = reporter(input);
  const problems = [
    ...directives.flat().flatMap((directive) => [...directiveProblems(directive, ids, report)]),
    ...all.flatMap((entry) => [
      ...(known.includes(entry)
        ? []
        : report("suppression/unknown-rule", entry.at, unknownMessage(entry.pattern, ids))),
      ...entryProblems(entry, report),
    ]),
  ];
  const unused = (entries: readonly Entry[]) =>
    entries
      .filter((entry) => !used.has(entry) && !entry.expired && mayBeUnused(entry, input))
      .flatMap((entry) =>
        report(
          "suppression/unused",
          entry.at,
          `nothing of ${entry.pattern} is found in ${entry.where}`,
          entry.fix,
        ),
      );
  const aboutSuppressions = (entry: Entry) => entry.pattern.startsWith("suppression/");
  const useless = unused(known.filter((entry) => !aboutSuppressions(entry)));
  const about = distinct([...problems, ...useless]).map((finding) => marked(finding, known, used));
  // Only now it shows whether a suppression of such a finding was of use.
  return [...result, ...about, ...distinct(unused(known.filter(aboutSuppressions)))];
}

type Report = (rule: string, at: Location, message: string, fix?: Fix | null) => readonly Finding[];

/** Makes findings of rules that run, at their severities. */
function reporter({ settings }: SuppressionInput): Report {
  const running = new Map([...settings].map(([rule, setting]) => [rule.id, { rule, setting }]));
  return (id, at, message, fix = null) => {
    const found = running.get(id);
    if (!found) return [];
    const { rule, setting } = found;
    const severity = setting.level ?? rule.severity;
    const rest = { path: "", resource: null, related: [], sets: [], suppressed: null } as const;
    return [{ rule: id, severity, message, at, documentation: rule.documentation, fix, ...rest }];
  };
}

const advice = (title: string): Fix => ({ title, safety: "review", edits: [] });

function unknownMessage(pattern: string, ids: readonly string[]): string {
  return `there is no rule ${JSON.stringify(pattern)}${suggestion(pattern, ids)}`;
}

function* directiveProblems(
  directive: Directive,
  ids: readonly string[],
  report: Report,
): Generator<Finding> {
  const { kind, written, patterns, at } = directive;
  if (kind === null) {
    const hint = suggestion(written, directiveKinds);
    yield* report("suppression/unknown-rule", at, `there is no comment "meshlint-${written}"${hint}`);
  } else if (kind === "enable") {
    for (const pattern of patterns)
      if (!ids.some((id) => ruleMatches(pattern, id)))
        yield* report("suppression/unknown-rule", at, unknownMessage(pattern, ids));
  } else if (patterns.length === 0) {
    yield* report(
      "suppression/unknown-rule",
      at,
      `"meshlint-${written}" names no rule`,
      advice("name the rule"),
    );
  }
}

function* entryProblems(entry: Entry, report: Report): Generator<Finding> {
  const { pattern, reason, until, at } = entry;
  if (reason === null || reason.trim() === "")
    yield* report(
      "suppression/no-reason",
      at,
      `${pattern} is suppressed without a reason`,
      advice(entry.by === "comment" ? "say why, behind --" : "say why, as reason"),
    );
  if (entry.expired)
    yield* report(
      "suppression/expired",
      at,
      `the suppression of ${pattern} ended on ${until}`,
      advice("correct what it hid, or give it a new date"),
    );
}

/** Whether all rules that an entry names have looked where it is, and could decide. */
function mayBeUnused(entry: Entry, input: SuppressionInput): boolean {
  const { settings, catalogue, verdicts = [], judged, complete = true } = input;
  if (entry.by === "config" ? !complete : judged !== undefined && !judged.has(entry.at.file.path))
    return false;
  // Rules that need a cluster run elsewhere; whether they find something cannot be told here.
  const offline = catalogue.filter((rule) => rule.live !== true && fits(entry.pattern, rule.id));
  return (
    offline.length > 0 &&
    offline.every(
      (rule) =>
        settings.has(rule) && !verdicts.some((said) => said.rule === rule.id && said.verdict === "undecided"),
    )
  );
}

/** One finding for each place and message: a comment may name several rules. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const { rule, message, at } = finding;
    const key = JSON.stringify([rule, message, at.file.path, at.start]);
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}
