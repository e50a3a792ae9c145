import type { Graph, PodTemplate } from "../model/graph.ts";
import { idKey } from "../model/resource.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { readSetting } from "./control-plane-settings.ts";
import type { ControlPlane } from "./control-planes.ts";
import { read, readText, valueOr } from "./field.ts";
import type { Place } from "./field.ts";
import { kinds } from "./kinds.ts";
import { labelsOf, matchesSelector } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { once } from "./memo.ts";
import type { Mesh } from "./meshes.ts";

export type Mode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** What servers ask of their callers, and the field that says so (definition D8). */
export type EffectiveMode =
  | {
      readonly state: "known";
      readonly mode: Mode;
      /** `default`: nothing says anything, which means PERMISSIVE. */
      readonly scope: "mesh" | "namespace" | "workload" | "port" | "default";
      /** Null only where nothing says anything and no control plane is at hand. */
      readonly at: Place | null;
      /**
       * Policies of the same scope with another mode. Istio takes the oldest one, which manifests do not tell.
       */
      readonly rivals: readonly Resource[];
    }
  | { readonly state: "unknown"; readonly needs: string };

const strictness: readonly Mode[] = ["DISABLE", "PERMISSIVE", "STRICT"];

/** The mode that a policy sets; null: it inherits, undefined: not known. */
function modeAt(policy: Resource, path: Path): Mode | null | undefined {
  const reading = readText(policy, path);
  if (reading.state === "absent" || valueOr(reading, "") === "UNSET") return null;
  return strictness.find((mode) => mode === valueOr(reading, ""));
}

const modePath = ["spec", "mtls", "mode"];

/** A decision of one scope; null: nothing there says anything. */
interface Choice {
  readonly policy: Resource;
  readonly mode: Mode | null | undefined;
  readonly rivals: readonly Resource[];
}

/**
 * Of several policies of one scope Istio takes the oldest, by name if they are of one age (istio/istio
 * `pilot/pkg/model/config.go`); candidates of one policy count by the strictest.
 */
function choose(policies: readonly Resource[]): Choice | null {
  const age = (policy: Resource): string => valueOr(readText(policy, ["metadata", "creationTimestamp"]), "9");
  const sorted = policies.toSorted((a, b) => compare(age(a), age(b)) || compare(a.name, b.name));
  const [oldest] = sorted;
  if (!oldest) return null;
  const winners = sorted.filter((policy) => idKey(policy) === idKey(oldest));
  const ranked = winners.toSorted((a, b) => rank(modeAt(b, modePath)) - rank(modeAt(a, modePath)));
  const [policy = oldest] = ranked;
  const mode = modeAt(policy, modePath);
  return { policy, mode, rivals: policies.filter((other) => modeAt(other, modePath) !== mode) };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function rank(mode: Mode | null | undefined): number {
  return mode ? strictness.indexOf(mode) + 1 : 0;
}

/** PeerAuthentications by what they cover. Those that the operator derives are read from its control plane. */
const policies = once((graph: Graph) => {
  const byNamespace = new Map<string | null, { wide: Resource[]; selecting: Resource[] }>();
  for (const policy of graph.all(kinds.PeerAuthentication)) {
    if (policy.standing === "derived") continue;
    const group = byNamespace.get(policy.namespace) ?? { wide: [], selecting: [] };
    byNamespace.set(policy.namespace, group);
    (hasSelector(policy) ? group.selecting : group.wide).push(policy);
  }
  return byNamespace;
});

function hasSelector(policy: Resource): boolean {
  return read(policy, ["spec", "selector"]).state !== "absent";
}

function policiesIn(
  graph: Graph,
  namespace: string | null,
): { wide: readonly Resource[]; selecting: readonly Resource[] } {
  return policies(graph).get(namespace) ?? { wide: [], selecting: [] };
}

const unknown = (needs: string): EffectiveMode => ({ state: "unknown", needs });

function known(
  mode: Mode,
  scope: "mesh" | "namespace" | "workload" | "port" | "default",
  at: Place | null,
  rivals: readonly Resource[] = [],
): EffectiveMode {
  return { state: "known", mode, scope, at, rivals };
}

/** A policy whose namespace is not known may be the one that counts: it leaves open what it would change. */
function unlessElsewhere(graph: Graph, answer: EffectiveMode): EffectiveMode {
  if (answer.state === "unknown") return answer;
  const other = policiesIn(graph, null).wide.find((policy) => {
    const mode = modeAt(policy, modePath);
    return mode !== null && mode !== answer.mode;
  });
  return other ? unknown(`the namespace of PeerAuthentication ${other.name}`) : answer;
}

/** Where a ServiceMeshControlPlane switches strict mTLS on for the whole mesh. */
export function mtlsPath(plane: ControlPlane): Path {
  return plane.family === "ossm1"
    ? ["spec", "istio", "global", "mtls", "enabled"]
    : ["spec", "security", "dataPlane", "mtls"];
}

/** What the operator makes of one control plane: STRICT for `true`, else PERMISSIVE. */
function planeMode(graph: Graph, plane: ControlPlane): EffectiveMode {
  const path = mtlsPath(plane);
  const reading = readSetting(graph, plane.resource, path);
  const at = { resource: plane.resource, path };
  if (reading.state === "unknown") return unknown(reading.why);
  if (reading.state === "absent") return known("PERMISSIVE", "mesh", at);
  if (typeof reading.value !== "boolean") return unknown(`${path.join(".")} as a boolean`);
  return known(reading.value ? "STRICT" : "PERMISSIVE", "mesh", at);
}

function maistraMode(graph: Graph, mesh: Mesh, planes: readonly ControlPlane[]): EffectiveMode {
  const wide = mesh.namespace === null ? [] : policiesIn(graph, mesh.namespace).wide;
  const own = wide.filter((policy) => modeAt(policy, modePath) !== null);
  const strict = own.find((policy) => modeAt(policy, modePath) === "STRICT");
  const others = own.filter((policy) => modeAt(policy, modePath) !== "STRICT");
  if (strict) return known("STRICT", "mesh", { resource: strict, path: modePath }, others);
  const modes = planes.map((plane) => planeMode(graph, plane));
  const best =
    modes.find((mode) => mode.state === "known" && mode.mode === "STRICT") ??
    modes.find((mode) => mode.state === "unknown") ??
    modes[0];
  const choice = choose(own);
  if (choice !== null && (best === undefined || (best.state === "known" && best.mode !== "STRICT"))) {
    const { policy, mode, rivals } = choice;
    if (!mode) return unknown(`the mode of PeerAuthentication ${policy.name}`);
    return known(mode, "mesh", { resource: policy, path: modePath }, rivals);
  }
  if (best === undefined) return unknown("the control plane of the mesh");
  return best.state === "known" ? { ...best, rivals: others } : best;
}

function sailMode(graph: Graph, mesh: Mesh): EffectiveMode {
  const choice = mesh.namespace === null ? null : choose(policiesIn(graph, mesh.namespace).wide);
  if (choice === null || choice.mode === null) {
    const [plane] = mesh.controlPlanes;
    return known("PERMISSIVE", "default", plane ? { resource: plane.resource, path: ["spec"] } : null);
  }
  const { policy, mode, rivals } = choice;
  if (mode === undefined) return unknown(`the mode of PeerAuthentication ${policy.name}`);
  return known(mode, "mesh", { resource: policy, path: modePath }, rivals);
}

function wideMode(graph: Graph, mesh: Mesh, planes: readonly ControlPlane[]): EffectiveMode {
  const answer = mesh.family === "ossm3" ? sailMode(graph, mesh) : maistraMode(graph, mesh, planes);
  return unlessElsewhere(graph, answer);
}

/**
 * The mesh-wide mode. Of a control plane's candidates one that is STRICT is enough, and so is a mesh-wide
 * PeerAuthentication.
 */
export function meshMode(graph: Graph, mesh: Mesh): EffectiveMode {
  return wideMode(graph, mesh, mesh.controlPlanes);
}

/** As {@link meshMode}, with this candidate of the control plane only. */
export function controlPlaneMode(graph: Graph, mesh: Mesh, plane: ControlPlane): EffectiveMode {
  return wideMode(graph, mesh, [plane]);
}

/** The mode of a namespace: its own PeerAuthentication, else that of the mesh. */
export function namespaceMode(graph: Graph, namespace: string | null, mesh: Mesh): EffectiveMode {
  if (namespace === null) return unknown("the namespace");
  const choice = namespace === mesh.namespace ? null : choose(policiesIn(graph, namespace).wide);
  if (choice === null || choice.mode === null) return meshMode(graph, mesh);
  const { policy, mode, rivals } = choice;
  if (mode === undefined) return unknown(`the mode of PeerAuthentication ${policy.name}`);
  return unlessElsewhere(graph, known(mode, "namespace", { resource: policy, path: modePath }, rivals));
}

function selects(policy: Resource, pod: PodTemplate): Match {
  const selector = read(policy, ["spec", "selector"]);
  if (selector.state === "unknown") return "unknown";
  return matchesSelector(valueOr(selector, undefined), labelsOf(pod.labels));
}

/**
 * The mode on one port of a pod, or of the pod as a whole: workload policy over namespace over mesh, and
 * `portLevelMtls` of the winning workload policy over all (istio/istio
 * `pilot/pkg/security/authn/policy_applier.go`).
 * @param port the pod's port, not a Service's
 */
export function workloadMode(graph: Graph, pod: PodTemplate, mesh: Mesh, port?: number): EffectiveMode {
  const wider = namespaceMode(graph, pod.namespace, mesh);
  // Policies with a selector do not count in the root namespace.
  if (pod.namespace === null || pod.namespace === mesh.namespace) return wider;
  const candidates = policiesIn(graph, pod.namespace).selecting;
  const open = candidates.find((policy) => selects(policy, pod) === "unknown");
  if (open) return unknown(`the selector of PeerAuthentication ${open.name}`);
  const choice = choose(candidates.filter((policy) => selects(policy, pod) === "yes"));
  if (choice === null) return wider;
  const { policy, rivals } = choice;
  if (port !== undefined) {
    const path = ["spec", "portLevelMtls", String(port), "mode"];
    const mode = modeAt(policy, path);
    if (mode) return known(mode, "port", { resource: policy, path });
    if (mode === undefined) return unknown(`the mode of port ${port} in PeerAuthentication ${policy.name}`);
  }
  if (choice.mode === null) return wider;
  if (choice.mode === undefined) return unknown(`the mode of PeerAuthentication ${policy.name}`);
  return known(choice.mode, "workload", { resource: policy, path: modePath }, rivals);
}
