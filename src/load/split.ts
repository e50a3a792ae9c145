/** One piece of a stream as kubectl cuts it, before any YAML is read. Offsets into the text; `end` is exclusive. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Where the piece begins with a separator line that kubectl refuses: the end of that line. */
  readonly badSeparator: number | null;
}

/**
 * Cuts a stream at lines that begin with `---`, before YAML has a say, as kubectl does (k8s.io/apimachinery
 * pkg/util/yaml/decoder.go, YAMLReader.Read): behind the dashes only blanks and a comment may stand, and a separator
 * with nothing before it belongs to the document that follows.
 */
export function splitStream(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let badSeparator: number | null = null;
  let line = text.startsWith("---") ? 0 : nextSeparator(text, 0);
  while (line !== -1) {
    const newline = text.indexOf("\n", line);
    const lineEnd = newline === -1 ? text.length : newline;
    const behind = text.slice(line + 3, lineEnd).trim();
    const refused = behind !== "" && !behind.startsWith("#");
    if (refused || line > start) {
      if (line > start) pieces.push({ start, end: line, badSeparator });
      badSeparator = refused ? lineEnd : null;
      start = refused ? line : Math.min(lineEnd + 1, text.length);
    }
    line = nextSeparator(text, line);
  }
  if (start < text.length) pieces.push({ start, end: text.length, badSeparator });
  return pieces;
}

function nextSeparator(text: string, from: number): number {
  const found = text.indexOf("\n---", from);
  return found === -1 ? -1 : found + 1;
}

/** The top-level objects of a stream of JSON objects, which needs no separators. */
export function splitJson(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) {
      pieces.push({ start, end: at + 1, badSeparator: null });
      start = at + 1;
    }
  }
  if (text.slice(start).trim() !== "") pieces.push({ start, end: text.length, badSeparator: null });
  return pieces;
}

function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
