/**
 * Manifests are untrusted, and so is every name, value and path that a report repeats. What is in this file keeps
 * them from moving a cursor, reversing the direction of text, or speaking to the machine that reads a log.
 */

/** C0 (but no tab and line feed), DEL, C1, and what changes direction or has no width. */
function isHazard(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a;
  if (code < 0x7f) return false;
  if (code <= 0x9f) return true;
  return (
    code === 0xad ||
    code === 0x061c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe007f)
  );
}

const harmless = /^[ -~]*$/;

function replaceHazards(text: string, replacement: (code: number) => string): string {
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    out += isHazard(code) ? replacement(code) : character;
  }
  return out;
}

function visible(code: number): string {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/**
 * Text for one line of a terminal or log: control characters become visible signs (`␛`, `<U+202E>`), a tab a
 * space, a line break `␊`.
 */
export function safeText(text: string): string {
  if (harmless.test(text)) return text;
  return replaceHazards(text, visible).replaceAll("\t", " ").replaceAll("\n", "\u240a");
}

/** The same for text of several lines (Markdown, help): line breaks and tabs stay. */
export function safeBlock(text: string): string {
  return replaceHazards(text.replaceAll("\r\n", "\n"), visible);
}

/**
 * JSON text in which no hazard stands as itself: each becomes its `\u` escape, so that readers of the JSON get the
 * very same values.
 */
export function safeJson(json: string): string {
  return replaceHazards(json, (code) => {
    let escaped = "";
    for (const unit of String.fromCodePoint(code).split("")) {
      escaped += `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  });
}

/** The start of a line, colours and white space let through, and what a GitHub runner takes for a command there. */
const commandStart = new RegExp(`^((?:[\\s\\ufeff]|${String.fromCharCode(27)}\\[[0-9;]*m)*)::`, "gm");

/**
 * A whole output of which no line is a workflow command. A GitHub runner obeys lines that begin with `::`, and
 * `##[` anywhere in a line; both get a space in the middle.
 */
export function inertLines(text: string): string {
  return text.replace(commandStart, "$1: :").replaceAll("##[", "## [");
}

/** What stands in the place of hidden text. */
export const hidden = "(hidden)";

const digest = /^sha(?:256|384|512):[0-9a-f]+$/;

function looksLikeKeyMaterial(run: string): boolean {
  if (digest.test(run)) return false;
  // Names of Kubernetes and paths are lower case with separators; keys, tokens and certificates are not.
  return !(/^[a-z0-9/_-]+$/.test(run) && /[/_-]/.test(run));
}

/** Hides PEM blocks and long base64 or hexadecimal text (keys, certificates, tokens), wherever they stand. */
export function hideKeyMaterial(text: string): string {
  if (text.length <= 60) return text;
  return text
    .replace(/-----BEGIN [A-Z0-9 ]{1,60}-----[^]*?(?:-----END [A-Z0-9 ]{1,60}-----|$)/g, hidden)
    .replace(/(?:sha\d{3}:)?[A-Za-z0-9+/_-]{61,}={0,2}/g, (run) =>
      looksLikeKeyMaterial(run) ? hidden : run,
    );
}

/** A message, title or reason as one safe line. */
export function safeMessage(text: string): string {
  return safeText(hideKeyMaterial(text));
}
