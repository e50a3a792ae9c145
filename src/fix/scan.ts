/**
 * Walks over YAML text where the places of a document do not reach: comments, line breaks and the brackets, quotes
 * and commas between values. Everything here expects text that a YAML reader has accepted.
 */

/** Offset of the line break that ends the line of `position`, or the end of the text. */
export function lineEnd(text: string, position: number): number {
  let at = position;
  while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

/** Offset of the first character of the line of `position`. */
export function lineStart(text: string, position: number): number {
  let at = position;
  while (at > 0 && text[at - 1] !== "\n" && text[at - 1] !== "\r") at--;
  return at;
}

/** Offset behind the line break at `position`; `position` itself where there is none. */
export function afterBreak(text: string, position: number): number {
  if (text.startsWith("\r\n", position)) return position + 2;
  return text[position] === "\n" || text[position] === "\r" ? position + 1 : position;
}

/** Offset of the line after that of `position`, or the end of the text. */
export function nextLine(text: string, position: number): number {
  return afterBreak(text, lineEnd(text, position));
}

/** Number of characters between the start of the line and `position`. */
export function columnOf(text: string, position: number): number {
  return position - lineStart(text, position);
}

/** The line break that this text uses: that of the line of `position`, else the first of the text, else `\n`. */
export function lineBreakOf(text: string, position: number): string {
  const here = lineEnd(text, position);
  if (here < text.length) return text.slice(here, afterBreak(text, here));
  return /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
}

export function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

export function isBreak(character: string | undefined): boolean {
  return character === "\n" || character === "\r";
}

/** Whether a `#` at this offset begins a comment: at the start of a line or behind white space. */
function beginsComment(text: string, at: number): boolean {
  const before = text[at - 1];
  return text[at] === "#" && (before === undefined || isSpace(before) || isBreak(before));
}

/** Offset of the next character that is neither white space nor part of a comment, at most `limit`. */
export function skipTrivia(text: string, position: number, limit = text.length): number {
  let at = position;
  while (at < limit) {
    if (isSpace(text[at]) || isBreak(text[at])) at++;
    else if (beginsComment(text, at)) at = lineEnd(text, at);
    else break;
  }
  return Math.min(at, limit);
}

/** Whether only white space, or a comment, follows on the line. */
export function restIsTrivia(text: string, position: number): boolean {
  const end = lineEnd(text, position);
  return skipTrivia(text, position, end) === end;
}

/** Whether nothing but spaces stands before `position` on its line. */
export function startsLine(text: string, position: number): boolean {
  return text.slice(lineStart(text, position), position).trim() === "";
}

/** Offset behind the quoted scalar that begins at `start`. */
export function quotedEnd(text: string, start: number): number {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length) {
    if (quote === '"' && text[at] === "\\") at += 2;
    else if (text[at] !== quote) at++;
    else if (quote === "'" && text[at + 1] === "'") at += 2;
    else return at + 1;
  }
  return text.length;
}

/** Offset behind an anchor, tag or alias that begins at `start`. */
export function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s,[\]{}]/.test(text.charAt(at))) at++;
  return at;
}

/** A flow collection as text: offsets of its brackets, and of the entries between them. */
export interface Flow {
  readonly open: number;
  readonly close: number;
  readonly entries: readonly {
    readonly start: number;
    readonly end: number;
    /** The comma behind the entry, if there is one. */
    readonly comma: number | null;
  }[];
}

const opens = new Set(["[", "{"]);
const closes = new Set(["]", "}"]);

/** Reads the flow collection that opens at `open`; null if it never closes. */
export function scanFlow(text: string, open: number): Flow | null {
  const entries: { start: number; end: number; comma: number | null }[] = [];
  let depth = 1;
  let start = -1;
  let end = -1;
  /** Whether a quote at this place begins a quoted scalar; inside a plain one it is a character. */
  let fresh = true;
  /** Whether a colon needs no space behind it: after a quoted or bracketed key. */
  let closed = false;
  let at = open + 1;
  const finish = (comma: number | null) => {
    if (start >= 0) entries.push({ start, end, comma });
    start = -1;
    fresh = true;
    closed = false;
  };
  while (at < text.length) {
    at = skipTrivia(text, at);
    const character = text.charAt(at);
    if (depth === 1 && character === ",") {
      finish(at);
      at++;
      continue;
    }
    if (closes.has(character)) {
      depth--;
      if (depth === 0) {
        finish(null);
        return { open, close: at, entries };
      }
    }
    if (start < 0) start = at;
    const next = text[at + 1];
    if (fresh && (character === '"' || character === "'")) {
      at = quotedEnd(text, at);
      fresh = false;
      closed = true;
    } else if (fresh && (character === "&" || character === "!")) {
      at = wordEnd(text, at);
    } else if (opens.has(character)) {
      depth++;
      at++;
      fresh = true;
      closed = false;
    } else if (closes.has(character)) {
      at++;
      fresh = false;
      closed = true;
    } else if (
      character === "," ||
      (character === ":" && (closed || next === undefined || /[\s,[\]{}]/.test(next)))
    ) {
      at++;
      fresh = true;
      closed = false;
    } else {
      at++;
      fresh = false;
      closed = false;
    }
    end = at;
  }
  return null;
}

/** A block scalar as text: where its content ends and what its header says. */
export interface BlockScalar {
  /** Offset behind the last character of the content; line breaks that the value keeps count as content. */
  readonly end: number;
  readonly headerEnd: number;
}

/**
 * Reads the block scalar whose `|` or `>` stands at `start`. `parentColumn` is the column of the key or dash that
 * it belongs to: its content is indented more than that.
 */
export function scanBlockScalar(text: string, start: number, parentColumn: number): BlockScalar {
  const header = text.slice(start, lineEnd(text, start));
  const indicators = /^[|>][-+\d]*/.exec(header)?.[0] ?? "";
  const digit = /\d/.exec(indicators)?.[0];
  const keeps = indicators.includes("+");
  let indent = digit === undefined ? null : parentColumn + Number(digit);
  let end = lineEnd(text, start);
  let at = nextLine(text, start);
  while (at < text.length) {
    const lineStop = lineEnd(text, at);
    let first = at;
    while (text[first] === " ") first++;
    const column = first - at;
    const blank = first === lineStop && (indent === null || column <= indent);
    if (!blank) {
      if (column <= parentColumn || (indent !== null && column < indent)) break;
      indent ??= column;
      end = lineStop;
    } else if (keeps) end = lineStop;
    at = nextLine(text, at);
  }
  return { end, headerEnd: start + indicators.length };
}
