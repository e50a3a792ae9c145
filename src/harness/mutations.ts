import { caused } from "../engine/caused.ts";
import { resourceMatches } from "../engine/resource-pattern.ts";
import { UsageError } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import { locate, type Resource } from "../model/resource.ts";
import { positionAt } from "../model/source.ts";
import { ChangeError, changedFiles } from "./change.ts";
import { placeOf, summaryOf } from "./findings.ts";
import type { Platform } from "./platform.ts";
import { answerText, ask, decidedAt, requestName } from "./reach.ts";
import type { Checked, Failure } from "./result.ts";
import type { Mutation, MutationsTest } from "./test-file.ts";

/** Objects of the files that are tested which a pattern means; a List's items, but nothing derived. */
function objectsOf({ set }: Graph, pattern: string): readonly Resource[] {
  return set.resources.filter(
    (resource) => resource.origin.from === "document" && resourceMatches(pattern, resource),
  );
}

/** `Kind/namespace/name`, as patterns are written. */
function patternOf({ id, namespace, name }: Resource): string {
  return [id.kind, ...(namespace === null ? [] : [namespace]), name].join("/");
}

function objectPlace(resource: Resource): string {
  const { file, start } = locate(resource, ["metadata", "name"]);
  const { line, column } = positionAt(file, start);
  return `${file.path}:${line}:${column}`;
}

/** What is found with the change and not without: a comment that goes with its document hid it before, too. */
function newFindings(before: Platform, after: Platform): readonly Finding[] {
  const known = before.report().findings.map((finding) => ({ ...finding, suppressed: null }));
  return caused(after.findings(), known);
}

function* caughtFailures(
  { name, caughtBy, where }: Mutation,
  before: Platform,
  after: Platform,
  at: string | null,
): Generator<Failure> {
  // Most changes are caught: all rules are asked only for what to say of one that is not.
  if (caughtBy.length === 0 || newFindings(before.by(caughtBy), after.by(caughtBy)).length > 0) return;
  const found = newFindings(before, after);
  const expected = `${name}: caught by ${caughtBy.join(" or ")}`;
  const [first, ...more] = found;
  if (!first) {
    const crash = after.crashes()[0];
    const got = crash ? `rule ${crash.rule} crashes` : "survives: no rule finds anything new";
    yield { expected, got, at, where };
    return;
  }
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  yield { expected, got: `only ${summaryOf(first)}${others}`, at: placeOf(first), where };
}

function* verdictFailures(
  { name, verdict, where }: Mutation,
  before: Platform,
  after: Platform,
  at: string | null,
): Generator<Failure> {
  if (verdict === null) return;
  const was = ask(before.graph(), verdict);
  const is = ask(after.graph(), verdict);
  const call = requestName(verdict);
  const wanted = verdict.expect === null ? "changes" : `becomes ${verdict.expect}`;
  const expected = `${name}: ${call} ${wanted}`;
  if (typeof was === "string" || typeof is === "string") {
    const [got, when] = typeof was === "string" ? [was, "without"] : [String(is), "with"];
    yield { expected, got: `it cannot be asked ${when} the change: ${got}`, at, where };
    return;
  }
  if (was.verdict === is.verdict)
    yield { expected, got: `it stays ${answerText(is)}`, at: decidedAt(is) ?? at, where };
  else if (verdict.expect !== null && is.verdict !== verdict.expect)
    yield { expected, got: `${was.verdict} becomes ${answerText(is)}`, at: decidedAt(is) ?? at, where };
}

function changedPlatform(platform: Platform, mutation: Mutation, objects: readonly Resource[]): Platform {
  const files = changedFiles(platform.input.files, objects, mutation.change);
  return platform.with(files);
}

function* mutationFailures(platform: Platform, mutation: Mutation): Generator<Failure> {
  const { name, resource: pattern, where } = mutation;
  const graph = platform.graph();
  const objects = objectsOf(graph, pattern);
  const [first] = objects;
  if (!first) {
    const hint = suggestion(pattern, graph.set.resources.map(patternOf));
    yield { expected: `${name}: an object ${pattern}`, got: `there is none${hint}`, at: null, where };
    return;
  }
  const at = objectPlace(first);
  try {
    const after = changedPlatform(platform, mutation, objects);
    yield* caughtFailures(mutation, platform, after, at);
    yield* verdictFailures(mutation, platform, after, at);
  } catch (error) {
    // Without its last object there is no set to judge.
    if (!(error instanceof ChangeError) && !(error instanceof UsageError)) throw error;
    yield { expected: `${name}: a change that can be made`, got: error.message, at, where };
  }
}

/** Whether changes are noticed as a test expects. */
export function checkMutations(platform: Platform, { mutations }: MutationsTest): Checked {
  const failures = mutations.flatMap((mutation) => [...mutationFailures(platform, mutation)]);
  const survivors = new Set(failures.map(({ where }) => where)).size;
  return { failures, note: `${mutations.length - survivors} of ${mutations.length} changes noticed` };
}
