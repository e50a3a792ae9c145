import type { Edit } from "../../model/finding.ts";
import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { type Resource, sourceOf } from "../../model/resource.ts";
import { isList, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";

const namespaceKinds = [kinds.Namespace, kinds.Project, kinds.ProjectRequest] as const;

/** What exists in every cluster, or what an operator makes by itself. */
function isGiven(namespace: string): boolean {
  return /^(?:default|kube-.+|openshift|openshift-.+|knative-serving-ingress)$/.test(namespace);
}

/** Namespaces that Argo CD makes for its Applications. */
function createdByArgo(graph: Graph): readonly string[] {
  return graph.all(kinds.ArgoApplication).flatMap(({ value }) => {
    const options = valueAt(value, ["spec", "syncPolicy", "syncOptions"]);
    const namespace = valueAt(value, ["spec", "destination", "namespace"]);
    const creates = isList(options) && options.includes("CreateNamespace=true");
    return creates && typeof namespace === "string" ? [namespace] : [];
  });
}

export interface NamespaceUse {
  /** The first object of the namespace. */
  readonly resource: Resource;
  readonly namespace: string;
  /** How many objects of the set name it. */
  readonly objects: number;
}

export interface UndefinedNamespaces {
  /** A Namespace of the set's own: the set defines them. Null: it does not. */
  readonly defined: Resource | null;
  /** Namespaces whose name is not known may be any. */
  readonly open: boolean;
  readonly uses: readonly NamespaceUse[];
  /** The first object whose namespace is not known. */
  readonly unplaced: Resource | null;
}

/** Namespaces that the set's own objects name and nothing defines. */
export const undefinedNamespaces = once((graph: Graph): UndefinedNamespaces => {
  const all = [...graph.all(...namespaceKinds), ...graph.fragments(...namespaceKinds)];
  const known = new Set([...all.map(({ name }) => name), ...createdByArgo(graph)]);
  const uses = new Map<string, NamespaceUse>();
  let unplaced: Resource | null = null;
  for (const resource of graph.resources) {
    const { namespace } = resource;
    // What a bundle holds goes where its Subscription is.
    if (resource.kind === kinds.ClusterServiceVersion) continue;
    if (resource.standing !== "own" || resource.form !== "full" || resource.scope !== "namespace") continue;
    // `$ns` is filled in by somebody: no namespace can be called so.
    if (namespace === null || isUnknown(namespace) || namespace.includes("$")) {
      unplaced ??= resource;
      continue;
    }
    if (known.has(namespace) || isGiven(namespace)) continue;
    const use = uses.get(namespace);
    uses.set(namespace, use ? { ...use, objects: use.objects + 1 } : { resource, namespace, objects: 1 });
  }
  return {
    defined: graph.own(kinds.Namespace)[0] ?? null,
    open: all.some(({ name, rendering }) => isUnknown(name) || (rendering?.affix ?? "*") !== "*"),
    uses: [...uses.values()],
    unplaced,
  };
});

/** A Namespace behind another one in its file; null for files that are no YAML streams. */
export function addNamespace(beside: Resource | null, name: string): readonly Edit[] | null {
  if (beside === null) return null;
  const { file } = sourceOf(beside, []).document;
  if (!/\.ya?ml$/.test(file.path)) return null;
  const end = file.text.length;
  const lines = [
    "---",
    "apiVersion: v1",
    "kind: Namespace",
    "metadata:",
    `  name: ${JSON.stringify(name)}`,
    "",
  ];
  const line = file.text.includes("\r\n") ? "\r\n" : "\n";
  const first = file.text.endsWith("\n") ? "" : line;
  return [{ file, start: end, end, text: first + lines.join(line) }];
}
