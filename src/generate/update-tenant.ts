import { applyEdits, type TextEdit } from "../fix/apply.ts";
import { renderEntry } from "../fix/render.ts";
import { columnOf, lineBreakOf, lineEnd, lineStart } from "../fix/scan.ts";
import { styleOf } from "../fix/style.ts";
import type { ManifestDocument } from "../model/document.ts";
import { UsageError } from "../model/errors.ts";
import { type Resource, sourceOf } from "../model/resource.ts";
import type { SourceFile } from "../model/source.ts";
import { isList, isMapping, toJson, type Value, valueAt } from "../model/value.ts";
import { namespacePolicyNames } from "../mesh/tenant-policies.ts";
import { type GeneratedPolicy, renderPolicy } from "./authorization-policy.ts";
import { componentPolicyNames, tenantPolicies, type TenantRequest } from "./tenant-policies.ts";

const knativeNamespaces: readonly string[] = [
  "knative-serving",
  "knative-eventing",
  "knative-serving-ingress",
];
const policyKind = "AuthorizationPolicy.security.istio.io";

/** A manifest file as it was read. */
export interface ReadFile {
  readonly file: SourceFile;
  readonly documents: readonly ManifestDocument[];
  readonly resources: readonly Resource[];
}

export interface TenantChange {
  readonly change: "added" | "changed" | "removed" | "kept";
  /** `knative-serving/allow-team-alpha-to-activator` */
  readonly policy: string;
}

export interface TenantUpdate {
  readonly text: string;
  readonly changes: readonly TenantChange[];
}

function keyOf({ namespace, name }: { readonly namespace: string | null; readonly name: string }): string {
  return `${namespace ?? ""}/${name}`;
}

/** Namespaces that a policy's rules take calls from. */
function allSources(policy: Resource): readonly string[] {
  const rules = valueAt(policy.value, ["spec", "rules"]);
  return (isList(rules) ? rules : [])
    .flatMap((rule) => valueAt(rule, ["from"]) ?? [])
    .flatMap((entry) => valueAt(entry, ["source", "namespaces"]) ?? [])
    .filter((item) => typeof item === "string");
}

/** The same without Knative's own. */
function sourceNamespaces(policy: Resource): readonly string[] {
  return allSources(policy).filter((namespace) => !knativeNamespaces.includes(namespace));
}

function componentPolicies(read: ReadFile, tenant: string): readonly Resource[] {
  const names = componentPolicyNames(tenant);
  return read.resources.filter(
    ({ kind, namespace, name }) =>
      kind === policyKind &&
      (namespace === "knative-serving" || namespace === "knative-eventing") &&
      names[namespace].includes(name),
  );
}

/** The namespaces of a tenant as the policies of a file have them; empty if it has none of the tenant. */
export function writtenNamespaces(read: ReadFile, tenant: string): readonly string[] {
  return [...new Set(componentPolicies(read, tenant).flatMap(sourceNamespaces))];
}

/** Namespaces that policies of other tenants name: their policies are not this tenant's to touch. */
function foreignNamespaces(read: ReadFile, tenant: string): ReadonlySet<string> {
  const others = read.resources.filter(
    ({ kind, namespace, name }) =>
      kind === policyKind &&
      namespace === "knative-serving" &&
      /^allow-.+-to-activator$/.test(name) &&
      !componentPolicyNames(tenant)["knative-serving"].includes(name),
  );
  return new Set(others.flatMap(sourceNamespaces));
}

/** The policies of the file that are this tenant's, by name pattern and namespace. */
function ownPolicies(
  read: ReadFile,
  { name: tenant, namespaces }: Pick<TenantRequest, "name" | "namespaces">,
): readonly Resource[] {
  const foreign = foreignNamespaces(read, tenant);
  const former = writtenNamespaces(read, tenant).filter((namespace) => !foreign.has(namespace));
  const own = new Set([...namespaces, ...former]);
  const names: readonly string[] = namespacePolicyNames;
  const inNamespaces = read.resources.filter(
    ({ kind, namespace, name }) =>
      kind === policyKind && namespace !== null && own.has(namespace) && names.includes(name),
  );
  const found = new Set([...componentPolicies(read, tenant), ...inNamespaces]);
  return read.resources.filter((resource) => found.has(resource));
}

/** What policies that are there tell about the cluster that they were made for. */
export interface WrittenFacts {
  /** Where the ingress gateway's pods run, if all policies of the tenant's projects name one such namespace. */
  readonly gatewayNamespace: string | null;
  /** The first version of Serverless whose policies have what these have. */
  readonly serverless: "1.35" | "1.36" | null;
}

/** Reads off a tenant's policies what else would have to be assumed. */
export function writtenFacts(
  read: ReadFile,
  request: Pick<TenantRequest, "name" | "namespaces">,
): WrittenFacts {
  const own = ownPolicies(read, request);
  const projects = new Set([...request.namespaces, ...writtenNamespaces(read, request.name)]);
  const [callers] = namespacePolicyNames;
  const lists = own
    .filter(({ name }) => name === callers)
    .map((policy) => allSources(policy).filter((namespace) => !projects.has(namespace)));
  const others = new Set(lists.flat().filter((namespace) => !knativeNamespaces.includes(namespace)));
  const [gateway] = others;
  const ingress = lists.some((list) => list.includes("knative-serving-ingress"));
  const jobSink = own.some(({ name }) => name === `allow-${request.name}-to-job-sink`);
  return {
    gatewayNamespace: gateway !== undefined && others.size === 1 ? gateway : null,
    serverless: jobSink ? "1.36" : ingress ? "1.35" : null,
  };
}

function placeOf(read: ReadFile, offset: number): string {
  return `${read.file.path}:${read.file.text.slice(0, offset).split("\n").length}`;
}

function requireReadable(read: ReadFile): void {
  for (const { error } of read.documents) {
    if (error) throw new UsageError(`${placeOf(read, error.at.start)}: cannot be read: ${error.message}`);
  }
}

function documentOf(resource: Resource): ManifestDocument {
  return sourceOf(resource, []).document;
}

/** A value with its lists of names and its keys sorted: their order means nothing. */
function normalized(value: Value | undefined): Value {
  if (isList(value)) {
    const items = value.map(normalized);
    return items.every((item) => typeof item === "string") ? [...new Set(items)].toSorted() : items;
  }
  if (!isMapping(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, normalized(item)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Whether two specs of policies say the same; an absent action is ALLOW. */
export function sameSpec(a: Value | undefined, b: Value | undefined): boolean {
  const text = (value: Value | undefined): string =>
    toJson(normalized(isMapping(value) ? { action: "ALLOW", ...value } : value));
  return text(a) === text(b);
}

/**
 * Writes a policy's `spec` anew: comments inside the old one go with it, metadata, comments around it and the style
 * of the document stay.
 */
function rewrite(read: ReadFile, resource: Resource, policy: GeneratedPolicy): TextEdit {
  const document = documentOf(resource);
  const { text } = read.file;
  const key = document.places.key(["spec"]);
  const value = document.places.value(["spec"]);
  const written = key && value ? text.slice(key.start, value.end) : "";
  if (!key || !value || columnOf(text, key.start) > 0 || /(?:^|\s)[&*][\w-]/m.test(written)) {
    throw new UsageError(
      `${placeOf(read, key?.start ?? document.span.start)}: ${keyOf(resource)} cannot be written anew where it ` +
        "stands (no spec, a List, brackets or anchors); make it a plain document of its own, or delete it",
    );
  }
  const spec = renderEntry("spec", policy.spec, 0, styleOf(document, ["spec"]));
  return { start: key.start, end: lineEnd(text, value.end), text: spec };
}

/** Where a document's own text begins: behind comments at its top that an empty line sets apart, the file's head. */
function ownStart(text: string, { span, places }: ManifestDocument): number {
  const first = lineStart(text, places.value([])?.start ?? span.start);
  let start = first;
  while (start > span.start) {
    const line = lineStart(text, start - 1);
    if (line < span.start || !text.slice(line, start).startsWith("#")) break;
    start = line;
  }
  return start;
}

/** Takes documents away, each with one of the separators beside it. */
function removals(
  { file, documents }: ReadFile,
  removed: ReadonlySet<ManifestDocument>,
): readonly TextEdit[] {
  const { text } = file;
  const edits: TextEdit[] = [];
  for (const [index, document] of documents.entries()) {
    const before = documents[index - 1];
    if (!removed.has(document) || (before && removed.has(before))) continue;
    const rest = documents.slice(index);
    const next = rest.find((other) => !removed.has(other));
    const separator = next ? document.span.start : lineStart(text, document.span.start - 1);
    const start = index === 0 ? ownStart(text, document) : separator;
    edits.push({ start, end: next?.span.start ?? text.length, text: "" });
  }
  return edits;
}

/** Puts documents in front of one that stays, below the file's head. */
function insertionBefore(
  { file }: ReadFile,
  before: ManifestDocument,
  policies: readonly GeneratedPolicy[],
): TextEdit {
  const at = ownStart(file.text, before);
  const written = policies.map((policy) => `${renderPolicy(policy)}---\n`).join("");
  return { start: at, end: at, text: written.replaceAll("\n", lineBreakOf(file.text, 0)) };
}

/** Puts documents behind one that stays, or at the end of the file. */
function insertion(
  { file }: ReadFile,
  after: ManifestDocument | null,
  policies: readonly GeneratedPolicy[],
): TextEdit {
  const { text } = file;
  const at = after?.span.end ?? text.length;
  const lineBreak = lineBreakOf(text, 0);
  const open = at > 0 && !/[\r\n]/.test(text.charAt(at - 1));
  const written = policies.map((policy) => `---\n${renderPolicy(policy)}`).join("");
  const separator = text.slice(0, at).trim() === "" ? written.replace(/^---\n/, "") : written;
  return { start: at, end: at, text: `${open ? "\n" : ""}${separator}`.replaceAll("\n", lineBreak) };
}

/**
 * Renders a tenant's policies anew in a file that has them: what differs is changed where it stands, what is missing
 * is added behind its neighbour, and policies of the tenant that its version or its namespaces do not call for any
 * more are taken out. Everything else stays as it is, byte for byte.
 *
 * @throws UsageError as {@link tenantPolicies} does, for a file that cannot be read, and for policies in a List,
 *   in brackets or with anchors
 */
export function updateTenant(read: ReadFile, request: TenantRequest): TenantUpdate {
  requireReadable(read);
  const wanted = tenantPolicies(request);
  const present = ownPolicies(read, request);
  const edits: TextEdit[] = [];
  const changes: TenantChange[] = [];
  const pending: GeneratedPolicy[] = [];
  let last: ManifestDocument | null = null;
  for (const policy of wanted) {
    const same = present.filter((resource) => keyOf(resource) === keyOf(policy));
    const [first] = same;
    if (first === undefined) {
      pending.push(policy);
      changes.push({ change: "added", policy: keyOf(policy) });
      continue;
    }
    const waiting = pending.splice(0);
    if (waiting.length > 0) {
      edits.push(
        last === null ? insertionBefore(read, documentOf(first), waiting) : insertion(read, last, waiting),
      );
    }
    last = documentOf(same.at(-1) ?? first);
    const different = same.filter((resource) => !sameSpec(resource.value.spec, policy.spec));
    edits.push(...different.map((resource) => rewrite(read, resource, policy)));
    changes.push({ change: different.length > 0 ? "changed" : "kept", policy: keyOf(policy) });
  }
  if (pending.length > 0) edits.push(insertion(read, last, pending));
  const keys = new Set(wanted.map(keyOf));
  const removed = new Set<ManifestDocument>();
  for (const resource of present.filter((known) => !keys.has(keyOf(known)))) {
    if (sourceOf(resource, []).base.length > 0) {
      throw new UsageError(
        `${placeOf(read, documentOf(resource).span.start)}: ${keyOf(resource)} is in a List`,
      );
    }
    removed.add(documentOf(resource));
    changes.push({ change: "removed", policy: keyOf(resource) });
  }
  edits.push(...removals(read, removed));
  return { text: applyEdits(read.file.text, edits), changes };
}
