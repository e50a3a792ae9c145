import type { ManifestDocument } from "../model/document.ts";
import { suggestion } from "../model/nearest.ts";
import { positionAt, type Span } from "../model/source.ts";
import { formatPath, isList, isMapping, valueAt, type Path, type Value } from "../model/value.ts";
import type { Shape } from "./shape.ts";

/** `meshlint.yaml:7:3: message`, for a place in a config. */
export function problemAt(document: ManifestDocument, at: Span, message: string): string {
  const { line, column } = positionAt(document.file, at.start);
  return `${document.file.path}:${line}:${column}: ${message}`;
}

/** The place of a value, or of its key where nothing is written. */
export function placeOf(document: ManifestDocument, path: Path, part: "key" | "value" = "value"): Span {
  const { places, span } = document;
  return (part === "key" ? places.key(path) : places.value(path)) ?? span;
}

/** A scalar as it is written, so that `1.30` and `off` mean what they say; null for anything else. */
export function textAt(document: ManifestDocument, path: Path): string | null {
  const value = valueAt(document.value, path);
  if (typeof value === "string") return value;
  if (typeof value !== "boolean" && typeof value !== "number" && typeof value !== "bigint") return null;
  const { start, end } = placeOf(document, path);
  return document.file.text.slice(start, end);
}

function nameOf(value: Value): string {
  if (value === null) return "nothing";
  if (isList(value)) return "a list";
  return isMapping(value) ? "a mapping" : "a single value";
}

type Written = "scalar" | "list" | "mapping";

function writtenAs(value: Value): Written {
  if (isList(value)) return "list";
  return isMapping(value) ? "mapping" : "scalar";
}

function writtenFor(shape: Shape): Written {
  if (shape.type === "list" || shape.type === "pair") return "list";
  return shape.type === "mapping" || shape.type === "names" || shape.type === "anything"
    ? "mapping"
    : "scalar";
}

const expected: Readonly<Record<Written, string>> = {
  scalar: "a single value",
  list: "a list",
  mapping: "a mapping",
};

/**
 * Everything in which the value at a path differs from its shape, each with its place.
 *
 * @param whole what to call the value where the path is empty
 */
export function* differences(
  document: ManifestDocument,
  shape: Shape,
  path: Path,
  whole = "the config",
): Generator<string> {
  const value = valueAt(document.value, path) ?? null;
  const wrong = (message: string, at: Path = path, part: "key" | "value" = "value") =>
    problemAt(document, placeOf(document, at, part), message);
  const field = path.length === 0 ? whole : formatPath(path);

  if (shape.type === "any") return;
  if (shape.type === "either") {
    const fitting = shape.of.find((option) => writtenFor(option) === writtenAs(value));
    if (fitting && value !== null) yield* differences(document, fitting, path);
    else yield wrong(`${field} has to be ${shape.of.map(describe).join(" or ")}, not ${nameOf(value)}`);
    return;
  }
  const kind = writtenFor(shape);
  // All entries of a list may be commented out.
  const empty = value === null && kind !== "scalar" && !("required" in shape) && !("oneOf" in shape);
  if (empty) return;
  if (value === null || writtenAs(value) !== kind) {
    yield wrong(`${field} has to be ${expected[kind]}, not ${nameOf(value)}`);
    return;
  }

  switch (shape.type) {
    case "text": {
      const text = textAt(document, path) ?? "";
      if (text.trim() === "") yield wrong(`${field} is empty`);
      else if (shape.format && !shape.format.pattern.test(text))
        yield wrong(`${field} has to be ${shape.format.expected}, not ${JSON.stringify(text)}`);
      return;
    }
    case "flag":
      if (typeof value !== "boolean") yield wrong(`${field} has to be true or false`);
      return;
    case "choice": {
      const text = textAt(document, path) ?? "";
      if (shape.values.includes(text)) return;
      const hint = suggestion(text, shape.values) || `; it has to be one of ${shape.values.join(", ")}`;
      yield wrong(`unknown ${shape.noun} ${JSON.stringify(text)}${hint}`);
      return;
    }
    case "list":
      for (const index of (value as readonly Value[]).keys())
        yield* differences(document, shape.items, [...path, index]);
      return;
    case "pair": {
      const { length } = value as readonly Value[];
      if (length < 1 || length > 2) yield wrong(`${field} has to be [level, { options }]`);
      else {
        yield* differences(document, shape.first, [...path, 0]);
        if (length === 2) yield* differences(document, shape.second, [...path, 1]);
      }
      return;
    }
    case "names":
      for (const key of Object.keys(value)) yield* differences(document, shape.values, [...path, key]);
      return;
    case "mapping":
      yield* keyDifferences(document, shape, path, Object.keys(value), field);
      return;
    case "anything":
  }
}

function describe(shape: Shape): string {
  return shape.type === "flag"
    ? "true or false"
    : shape.type === "choice"
      ? `a ${shape.noun}`
      : expected[writtenFor(shape)];
}

function* keyDifferences(
  document: ManifestDocument,
  shape: Shape & { readonly type: "mapping" },
  path: Path,
  keys: readonly string[],
  field: string,
): Generator<string> {
  const at = (message: string, place: Path, part: "key" | "value") =>
    problemAt(document, placeOf(document, place, part), message);
  for (const key of keys) {
    const inner = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    if (inner) yield* differences(document, inner, [...path, key]);
    else {
      const known = Object.keys(shape.keys);
      const hint = suggestion(key, known) || `; known are ${known.join(", ")}`;
      yield at(`unknown key ${JSON.stringify(key)}${hint}`, [...path, key], "key");
    }
  }
  for (const key of shape.required ?? [])
    if (!keys.includes(key)) yield at(`${field} has no ${key}`, path, "value");
  if (!shape.oneOf) return;
  const given = shape.oneOf.filter((key) => keys.includes(key));
  if (given.length !== 1) yield at(`${field} has to have one of ${shape.oneOf.join(", ")}`, path, "value");
}
