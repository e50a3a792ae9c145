import { parseDocuments } from "../load/parse.ts";
import type { ManifestDocument } from "../model/document.ts";
import type { Finding } from "../model/finding.ts";
import {
  formatPath,
  isList,
  isMapping,
  valueAt,
  type Mapping,
  type Path,
  toJson,
  type Value,
} from "../model/value.ts";
import type { Location, SourceFile } from "../model/source.ts";

export const mutations = ["delete", "flip", "rename", "retype", "move", "remove object"] as const;
export type Mutation = (typeof mutations)[number];

/** One change to one place of a set of files. */
export interface Mutant {
  readonly file: string;
  /** Index of the document in the file. */
  readonly document: number;
  /** The object before the change: its kind in kubectl's notation (`Service.serving.knative.dev`), and its name. */
  readonly object: { readonly kind: string; readonly name: string };
  readonly mutation: Mutation;
  readonly path: Path;
  /** `11-smcp.yaml#0 spec.version flip`. */
  readonly name: string;
  /** The file's text after the change. */
  readonly text: string;
  /** The object's name, before and after. */
  readonly names: readonly string[];
  /** The texts at and below the changed place, before and after. */
  readonly values: readonly string[];
}

type Mutable = null | boolean | number | string | Mutable[] | { [key: string]: Mutable };

function copy(value: Value): Mutable {
  return structuredClone(value) as Mutable;
}

function parentOf(root: Mutable, path: Path): { [key: string]: Mutable } | Mutable[] {
  let here = root;
  for (const step of path.slice(0, -1)) here = (here as { [key: string]: Mutable })[step] as Mutable;
  return here as { [key: string]: Mutable } | Mutable[];
}

/** A key that a person might have meant: two letters swapped, or one doubled. */
function misspelt(key: string): string {
  const at = Math.max(1, key.length - 3);
  const swapped = `${key.slice(0, at)}${key[at + 1] ?? ""}${key[at] ?? ""}${key.slice(at + 2)}`;
  return swapped === key ? `${key}${key.at(-1) ?? "x"}` : swapped;
}

function flipped(value: Value): Mutable | undefined {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value !== "string") return undefined;
  if (value === "true" || value === "false") return value === "true" ? "false" : "true";
  return value === "" ? "x" : `${value}-x`;
}

function retyped(value: Value): Mutable | undefined {
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (value === "true" || value === "false") return value === "true";
  if (typeof value === "string") return 7;
  return isList(value) ? { item: copy(value[0] ?? null) } : undefined;
}

/** The document with one entry changed; undefined where the mutation does not apply. */
function mutate(root: Mapping, path: Path, mutation: Mutation, value: Value): Mutable | undefined {
  const result = copy(root);
  const last = path.at(-1) ?? "";
  const parent = parentOf(result, path);
  const set = (next: Mutable | undefined): Mutable | undefined => {
    if (next === undefined) return undefined;
    (parent as { [key: string]: Mutable })[last] = next;
    return result;
  };
  switch (mutation) {
    case "delete":
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[last];
      return result;
    case "flip":
      return set(flipped(value));
    case "retype":
      return set(retyped(value));
    case "rename": {
      if (Array.isArray(parent)) return undefined;
      const entries = Object.entries(parent).map(
        ([key, item]) => [key === last ? misspelt(key) : key, item] as const,
      );
      for (const key of Object.keys(parent)) delete parent[key];
      Object.assign(parent, Object.fromEntries(entries));
      return result;
    }
    case "move": {
      if (Array.isArray(parent) || path.length < 2) return undefined;
      const above = parentOf(result, path.slice(0, -1));
      if (Array.isArray(above) || Object.hasOwn(above, last)) return undefined;
      above[last] = parent[last] ?? null;
      delete parent[last];
      return result;
    }
    case "remove object":
      return undefined;
  }
}

function* placesIn(value: Value, path: Path): Generator<readonly [Path, Value]> {
  const entries: readonly (readonly [string | number, Value])[] = isList(value)
    ? [...value.entries()]
    : isMapping(value)
      ? Object.entries(value)
      : [];
  for (const [step, child] of entries) {
    yield [[...path, step], child];
    yield* placesIn(child, [...path, step]);
  }
}

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

function objectOf(root: Mapping): Mutant["object"] {
  const [group] = text(root.apiVersion).split("/");
  // The installer's file names no kind.
  const kind = root.kind === undefined ? "InstallConfig" : text(root.kind);
  const isCore = !text(root.apiVersion).includes("/");
  return { kind: isCore ? kind : `${kind}.${group}`, name: text(valueAt(root, ["metadata", "name"])) };
}

const nameOf = (root: Mutable): Value | undefined => valueAt(root as Value, ["metadata", "name"]);

/** The texts and numbers in some values that are long enough to mean something when a message has them. */
function telling(values: readonly (Value | undefined)[]): readonly string[] {
  return values.flatMap((value): readonly string[] => {
    if (isList(value)) return telling(value);
    if (isMapping(value)) return telling(Object.values(value));
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    return text.length > 3 ? [text] : [];
  });
}

/**
 * The mutants of a file: each key, scalar and object, changed in each way that applies. A changed document is written
 * as JSON, which is YAML.
 *
 * @param oneIn one mutant in so many is made
 */
export function* mutantsOf(file: SourceFile, oneIn = 1): Generator<Mutant> {
  let count = 0;
  for (const { value: root, index: document, span } of parseDocuments(file)) {
    if (!isMapping(root)) continue;
    const rest = (replacement: string): string =>
      `${file.text.slice(0, span.start)}${replacement}\n${file.text.slice(span.end)}`;
    const object = objectOf(root);
    const named = (mutation: Mutation, path: Path) => ({
      file: file.path,
      document,
      object,
      mutation,
      path,
      name: `${file.path}#${document} ${formatPath(path)} ${mutation}`,
    });
    const name = nameOf(copy(root));
    yield { ...named("remove object", []), text: rest(""), names: telling([name]), values: telling([root]) };
    for (const [path, value] of placesIn(root, [])) {
      for (const mutation of mutations) {
        const changed = mutate(root, path, mutation, value);
        if (changed === undefined || count++ % oneIn !== 0) continue;
        const names = telling([name, nameOf(changed)]);
        const values = telling([value, valueAt(changed as Value, path)]);
        yield { ...named(mutation, path), text: rest(toJson(changed as Value, 2)), names, values };
      }
    }
  }
}

const parsed = new WeakMap<Mutant, ManifestDocument | undefined>();

/** The changed document as it is now. */
function documentOf(mutant: Mutant): ManifestDocument | undefined {
  if (!parsed.has(mutant))
    parsed.set(mutant, parseDocuments({ path: mutant.file, text: mutant.text })[mutant.document]);
  return parsed.get(mutant);
}

type Range = readonly [start: number, end: number];

/**
 * The nearest mapping or list around a path that exists, from its key on; the whole document at the top. An item of a
 * list leads to the list's key as well: there stands what is said of all items together.
 */
function around(document: ManifestDocument, path: Path): readonly Range[] {
  for (let length = path.length - 1; length > 0; length--) {
    const above = path.slice(0, length);
    const value = document.places.value(above);
    if (!value) continue;
    const key = document.places.key(above) ?? value;
    const list = typeof above.at(-1) === "number" ? document.places.key(above.slice(0, -1)) : undefined;
    return [[key.start, value.end], ...(list ? [[list.start, list.end] as const] : [])];
  }
  return [[document.span.start, document.span.end]];
}

/** Labels and annotations are two forms of one setting: a rule may miss it in the other map than the one changed. */
function settingOf(path: Path): Path {
  const map = path.findIndex((step) => step === "labels" || step === "annotations");
  return map === -1 ? path : path.slice(0, map + 1);
}

/** Where a person would look for the change: in the changed mapping or on its key; a moved key where it is now. */
function changedRanges(mutant: Mutant, document: ManifestDocument): readonly Range[] {
  const { mutation } = mutant;
  const path = settingOf(mutant.path);
  const moved = mutation === "move" ? [...mutant.path.slice(0, -2), mutant.path.at(-1) ?? ""] : null;
  const [key, value] = moved ? [document.places.key(moved), document.places.value(moved)] : [];
  return [...around(document, path), ...(key && value ? [[key.start, value.end] as const] : [])];
}

const isIn = (mutant: Mutant, { file, start }: Location, ranges: readonly Range[]): boolean =>
  file.path === mutant.file && ranges.some(([first, last]) => start >= first && start <= last);

/**
 * Whether a finding leads a person to the change. The platform is clean, so each finding comes from the change; yet it
 * has to stand at the right place: where the change is, or where its text or key is quoted, or at another object that
 * suffers from it and names the changed object or one of its places. (A name that is struck off a roll shows at the
 * services that are members no more; an object that is gone shows at the one that needs it.)
 */
export function isCaughtBy(mutant: Mutant, finding: Finding): boolean {
  const said = [finding.message, ...finding.related.map(({ message }) => message)];
  const quotes = (words: readonly string[]): boolean =>
    words.some((word) => said.some((text) => text.includes(word)));
  const document = documentOf(mutant);
  if (document && mutant.mutation !== "remove object") {
    const whole: Range = [document.span.start, document.span.end];
    const key = formatPath(mutant.path.filter((step) => typeof step === "string"));
    if (isIn(mutant, finding.at, changedRanges(mutant, document))) return true;
    if (finding.related.some(({ at }) => isIn(mutant, at, [whole]))) return true;
    if (isIn(mutant, finding.at, [whole])) return quotes([...mutant.values, key]);
  }
  return quotes([...mutant.names, ...mutant.values]);
}
