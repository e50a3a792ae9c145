import type { Edge, EdgeKind, Graph, PodTemplate, Target } from "../model/graph.ts";
import type { Profile } from "../model/profile.ts";
import { idKey, type Kind, type Resource } from "../model/resource.ts";
import type { Layer, ResourceSet } from "../model/set.ts";
import { deriveResources } from "./derived/derive.ts";
import { edgeFinder } from "./edges.ts";
import { ownsLayer } from "./layers.ts";
import { compareResources } from "./order.ts";
import { podTemplatesOf, workloadKinds } from "./pods.ts";
import { isClusterScoped, kindName } from "./scopes.ts";

const noResources: readonly Resource[] = Object.freeze([]);
const noEdges: readonly Edge[] = Object.freeze([]);

/** Lists by key; each is sorted when somebody first asks for it, since most kinds are never asked for. */
class Index {
  readonly #lists = new Map<string, Resource[]>();
  readonly #sorted = new Set<string>();

  add(key: string, resource: Resource): void {
    const list = this.#lists.get(key);
    if (list) list.push(resource);
    else this.#lists.set(key, [resource]);
  }

  get(key: string): readonly Resource[] {
    const list = this.#lists.get(key);
    if (!list) return noResources;
    if (!this.#sorted.has(key)) {
      this.#sorted.add(key);
      Object.freeze(list.sort(compareResources));
    }
    return list;
  }

  /** The resources under several keys, in one order. */
  merged(keys: readonly string[]): readonly Resource[] {
    const lists = [...new Set(keys)].map((key) => this.get(key)).filter((list) => list.length > 0);
    const [first = noResources, ...others] = lists;
    return others.length === 0 ? first : Object.freeze(lists.flat().sort(compareResources));
  }
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: compute() }).value;
}

function grouped<K, T>(items: readonly T[], keysOf: (item: T) => readonly K[]): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}

/**
 * The objects of the context, those that the set will replace apart: what a cluster has today of an object that the
 * set defines is no second candidate of it.
 */
function contextOf({ resources, context }: ResourceSet): {
  readonly beside: readonly Resource[];
  readonly replaced: ReadonlyMap<string, Resource>;
} {
  if (context.live !== true) return { beside: context.resources, replaced: new Map() };
  const defined = new Set(resources.filter((resource) => resource.form === "full").map(idKey));
  const isReplaced = (resource: Resource): boolean => defined.has(idKey(resource));
  return {
    beside: context.resources.filter((resource) => !isReplaced(resource)),
    replaced: new Map(
      context.resources.filter(isReplaced).map((resource) => [idKey(resource), resource] as const),
    ),
  };
}

const nameKey = (kind: Kind, name: string): string => `${kind} ${name}`;

/**
 * The graph of a set: its resources, those of its context, and those that controllers will derive from them.
 * Building it makes the indexes only; pods and edges are computed when they are first asked for.
 */
export function buildGraph(set: ResourceSet, profile: Profile): Graph {
  const full = new Index();
  const own = new Index();
  const fragments = new Index();
  const named = new Index();
  const patches = new Index();

  const add = (resource: Resource): void => {
    if (resource.form === "full") {
      full.add(resource.kind, resource);
      named.add(nameKey(resource.kind, resource.name), resource);
    } else {
      patches.add(nameKey(resource.kind, resource.name), resource);
    }
    if (resource.standing !== "own") return;
    fragments.add(resource.kind, resource);
    if (resource.form === "full") own.add(resource.kind, resource);
  };
  for (const resource of set.resources) add(resource);
  const { beside, replaced } = contextOf(set);
  for (const resource of beside) add(resource);
  const derived = deriveResources((...kinds) => full.merged(kinds), profile);
  // The lists that derivation asked for are sorted and frozen by now: nothing is derived of a kind that it reads.
  for (const resource of derived) add(resource);

  const resources = once(() =>
    Object.freeze([...set.resources, ...beside, ...derived].sort(compareResources)),
  );
  const owned = new Map<Layer, boolean>();
  const templates = new Map<Resource, readonly PodTemplate[]>();
  const allPods = once(() =>
    Object.freeze(full.merged(workloadKinds).flatMap((resource) => graph.podsOf(resource))),
  );
  const podsByNamespace = once(() => grouped(allPods(), (pod) => [pod.namespace]));
  const children = once(() =>
    grouped(derived, ({ origin }) => (origin.from === "derived" ? [origin.parent] : [])),
  );
  const finder = once(() => edgeFinder(graph, (parent) => children().get(parent) ?? noResources));
  const outgoing = new Map<Resource, readonly Edge[]>();
  const outOf = (from: Resource): readonly Edge[] => {
    const known = outgoing.get(from) ?? finder()(from);
    outgoing.set(from, known);
    return known;
  };
  const edges = once(() => Object.freeze(resources().flatMap(outOf)));
  const incoming = once(() =>
    grouped(edges(), (edge) => (edge.target.state === "found" ? edge.target.resources : [])),
  );
  const ofKind = (list: readonly Edge[] = noEdges, kind?: EdgeKind): readonly Edge[] =>
    kind === undefined ? list : list.filter((edge) => edge.kind === kind);

  const graph: Graph = {
    set,
    profile,
    get resources() {
      return resources();
    },
    all: (...kinds) => full.merged(kinds),
    own: (...kinds) => own.merged(kinds),
    fragments: (...kinds) => fragments.merged(kinds),
    named: (kind, namespace, name) => candidates(named, kind, namespace, name),
    find(kind, namespace, name, layer): Target {
      const found = candidates(named, kind, namespace, name);
      if (found.length > 0) return { state: "found", resources: found };
      const wanted = `${kindName(kind)} ${namespace === null ? "" : `${namespace}/`}${name}`;
      if (candidates(patches, kind, namespace, name).length > 0) {
        return { state: "outside", why: `${wanted}, whose full definition is not in the set` };
      }
      if (namespace === null && !isClusterScoped(kind)) {
        return { state: "outside", why: `the namespace of ${wanted}` };
      }
      const absent = layer === null ? set.context.complete === true : graph.owns(layer);
      if (absent) return { state: "absent" };
      return { state: "outside", why: `${wanted}, which neither the set nor its context holds` };
    },
    live: (resource) => replaced.get(idKey(resource)) ?? null,
    owns(layer) {
      const known = owned.get(layer);
      if (known !== undefined) return known;
      const owns = ownsLayer(set, graph.own, layer);
      owned.set(layer, owns);
      return owns;
    },
    pods: (namespace) => (namespace === undefined ? allPods() : (podsByNamespace().get(namespace) ?? [])),
    podsOf(resource) {
      const known = templates.get(resource);
      if (known) return known;
      const pods = podTemplatesOf(resource);
      templates.set(resource, pods);
      return pods;
    },
    get edges() {
      return edges();
    },
    out: (from, kind) => ofKind(outOf(from), kind),
    into: (to, kind) => ofKind(incoming().get(to), kind),
  };
  return Object.freeze(graph);
}

/**
 * Candidates of an object, whose kind has one scope: those of the very namespace first, then those whose namespace is not known, which may be
 * it. A namespace that is asked for but not known (null) may be any: then all of that name, unknown ones first.
 */
function candidates(index: Index, kind: Kind, namespace: string | null, name: string): readonly Resource[] {
  const list = index.get(nameKey(kind, name));
  if (namespace === null || list.length === 0) return list;
  const [resource] = list;
  if (resource?.scope === "cluster") return list;
  const placed = byNamespace(list);
  const [exact = noResources, maybe = noResources] = [placed.get(namespace), placed.get(null)];
  return maybe.length === 0 ? exact : [...exact, ...maybe];
}

const namespaces = new WeakMap<readonly Resource[], ReadonlyMap<string | null, readonly Resource[]>>();

/** `default` is the name of an object in every namespace: a list of one name may be long. */
function byNamespace(list: readonly Resource[]): ReadonlyMap<string | null, readonly Resource[]> {
  const known = namespaces.get(list) ?? grouped(list, (resource) => [resource.namespace]);
  namespaces.set(list, known);
  return known;
}
