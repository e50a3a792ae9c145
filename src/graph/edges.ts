import type { Edge, EdgeKind, Graph, PodTemplate, Target } from "../model/graph.ts";
import { label } from "../model/resource.ts";
import type { Kind, Resource } from "../model/resource.ts";
import type { Layer } from "../model/set.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Mapping, Path, Value } from "../model/value.ts";
import { podReferences, references } from "./references.ts";
import type { Lookup } from "./references.ts";
import { isClusterScoped, kindName } from "./scopes.ts";
import { labelSelector, labelsSelector, selectPods } from "./selectors.ts";
import type { LabelSelector } from "./selectors.ts";

interface Found {
  readonly wanted: string;
  readonly target: Target;
}

/**
 * Finds the edges that begin at a resource, in the order of the reference table.
 *
 * @param derivedOf what controllers derive from a resource itself
 */
export function edgeFinder(
  graph: Graph,
  derivedOf: (parent: Resource) => readonly Resource[],
): (from: Resource) => readonly Edge[] {
  const mesh = new MeshNames(graph);
  return (from) => {
    const edges: Edge[] = [];
    const add = (path: Path, kind: EdgeKind, found: Found): void => {
      edges.push({ kind, from, path, ...found });
    };
    if (from.form !== "patch" || from.origin.from !== "document") {
      const { origin } = from;
      if (origin.from === "derived") {
        const parent: Target = { state: "found", resources: [origin.parent] };
        add([], "derived from", { wanted: label(origin.parent), target: parent });
      }
      for (const { steps, edge, lookup } of tableByKind.get(from.kind) ?? []) {
        for (const { path, value } of expand(from.value, steps)) {
          for (const found of lookUp(graph, mesh, from, value, lookup)) add(path, edge, found);
        }
      }
      for (const pod of graph.podsOf(from)) {
        podEdges(graph, pod, (path, found) => add(path, "references", found));
      }
    }
    for (const child of derivedOf(from)) {
      const path = child.origin.from === "derived" ? child.origin.path : [];
      add(path, "owns", { wanted: label(child), target: { state: "found", resources: [child] } });
    }
    return edges;
  };
}

type Step = { readonly key: string; readonly list: boolean };

function stepsOf(path: string): readonly Step[] {
  return path.split(".").map((part) => {
    const list = part.endsWith("[]");
    return { key: list ? part.slice(0, -2) : part, list };
  });
}

const tableByKind = new Map<
  Kind,
  { readonly steps: readonly Step[]; readonly edge: EdgeKind; readonly lookup: Lookup }[]
>();
for (const { kinds, path, edge, lookup } of references) {
  const row = { steps: stepsOf(path), edge, lookup };
  for (const kind of kinds) {
    const rows = tableByKind.get(kind);
    if (rows) rows.push(row);
    else tableByKind.set(kind, [row]);
  }
}
interface Place {
  readonly path: Path;
  readonly value: Value;
}

/** Every value that a path with list steps leads to. */
function expand(root: Value, steps: readonly Step[]): readonly Place[] {
  let places: readonly Place[] = [{ path: [], value: root }];
  for (const { key, list } of steps) {
    places = places.flatMap(({ path, value: parent }): readonly Place[] => {
      const value = valueAt(parent, [key]);
      if (value === undefined) return [];
      if (!list) return [{ path: [...path, key], value }];
      if (!isList(value)) return [];
      return value.map((item, index) => ({ path: [...path, key, index], value: item }));
    });
  }
  return places;
}

/** The pod's reference table as a tree, so that a spec is walked once and not once per field. */
interface Field extends Step {
  readonly fields: Field[];
  readonly to: Kind | null;
}

const podFields: readonly Field[] = podReferences.reduce((root: Field[], { path, to }) => {
  const steps = stepsOf(path);
  let fields = root;
  for (const [index, step] of steps.entries()) {
    const known = fields.find(({ key }) => key === step.key);
    const field = known ?? { ...step, fields: [], to: index === steps.length - 1 ? to : null };
    if (!known) fields.push(field);
    fields = field.fields;
  }
  return root;
}, []);

function podEdges(graph: Graph, pod: PodTemplate, add: (path: Path, found: Found) => void): void {
  const visit = (parent: Value, fields: readonly Field[], path: Path): void => {
    for (const { key, list, to, fields: below } of fields) {
      const value = valueAt(parent, [key]);
      if (value === undefined) continue;
      const here = [...path, key];
      if (list) {
        if (isList(value)) for (const [index, item] of value.entries()) visit(item, below, [...here, index]);
      } else if (to === null) visit(value, below, here);
      else if (typeof value === "string" && isRequired(to, value, parent)) {
        add(here, byName(graph, to, pod.namespace, value, null));
      }
    }
  };
  visit(pod.spec, podFields, pod.specPath);
}

/** Every namespace has the account `default`; what is optional need not exist. */
function isRequired(to: Kind, name: string, parent: Value): boolean {
  if (name === "" || (to === "ServiceAccount" && name === "default")) return false;
  return valueAt(parent, ["optional"]) !== true;
}

function byName(
  graph: Graph,
  kind: Kind,
  namespace: string | null,
  name: string,
  layer: Layer | null,
): Found {
  const where = isClusterScoped(kind) ? null : namespace;
  return {
    wanted: `${kindName(kind)} ${where === null ? "" : `${where}/`}${name}`,
    target: graph.find(kind, where, name, layer),
  };
}

function lookUp(
  graph: Graph,
  mesh: MeshNames,
  from: Resource,
  value: Value,
  lookup: Lookup,
): readonly Found[] {
  switch (lookup.by) {
    case "name": {
      if (typeof value !== "string" || value === "" || value === "*") return [];
      const namespace = lookup.in === "same" ? from.namespace : gatewayNamespace(graph, from);
      return [byName(graph, lookup.to, namespace, value, lookup.layer)];
    }
    case "reference":
      return isMapping(value) ? byReference(graph, from, value, lookup.to, lookup.layer) : [];
    case "host":
      return typeof value === "string" ? mesh.host(from, value) : [];
    case "gateway": {
      if (typeof value !== "string" || value === "mesh" || value === "") return [];
      const slash = value.indexOf("/");
      const namespace = slash < 0 ? from.namespace : value.slice(0, slash);
      return [byName(graph, "Gateway.networking.istio.io", namespace, value.slice(slash + 1), "gateways")];
    }
    default: {
      const selector = lookup.by === "labels" ? labelsSelector(value) : labelSelector(value);
      // A Service or Gateway without labels in its selector selects nothing; a LabelSelector everything.
      if (!selector || (lookup.by === "labels" && Object.keys(selector.labels).length === 0)) return [];
      const everywhere = lookup.in === "anywhere" || (lookup.in === "policy" && mesh.isRoot(from.namespace));
      const pods = selectPods(graph, everywhere ? null : from.namespace, selector);
      const wanted = describe(selector);
      if (pods.length > 0) {
        return [{ wanted, target: { state: "found", resources: pods.map((pod) => pod.resource) } }];
      }
      if (graph.set.context.complete === true) return [{ wanted, target: { state: "absent" } }];
      return [{ wanted, target: { state: "outside", why: `the ${wanted}` } }];
    }
  }
}

function describe({ labels, expressions }: LabelSelector): string {
  const conditions = [
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...expressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join("|")}`.trimEnd()),
  ];
  return conditions.length === 0 ? "all pods" : `pods with ${conditions.join(", ")}`;
}

/** The one namespace of the pods that a Gateway selects; null if they are not in the set, or in several (D14). */
function gatewayNamespace(graph: Graph, gateway: Resource): string | null {
  const selector = labelsSelector(valueAt(gateway.value, ["spec", "selector"]));
  if (!selector) return null;
  const namespaces = new Set(selectPods(graph, null, selector).map((pod) => pod.namespace));
  const [namespace = null] = namespaces;
  return namespaces.size === 1 ? namespace : null;
}

const accounts: ReadonlySet<string> = new Set(["User", "Group"]);

function byReference(
  graph: Graph,
  from: Resource,
  value: Mapping,
  to: Kind | null,
  layer: Layer | null,
): readonly Found[] {
  const text = (key: string): string | null => {
    const found = valueAt(value, [key]);
    return typeof found === "string" && found !== "" ? found : null;
  };
  const name = text("name");
  const kind = text("kind");
  if (name === null || (kind !== null && accounts.has(kind))) return [];
  const namespace = text("namespace") ?? from.namespace;
  if (kind === null) return to === null ? [] : [byName(graph, to, namespace, name, layer)];
  const version = text("apiVersion");
  const group = text("group") ?? text("apiGroup") ?? (version?.includes("/") ? version.split("/", 1)[0] : "");
  // A reference that gives a kind but no group means the group of the field's usual target.
  if (!group && version === null && to !== null && kindName(to) === kind) {
    return [byName(graph, to, namespace, name, layer)];
  }
  return [byName(graph, group ? `${kind}.${group}` : kind, namespace, name, layer)];
}

/** Names that only the mesh as a whole gives a meaning: hosts and root namespaces. */
class MeshNames {
  readonly #graph: Graph;
  readonly #entries = new Map<string, Resource[]>();
  readonly #roots = new Set<string | null>();

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const entry of graph.all("ServiceEntry.networking.istio.io")) {
      const hosts = valueAt(entry.value, ["spec", "hosts"]);
      for (const host of isList(hosts) ? hosts : []) {
        if (typeof host !== "string") continue;
        const list = this.#entries.get(host);
        if (list) list.push(entry);
        else this.#entries.set(host, [entry]);
      }
    }
    for (const smcp of graph.all("ServiceMeshControlPlane.maistra.io")) this.#roots.add(smcp.namespace);
    for (const istio of graph.all("Istio.sailoperator.io", "Istio.operator.istio.io")) {
      const namespace = valueAt(istio.value, ["spec", "namespace"]);
      this.#roots.add(typeof namespace === "string" ? namespace : "istio-system");
    }
    this.#roots.delete(null);
  }

  /** Whether policies of a namespace select pods of the whole mesh. */
  isRoot(namespace: string | null): boolean {
    return this.#roots.has(namespace);
  }

  /** A short name is a Service of the same namespace; wildcards lead nowhere in particular. */
  host(from: Resource, host: string): readonly Found[] {
    if (host === "" || host.includes("*")) return [];
    const entries = this.#entries.get(host);
    if (entries) return [{ wanted: `host ${host}`, target: { state: "found", resources: entries } }];
    if (!host.includes(".")) return [byName(this.#graph, "Service", from.namespace, host, null)];
    for (const suffix of [`.svc.${this.#graph.profile.clusterDomain}`, ".svc"]) {
      if (!host.endsWith(suffix)) continue;
      const [name, namespace, more] = host.slice(0, -suffix.length).split(".");
      if (name && namespace && more === undefined) {
        return [byName(this.#graph, "Service", namespace, name, null)];
      }
    }
    return [{ wanted: `host ${host}`, target: { state: "outside", why: `the host ${host}` } }];
  }
}
