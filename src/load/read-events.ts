import { COLLECTION_STYLE, EVENT_ID, getScalarValue, parseEvents, YAMLException } from "js-yaml";
import { YamlError, type YamlEvent } from "./events.ts";
import { colonBeforeIndicator, flatten } from "./flatten.ts";
import { columnOf } from "./columns.ts";

/** Deeper nesting is an error value, never a stack overflow. */
const deepest = 500;

/** js-yaml's reason where something stands behind the end of the document. */
export const trailingContent = "end of the stream or a document separator is expected";

/** What js-yaml says about indentation in quotes and brackets, and about a lone dash in brackets. */
const flattenable = new Set(["deficient indentation", "missed comma between flow collection entries"]);

export interface ReadEvents {
  readonly events: readonly YamlEvent[];
  /** Where the text ends that kubectl looks at. */
  readonly end: number;
}

/** The events of one piece of a stream. Throws {@link YamlError}. */
export function readEvents(text: string): ReadEvents {
  try {
    const special = colonBeforeIndicator.test(text) ? readFlattened(text) : null;
    return { events: special ?? parseEvents(text, { maxDepth: deepest }), end: text.length };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (hasDirective(text)) throw directiveError(text);
    const position = Number(error.mark?.position ?? 0);
    if (error.reason.startsWith("nesting exceeded")) {
      throw new YamlError(`nested more than ${deepest} levels deep`, position, position + 1);
    }
    const above = error.reason === trailingContent ? readIndented(text, position) : null;
    if (above) return { events: above, end: position };
    const quoted = isQuoteEscape(text, error.reason, position) ? readQuoteEscapes(text, position) : null;
    if (quoted) return { events: quoted, end: text.length };
    const flat = flattenable.has(error.reason) ? readFlattened(text) : null;
    if (flat) return { events: flat, end: text.length };
    throw new YamlError(explain(error.reason, text, position), position, position + 1);
  }
}

/**
 * A document whose first line is indented ends, for kubectl, where something stands further left: it never looks at
 * the rest.
 */
function readIndented(text: string, end: number): readonly YamlEvent[] | null {
  const events = parseQuietly(text.slice(0, end));
  const root = events?.[1];
  const isBlock = root !== undefined && "start" in root && root.style === COLLECTION_STYLE.BLOCK;
  return isBlock && columnOf(text, root.start) > columnOf(text, end) ? events : null;
}

/** The events of a text that js-yaml refuses only for indentation inside quotes or brackets. */
function readFlattened(text: string): readonly YamlEvent[] | null {
  const events = parseQuietly(flatten(text));
  for (const event of events ?? []) {
    if (event.type === EVENT_ID.SCALAR && /[\r\n]/.test(text.slice(event.valueStart, event.valueEnd))) {
      event.fast = false;
    }
  }
  return events;
}

function parseQuietly(text: string): ReturnType<typeof parseEvents> | null {
  try {
    return parseEvents(text, { maxDepth: deepest });
  } catch (error) {
    if (error instanceof YAMLException) return null;
    throw error;
  }
}

function isQuoteEscape(text: string, reason: string, position: number): boolean {
  return reason === "unknown escape sequence" && text[position] === "'";
}

/** Each escaped quote costs a pass over the document: so many characters in all, then it is refused. */
const mostWork = 32 * 1024 * 1024;

/** kubectl takes `\'` in double quotes, js-yaml does not: it gets a harmless escape of the same length to see. */
function readQuoteEscapes(text: string, first: number): readonly YamlEvent[] | null {
  const found: number[] = [];
  let altered = text;
  for (let position = first; found.length * text.length < mostWork;) {
    found.push(position);
    altered = `${altered.slice(0, position)} ${altered.slice(position + 1)}`;
    try {
      return parseEvents(altered, { maxDepth: deepest }).map((event) => withQuotes(text, event, found));
    } catch (error) {
      position = error instanceof YAMLException ? Number(error.mark?.position ?? 0) : 0;
      if (!(error instanceof YAMLException) || !isQuoteEscape(altered, error.reason, position)) return null;
    }
  }
  return null;
}

/** A scalar's text with the backslashes before single quotes left out. */
function withQuotes(text: string, event: YamlEvent, quotes: readonly number[]): YamlEvent {
  if (event.type !== EVENT_ID.SCALAR) return event;
  let source = "";
  let copied = event.valueStart;
  for (const quote of quotes.filter((at) => at > event.valueStart && at < event.valueEnd)) {
    source += text.slice(copied, quote - 1);
    copied = quote;
  }
  if (source === "" && copied === event.valueStart) return event;
  source += text.slice(copied, event.valueEnd);
  return { ...event, text: getScalarValue(source, { ...event, valueStart: 0, valueEnd: source.length }) };
}

/** js-yaml's reason, or a better one where it does not name the cause. */
function explain(reason: string, text: string, position: number): string {
  const character = text[position] ?? "";
  if (character === "@" || character === "`") return `a plain value cannot start with ${character}: quote it`;
  if (reason === "deficient indentation") return "a quote or bracket before this line is not closed";
  if (reason === "bad indentation of a mapping entry" && character === ":") {
    return "mapping values are not allowed here: quote a value that contains a colon";
  }
  return reason;
}

function hasDirective(text: string): boolean {
  return /^(?:[ \t]*(?:#[^\r\n]*)?[\r\n])*%/.test(text);
}

export function directiveError(text: string): YamlError {
  const start = Math.max(text.indexOf("%"), 0);
  const line = /^[^\r\n]*/.exec(text.slice(start))?.[0] ?? "";
  return new YamlError("kubectl does not read documents with a % directive", start, start + line.length);
}
