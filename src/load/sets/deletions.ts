import type { ManifestDocument } from "../../model/document.ts";
import { isMapping, type Mapping, type Value, valueAt } from "../../model/value.ts";
import { parseDocuments } from "../parse.ts";
import type { Part } from "./draft.ts";

/** Objects that a patch with `$patch: delete` takes away. Undefined matches all, as in Kustomize's targets. */
export interface Deletion {
  readonly group: string | undefined;
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

function textAt(value: Value | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function groupOf(value: Value | undefined): string {
  const apiVersion = textAt(value, "apiVersion") ?? "";
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/**
 * What a patch deletes: the object that it names, or its target's. Targets that select by labels, annotations or
 * regular expressions delete nothing here: better an object too many than one that is applied and not looked at.
 */
function deletionOf(patch: Value | undefined, target: Mapping | undefined): readonly Deletion[] {
  if (textAt(patch, "$patch") !== "delete") return [];
  if (target === undefined) {
    const [kind, name] = [textAt(patch, "kind"), textAt(patch, "metadata", "name")];
    if (kind === undefined || name === undefined) return [];
    return [{ group: groupOf(patch), kind, name, namespace: textAt(patch, "metadata", "namespace") }];
  }
  if (Object.keys(target).some((key) => key.endsWith("Selector"))) return [];
  const [kind, name] = [textAt(target, "kind"), textAt(target, "name")];
  if (kind === undefined && name === undefined) return [];
  return [{ group: textAt(target, "group"), kind, name, namespace: textAt(target, "namespace") }];
}

/** The deletions of a kustomization's patch: of a file's documents, or inline. */
export function deletionsOf(
  documents: readonly ManifestDocument[],
  inline: string | null,
  target: Mapping | undefined,
): readonly Deletion[] {
  const written = inline?.includes("$patch") === true ? parseDocuments({ path: "", text: inline }) : [];
  return [...documents, ...written].flatMap(({ value }) => deletionOf(value, target));
}

/** The name of a part's object as written, and as the kustomizations below have made it: patches may use both. */
function namesOf({ document: { value }, namespace, rendering }: Part): readonly (string | undefined)[] {
  const name = textAt(value, "metadata", "name");
  if (name === undefined) return [name];
  const isNamespace = textAt(value, "kind") === "Namespace" && groupOf(value) === "";
  if (isNamespace) return [name, namespace ?? name];
  return [name, (rendering?.affix ?? "*").replace("*", () => name)];
}

/** Whether a document's only object is deleted. */
export function isDeleted(part: Part, deletions: readonly Deletion[]): boolean {
  const { value } = part.document;
  if (part.form === "patch" || !isMapping(value)) return false;
  const namespace = part.namespace ?? textAt(value, "metadata", "namespace");
  const names = namesOf(part);
  const fits = (wanted: string | undefined, found: string | undefined) =>
    wanted === undefined || wanted === found;
  return deletions.some(
    (deletion) =>
      fits(deletion.kind, textAt(value, "kind")) &&
      names.some((name) => fits(deletion.name, name)) &&
      fits(deletion.group, groupOf(value)) &&
      (namespace === undefined || fits(deletion.namespace, namespace)),
  );
}
