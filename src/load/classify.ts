import type { ManifestDocument } from "../model/document.ts";
import { isInstallConfig } from "../model/install-config.ts";
import { isSecurityTemplate } from "../model/security-template.ts";
import { incompleteObjects } from "../model/incomplete-object.ts";
import type { SourceFile, Span } from "../model/source.ts";
import { isList, isMapping, type Value } from "../model/value.ts";
import { isObject } from "./resources.ts";

/** Why a file holds no manifests: fixed words, so that they can be counted. */
export type SkipReason =
  | "Ansible"
  | "Compose file"
  | "GitHub configuration"
  | "Helm chart"
  | "Kustomize patch"
  | "MkDocs configuration"
  | "binary"
  | "dashboard"
  | "devfile"
  | "empty"
  | "meshlint configuration"
  | "meshlint test"
  | "no Kubernetes objects"
  | "script"
  | "template"
  | "values file";

export type FileClass =
  | { readonly state: "manifests" }
  | { readonly state: "skipped"; readonly reason: SkipReason }
  | { readonly state: "unreadable"; readonly reason: string; readonly at: Span };

const manifests: FileClass = { state: "manifests" };
const skipped = (reason: SkipReason): FileClass => ({ state: "skipped", reason });

/**
 * What can be told about a file without parsing it; null if it has to be parsed. JSON without both words of a
 * Kubernetes object is data of another kind, often megabytes of it.
 */
export function classifyUnparsed(file: SourceFile): FileClass | null {
  const { path, text } = file;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (text.slice(0, 8192).includes("\0")) return skipped("binary");
  if (/(?:^|\/)\.github\/(?:(?:workflows|actions|ISSUE_TEMPLATE)\/|[^/]*$)/.test(path)) {
    return skipped("GitHub configuration");
  }
  if (/^\.?meshlint\.ya?ml$|\.meshlint\.ya?ml$/.test(name)) return skipped("meshlint configuration");
  if (/\.meshtest\.ya?ml$/.test(name)) return skipped("meshlint test");
  if (name.endsWith(".json") && !(text.includes('"apiVersion"') && text.includes('"kind"'))) {
    return isPatchText(text) ? skipped("Kustomize patch") : skipped(otherJson(text));
  }
  return null;
}

function isPatchText(text: string): boolean {
  return /^\s*\[\s*\{/.test(text) && text.includes('"op"') && text.includes('"path"');
}

function otherJson(text: string): SkipReason {
  return text.includes('"panels"') ? "dashboard" : "no Kubernetes objects";
}

/**
 * Tells manifests, broken manifests and everything else apart. Where a document cannot be read, the text decides:
 * templates and scripts are no manifests; the rest is a manifest that kubectl would refuse too.
 */
export function classifyFile(file: SourceFile, documents: readonly ManifestDocument[]): FileClass {
  const early = classifyUnparsed(file);
  if (early) return early;
  const broken = documents.find((document) => document.error !== null);
  if (broken?.error) {
    const reason = reasonOfBroken(file);
    if (reason) return skipped(reason);
    return { state: "unreadable", reason: broken.error.message, at: broken.error.at };
  }
  if (documents.some(({ value }) => isObject(value)) || isKustomizationName(file.path)) return manifests;
  if (documents.some(({ value }) => isInstallConfig(value)) && !isValuesName(file.path)) return manifests;
  if (documents.some(({ value }) => isSecurityTemplate(value))) return manifests;
  // What was meant as an object is reported, not silently left out (schema/kind-missing).
  if (!isValuesName(file.path) && documents.some(({ value }) => incompleteObjects(value).length > 0)) {
    return manifests;
  }
  const values = documents.map((document) => document.value ?? null).filter((value) => value !== null);
  return skipped(values.length === 0 ? "empty" : reasonOf(file.path, values));
}

/** Kustomize takes these names; `apiVersion` and `kind` may be left out in them. */
function isKustomizationName(path: string): boolean {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
}

function isValuesName(path: string): boolean {
  return /(?:^|[/._-])values(?:[._-][^/]*)?\.(?:ya?ml|json)$/.test(path);
}

function reasonOfBroken(file: SourceFile): SkipReason | null {
  if (file.text.startsWith("#!")) return "script";
  if (hasTemplateMarks(file.text)) return "template";
  return isValuesName(file.path) ? "values file" : null;
}

/**
 * Marks of a template language where YAML expects structure or a whole value. Inside quotes and text they are normal
 * (dashboards, alerts, domain templates), so the mere presence of `{{` says nothing.
 */
export function hasTemplateMarks(text: string): boolean {
  return (
    /^[ \t]*(?:- +)*(?:[\w."'/-]+:[ \t]+)?(?:\{\{|\{%|<%)/m.test(text) ||
    /^[ \t]*(?:- +)*[\w."'/-]+:[ \t]+(?:@[A-Za-z]\w*@|\{\w+\}[^\s,}])/m.test(text) ||
    /^[^#\r\n"']*\{\{-?[ \t]*(?:\.|if\b|end\b|range\b|include\b)/m.test(text)
  );
}

function reasonOf(path: string, values: readonly Value[]): SkipReason {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/^Chart\.ya?ml$|^Chart\.lock$/.test(name)) return "Helm chart";
  if (isValuesName(path)) return "values file";
  if (values.every(isPatch)) return "Kustomize patch";
  if (/^mkdocs\.ya?ml$/.test(name)) return "MkDocs configuration";
  const [first] = values;
  if (isList(first) && first.some((item) => hasKeys(item, ["hosts"]) || hasKeys(item, ["tasks"]))) {
    return "Ansible";
  }
  if (hasKeys(first, ["services"]) && /compose/.test(name)) return "Compose file";
  if (hasKeys(first, ["panels"])) return "dashboard";
  if (hasKeys(first, ["schemaVersion", "metadata"])) return "devfile";
  return "no Kubernetes objects";
}

/** JSON6902: a list of operations. */
function isPatch(value: Value): boolean {
  return isList(value) && value.length > 0 && value.every((item) => hasKeys(item, ["op", "path"]));
}

function hasKeys(value: Value | undefined, keys: readonly string[]): boolean {
  return isMapping(value) && keys.every((key) => Object.hasOwn(value, key));
}
