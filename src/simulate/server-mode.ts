import type { Graph } from "../model/graph.ts";
import { valueAt } from "../model/value.ts";
import { scalarText } from "../mesh/field.ts";
import { kinds } from "../mesh/kinds.ts";
import { once } from "../mesh/memo.ts";
import type { Mesh } from "../mesh/meshes.ts";
import { workloadMode } from "../mesh/mtls.ts";
import type { EffectiveMode, Mode } from "../mesh/mtls.ts";
import type { Endpoint } from "./endpoint.ts";

const modes: readonly Mode[] = ["STRICT", "PERMISSIVE", "DISABLE"];

/**
 * Mesh-wide policies of one's own beside the one that the operator writes: the oldest counts, by name if they are of
 * one age (semantics 5). Two of one name fight, and nobody can tell who wins.
 */
function contested(graph: Graph, mesh: Mesh): EffectiveMode | null {
  const policies = graph
    .all(kinds.PeerAuthentication)
    .filter((policy) => policy.namespace === mesh.namespace)
    .filter((policy) => (valueAt(policy.value, ["spec", "selector"]) ?? null) === null)
    .map((policy) => ({
      policy,
      mode: modes.find((mode) => mode === valueAt(policy.value, ["spec", "mtls", "mode"])) ?? "PERMISSIVE",
      age: scalarText(valueAt(policy.value, ["metadata", "creationTimestamp"]) ?? null) ?? "9",
    }));
  if (new Set(policies.map(({ mode }) => mode)).size < 2) return null;
  const key = (item: (typeof policies)[number]): string => `${item.age} ${item.policy.name}`;
  const [first, second] = policies.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  if (!first || !second) return null;
  if (first.policy.name === second.policy.name && first.mode !== second.mode) {
    return {
      state: "unknown",
      needs: `which PeerAuthentication ${first.policy.name} of ${mesh.namespace ?? ""} wins`,
    };
  }
  const at = { resource: first.policy, path: ["spec", "mtls", "mode"] };
  const rivals = policies.filter(({ mode }) => mode !== first.mode).map(({ policy }) => policy);
  return { state: "known", mode: first.mode, scope: "mesh", at, rivals };
}

const known = once(() => new Map<Endpoint, Map<number, EffectiveMode>>());

/** What a pod's proxy asks of connections to one of its ports: PeerAuthentication (semantics 5). */
export function serverMode(graph: Graph, endpoint: Endpoint, port: number): EffectiveMode {
  const { pod, settings } = endpoint;
  if (settings === null || pod === null)
    return { state: "unknown", needs: "the PeerAuthentications of its mesh" };
  const ports = known(graph).get(endpoint) ?? new Map<number, EffectiveMode>();
  known(graph).set(endpoint, ports);
  const old = ports.get(port);
  if (old) return old;
  const answer = workloadMode(graph, pod, settings.mesh, port);
  const meshWide = answer.state === "known" && answer.scope === "mesh" && settings.mesh.family !== "ossm3";
  const mode = (meshWide ? contested(graph, settings.mesh) : null) ?? answer;
  ports.set(port, mode);
  return mode;
}
