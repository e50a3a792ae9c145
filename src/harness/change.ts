import type { Resource } from "../model/resource.ts";
import { sourceOf } from "../model/resource.ts";
import type { ManifestDocument } from "../model/document.ts";
import type { SourceFile } from "../model/source.ts";
import { formatPath, isMapping, type Mapping, type Path, toJson, type Value } from "../model/value.ts";
import type { Change, PatchOperation } from "./test-file.ts";

/** Why a change cannot be made: the object is not as the test takes it to be. */
export class ChangeError extends Error {}

type Mutable = null | boolean | number | bigint | string | Mutable[] | Record_;
interface Record_ {
  [key: string]: Mutable;
}

const copyOf = (value: Value): Mutable => structuredClone(value) as Mutable;
const isRecord = (value: Mutable | undefined): value is Record_ =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `__proto__` is a key like any other. */
function put(record: Record_, key: string, value: Mutable): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

function child(parent: Mutable | undefined, step: string | number): Mutable | undefined {
  if (Array.isArray(parent)) return parent[indexOf(step)];
  return isRecord(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined;
}

/** A list's index; what is none leads nowhere. */
function indexOf(step: string | number): number {
  return typeof step === "number" ? step : /^(?:0|[1-9]\d{0,8})$/.test(step) ? Number(step) : -1;
}

/** Sets the value at a field path; mappings on the way are made where there are none. */
function setAt(root: Mutable, path: Path, value: Value): void {
  let here = root;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const at = formatPath(path.slice(0, depth + 1));
    if (Array.isArray(here)) {
      const index = indexOf(step);
      if (index < 0 || index >= here.length + (last ? 1 : 0))
        throw new ChangeError(`there is no ${at}: the list has ${here.length} items`);
      if (last) here[index] = copyOf(value);
      else here = here[index] ?? null;
      continue;
    }
    if (!isRecord(here)) throw new ChangeError(`there is no ${at}: what is above it is no mapping`);
    if (last) put(here, String(step), copyOf(value));
    else {
      if (child(here, step) === undefined) put(here, String(step), {});
      here = child(here, step) ?? null;
    }
  }
}

/** A merge patch (RFC 7396). */
function merged(target: Mutable | undefined, patch: Mapping): Mutable {
  const result: Record_ = isRecord(target) ? target : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else put(result, key, isMapping(value) ? merged(child(result, key), value) : copyOf(value));
  }
  return result;
}

const pointer = (steps: readonly string[]): string =>
  steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

function resolve(root: Mutable, steps: readonly string[]): Mutable {
  let here: Mutable | undefined = root;
  for (const step of steps) here = child(here, step);
  if (here === undefined) throw new ChangeError(`there is no ${pointer(steps)}`);
  return here;
}

function remove(root: Mutable, steps: readonly string[]): void {
  resolve(root, steps);
  const parent = resolve(root, steps.slice(0, -1));
  const last = steps.at(-1) ?? "";
  if (Array.isArray(parent)) parent.splice(indexOf(last), 1);
  else if (isRecord(parent)) delete parent[last];
}

function add(root: Mutable, steps: readonly string[], value: Mutable): void {
  const parent = resolve(root, steps.slice(0, -1));
  const last = steps.at(-1) ?? "";
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : indexOf(last);
    if (index < 0 || index > parent.length) throw new ChangeError(`there is no ${pointer(steps)}`);
    parent.splice(index, 0, value);
  } else if (isRecord(parent)) put(parent, last, value);
  else throw new ChangeError(`there is no ${pointer(steps)}: what is above it holds nothing`);
}

/** One operation of a JSON patch (RFC 6902). */
function operate(root: Mutable, { op, path, from, value }: PatchOperation): void {
  switch (op) {
    case "add":
      add(root, path, copyOf(value));
      return;
    case "remove":
      remove(root, path);
      return;
    case "replace": {
      resolve(root, path);
      const parent = resolve(root, path.slice(0, -1));
      const last = path.at(-1) ?? "";
      if (Array.isArray(parent)) parent[indexOf(last)] = copyOf(value);
      else if (isRecord(parent)) put(parent, last, copyOf(value));
      return;
    }
    case "move": {
      const moved = resolve(root, from ?? []);
      remove(root, from ?? []);
      add(root, path, moved);
      return;
    }
    case "copy":
      add(root, path, structuredClone(resolve(root, from ?? [])));
      return;
    case "test":
      if (!isSame(resolve(root, path), value)) throw new ChangeError(`${pointer(path)} is another value`);
  }
}

/** Whether two values are equal; the order of keys does not count. */
function isSame(a: Value, b: Value): boolean {
  const sorted = (value: Value): Value =>
    Array.isArray(value)
      ? value.map(sorted)
      : isMapping(value)
        ? Object.fromEntries(
            Object.keys(value)
              .sort()
              .map((key) => [key, sorted(value[key] ?? null)]),
          )
        : value;
  return toJson(sorted(a)) === toJson(sorted(b));
}

/** An object with a change made; null: it is deleted. */
function changed(value: Mutable, change: Change): Mutable {
  switch (change.type) {
    case "delete":
      return null;
    case "set":
      for (const [path, wanted] of change.values) setAt(value, path, wanted);
      return value;
    case "merge":
      return merged(value, change.patch);
    case "patch":
      for (const operation of change.operations) operate(value, operation);
      return value;
  }
}

/** Makes a change to objects of one document, and gives the document's text. */
function documentText(document: ManifestDocument, bases: readonly Path[], change: Change): string {
  let root = copyOf(document.value ?? null);
  // Later items first, so that those that are taken out do not move the others.
  for (const base of bases.toSorted((a, b) => Number(b.at(-1) ?? 0) - Number(a.at(-1) ?? 0))) {
    let parent: Mutable = root;
    for (const step of base.slice(0, -1)) parent = child(parent, step) ?? null;
    const last = base.at(-1);
    if (last === undefined || !Array.isArray(parent)) {
      root = changed(root, change);
      continue;
    }
    const index = indexOf(last);
    const now = changed(parent[index] ?? null, change);
    if (change.type === "delete") parent.splice(index, 1);
    else parent[index] = now;
  }
  return root === null ? "\n" : `${toJson(root as Value, 2)}\n`;
}

/**
 * The files in which some objects are changed or deleted. A changed document is written as JSON, which is YAML: its
 * comments are gone.
 *
 * @throws ChangeError if the change cannot be made
 */
export function changedFiles(
  files: readonly SourceFile[],
  resources: readonly Resource[],
  change: Change,
): readonly SourceFile[] {
  const byDocument = new Map<ManifestDocument, Path[]>();
  for (const resource of resources) {
    const { document, base } = sourceOf(resource, []);
    byDocument.set(document, [...(byDocument.get(document) ?? []), base]);
  }
  const documents = [...byDocument].toSorted(([a], [b]) => b.span.start - a.span.start);
  return files.map((file) => {
    const mine = documents.filter(([document]) => document.file === file);
    if (mine.length === 0) return file;
    let { text } = file;
    for (const [document, bases] of mine) {
      const { start, end } = document.span;
      text = text.slice(0, start) + documentText(document, bases, change) + text.slice(end);
    }
    return { path: file.path, text };
  });
}
