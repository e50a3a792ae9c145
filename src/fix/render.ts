import { isList, isMapping, toJson, type Mapping, type Value } from "../model/value.ts";

export type Quote = "'" | '"';

/** How the text around an edit is written. */
export interface Style {
  /** Spaces that one level of mappings is indented by. */
  readonly step: number;
  /** Spaces between a key and the dashes of its list. */
  readonly dash: number;
  readonly lineBreak: string;
  /** The quotes that strings beside the new one carry although they need none. */
  readonly quote: Quote | null;
}

/**
 * Text that some YAML reader takes for null, a boolean, a number, a date or a merge: YAML 1.1, as kubectl reads, is
 * the widest. A few harmless strings (`2.4.1`) are among them.
 */
const otherTypes =
  /^(?:~|null|y|n|yes|no|on|off|true|false|=|<<|[-+]?\.(?:inf|nan)|[-+]?\.?\d[\d_.,:eExXoOa-fA-F+-]*(?:[tT ][\d:.]+[zZ]?)?)$/i;

/** What can stand in plain style anywhere: nothing that begins or ends a token, on one line. */
const plain =
  /^(?![-?:,[\]{}#&*!|>'"%@`\s])(?!.*(?::(?:\s|$)|\s#|\s$))[\x20-\x7e\u00a0-\u2027\u2030-\ud7ff\uac00-\ufefe]+$/;

/** Whether a string keeps its value and type without quotes, also inside brackets. */
export function needsNoQuotes(text: string): boolean {
  return plain.test(text) && !otherTypes.test(text) && !/[,?[\]{}]/.test(text) && !text.startsWith("---");
}

/** A double-quoted scalar that YAML and JSON read alike. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function quoted(text: string, quote: Quote): string {
  const single = quote === "'" && /^[\x20-\x7e\u00a0-\u2027\u2030-\ud7ff]*$/.test(text);
  return single ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/** A value without children on one line: a scalar, `{}` or `[]`. */
export function renderScalar(value: Value, quote: Quote | null = null): string {
  if (typeof value !== "string") return toJson(value);
  if (quote !== null) return quoted(value, quote);
  return needsNoQuotes(value) ? value : doubleQuoted(value);
}

export function renderKey(key: string, quote: Quote | null = null): string {
  return renderScalar(key, quote);
}

/** Whether a value is written on one line in block style. */
export function isLeaf(value: Value): boolean {
  if (isList(value)) return value.length === 0;
  return !isMapping(value) || Object.keys(value).length === 0;
}

/** A value inside brackets; as JSON where everything around is JSON. */
export function renderFlow(value: Value, json: boolean, quote: Quote | null = null): string {
  if (json) return spaced(value);
  if (isList(value)) return `[${value.map((item) => renderFlow(item, false, quote)).join(", ")}]`;
  if (!isMapping(value)) return renderScalar(value, quote);
  const entries = Object.entries(value).map(
    ([key, item]) => `${renderKey(key)}: ${renderFlow(item, false, quote)}`,
  );
  return `{${entries.join(", ")}}`;
}

function spaced(value: Value): string {
  if (isList(value)) return `[${value.map(spaced).join(", ")}]`;
  if (!isMapping(value)) return typeof value === "string" ? doubleQuoted(value) : toJson(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${doubleQuoted(key)}: ${spaced(item)}`)
    .join(", ")}}`;
}

/** What stands behind `key:` or `-`: a scalar on the same line, or the lines below it. */
function blockTail(value: Value, column: number, style: Style): string {
  if (isLeaf(value)) return ` ${renderScalar(value, style.quote)}`;
  const inner = isList(value) ? column + style.dash : column + style.step;
  return style.lineBreak + renderBlock(value, inner, style);
}

/** The lines of a list item that begins with a dash in `column`, without the last line break. */
export function renderItem(value: Value, column: number, style: Style): string {
  const indent = " ".repeat(column);
  if (isLeaf(value)) return `${indent}- ${renderScalar(value, style.quote)}`;
  const inner = renderBlock(value, column + 2, style);
  return `${indent}- ${inner.slice(column + 2)}`;
}

/** The lines of a mapping's entry, without the last line break. */
export function renderEntry(key: string, value: Value, column: number, style: Style): string {
  return `${" ".repeat(column)}${renderKey(key)}:${blockTail(value, column, style)}`;
}

/** The lines of a collection in block style, each with its indentation, without the last line break. */
export function renderBlock(value: Value, column: number, style: Style): string {
  const lines = isList(value)
    ? value.map((item) => renderItem(item, column, style))
    : Object.entries(value as Mapping).map(([key, item]) => renderEntry(key, item, column, style));
  return lines.join(style.lineBreak);
}
