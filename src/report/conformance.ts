import { type Finding, severities, type Severity, type Verdict } from "../model/finding.ts";
import type { Report, RuleVerdict, SetReport } from "../model/report.ts";
import { locate } from "../model/resource.ts";
import type { Location } from "../model/source.ts";
import { formatVersion, parseVersion, compareVersions } from "../model/version.ts";
import type { StatedDocument, Statement } from "../rule/statements/statement.ts";

/**
 * What a set is said to do about a statement. The first four are those of its rules; `needs-cluster`: manifests
 * alone do not settle it; `not-judged`: neither manifests nor a cluster do. Earlier ones win over later ones.
 */
export const statementVerdicts = [
  "fail",
  "undecided",
  "pass",
  "not-applicable",
  "needs-cluster",
  "not-judged",
] as const;
export type StatementVerdict = (typeof statementVerdicts)[number];

/** What a verdict is called in reports for people. */
export const verdictWords: Readonly<Record<StatementVerdict, string>> = {
  fail: "fail",
  undecided: "undecided",
  pass: "pass",
  "not-applicable": "not applicable",
  "needs-cluster": "needs a cluster",
  "not-judged": "not judged",
};

export type VerdictCounts = Readonly<Record<StatementVerdict, number>>;

/** One place at which a rule of a statement fails, suppressed ones as well. */
export interface FailedPlace {
  readonly rule: string;
  /** Null where the finding belongs to another rule that names the same cause. */
  readonly severity: Finding["severity"] | null;
  readonly message: string;
  readonly at: Location | null;
  readonly suppressed: Finding["suppressed"];
}

/** What would decide a rule, and for how many of its subjects. */
export interface OpenNeed {
  readonly rule: string;
  readonly needs: string;
  readonly subjects: number;
}

export interface RuleOutcome {
  readonly rule: string;
  /** `off`: the rule did not run, because the config or an option leaves it out. */
  readonly verdict: Verdict | "off";
}

export interface JudgedStatement {
  readonly statement: Statement;
  readonly verdict: StatementVerdict;
  readonly rules: readonly RuleOutcome[];
  /** For a statement that needs a cluster: causes of trouble that manifests show. */
  readonly places: readonly FailedPlace[];
  readonly needs: readonly OpenNeed[];
  /** Why it is not applicable, not judged, or left to a cluster; null for the other verdicts. */
  readonly reason: string | null;
  /** It fails, and every place of it is suppressed. */
  readonly suppressed: boolean;
}

export interface JudgedDocument {
  readonly document: StatedDocument;
  /** The edition is for other Serverless versions than the set's. */
  readonly otherEdition: boolean;
  readonly counts: VerdictCounts;
  readonly sections: readonly {
    readonly section: string;
    readonly counts: VerdictCounts;
    readonly statements: readonly JudgedStatement[];
  }[];
}

export interface JudgedConformance {
  readonly set: SetReport;
  readonly counts: VerdictCounts;
  readonly documents: readonly JudgedDocument[];
}

export interface Conformance {
  readonly sets: readonly JudgedConformance[];
  /** Each statement once, with the worst of its verdicts over the sets. */
  readonly counts: VerdictCounts;
}

function countsOf(verdicts: readonly StatementVerdict[]): VerdictCounts {
  const count = (wanted: StatementVerdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  return {
    fail: count("fail"),
    undecided: count("undecided"),
    pass: count("pass"),
    "not-applicable": count("not-applicable"),
    "needs-cluster": count("needs-cluster"),
    "not-judged": count("not-judged"),
  };
}

const worst = (verdicts: readonly StatementVerdict[]): StatementVerdict =>
  statementVerdicts.find((verdict) => verdicts.includes(verdict)) ?? "not-judged";

/** What a set's report says, by rule. */
interface Evidence {
  readonly said: ReadonlyMap<string, RuleVerdict>;
  readonly found: ReadonlyMap<string, readonly Finding[]>;
}

function evidenceOf(report: Report, set: SetReport): Evidence {
  const found = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    if (!finding.sets.includes(set.name)) continue;
    const known = found.get(finding.rule);
    if (known) known.push(finding);
    else found.set(finding.rule, [finding]);
  }
  return { said: new Map(set.verdicts.map((verdict) => [verdict.rule, verdict])), found };
}

/**
 * Where a rule fails. A failure without a finding of its own is explained by the finding of another rule at the same
 * field, or lies in a file that is not shown: its subjects are its places then.
 */
function placesOf(said: RuleVerdict, { found }: Evidence): readonly FailedPlace[] {
  if (said.verdict !== "fail") return [];
  const { rule } = said;
  const findings = found.get(rule) ?? [];
  if (findings.length > 0) {
    return findings.map(({ severity, message, at, suppressed }) => ({
      rule,
      severity,
      message,
      at,
      suppressed,
    }));
  }
  return said.subjects
    .filter(({ verdict }) => verdict === "fail")
    .map(({ resource, document }) => ({
      rule,
      severity: null,
      message: said.reason.replace(/^\d+ of \d+ subjects?: /, ""),
      at: resource
        ? locate(resource, ["metadata", "name"])
        : document && { file: document.file, ...document.span },
      suppressed: null,
    }));
}

function needsOf(rule: string, said: RuleVerdict | undefined): readonly OpenNeed[] {
  if (said === undefined)
    return [{ rule, needs: `the rule ${rule}, which is switched off here`, subjects: 0 }];
  if (said.verdict !== "undecided" && said.verdict !== "fail") return [];
  const counts = new Map<string, number>();
  for (const { verdict, needs } of said.subjects) {
    if (verdict === "undecided" && needs !== null) counts.set(needs, (counts.get(needs) ?? 0) + 1);
  }
  if (counts.size === 0 && said.verdict === "undecided") counts.set(said.reason, 0);
  return Array.from(counts, ([needs, subjects]) => ({ rule, needs, subjects }));
}

/** A rule that did not run leaves open what it would have said. */
const asVerdict = ({ verdict }: RuleOutcome): StatementVerdict => (verdict === "off" ? "undecided" : verdict);

function reasonOf(
  statement: Statement,
  verdict: StatementVerdict,
  said: readonly RuleVerdict[],
): string | null {
  if (verdict === "needs-cluster") return statement.reason ?? "only a running cluster shows it";
  if (verdict === "not-judged") return statement.reason;
  if (verdict !== "not-applicable") return null;
  return [...new Set(said.map(({ reason }) => reason))].join("; ");
}

function judgeStatement(statement: Statement, evidence: Evidence): JudgedStatement {
  const said = statement.rules.flatMap((rule) => evidence.said.get(rule) ?? []);
  const rules = statement.rules.map((rule): RuleOutcome => {
    return { rule, verdict: evidence.said.get(rule)?.verdict ?? "off" };
  });
  const places = said.flatMap((verdict) => placesOf(verdict, evidence));
  const verdict =
    statement.check === "live"
      ? "needs-cluster"
      : statement.check === "none"
        ? "not-judged"
        : worst(rules.map(asVerdict));
  return {
    statement,
    verdict,
    rules,
    places,
    needs: statement.rules.flatMap((rule) => needsOf(rule, evidence.said.get(rule))),
    reason: reasonOf(statement, verdict, said),
    suppressed: places.length > 0 && places.every((place) => place.suppressed !== null),
  };
}

function isOtherEdition({ serverless }: StatedDocument, set: SetReport): boolean {
  const from = serverless && parseVersion(serverless.from);
  const until = serverless && parseVersion(serverless.until);
  if (!from || !until) return false;
  const has = set.profile.serverless;
  return compareVersions(has, from) < 0 || compareVersions(has, until) > 0;
}

function judgeDocument(document: StatedDocument, set: SetReport, evidence: Evidence): JudgedDocument {
  const judged = document.statements.map((statement) => judgeStatement(statement, evidence));
  const sections = [...new Set(document.statements.map((statement) => statement.section))];
  return {
    document,
    otherEdition: isOtherEdition(document, set),
    counts: countsOf(judged.map(({ verdict }) => verdict)),
    sections: sections.map((section) => {
      const statements = judged.filter(({ statement }) => statement.section === section);
      return { section, statements, counts: countsOf(statements.map(({ verdict }) => verdict)) };
    }),
  };
}

/** How bad a failure is: its most severe place that nobody suppressed. */
export function severityOf(places: readonly FailedPlace[]): Severity | null {
  const active = places.filter(({ suppressed }) => suppressed === null);
  return severities.findLast((severity) => active.some((place) => place.severity === severity)) ?? null;
}

/** The statements of a judged document, in its order. */
export function statementsIn(document: JudgedDocument): readonly JudgedStatement[] {
  return document.sections.flatMap((section) => section.statements);
}

/** `1.32`, as the set has it. */
export function serverlessOf(set: SetReport): string {
  return formatVersion(set.profile.serverless);
}

/**
 * Every statement of the documents with what a lint run says about it, set by set.
 *
 * @param report of a run with all rules; a rule that did not run leaves its statements undecided
 */
export function conformance(report: Report, documents: readonly StatedDocument[]): Conformance {
  const sets = report.sets.map((set): JudgedConformance => {
    const evidence = evidenceOf(report, set);
    const judged = documents.map((document) => judgeDocument(document, set, evidence));
    return {
      set,
      documents: judged,
      counts: countsOf(judged.flatMap(statementsIn).map(({ verdict }) => verdict)),
    };
  });
  const byStatement = new Map<string, StatementVerdict[]>();
  for (const { documents: judged } of sets) {
    for (const { statement, verdict } of judged.flatMap(statementsIn)) {
      const known = byStatement.get(statement.id);
      if (known) known.push(verdict);
      else byStatement.set(statement.id, [verdict]);
    }
  }
  return { sets, counts: countsOf([...byStatement.values()].map(worst)) };
}
