import type { Graph } from "../model/graph.ts";
import type { Place } from "./field.ts";
import { greedyRolls, type Home, type Homes, namespaceHomes } from "./homes.ts";
import { meshName, type Mesh } from "./meshes.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** A field of the set's own files that makes a namespace a member of a mesh. */
export interface Claim {
  readonly mesh: Mesh;
  readonly at: Place;
}

const same = (a: Place, b: Place): boolean => a.resource === b.resource && a.path.join() === b.path.join();

const mainMesh = (graph: Graph): Mesh | null => {
  const found = serverlessMesh(graph);
  return found.state === "found" ? found.mesh : null;
};

/**
 * The claims on a namespace that more than one mesh takes in by name: that of the mesh of Serverless first, for it is
 * the other that is wrong. Rolls with `*` are left out, they are told once. Empty where there is no conflict.
 */
export function rivalClaims(
  graph: Graph,
  { homes }: Homes,
): { readonly claims: readonly Claim[]; readonly names: readonly string[] } {
  const greedy = greedyRolls(graph);
  const named = homes.filter(({ at }) => at === null || !greedy.some((roll) => same(roll.at, at)));
  if (named.length < 2) return { claims: [], names: [] };
  const main = mainMesh(graph);
  const claims = named
    .toSorted((a, b) => Number(b.mesh === main) - Number(a.mesh === main))
    .flatMap(({ mesh, at }) => (at?.resource.standing === "own" ? [{ mesh, at }] : []));
  return { claims, names: named.map(({ mesh }) => meshName(mesh)) };
}

/** A namespace and the one mesh that takes it in. */
export interface Settled {
  readonly namespace: string;
  readonly home: Home;
}

/** Two namespaces that belong together, in two meshes. */
export interface Separation {
  readonly stray: Settled;
  readonly main: Settled;
  /** The set's own field that is reported: of the stray, else of the other. */
  readonly at: Place;
}

/** Those of some namespaces that are in another mesh than the others: than the one of Serverless, if one is there. */
export function separated(graph: Graph, names: readonly string[]): readonly Separation[] {
  const settled = names.flatMap((namespace): readonly Settled[] => {
    const homes = namespaceHomes(graph).get(namespace)?.homes ?? [];
    const [home] = homes;
    return home && homes.length === 1 ? [{ namespace, home }] : [];
  });
  const mesh = mainMesh(graph);
  const main = settled.find(({ home }) => home.mesh === mesh) ?? settled[0];
  if (!main) return [];
  return settled.flatMap((stray): readonly Separation[] => {
    if (stray.home.mesh === main.home.mesh) return [];
    const at = [stray.home.at, main.home.at].find((place) => place?.resource.standing === "own");
    return at ? [{ stray, main, at }] : [];
  });
}
