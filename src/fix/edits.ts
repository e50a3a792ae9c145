/**
 * Builders of text edits for one value of a resource. They keep comments, order, quotes, indentation, brackets and
 * line breaks, and never change a value through an alias, an anchor or a merge key. Each returns null where the
 * change cannot be written safely, and no edits where nothing has to change.
 */
import type { ManifestDocument } from "../model/document.ts";
import type { Edit } from "../model/finding.ts";
import { sourceOf, type Resource } from "../model/resource.ts";
import {
  formatPath,
  isList,
  isMapping,
  toJson,
  valueAt,
  type Mapping,
  type Path,
  type Value,
} from "../model/value.ts";
import { addEntries } from "./add.ts";
import { conflict } from "./apply.ts";
import { layoutAt, type Layout } from "./layout.ts";
import { removeEntry } from "./remove.ts";
import { isLeaf, renderFlow, renderKey, renderScalar, type Quote } from "./render.ts";
import { quotedEnd, scanBlockScalar } from "./scan.ts";
import { isJson, mayMerge, replaceByBlock } from "./style.ts";

export { applyEdits, conflict } from "./apply.ts";

interface Target {
  readonly document: ManifestDocument;
  readonly path: Path;
}

/** The place in the user's file; null for derived resources, and for what an alias, anchor or merge key shares. */
function target(resource: Resource, path: Path): Target | null {
  if (resource.origin.from === "derived") return null;
  const source = sourceOf(resource, path);
  const { document } = source;
  if (document.value === undefined) return null;
  const written = duplicated(document);
  for (let length = 0; length <= source.path.length; length++) {
    const prefix = source.path.slice(0, length);
    if (valueAt(document.value, prefix) === undefined) break;
    if (written.has(formatPath(prefix)) || document.places.shared(prefix)) return null;
    const layout = layoutAt(document, prefix);
    if (!layout || layout.decorated || layout.style === "alias") return null;
  }
  return { document, path: source.path };
}

/** The paths of keys that stand twice: with one of them changed, the other may begin to count. */
function duplicated(document: ManifestDocument): ReadonlySet<string> {
  const twice = document.notices.filter((notice) => notice.kind === "duplicate-key");
  return new Set(twice.map((notice) => formatPath(notice.path)));
}

const same = (a: Value, b: Value): boolean => toJson(a) === toJson(b);

/** Edits of text in the file of a document. */
function edit(document: ManifestDocument, start: number, end: number, text: string): Edit {
  return { file: document.file, start, end, text };
}

function quoteOf(layout: Layout): Quote | null {
  if (layout.style === "single") return "'";
  return layout.style === "double" ? '"' : null;
}

/** Replaces a scalar, or an empty collection, by a value on one line. */
function replaceByLeaf(
  document: ManifestDocument,
  path: Path,
  layout: Layout,
  value: Value,
): readonly Edit[] {
  const { text } = document.file;
  const json = layout.inFlow && isJson(document, path.slice(0, -1));
  const quote = typeof value === "string" ? quoteOf(layout) : null;
  const written = json ? renderFlow(value, true) : renderScalar(value, quote);
  if (layout.style === "empty") {
    return [edit(document, layout.start, layout.start, ` ${written}`)];
  }
  if (layout.style !== "block-scalar") return [edit(document, layout.start, layout.end, written)];
  const { headerEnd, end } = scanBlockScalar(text, layout.start, layout.column);
  const breakAt = text.slice(headerEnd, end).search(/[\r\n]/);
  const headerRest = breakAt < 0 ? headerEnd : headerEnd + breakAt;
  return [
    edit(document, layout.start, headerEnd, written),
    ...(headerRest < end ? [edit(document, headerRest, end, "")] : []),
  ];
}

/** Replaces the value at a path that is there. */
function replace(document: ManifestDocument, path: Path, value: Value): readonly Edit[] | null {
  const current = valueAt(document.value, path) ?? null;
  if (same(current, value)) return [];
  if (!isLeaf(current)) return null;
  const layout = layoutAt(document, path);
  if (!layout) return null;
  if (isLeaf(value)) return replaceByLeaf(document, path, layout, value);
  if (layout.style === "block-scalar") return null;
  if (layout.inFlow || document.file.path.endsWith(".json")) {
    const written = renderFlow(value, isJson(document, path.slice(0, -1)));
    const space = layout.style === "empty" ? " " : "";
    return [edit(document, layout.start, layout.end, space + written)];
  }
  return replaceByBlock(document, path, layout, value);
}

/** `["a", 0]` and a value as the value that a missing parent gets. */
function nested(path: Path, value: Value): Value | null {
  let result = value;
  for (const step of path.toReversed()) {
    if (typeof step === "number") {
      if (step !== 0) return null;
      result = [result];
    } else {
      const mapping: Record<string, Value> = {};
      Object.defineProperty(mapping, step, { value: result, enumerable: true });
      result = mapping;
    }
  }
  return result;
}

/**
 * Gives a field a value: replaces a scalar, an empty collection or nothing (`labels:`), or adds the missing keys to
 * the nearest parent that exists. A collection with entries is never replaced.
 */
export function setValue(resource: Resource, path: Path, value: Value): readonly Edit[] | null {
  return setValues(resource, [[path, value]]);
}

/**
 * {@link setValue} for several fields of one resource, which share the parents that are missing; edits of separate
 * calls would add these twice.
 */
export function setValues(
  resource: Resource,
  entries: readonly (readonly [Path, Value])[],
): readonly Edit[] | null {
  const edits: Edit[] = [];
  const additions = new Map<string, { readonly parent: Target; readonly added: Mapping[] }>();
  for (const [path, value] of entries) {
    const found = target(resource, path);
    if (!found) return null;
    const { document } = found;
    let length = found.path.length;
    while (valueAt(document.value, found.path.slice(0, length)) === undefined) length--;
    if (length === found.path.length) {
      const replaced = replace(document, found.path, value);
      if (!replaced) return null;
      edits.push(...replaced);
      continue;
    }
    const parent = { document, path: found.path.slice(0, length) };
    const [first, ...rest] = found.path.slice(length);
    const wrapped = nested(rest, value);
    if (first === undefined || (wrapped === null && value !== null)) return null;
    if (typeof first === "number") {
      const added = appendAt(parent, first, wrapped);
      if (!added) return null;
      edits.push(...added);
      continue;
    }
    const key = JSON.stringify(parent.path);
    const group = additions.get(key) ?? { parent, added: [] };
    const mapping = nested([first], wrapped);
    if (isMapping(mapping)) group.added.push(mapping);
    additions.set(key, group);
  }
  for (const { parent, added } of additions.values()) {
    const merged = added.reduce(merge, {});
    const made = addTo(parent, merged);
    if (!made) return null;
    edits.push(...made);
  }
  return edits;
}

/** Both mappings as one; where both have a key, mappings are merged and other values of the second win. */
function merge(a: Mapping, b: Mapping): Mapping {
  const result: Record<string, Value> = {};
  const define = (key: string, value: Value) =>
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true });
  for (const [key, value] of Object.entries(a)) define(key, value);
  for (const [key, value] of Object.entries(b)) {
    const before = valueAt(a, [key]);
    define(key, isMapping(before) && isMapping(value) ? merge(before, value) : value);
  }
  return result;
}

/** Adds the entries of a mapping to a mapping, or to nothing. */
function addTo({ document, path }: Target, entries: Mapping): readonly Edit[] | null {
  const current = valueAt(document.value, path) ?? null;
  if (current !== null && !isMapping(current)) return null;
  return isLeaf(current) ? replace(document, path, entries) : addEntries(document, path, entries);
}

/** Adds an item at the end of a list, or to nothing, if that gives it the index. */
function appendAt({ document, path }: Target, index: number, value: Value): readonly Edit[] | null {
  const current = valueAt(document.value, path) ?? null;
  if (current !== null && !isList(current)) return null;
  if (index !== (current?.length ?? 0)) return null;
  return isLeaf(current) ? replace(document, path, [value]) : addEntries(document, path, [value]);
}

/** Adds an item at the end of the list at a path; a list that is not there is made. */
export function appendItem(resource: Resource, path: Path, value: Value): readonly Edit[] | null {
  const found = target(resource, path);
  if (!found) return null;
  const current = valueAt(found.document.value, found.path);
  if (current === undefined) return setValue(resource, path, [value]);
  return appendAt(found, isList(current) ? current.length : 0, value);
}

/** Replaces a scalar, in the quotes that it has; null if there is none at the path. */
export function replaceScalar(
  resource: Resource,
  path: Path,
  value: string | number | boolean,
): readonly Edit[] | null {
  const found = target(resource, path);
  const current = found && valueAt(found.document.value, found.path);
  if (!found || current === undefined || isList(current ?? null) || isMapping(current)) return null;
  return replace(found.document, found.path, value);
}

/** {@link replaceScalar} in several places at once; null if one cannot be written, or two are the same text. */
export function replaceScalars(
  places: readonly { readonly resource: Resource; readonly path: Path; readonly value: string }[],
): readonly Edit[] | null {
  const all: Edit[] = [];
  for (const { resource, path, value } of places) {
    const edits = replaceScalar(resource, path, value);
    if (edits === null || conflict(all, edits)) return null;
    all.push(...edits);
  }
  return all;
}

/** Puts quotes around what is written: `true` becomes `"true"`, `1.30` becomes `"1.30"`. */
export function quoteScalar(resource: Resource, path: Path): readonly Edit[] | null {
  const found = target(resource, path);
  if (!found) return null;
  const { document } = found;
  const layout = layoutAt(document, found.path);
  if (layout?.style !== "plain") return null;
  const written = document.file.text.slice(layout.start, layout.end);
  if (/[\r\n]/.test(written)) return null;
  return [edit(document, layout.start, layout.end, renderScalar(written, '"'))];
}

/** Gives a key another name; null if the mapping has that one already. */
export function renameKey(resource: Resource, path: Path, newKey: string): readonly Edit[] | null {
  const found = target(resource, path);
  const key = found?.path.at(-1);
  if (!found || typeof key !== "string") return null;
  if (key === newKey) return [];
  const { document } = found;
  const parent = found.path.slice(0, -1);
  const span = document.places.key(found.path);
  if (!span || valueAt(document.value, found.path) === undefined) return null;
  if (valueAt(document.value, [...parent, newKey]) !== undefined) return null;
  if (mayMerge(document, parent)) return null;
  const { text } = document.file;
  const quote = text[span.start];
  if (quote !== '"' && quote !== "'") return [edit(document, span.start, span.end, renderKey(newKey))];
  if (quotedEnd(text, span.start) !== span.end) return null;
  return [edit(document, span.start, span.end, renderKey(newKey, quote))];
}

/** Removes a key with its value and the comments on its lines; a mapping that loses its last key becomes `{}`. */
export function removeKey(resource: Resource, path: Path): readonly Edit[] | null {
  return typeof path.at(-1) === "string" ? remove(resource, path) : null;
}

/** Removes the item of a list (the path ends in its index); a list that loses its last item becomes `[]`. */
export function removeItem(resource: Resource, path: Path): readonly Edit[] | null {
  return typeof path.at(-1) === "number" ? remove(resource, path) : null;
}

function remove(resource: Resource, path: Path): readonly Edit[] | null {
  const found = target(resource, path);
  if (!found) return null;
  const present = valueAt(found.document.value, found.path) !== undefined;
  return present ? removeEntry(found.document, found.path) : [];
}
