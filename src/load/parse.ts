import { EVENT_ID } from "js-yaml";
import type { ManifestDocument, Notice } from "../model/document.ts";
import type { SourceFile, Span } from "../model/source.ts";
import { construct } from "./construct.ts";
import { YamlError, type YamlEvent } from "./events.ts";
import { DocumentPlaces } from "./places.ts";
import { directiveError, readEvents, trailingContent } from "./read-events.ts";
import { type Piece, splitJson, splitStream } from "./split.ts";
import { refuseTabLines } from "./tabs.ts";

const byteOrderMark = "\uFEFF";

/**
 * The documents of a file with the values that kubectl would send. A document that cannot be read has an error
 * instead of a value, and the others are read all the same.
 */
export function parseDocuments(file: SourceFile): readonly ManifestDocument[] {
  const read = (piece: Piece, index: number) => parsePiece(file, piece, index);
  const documents = splitStream(file.text).map(read);
  const [only, ...others] = documents;
  const isJsonStream =
    only?.error?.message === trailingContent &&
    others.length === 0 &&
    /^\s*\{/.test(file.text) &&
    file.text[only.error.at.start] === "{";
  // Objects of a JSON stream need no separators.
  return isJsonStream ? splitJson(file.text).map(read) : documents;
}

function parsePiece(file: SourceFile, piece: Piece, index: number): ManifestDocument {
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
  // NEL ends a line in YAML 1.1.
  const whole = file.text.slice(offset, piece.end).replaceAll("\u0085", "\n");
  try {
    const { text, dropped: ended } = cutAtEnd(whole);
    const json = /^\s*\{/.test(text);
    const { events, end } = readEvents(text);
    const dropped = end < text.length ? { start: end, end: whole.trimEnd().length } : ended;
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
      places: new DocumentPlaces(text, offset, () => readEvents(text).events),
    };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const start = offset + Math.min(error.start, whole.length);
    return broken(error.message, { start, end: Math.max(start, Math.min(offset + error.end, piece.end)) });
  }
}

/** What follows a line `...` is never read by kubectl. */
function cutAtEnd(whole: string): { readonly text: string; readonly dropped: Span | null } {
  if (!whole.includes("...")) return { text: whole, dropped: null };
  const match = /^\.\.\.(?=[ \t\r\n]|$)/m.exec(whole);
  if (!match) return { text: whole, dropped: null };
  if (/^(?:\s|#[^\r\n]*(?:[\r\n]|$))*$/.test(whole.slice(0, match.index))) {
    throw new YamlError("did not find expected node content", match.index, match.index + 3);
  }
  const rest = /^[^\r\n]*(?:[ \t\r\n]|#[^\r\n]*)*/.exec(whole.slice(match.index));
  const start = match.index + (rest?.[0].length ?? 0);
  const end = whole.trimEnd().length;
  return { text: whole.slice(0, match.index), dropped: start < end ? { start, end } : null };
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
