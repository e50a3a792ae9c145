import type { Value } from "./value.ts";

/**
 * A value that somebody or something else fills in: a `placeholder` was left by a person (`<your-namespace>`), a
 * `variable` is replaced by a tool (`${NS}`, `$(NS)`, `{{ .Values.x }}`, `@NS@`).
 */
export interface Placeholder {
  readonly kind: "placeholder" | "variable";
  readonly token: string;
}

const variable =
  /\$\{[^{}\r\n]{1,200}\}|\$\([A-Za-z_][\w.-]{0,100}\)|\{\{[^\r\n]{0,300}?\}\}|@[A-Za-z_][A-Za-z0-9_.]{0,60}@/;
const bracketed = /<[A-Za-z](?:[\w .:/-]{0,80}\w)?>/;
/** Words of the documents' examples, and what people write to be replaced. */
const sampleWord = /^(?:your[-_][\w-]{1,60}|wildcard_certs|change[-_]?me|replace[-_]?me)$/i;

/** What a whole scalar is, if it is no value of its own: `<words>`, a sample word, or text with a variable in it. */
export function placeholderIn(value: Value | undefined): Placeholder | null {
  if (typeof value !== "string") return null;
  const found = variable.exec(value);
  if (found) return { kind: "variable", token: found[0] };
  const text = value.trim();
  if (bracketed.exec(text)?.[0] === text || sampleWord.test(text))
    return { kind: "placeholder", token: text };
  return null;
}

/** As {@link placeholderIn}, also for `<words>` inside a text: names, hosts and images have no such characters. */
export function placeholderWithin(value: Value | undefined): Placeholder | null {
  const whole = placeholderIn(value);
  if (whole !== null || typeof value !== "string") return whole;
  const found = bracketed.exec(value);
  return found && { kind: "placeholder", token: found[0] };
}

/** Whether a name, host, version or image is not known, so that nothing follows from it. */
export function isUnknown(value: Value | undefined): boolean {
  return placeholderWithin(value) !== null;
}

/** A word in capitals with underscores where a version, host or image belongs: `MESH3_ISTIO_VERSION`. */
export function isCapitalsPlaceholder(value: Value | undefined): boolean {
  return typeof value === "string" && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value);
}
