import type { ManifestDocument } from "../model/document.ts";
import { installConfigKind, isInstallConfig } from "../model/install-config.ts";
import { isSecurityTemplate, securityTemplateKind } from "../model/security-template.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Kind, Rendering, Resource } from "../model/resource.ts";
import { isClusterScoped } from "../model/scope.ts";
import { isList, isMapping, type Mapping, type Path, type Value } from "../model/value.ts";

export interface ResourceOptions {
  /** The namespace of objects that name none (Kustomization, Argo CD Application, config); null: not known. */
  readonly namespace?: string | null;
  /**
   * The namespace that replaces whatever objects name (Kustomize's `namespace:`), and the name of a Namespace
   * (`api/internal/konfig/builtinpluginconsts/namespace.go` there); null: by one not known.
   */
  readonly overrideNamespace?: string | null | undefined;
  readonly form?: Resource["form"];
  readonly standing?: "own" | "context";
  readonly rendering?: Rendering | undefined;
}

/** Kinds whose names Kustomize leaves alone (kubernetes-sigs/kustomize `api/internal/builtins/PrefixTransformer.go`). */
const keepTheirNames: ReadonlySet<string> = new Set([
  "APIService.apiregistration.k8s.io",
  "CustomResourceDefinition.apiextensions.k8s.io",
  "Namespace",
]);

/**
 * The Kubernetes objects of a document: itself, or the items of a List, each with its place in the document. What
 * has no `apiVersion` and `kind` is no object; `install-config.yaml` is taken for one. A namespace that is a placeholder or variable is not known.
 */
export function toResources(document: ManifestDocument, options: ResourceOptions = {}): readonly Resource[] {
  const found: Resource[] = [];
  collect(document, document.value, [], options, found);
  return found;
}

/** Whether a value is a Kubernetes object: a mapping with `apiVersion` and `kind`, both texts. */
export function isObject(value: Value | undefined): value is Mapping & { apiVersion: string; kind: string } {
  return isMapping(value) && isText(own(value, "apiVersion")) && isText(own(value, "kind"));
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function own(value: Value | undefined, key: string): Value | undefined {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function collect(
  document: ManifestDocument,
  value: Value | undefined,
  base: Path,
  options: ResourceOptions,
  into: Resource[],
): void {
  if (!isObject(value)) {
    if (isMapping(value) && isInstallConfig(value) && base.length === 0)
      into.push(toResource(document, value, "v1", installConfigKind, base, options));
    else if (isMapping(value) && isSecurityTemplate(value) && base.length === 0)
      into.push(toResource(document, value, "v1", securityTemplateKind, base, options));
    return;
  }
  const items = value.kind.endsWith("List") ? own(value, "items") : undefined;
  if (isList(items) && (isPlainList(value) || items.some(isObject))) {
    for (const [index, item] of items.entries()) {
      collect(document, item, [...base, "items", index], options, into);
    }
    return;
  }
  if (!isPlainList(value))
    into.push(toResource(document, value, value.apiVersion, value.kind, base, options));
}

function isPlainList(value: Mapping): boolean {
  return value.kind === "List" && value.apiVersion === "v1";
}

function toResource(
  document: ManifestDocument,
  value: Mapping,
  apiVersion: string,
  kindName: string,
  base: Path,
  options: ResourceOptions,
): Resource {
  const slash = apiVersion.indexOf("/");
  const group = slash === -1 ? "" : apiVersion.slice(0, slash);
  const kind = group === "" ? kindName : `${kindName}.${group}`;
  const scope = isClusterScoped(kind) ? "cluster" : "namespace";
  const metadata = own(value, "metadata");
  const namespace = scope === "cluster" ? null : namespaceOf(metadata, options);
  const name = kind === "Namespace" ? (options.overrideNamespace ?? nameOf(metadata)) : nameOf(metadata);
  const rendering = renderingOf(kind, options.rendering);
  return {
    id: { group, kind: kindName, namespace, name },
    kind,
    apiVersion,
    version: apiVersion.slice(slash + 1),
    scope,
    namespace,
    name,
    value,
    origin: { from: "document", document, base },
    form: options.form ?? "full",
    standing: options.standing ?? "own",
    ...(rendering && { rendering }),
  };
}

function renderingOf(kind: Kind, rendering: Rendering | undefined): Rendering | undefined {
  return rendering && keepTheirNames.has(kind) ? { ...rendering, affix: "*" } : rendering;
}

function namespaceOf(metadata: Value | undefined, options: ResourceOptions): string | null {
  if (options.overrideNamespace !== undefined) return options.overrideNamespace;
  const written = own(metadata, "namespace") ?? null;
  if (written === null || written === "") return options.namespace ?? null;
  return typeof written === "string" && !isUnknown(written) ? written : null;
}

/** `build-*` for a generated name: no object is named so, and nothing can refer to it. Empty if there is none. */
function nameOf(metadata: Value | undefined): string {
  const name = own(metadata, "name") ?? null;
  if (name !== null && name !== "") return typeof name === "object" ? "" : String(name);
  const prefix = own(metadata, "generateName");
  return isText(prefix) ? `${prefix}*` : "";
}
