import { SCALAR_STYLE } from "js-yaml";
import { type CollectionEvent, none, type ScalarEvent, scalarSpan, scalarText, YamlError } from "./events.ts";
import { isSurelyString, keyOf, type Reading, readPlain } from "./scalar.ts";
import { hasUnknownHandle, readTagged, shortTag } from "./tags.ts";

/** What a scalar of a document means, its tag obeyed. Throws {@link YamlError} where kubectl refuses. */
export function readScalar(text: string, event: ScalarEvent): Reading {
  const written = scalarText(text, event);
  if (event.tagStart === none) {
    return event.style === SCALAR_STYLE.PLAIN ? readPlain(written) : { kind: "string", value: written };
  }
  const tag = tagOf(text, event);
  const reading = readTagged(tag, written);
  if (reading === null) throw errorAt(`the value does not fit its tag ${tag}`, event);
  return reading;
}

/** The short form of a tag. Throws {@link YamlError} for a handle nobody declared. */
export function tagOf(text: string, event: ScalarEvent | CollectionEvent): string {
  const raw = text.slice(event.tagStart, event.tagEnd);
  if (hasUnknownHandle(raw)) {
    throw new YamlError(`undefined tag handle in ${raw}`, event.tagStart, event.tagEnd);
  }
  return shortTag(raw);
}

/** The text of a key as JSON has it; null for a merge key. Throws {@link YamlError} for keys that JSON cannot have. */
export function readKey(text: string, event: ScalarEvent): string | null {
  const written = scalarText(text, event);
  if (written === "<<" && isMerge(text, event)) return null;
  if (event.tagStart === none && (event.style !== SCALAR_STYLE.PLAIN || isSurelyString(written))) {
    return written;
  }
  const key = keyOf(readScalar(text, event));
  if (key === null) throw errorAt(`unsupported map key: ${written === "" ? "null" : written}`, event);
  return key;
}

function isMerge(text: string, event: ScalarEvent): boolean {
  return event.tagStart === none ? event.style === SCALAR_STYLE.PLAIN : tagOf(text, event) === "!!merge";
}

export function errorAt(message: string, event: ScalarEvent): YamlError {
  const span = scalarSpan(event) ?? { start: Math.max(event.tagStart, 0), end: Math.max(event.tagEnd, 0) };
  return new YamlError(message, span.start, span.end);
}
