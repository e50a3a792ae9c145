import { EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import type { ManifestDocument, Notice } from "../model/document.ts";
import type { SourceFile, Span } from "../model/source.ts";
import { construct } from "./construct.ts";
import { YamlError, type YamlEvent } from "./events.ts";
import { flatten } from "./flatten.ts";
import { DocumentPlaces } from "./places.ts";
import { type Piece, splitStream } from "./split.ts";
import { refuseTabLines } from "./tabs.ts";

/** A parser that is asked where js-yaml refuses a text; null if it refuses too. */
export type SecondOpinion = (text: string) => readonly YamlEvent[] | null;

/** Deeper nesting is an error value, never a stack overflow. */
export const deepest = 1000;

const byteOrderMark = "\uFEFF";

/**
 * The documents of a file with the values that kubectl would send. A document that cannot be read has an error
 * instead of a value, and the others are read all the same. `secondOpinion` is asked about texts that js-yaml
 * refuses (`src/load/second-opinion.ts`, loaded only when some document needs it).
 */
export function parseDocuments(
  file: SourceFile,
  secondOpinion: SecondOpinion | null = null,
): readonly ManifestDocument[] {
  return splitStream(file.text).map((piece, index) => parsePiece(file, piece, index, secondOpinion));
}

function parsePiece(
  file: SourceFile,
  piece: Piece,
  index: number,
  secondOpinion: SecondOpinion | null,
): ManifestDocument {
  const span = { start: piece.start, end: piece.end };
  const broken = (message: string, at: Span): ManifestDocument => ({
    file,
    index,
    span,
    value: undefined,
    error: { message, at },
    notices: [],
    places: new DocumentPlaces("", 0, () => []),
  });
  if (piece.badSeparator !== null) {
    const found = file.text.slice(piece.start + 3, piece.badSeparator).trim();
    const end = piece.start + 3 + file.text.slice(piece.start + 3, piece.badSeparator).trimEnd().length;
    return broken(`invalid document separator: ${found.slice(0, 40)}`, { start: piece.start, end });
  }
  let offset = piece.start;
  if (file.text.startsWith(byteOrderMark, offset)) offset++;
  const whole = file.text.slice(offset, piece.end);
  const { text, dropped } = cutAtEnd(whole);
  try {
    const json = /^\s*\{/.test(text);
    const events = readEvents(text, secondOpinion);
    const first = events[0];
    if (first?.type !== EVENT_ID.DOCUMENT) {
      const places = new DocumentPlaces("", 0, () => []);
      return { file, index, span, value: null, error: null, notices: noticesOf([], dropped, offset), places };
    }
    if (first.directives.length > 0) throw directiveError(text);
    refuseTabLines(text, events);
    const { value, notices, next } = construct(text, events, json);
    const rest = next < events.length ? { start: lastOffset(events, next), end: text.length } : dropped;
    return {
      file,
      index,
      span,
      value,
      error: null,
      notices: noticesOf(notices, rest, offset),
      places: new DocumentPlaces(text, offset, () => readEvents(text, secondOpinion)),
    };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const start = offset + Math.min(error.start, text.length);
    return broken(error.message, { start, end: Math.max(start, Math.min(offset + error.end, piece.end)) });
  }
}

function readEvents(text: string, secondOpinion: SecondOpinion | null): readonly YamlEvent[] {
  try {
    return parseEvents(text, { maxDepth: deepest });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (hasDirective(text)) throw directiveError(text);
    const position = Number(error.mark?.position ?? 0);
    if (error.reason.startsWith("nesting exceeded")) {
      throw new YamlError(`nested more than ${deepest} levels deep`, position, position + 1);
    }
    const events = readFlattened(text, error.reason) ?? secondOpinion?.(text) ?? null;
    if (events) return events;
    throw new YamlError(explain(error.reason, text, position), position, position + 1);
  }
}

/** The events of a text that js-yaml refuses only for indentation inside quotes or brackets. */
function readFlattened(text: string, reason: string): readonly YamlEvent[] | null {
  if (reason !== "deficient indentation") return null;
  try {
    const events = parseEvents(flatten(text), { maxDepth: deepest });
    for (const event of events) {
      if (event.type === EVENT_ID.SCALAR && /[\r\n]/.test(text.slice(event.valueStart, event.valueEnd))) {
        event.fast = false;
      }
    }
    return events;
  } catch (error) {
    if (error instanceof YAMLException) return null;
    throw error;
  }
}

/** js-yaml's reason, or a better one where it does not name the cause. */
function explain(reason: string, text: string, position: number): string {
  const character = text[position] ?? "";
  if (character === "@" || character === "`") return `a plain value cannot start with ${character}: quote it`;
  if (reason === "bad indentation of a mapping entry" && character === ":") {
    return "mapping values are not allowed here: quote a value that contains a colon";
  }
  return reason;
}

/** What follows a line `...` is never read by kubectl. */
function cutAtEnd(whole: string): { readonly text: string; readonly dropped: Span | null } {
  if (!whole.includes("...")) return { text: whole, dropped: null };
  const match = /^\.\.\.(?=[ \t\r\n]|$)/m.exec(whole);
  if (!match) return { text: whole, dropped: null };
  const rest = /^[^\r\n]*(?:[ \t\r\n]|#[^\r\n]*)*/.exec(whole.slice(match.index));
  const start = match.index + (rest?.[0].length ?? 0);
  const end = whole.trimEnd().length;
  return { text: whole.slice(0, match.index), dropped: start < end ? { start, end } : null };
}

function hasDirective(text: string): boolean {
  return /^(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))*%/.test(text);
}

function directiveError(text: string): YamlError {
  const start = Math.max(text.indexOf("%"), 0);
  const line = /^[^\r\n]*/.exec(text.slice(start))?.[0] ?? "";
  return new YamlError("kubectl does not read documents with a % directive", start, start + line.length);
}

/** The notices of a document at offsets of the file. */
function noticesOf(notices: readonly Notice[], dropped: Span | null, offset: number): readonly Notice[] {
  if (notices.length === 0 && dropped === null) return notices;
  const shift = (span: Span): Span => ({ start: span.start + offset, end: span.end + offset });
  const shifted = notices.map((notice) =>
    notice.kind === "duplicate-key"
      ? { ...notice, at: shift(notice.at), first: shift(notice.first) }
      : { ...notice, at: shift(notice.at) },
  );
  return dropped ? [...shifted, { kind: "dropped-content", at: shift(dropped) }] : shifted;
}

/** The end of the last text before an event. */
function lastOffset(events: readonly YamlEvent[], before: number): number {
  for (let index = before - 1; index > 0; index--) {
    const event = events[index];
    if (event?.type === EVENT_ID.SCALAR && event.valueEnd > 0) return event.valueEnd;
    if (event?.type === EVENT_ID.ALIAS) return event.anchorEnd;
  }
  return 0;
}
