import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { idKey } from "../../model/resource.ts";
import { isList, isMapping, toJson, valueAt } from "../../model/value.ts";
import type { Value } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { matchesLabels } from "../label-match.ts";
import type { Labels, Match } from "../label-match.ts";
import { once } from "../memo.ts";
import { admissionProblems } from "./admission.ts";
import { compilePolicy } from "./compile.ts";
import { policySet } from "./decide.ts";
import type { PolicySet } from "./decide.ts";
import type { CompiledPolicy } from "./policy.ts";
import type { MeshSettings } from "./settings.ts";
import { byNamespace } from "./settings.ts";

/** A pod whose proxy enforces policies. */
export interface ProxyWorkload {
  readonly namespace: string;
  readonly labels: Labels;
}

const gatewayNameLabel = "gateway.networking.k8s.io/gateway-name";

function isTargeted(reference: Value, workload: ProxyWorkload): boolean {
  return (
    valueAt(reference, ["kind"]) === "Gateway" &&
    valueAt(reference, ["group"]) === "gateway.networking.k8s.io" &&
    valueAt(reference, ["name"]) === workload.labels.entries.get(gatewayNameLabel)
  );
}

/**
 * Whether a policy is for a workload of its own or, from the root namespace, of any namespace (istio/istio
 * `pilot/pkg/model/policyattachment.go`). `targetRefs` are for gateways of the Gateway API alone.
 */
export function appliesTo(policy: Resource, workload: ProxyWorkload): Match {
  const single = valueAt(policy.value, ["spec", "targetRef"]);
  const list = valueAt(policy.value, ["spec", "targetRefs"]);
  const references = [...(isList(list) ? list : []), ...(isMapping(single) ? [single] : [])];
  if (references.length > 0) {
    const near = policy.namespace === workload.namespace;
    return near && references.some((reference) => isTargeted(reference, workload)) ? "yes" : "no";
  }
  return matchesLabels(valueAt(policy.value, ["spec", "selector", "matchLabels"]), workload.labels);
}

/** Candidates of one policy that say the same are one. */
interface Candidates {
  readonly resource: Resource;
  readonly ambiguous: boolean;
}

function distinct(policies: readonly Resource[]): readonly Candidates[] {
  const groups = new Map<string, Resource[]>();
  for (const policy of policies) {
    const key = idKey(policy);
    const group = groups.get(key);
    if (group) group.push(policy);
    else groups.set(key, [policy]);
  }
  return [...groups.values()].flatMap((group) => {
    const variants = new Map(group.map((resource) => [toJson(resource.value.spec), resource]));
    return Array.from(variants.values(), (resource) => ({ resource, ambiguous: variants.size > 1 }));
  });
}

const policiesByNamespace = byNamespace((graph) => graph.all(kinds.AuthorizationPolicy));

interface Store {
  readonly compiled: Map<string, readonly CompiledPolicy[]>;
  readonly sets: Map<string, PolicySet>;
  readonly identities: Map<CompiledPolicy, number>;
}

const stores = once((): Store => ({ compiled: new Map(), sets: new Map(), identities: new Map() }));

/** Policies of one namespace that the webhook takes, compiled once per mesh. */
function compiledIn(graph: Graph, namespace: string, settings: MeshSettings): readonly CompiledPolicy[] {
  const { compiled } = stores(graph);
  const key = JSON.stringify([
    namespace,
    settings.mesh.namespace,
    settings.mesh.family,
    settings.pathTemplates,
    settings.serviceAccounts,
  ]);
  const known = compiled.get(key);
  if (known) return known;
  const all = policiesByNamespace(graph).get(namespace) ?? [];
  const policies = distinct(all)
    .filter(({ resource }) => admissionProblems(resource).length === 0)
    .map(({ resource, ambiguous }) => compilePolicy(resource, settings, { ambiguous }));
  compiled.set(key, policies);
  return policies;
}

/**
 * The policies that a proxy enforces: of its own namespace and of the root namespace, merged (istio/istio
 * `pilot/pkg/model/authorization.go` ListAuthorizationPolicies). Workloads with the same policies share one set.
 */
export function policiesFor(graph: Graph, workload: ProxyWorkload, settings: MeshSettings): PolicySet {
  const { sets, identities } = stores(graph);
  const { rootNamespace } = settings;
  const namespaces = new Set([workload.namespace, ...(rootNamespace === null ? [] : [rootNamespace])]);
  const policies = [...namespaces]
    .flatMap((namespace) => compiledIn(graph, namespace, settings))
    .flatMap((policy): readonly CompiledPolicy[] => {
      const match = appliesTo(policy.resource, workload);
      if (match === "no") return [];
      return [match === "yes" ? policy : { ...policy, ambiguous: true }];
    });
  const key = policies
    .map((policy) => {
      const known = identities.get(policy) ?? identities.size;
      identities.set(policy, known);
      return known;
    })
    .join(",");
  const shared = sets.get(key);
  if (shared) return shared;
  const set = policySet(policies);
  sets.set(key, set);
  return set;
}

/** Policies of the set that its cluster would refuse, and why: the simulator leaves them out. */
export const refusedPolicies = once((graph: Graph) =>
  graph
    .all(kinds.AuthorizationPolicy)
    .map((policy) => ({ policy, problems: admissionProblems(policy) }))
    .filter(({ problems }) => problems.length > 0),
);
