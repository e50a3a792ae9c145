import { resourceMatches } from "../engine/resource-pattern.ts";
import { ruleMatches } from "../engine/settings.ts";
import type { Finding } from "../model/finding.ts";
import { label } from "../model/resource.ts";
import { positionAt } from "../model/source.ts";
import { type Marker, markersIn } from "./markers.ts";
import type { Platform } from "./platform.ts";
import type { Checked, Failure } from "./result.ts";
import type { FindingPattern, FindingsTest } from "./test-file.ts";

/** More than so many are counted, not named. */
const mostNamed = 5;

/** `mesh.yaml:4:9`. */
export function placeOf({ at }: Finding): string {
  const { line, column } = positionAt(at.file, at.start);
  return `${at.file.path}:${line}:${column}`;
}

/** A finding in one line, without its place. */
export function summaryOf({ rule, severity, message, resource }: Finding): string {
  return `${severity} ${rule}${resource === null ? "" : ` at ${label(resource)}`}: ${message}`;
}

function matches(pattern: FindingPattern, finding: Finding): boolean {
  const { rule, resource, severity, file, line, message } = pattern;
  return (
    (rule === null || ruleMatches(rule, finding.rule)) &&
    (resource === null || (finding.resource !== null && resourceMatches(resource, finding.resource))) &&
    (severity === null || severity === finding.severity) &&
    (file === null || ruleMatches(file, finding.at.file.path)) &&
    (line === null || line === positionAt(finding.at.file, finding.at.start).line) &&
    (message === null || finding.message.includes(message))
  );
}

/** An expectation in words: `error mesh/x at Gateway/a/b in mesh.yaml:4`. */
function inWords({ rule, resource, severity, file, line, message }: FindingPattern): string {
  const place =
    file === null
      ? line === null
        ? ""
        : ` on line ${line}`
      : ` in ${file}${line === null ? "" : `:${line}`}`;
  return (
    `${severity === null ? "" : `${severity} `}${rule ?? "a finding"}${resource === null ? "" : ` at ${resource}`}${place}` +
    (message === null ? "" : ` that says ${JSON.stringify(message)}`)
  );
}

/**
 * Gives each pattern findings of its own, as many as its count where they suffice for all (augmenting paths, Kuhn).
 *
 * @param fitting for each pattern the findings that it may have
 * @returns for each finding the pattern that has it
 */
function assigned(
  patterns: readonly FindingPattern[],
  fitting: readonly (readonly number[])[],
): ReadonlyMap<number, number> {
  const owner = new Map<number, number>();
  const serve = (index: number, tried: Set<number>): boolean => {
    const own = fitting[index] ?? [];
    const free = own.find((finding) => !owner.has(finding));
    if (free !== undefined) {
      owner.set(free, index);
      return true;
    }
    for (const finding of own) {
      const other = owner.get(finding) ?? index;
      if (tried.has(other)) continue;
      tried.add(other);
      if (!serve(other, tried)) continue;
      owner.set(finding, index);
      return true;
    }
    return false;
  };
  for (const [index, { count }] of patterns.entries()) {
    for (let served = 0; served < (count ?? 1) && serve(index, new Set([index])); served++);
  }
  return owner;
}

/** What was found instead of what is missing: the nearest findings, those of the same rule first. */
function instead(pattern: FindingPattern, found: readonly Finding[]): { got: string; at: string | null } {
  const near = found.filter(({ rule }) => pattern.rule !== null && ruleMatches(pattern.rule, rule));
  const [first, ...more] = near;
  if (!first)
    return { got: found.length === 0 ? "no finding" : `none of ${found.length} findings is one`, at: null };
  const others = more.length === 0 ? "" : `, and ${more.length} more of this rule`;
  return { got: `${summaryOf(first)}${others}`, at: placeOf(first) };
}

function unexpected(finding: Finding, expected: string, where: string): Failure {
  return { expected, got: summaryOf(finding), at: placeOf(finding), where };
}

/** The first failures, and how many more there are. */
function limited(failures: readonly Failure[]): readonly Failure[] {
  const [next] = failures.slice(mostNamed);
  if (!next) return failures;
  const count = failures.length - mostNamed;
  return [...failures.slice(0, mostNamed), { ...next, got: `${next.got} (and ${count - 1} more like this)` }];
}

function* exactFailures(
  exact: readonly FindingPattern[],
  found: readonly Finding[],
  where: string,
): Generator<Failure> {
  const fitting = exact.map((pattern) =>
    found.flatMap((finding, index) => (matches(pattern, finding) ? [index] : [])),
  );
  const owners = assigned(exact, fitting);
  const open = found.filter((_, index) => !owners.has(index));
  const owned = [...owners.values()];
  for (const [index, pattern] of exact.entries()) {
    const count = owned.filter((owner) => owner === index).length;
    if (count === (pattern.count ?? 1)) continue;
    const got = count === 0 ? instead(pattern, open) : { got: `${count} of them`, at: null };
    const times = pattern.count === null ? "" : `${pattern.count} times `;
    yield { expected: `${times}${inWords(pattern)}`, ...got, where: pattern.where };
  }
  const what = exact.length === 0 ? "no finding" : "no finding but those that are listed";
  yield* limited(open.map((finding) => unexpected(finding, what, where)));
}

function* includeFailures(
  includes: readonly FindingPattern[],
  found: readonly Finding[],
): Generator<Failure> {
  for (const pattern of includes) {
    const fitting = found.filter((finding) => matches(pattern, finding));
    if (pattern.count === null ? fitting.length > 0 : fitting.length === pattern.count) continue;
    if (pattern.count === null || fitting.length === 0)
      yield { expected: inWords(pattern), ...instead(pattern, found), where: pattern.where };
    else
      yield {
        expected: `${pattern.count} times ${inWords(pattern)}`,
        got: `${fitting.length} times`,
        at: fitting[0] ? placeOf(fitting[0]) : null,
        where: pattern.where,
      };
  }
}

function isMarked({ rule, file, line, column, severity }: Marker, finding: Finding): boolean {
  const position = positionAt(finding.at.file, finding.at.start);
  return (
    finding.rule === rule &&
    finding.at.file.path === file &&
    position.line === line &&
    (column === null || column === position.column) &&
    (severity === null || severity === finding.severity)
  );
}

/** Each marker stands for a finding, and each finding of the rules looked at for a marker. */
function* markerFailures(platform: Platform, found: readonly Finding[], where: string): Generator<Failure> {
  const paths = new Set(platform.graph().set.documents.map(({ file }) => file.path));
  const read = platform.input.files.filter(({ path }) => paths.has(path)).map(markersIn);
  for (const { file, line, text } of read.flatMap(({ wrong }) => wrong))
    yield { expected: "# expect: group/name", got: text, at: `${file}:${line}`, where };
  const markers = read.flatMap((one) => one.markers);
  for (const marker of markers.filter((one) => !found.some((finding) => isMarked(one, finding)))) {
    const here = found.filter(({ rule }) => rule === marker.rule);
    yield {
      expected: `${marker.severity ?? "a finding of"} ${marker.rule}`,
      got: here[0] ? `${marker.rule} at ${placeOf(here[0])}` : "none of this rule",
      at: `${marker.file}:${marker.line}`,
      where,
    };
  }
  const open = found.filter((finding) => !markers.some((marker) => isMarked(marker, finding)));
  yield* limited(open.map((finding) => unexpected(finding, "no finding without a # expect: comment", where)));
}

/** Whether what is found is what a test says. @param where the place of the test */
export function checkFindings(platform: Platform, test: FindingsTest, where: string): Checked {
  const { among, exact, includes, excludes, markers } = test;
  const found = platform
    .findings()
    .filter(({ rule }) => among.length === 0 || among.some((pattern) => ruleMatches(pattern, rule)));
  const failures = [
    ...(exact === null ? [] : exactFailures(exact, found, where)),
    ...includeFailures(includes, found),
    ...excludes.flatMap((pattern) =>
      limited(
        found
          .filter((finding) => matches(pattern, finding))
          .map((finding) => unexpected(finding, `no ${inWords(pattern)}`, pattern.where)),
      ),
    ),
    ...(markers ? markerFailures(platform, found, where) : []),
  ];
  return { failures };
}
