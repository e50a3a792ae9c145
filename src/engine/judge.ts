import type { Finding, Severity, Verdict } from "../model/finding.ts";
import { verdicts } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { isAssumed } from "../model/profile.ts";
import type { Crash, RuleVerdict, SubjectVerdict } from "../model/report.ts";
import { idKey, label, locate, type Resource } from "../model/resource.ts";
import type { Location } from "../model/source.ts";
import { formatPath, type Path } from "../model/value.ts";
import type { Judgement, Problem, Rule, RuleContext, Spot, Subject } from "../rule/define.ts";
import type { RuleSettings } from "./settings.ts";
import { undecidedFindings } from "./strict.ts";

/** What the rules say about one set, before findings of several sets are merged and suppressions applied. */
export interface Judged {
  readonly verdicts: readonly RuleVerdict[];
  readonly findings: readonly Finding[];
  readonly crashes: readonly Crash[];
}

/** One subject with everything that a rule said about it. */
interface Judgment {
  readonly subject: Subject;
  readonly verdict: Verdict;
  readonly problems: readonly Problem[];
  readonly needs: string | null;
  readonly reason: string;
}

interface Problematic {
  readonly finding: Finding;
  readonly path: Path;
  readonly explains: Path | null;
}

function worst(judgments: readonly Judgment[]): Verdict {
  const found = new Set<Verdict>();
  for (const { verdict } of judgments) found.add(verdict);
  return verdicts.findLast((verdict) => found.has(verdict)) ?? "not-applicable";
}

const none: readonly Problem[] = Object.freeze([]);

/** Most subjects of most rules pass without a word, so that case is made cheap. */
function judgeSubject(rule: Rule, subject: Subject, graph: Graph, context: RuleContext): Judgment {
  const saying = rule.check(subject, graph, context)[Symbol.iterator]();
  const first = saying.next();
  if (first.done === true) return { subject, verdict: "pass", problems: none, needs: null, reason: "" };
  const problems: Problem[] = [];
  const needs: string[] = [];
  const reasons: string[] = [];
  for (let next: IteratorResult<Judgement, unknown> = first; next.done !== true; next = saying.next()) {
    const said = next.value;
    if (said.verdict === "fail") problems.push(said);
    else if (said.verdict === "undecided") needs.push(said.needs);
    else reasons.push(said.reason);
  }
  if (problems.length > 0)
    return { subject, verdict: "fail", problems, needs: null, reason: problems[0]?.message ?? "" };
  if (needs.length > 0) {
    const needed = [...new Set(needs)].join("; ");
    return { subject, verdict: "undecided", problems, needs: needed, reason: `needs ${needed}` };
  }
  if (reasons.length > 0)
    return { subject, verdict: "not-applicable", problems, needs: null, reason: reasons.join("; ") };
  return { subject, verdict: "pass", problems, needs: null, reason: "" };
}

/**
 * A requirement on an object is met if one candidate that it applies to meets it. If none does, the candidate with
 * the fewest failures speaks, then the one with the shortest path; the others become related places.
 */
function settleCandidates(judgments: readonly Judgment[]): readonly Judgment[] {
  if (!judgments.some((judgment) => judgment.verdict === "fail")) return judgments;
  const groups = new Map<string, Judgment[]>();
  for (const judgment of judgments) {
    const { subject, verdict } = judgment;
    if (subject.type !== "resource" || verdict === "not-applicable") continue;
    // A patch is applied on top of a candidate: it is none itself.
    if (subject.resource.form === "patch") continue;
    const key = idKey(subject.resource);
    const group = groups.get(key);
    if (group) group.push(judgment);
    else groups.set(key, [judgment]);
  }
  const settled = new Map<Judgment, Judgment>();
  for (const group of groups.values()) {
    const failed = group.filter((judgment) => judgment.verdict === "fail");
    if (group.length === 1 || failed.length === 0) continue;
    const better =
      group.find((judgment) => judgment.verdict === "pass") ?? group.find((j) => j.verdict === "undecided");
    if (better) {
      const reason = `another candidate of the object ${better.verdict === "pass" ? "meets it" : "may meet it"}`;
      for (const judgment of failed)
        settled.set(judgment, {
          ...judgment,
          verdict: better.verdict,
          problems: [],
          needs: better.needs,
          reason,
        });
      continue;
    }
    const [speaker, ...others] = [...failed].sort(
      (a, b) =>
        a.problems.length - b.problems.length ||
        fileOf(a).length - fileOf(b).length ||
        (fileOf(a) < fileOf(b) ? -1 : 1),
    );
    const related = others.flatMap((judgment) =>
      judgment.problems
        .slice(0, 1)
        .map((problem) => ({ at: problem.at, message: "another candidate of the same object" })),
    );
    for (const judgment of others) settled.set(judgment, { ...judgment, problems: [] });
    if (speaker)
      settled.set(speaker, {
        ...speaker,
        problems: speaker.problems.map((problem) => ({
          ...problem,
          related: [...(problem.related ?? []), ...related],
        })),
      });
  }
  return judgments.map((judgment) => settled.get(judgment) ?? judgment);
}

function fileOf(judgment: Judgment): string {
  const { subject } = judgment;
  return subject.type === "resource" ? locate(subject.resource, []).file.path : "";
}

function locationOf(spot: Spot): Location {
  return "location" in spot ? spot.location : locate(spot.resource, spot.path, spot.part ?? "value");
}

/** The resource that stands in the user's file, and the path in it: a derived one leads to its parent. */
function writtenAt(resource: Resource, path: Path): { readonly resource: Resource; readonly path: Path } {
  const { origin } = resource;
  return origin.from === "derived" ? writtenAt(origin.parent, origin.path) : { resource, path };
}

function severityOf(rule: Rule, problem: Problem, graph: Graph, level: Severity | null): Severity {
  if (level !== null) return level;
  const severity = problem.severity ?? rule.severity;
  return problem.otherEdition && severity === "error" && isAssumed(graph.profile, "serverless")
    ? "warning"
    : severity;
}

function messageOf(rule: Rule, problem: Problem, graph: Graph): string {
  const edition =
    rule.documentedFrom !== undefined && isAssumed(graph.profile, "serverless")
      ? ` (documented so from Serverless ${rule.documentedFrom})`
      : "";
  return problem.message + edition;
}

function toFinding(rule: Rule, problem: Problem, graph: Graph, settings: RuleSettings): Problematic {
  const { at } = problem;
  const within = "location" in at ? (at.within ?? null) : at;
  const written = within && writtenAt(within.resource, within.path);
  const fix =
    problem.fix ??
    (problem.advice === undefined ? null : { title: problem.advice, safety: "review" as const, edits: [] });
  return {
    path: written?.path ?? [],
    explains: problem.explains ?? null,
    finding: {
      rule: rule.id,
      severity: severityOf(rule, problem, graph, settings.level),
      message: messageOf(rule, problem, graph),
      sets: [graph.set.name],
      at: locationOf(at),
      path: written ? formatPath(written.path) : "",
      resource: written?.resource ?? null,
      related: (problem.related ?? []).map(({ at, message }) => ({ at: locationOf(at), message })),
      documentation: problem.documentation ?? rule.documentation,
      fix,
      suppressed: null,
    },
  };
}

const startsWith = (path: Path, prefix: Path): boolean =>
  prefix.length <= path.length && prefix.every((step, index) => step === path[index]);

/** Groups that speak about any manifest know less about a field than the rules about what it is for. */
const general: readonly string[] = ["manifest", "schema"];

/** Which of two findings that explain each other stays: the more special one, else the first by name. */
function speaksFirst(rule: string, other: string): boolean {
  const [mine, its] = [rule, other].map((id) => general.indexOf(id.slice(0, id.indexOf("/"))));
  return mine === its ? rule < other : (mine ?? 0) < (its ?? 0);
}

/** Drops what another finding about the same resource explains. */
function oneCauseEach(found: readonly Problematic[]): readonly Finding[] {
  const explaining = new Map<Resource | null, Problematic[]>();
  for (const problem of found) {
    const { resource } = problem.finding;
    if (problem.explains === null || resource === null) continue;
    const causes = explaining.get(resource);
    if (causes) causes.push(problem);
    else explaining.set(resource, [problem]);
  }
  const explained = (problem: Problematic): boolean =>
    (explaining.get(problem.finding.resource) ?? []).some(
      (cause) =>
        cause.finding.rule !== problem.finding.rule &&
        startsWith(problem.path, cause.explains ?? []) &&
        !(
          problem.explains &&
          startsWith(cause.path, problem.explains) &&
          speaksFirst(problem.finding.rule, cause.finding.rule)
        ),
    );
  return found.filter((problem) => !explained(problem)).map((problem) => problem.finding);
}

function subjectVerdict(judgment: Judgment): SubjectVerdict {
  const { subject, verdict, needs, reason } = judgment;
  return {
    verdict,
    needs,
    ...(reason !== "" && { reason }),
    resource: subject.type === "resource" ? writtenAt(subject.resource, []).resource : null,
    document: subject.type === "document" ? subject.document : null,
  };
}

function readsSomething(rule: Rule, graph: Graph): boolean {
  return rule.reads.length === 0 || rule.reads.some((kind) => graph.fragments(kind).length > 0);
}

function reasonOf(verdict: Verdict, judgments: readonly Judgment[]): string {
  const count = judgments.filter((judgment) => judgment.verdict === verdict).length;
  const example = judgments.find(
    (judgment) => judgment.verdict === verdict && judgment.reason !== "",
  )?.reason;
  const subjects = `${count} of ${judgments.length} ${judgments.length === 1 ? "subject" : "subjects"}`;
  return example === undefined ? subjects : `${subjects}: ${example}`;
}

/** A rule's verdict on one set, with the problems to report. */
function judgeRule(
  rule: Rule,
  graph: Graph,
  context: RuleContext,
  crashed: (subject: Subject | null, error: unknown) => void,
): { readonly verdict: RuleVerdict; readonly problems: readonly Problem[] } {
  const plain = (verdict: Verdict, reason: string) => ({
    verdict: { rule: rule.id, verdict, reason, subjects: [] },
    problems: [],
  });
  if (rule.live === true && graph.set.context.live !== true)
    return plain("not-applicable", "needs a cluster");
  if (!readsSomething(rule, graph)) return plain("not-applicable", `no ${rule.reads.join(", ")} in the set`);

  let subjects;
  try {
    const found = rule.subjects(graph, context);
    if ("verdict" in found)
      return plain(found.verdict, found.verdict === "undecided" ? found.needs : found.reason);
    subjects = [...found];
  } catch (error) {
    crashed(null, error);
    return plain("undecided", "the rule crashed");
  }
  if (subjects.length === 0) return plain("not-applicable", "nothing to judge in the set");

  const judgments = subjects.map((subject): Judgment => {
    try {
      return judgeSubject(rule, subject, graph, context);
    } catch (error) {
      crashed(subject, error);
      return {
        subject,
        verdict: "undecided",
        problems: [],
        needs: "a meshlint without this bug",
        reason: "the rule crashed",
      };
    }
  });
  const settled = rule.candidates === "each" ? judgments : settleCandidates(judgments);
  const verdict = worst(settled);
  let subjectVerdicts: readonly SubjectVerdict[] | null = null;
  return {
    verdict: {
      rule: rule.id,
      verdict,
      reason: reasonOf(verdict, settled),
      // Who lints wants the findings only.
      get subjects() {
        return (subjectVerdicts ??= settled.map(subjectVerdict));
      },
    },
    problems: settled.flatMap((judgment) => judgment.problems),
  };
}

/**
 * Runs the rules over one set's graph. A rule that crashes is isolated and named; the others still speak.
 * @param outside `base`: the graph of the same set at the base revision, if there is one
 */
export function judge(
  graph: Graph,
  settings: ReadonlyMap<Rule, RuleSettings>,
  outside: Omit<RuleContext, "options">,
): Judged {
  const found: Problematic[] = [];
  const open: Finding[] = [];
  const said: RuleVerdict[] = [];
  const crashes: Crash[] = [];
  for (const [rule, setting] of settings) {
    const crashed = (subject: Subject | null, error: unknown) => {
      const about = subject?.type === "resource" ? label(subject.resource) : null;
      crashes.push({ rule: rule.id, set: graph.set.name, subject: about, error });
    };
    const { verdict, problems } = judgeRule(rule, graph, { ...outside, options: setting.options }, crashed);
    said.push(verdict);
    for (const problem of problems) found.push(toFinding(rule, problem, graph, setting));
    if (outside.strict) open.push(...undecidedFindings(rule, verdict, graph));
  }
  return { verdicts: said, findings: [...oneCauseEach(found), ...open], crashes };
}
