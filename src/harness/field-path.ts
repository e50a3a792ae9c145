import type { Path } from "../model/value.ts";

const step = /\.?([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * The path that a text such as `spec.servers[0].tls` or `metadata.labels["a.b/c"]` stands for, the notation of
 * `formatPath`; null if it is none.
 */
export function parseFieldPath(text: string): Path | null {
  const path: (string | number)[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (!match) return null;
    const [whole, name, index, quoted] = match;
    // A dot comes between steps, not before the first.
    if (name !== undefined && whole.startsWith(".") !== path.length > 0) return null;
    const key = name ?? (quoted === undefined ? Number(index) : unquoted(quoted));
    if (key === null) return null;
    path.push(key);
  }
  return path.length === 0 ? null : path;
}

/** The text in quotes, with the escapes of JSON; null if they are none. */
function unquoted(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The steps of a JSON pointer (RFC 6901): `/metadata/labels/a.b~1c`. */
export function parsePointer(text: string): readonly string[] {
  return text
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}
