import { loadFiles } from "../load/load.ts";
import { isManifest } from "../load/sets/objects.ts";
import { toResources } from "../load/resources.ts";
import type { ManifestDocument } from "../model/document.ts";
import { UsageError } from "../model/errors.ts";
import type { ExplainedPlace, Explanation, Opinion } from "../model/explanation.ts";
import type { Finding, Verdict } from "../model/finding.ts";
import { pathAt } from "../model/path-at.ts";
import type { Report, RuleVerdict, SubjectVerdict } from "../model/report.ts";
import { label, type Resource, sourceOf } from "../model/resource.ts";
import { lineStartsOf, lineText, positionAt, type SourceFile, type Span } from "../model/source.ts";
import { formatPath, type Path } from "../model/value.ts";
import type { Rule } from "../rule/define.ts";

const within = (offset: number, { start, end }: Span): boolean => offset >= start && offset < end;

const baseOf = (resource: Resource): Path => sourceOf(resource, []).base;
const documentOf = (resource: Resource): ManifestDocument => sourceOf(resource, []).document;

/** The part of the file that a resource takes up: its document, or its item of a List. */
function spanOf(resource: Resource): Span {
  const { places, span } = documentOf(resource);
  const base = baseOf(resource);
  return base.length === 0 ? span : (places.value(base) ?? span);
}

/**
 * The path of the resource that a line is about: the only entry that begins there, or what several have in common;
 * else what the line is a part of.
 */
function pathOnLine(document: ManifestDocument, base: Path, line: number, offset: number): Path {
  const { places, file } = document;
  const starting: Path[] = [];
  for (const path of places.paths()) {
    const key = places.key(path);
    if (path.length <= base.length || base.some((step, index) => path[index] !== step)) continue;
    if (key && !places.shared(path.slice(0, -1)) && positionAt(file, key.start).line === line)
      starting.push(path);
  }
  // Every path that another one leads on from says less than that one.
  const last = starting.filter(
    (path) =>
      !starting.some((other) => other.length > path.length && path.every((step, i) => other[i] === step)),
  );
  const [first] = last;
  if (first === undefined) {
    const path = pathAt(document, offset) ?? base;
    return path.length > base.length ? path.slice(base.length) : [];
  }
  let length = first.length;
  while (last.some((path) => path.slice(0, length).some((step, index) => step !== first[index]))) length--;
  return first.slice(base.length, length);
}

/** Where objects begin, for a line that belongs to none. */
function nearestObject(file: SourceFile, documents: readonly ManifestDocument[], offset: number): string {
  const places = documents.filter(isManifest).flatMap((document) =>
    toResources(document).map((resource) => {
      const at = document.places.key([...baseOf(resource), "kind"]) ?? document.span;
      return { resource, start: at.start };
    }),
  );
  const [near] = places.toSorted((a, b) => Math.abs(a.start - offset) - Math.abs(b.start - offset));
  if (!near) return "; there is none in the file";
  return `; the nearest, ${label(near.resource)}, is at line ${positionAt(file, near.start).line}`;
}

/**
 * What stands at a line.
 *
 * @param column null: the whole line is meant
 * @throws UsageError if the file has no such line, or nothing stands there
 */
export function placeAt(file: SourceFile, line: number, column: number | null): ExplainedPlace {
  const starts = lineStartsOf(file);
  const count = starts.at(-1) === file.text.length && starts.length > 1 ? starts.length - 1 : starts.length;
  const start = starts[line - 1];
  if (start === undefined || line > count)
    throw new UsageError(`${file.path} has ${count} ${count === 1 ? "line" : "lines"}, and no line ${line}`);
  const text = lineText(file, line);
  if (column !== null && column > text.length + 1)
    throw new UsageError(`line ${line} of ${file.path} has ${text.length} columns, and no column ${column}`);
  const offset = start + (column === null ? Math.max(0, text.search(/\S/)) : column - 1);
  const { documents } = loadFiles([file]);
  const none = (): UsageError =>
    new UsageError(
      `line ${line} of ${file.path} belongs to no object${nearestObject(file, documents, offset)}`,
    );

  const document = documents.find(({ span }) => within(offset, span) || span.end === offset);
  if (!document || document.value === null || /^(?:---|\.\.\.)?\s*$/.test(text)) throw none();
  const resources = document.value !== undefined && isManifest(document) ? toResources(document) : [];
  const resource = resources.find((found) => within(offset, spanOf(found))) ?? null;
  if (resource === null && resources.length > 0) throw none();
  if (resource === null) return { file, line, document, resource, path: [], span: document.span };
  const base = baseOf(resource);
  const path =
    column === null
      ? pathOnLine(document, base, line, offset)
      : (pathAt(document, offset) ?? base).slice(base.length);
  const full = [...base, ...path];
  const value = document.places.value(full) ?? document.span;
  const key = path.length === 0 ? value : (document.places.key(full) ?? value);
  return {
    file,
    line,
    document,
    resource,
    path,
    span: { start: Math.min(key.start, value.start), end: value.end },
  };
}

function isSame(resource: Resource, place: ExplainedPlace): boolean {
  return (
    place.resource !== null &&
    documentOf(resource) === place.document &&
    formatPath(baseOf(resource)) === formatPath(baseOf(place.resource))
  );
}

/** Whether a finding is about the object, or at least stands in its text. */
function isAbout({ resource, at }: Finding, place: ExplainedPlace): boolean {
  if (resource !== null) return isSame(resource, place);
  return (
    at.file.path === place.file.path &&
    within(at.start, place.resource ? spanOf(place.resource) : place.document.span)
  );
}

const order: readonly Verdict[] = ["fail", "undecided", "pass", "not-applicable"];
const byOrder = (a: { readonly verdict: Verdict }, b: { readonly verdict: Verdict }): number =>
  order.indexOf(a.verdict) - order.indexOf(b.verdict);

/** What a rule of one set says about the object; null if it has not looked at it. */
function opinionOf(
  rule: Rule,
  set: string,
  said: RuleVerdict,
  place: ExplainedPlace,
  findings: readonly Finding[],
): Opinion | null {
  const mine = said.subjects.filter(({ resource, document }: SubjectVerdict) =>
    resource ? isSame(resource, place) : document === place.document,
  );
  const about = findings.filter((finding) => finding.rule === rule.id && finding.sets.includes(set));
  const common = { rule: rule.id, summary: rule.summary, sets: [set], findings: about };
  const [worst] = mine.toSorted(byOrder);
  if (about.length > 0)
    return { ...common, verdict: "fail", needs: null, reason: worst?.reason ?? about[0]?.message ?? "" };
  if (worst) return { ...common, verdict: worst.verdict, needs: worst.needs, reason: worst.reason ?? "" };
  // Not even which objects it is about can be told.
  const open = said.verdict === "undecided" && said.subjects.length === 0;
  const reads = place.resource !== null && rule.reads.includes(place.resource.kind);
  return open && reads ? { ...common, verdict: "undecided", needs: said.reason, reason: said.reason } : null;
}

/** One opinion for all sets that say the same. */
function joined(opinions: readonly Opinion[]): readonly Opinion[] {
  const found = new Map<string, Opinion>();
  for (const opinion of opinions) {
    const key = JSON.stringify([opinion.rule, opinion.verdict, opinion.needs, opinion.reason]);
    const known = found.get(key);
    found.set(
      key,
      known
        ? {
            ...known,
            sets: [...known.sets, ...opinion.sets],
            findings: [...new Set([...known.findings, ...opinion.findings])],
          }
        : opinion,
    );
  }
  return [...found.values()].toSorted(
    (a, b) => byOrder(a, b) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
}

/**
 * Why the rules say what they say about a place.
 *
 * @param report of the sets that hold the file, with the findings of all their files
 * @param catalogue the rules that ran
 */
export function explainPlace(place: ExplainedPlace, report: Report, catalogue: readonly Rule[]): Explanation {
  const rules = new Map(catalogue.map((rule) => [rule.id, rule]));
  const about = report.findings.filter((finding) => isAbout(finding, place));
  const opinions = joined(
    report.sets.flatMap((set) =>
      set.verdicts.flatMap((said) => {
        const rule = rules.get(said.rule);
        const opinion = rule && opinionOf(rule, set.name, said, place, about);
        return opinion ? [opinion] : [];
      }),
    ),
  );
  const looked = new Set(opinions.map(({ rule }) => rule));
  const all = new Set(report.sets.flatMap((set) => set.verdicts.map(({ rule }) => rule)));
  const span = place.resource ? spanOf(place.resource) : place.document.span;
  return {
    place,
    sets: report.sets.map(({ name }) => name),
    opinions,
    pointers: report.findings.filter(
      (finding) =>
        !about.includes(finding) &&
        finding.suppressed === null &&
        finding.related.some(({ at }) => at.file.path === place.file.path && within(at.start, span)),
    ),
    others: [...all].filter((rule) => !looked.has(rule)).length,
  };
}
