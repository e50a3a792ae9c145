import { parseDocuments } from "../load/parse.ts";
import type { ManifestDocument } from "../model/document.ts";
import { lineStartsOf, type Location, positionAt, type SourceFile, type Span } from "../model/source.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";

export const directiveKinds = ["disable-next-line", "disable-file", "disable", "enable"] as const;
export type DirectiveKind = (typeof directiveKinds)[number];

/** One comment that speaks to meshlint: `# meshlint-disable-next-line mesh/x, mesh/y -- reason`. */
export interface Directive {
  /** Null: not one that is known, as `written`. */
  readonly kind: DirectiveKind | null;
  readonly written: string;
  /** Rule ids or globs. */
  readonly patterns: readonly string[];
  /** Null: none is given. */
  readonly reason: string | null;
  /** From `#` to the end of the comment. */
  readonly at: Location;
  readonly line: number;
  /** The line that `disable-next-line` is about: the next one that is not a comment alone. */
  readonly target: number;
}

const comment = /#[ \t]*meshlint-([a-z][a-z-]*)([^\n\r]*)/g;

/** The directives of a file, in the order of its text. Text in quotes and block scalars is none. */
export function directivesOf(file: SourceFile): readonly Directive[] {
  if (!file.text.includes("meshlint-")) return [];
  const found = [...file.text.matchAll(comment)];
  if (found.length === 0) return [];
  const scalars = parseDocuments(file).flatMap(scalarsOf);
  return found
    .filter(
      ({ index }) => beginsComment(file.text, index) && !scalars.some((span) => covers(span, file, index)),
    )
    .map((match) => directive(file, match));
}

function beginsComment(text: string, at: number): boolean {
  return at === 0 || /[\s]/.test(text.charAt(at - 1));
}

/** The spans of a document's scalars that could hold the text of a directive. */
function scalarsOf(document: ManifestDocument): readonly Span[] {
  const { places, file, value } = document;
  const spans: Span[] = [];
  for (const path of places.paths()) {
    const child = valueAt(value, path) ?? null;
    const candidates = [places.key(path), isMapping(child) || isList(child) ? undefined : places.value(path)];
    for (const span of candidates)
      if (span && file.text.slice(span.start, span.end).includes("meshlint-")) spans.push(span);
  }
  return spans;
}

/** Whether an offset is text of a scalar; the line of a block scalar's header may end with a comment. */
function covers(span: Span, { text }: SourceFile, at: number): boolean {
  if (at < span.start || at >= span.end) return false;
  return !(/[|>]/.test(text.charAt(span.start)) && !/[\n\r]/.test(text.slice(span.start, at)));
}

function directive(file: SourceFile, match: RegExpExecArray): Directive {
  const [whole, written = "", rest = ""] = match;
  const start = match.index;
  const end = start + whole.trimEnd().length;
  const { line } = positionAt(file, start);
  const separator = /(?:^|\s)--(?:\s|$)/.exec(rest);
  const names = separator === null ? rest : rest.slice(0, separator.index);
  const reason = separator === null ? "" : rest.slice(separator.index + separator[0].length).trim();
  return {
    kind: directiveKinds.find((kind) => kind === written) ?? null,
    written,
    patterns: names.split(/[\s,]+/).filter((name) => name !== ""),
    reason: reason === "" ? null : reason,
    at: { file, start, end },
    line,
    target: nextContent(file, line),
  };
}

/** The line after `line` that is not a comment alone, so that several comments may stand above one line. */
function nextContent(file: SourceFile, line: number): number {
  const starts = lineStartsOf(file);
  let next = line + 1;
  while (next <= starts.length && /^[ \t]*#/.test(file.text.slice(starts[next - 1], starts[next]))) next++;
  return next;
}
