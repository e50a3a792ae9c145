import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { admissionProblems } from "./authorization/admission.ts";
import { compilePolicy } from "./authorization/compile.ts";
import { matchesRule } from "./authorization/decide.ts";
import type { CompiledPolicy } from "./authorization/policy.ts";
import type { ProxyRequest } from "./authorization/request.ts";
import { policiesFor } from "./authorization/selection.ts";
import { homeMesh, meshSettings } from "./authorization/settings.ts";
import type { MeshSettings } from "./authorization/settings.ts";
import { policyFields } from "./authorization/fields.ts";
import { familyOfProfile } from "./control-planes.ts";
import { kinds } from "./kinds.ts";
import { anyOf } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { labelsOf } from "./label-match.ts";
import { once } from "./memo.ts";
import type { Mesh } from "./meshes.ts";
import type { Permission, Witness } from "./permissions.ts";
import { anyName, labelsOfComponent, witnesses } from "./permissions.ts";

/** A mesh of which nothing is known but the profile: sets of policies have no control plane. */
const assumedMesh = once((graph: Graph): Mesh => ({
  family: familyOfProfile(graph.profile),
  namespace: null,
  controlPlanes: [],
  rolls: [],
}));

/** The settings of the mesh that a namespace is in, else those of a mesh as the profile has it. */
export function settingsFor(graph: Graph, namespace: string): MeshSettings {
  const home = homeMesh(graph, namespace);
  return home.state === "in" ? home.settings : meshSettings(graph, assumedMesh(graph));
}

/** What the ALLOW rules of a policy say about a request. */
export function policyAllows(policy: CompiledPolicy, request: ProxyRequest): Match {
  if (policy.action !== "ALLOW" || policy.dryRun) return "no";
  const match = anyOf(policy.http.map((rule) => matchesRule(rule, request)));
  return match === "yes" && policy.ambiguous ? "unknown" : match;
}

/** The ALLOW policies of the pods that a permission is about. */
function allowing(graph: Graph, { namespace, component }: Permission): readonly CompiledPolicy[] {
  const labels = component === null ? labelsOf({ app: "any-app-at-all" }) : labelsOfComponent(component);
  const settings = settingsFor(graph, namespace);
  return policiesFor(graph, { namespace, labels }, settings).byAction.ALLOW;
}

export interface Coverage {
  readonly state: "covered" | "unknown" | "lacking";
  readonly all: readonly Witness[];
  /** Requests that no policy lets in. */
  readonly lacking: readonly Witness[];
}

/** Whether an object of the set that is not read in full may hold a policy that is looked for. */
export const mayBeElsewhere = once((graph: Graph): string | null => {
  const open = graph
    .fragments(kinds.AuthorizationPolicy)
    .find((policy) => policy.form === "patch" || policy.namespace === null);
  if (!open) return null;
  return open.namespace === null
    ? `the namespace of AuthorizationPolicy ${open.name}`
    : `AuthorizationPolicy ${open.namespace}/${open.name} as it is applied`;
});

/** Which of the requests that a permission stands for some ALLOW policy lets in (the comparison by effect). */
export function coverage(graph: Graph, permission: Permission, tenant: readonly string[]): Coverage {
  const [trustDomain] = settingsFor(graph, permission.namespace).trustDomains;
  const all = witnesses(permission, tenant, trustDomain);
  const policies = allowing(graph, permission);
  const answers = all.map((witness) => ({
    witness,
    match: anyOf(policies.map((policy) => policyAllows(policy, witness.request))),
  }));
  const lacking = answers.filter(({ match }) => match === "no").map(({ witness }) => witness);
  if (lacking.length > 0) return { state: "lacking", all, lacking };
  const open = answers.some(({ match }) => match === "unknown");
  return { state: open ? "unknown" : "covered", all, lacking };
}

/** A copy of a value with one entry taken out. */
export function without(root: Value, [step, ...rest]: Path): Value {
  if (step === undefined) return root;
  if (isList(root)) {
    if (rest.length === 0) return root.filter((_, index) => index !== step);
    return root.map((item, index) => (index === step ? without(item, rest) : item));
  }
  if (!isMapping(root)) return root;
  const entries = Object.entries(root).filter(([key]) => key !== step || rest.length > 0);
  return Object.fromEntries(entries.map(([key, item]) => [key, key === step ? without(item, rest) : item]));
}

/** A policy as it would be with one entry less. */
export function compiledWithout(graph: Graph, policy: Resource, path: Path | null): CompiledPolicy {
  const value = path === null ? policy.value : without(policy.value, path);
  const settings = settingsFor(graph, policy.namespace ?? "");
  return compilePolicy(isMapping(value) ? { ...policy, value } : policy, settings);
}

/** What a request is for by its host or path, as far as it is about either. */
function targetField({ host = "", path }: ProxyRequest): "hosts" | "paths" | null {
  if (host.startsWith(`${anyName}.`) && !host.endsWith(".example.org")) return "hosts";
  return path.endsWith(`/${anyName}`) ? "paths" : null;
}

/**
 * Lists and conditions of a policy, each of which narrows it: those of the rule that serves most other requests first,
 * and in it what requests are told apart by.
 */
function restrictions(
  graph: Graph,
  policy: Resource,
  lacking: readonly Witness[],
  served: readonly Witness[],
): readonly Path[] {
  const target = lacking[0] === undefined ? null : targetField(lacking[0].request);
  const serves = new Map(
    compiledWithout(graph, policy, null).http.map((rule) => [
      rule.index,
      served.filter(({ request }) => targetField(request) === target && matchesRule(rule, request) === "yes")
        .length,
    ]),
  );
  return [...policyFields(policy)]
    .toSorted(
      (a, b) =>
        (serves.get(b.rule) ?? 0) - (serves.get(a.rule) ?? 0) ||
        Number(b.name === target) - Number(a.name === target),
    )
    .map(({ name, values, entry }) => {
      const list = values[0]?.path.slice(0, -1) ?? [];
      return name === "condition" || entry.at(-2) === "when" ? entry : list;
    });
}

/**
 * The part of a policy that keeps it from letting requests in, which it does without that part; the rules as a whole
 * where it is not one part alone.
 * @param served requests of the same permission that are let in
 */
export function obstacle(
  graph: Graph,
  policy: Resource,
  lacking: readonly Witness[],
  served: readonly Witness[],
): Path {
  const paths = restrictions(graph, policy, lacking, served);
  const allows = (path: Path, count: "every" | "some"): boolean => {
    const compiled = compiledWithout(graph, policy, path);
    return lacking[count](({ request }) => policyAllows(compiled, request) === "yes");
  };
  const found = paths.find((path) => allows(path, "every")) ?? paths.find((path) => allows(path, "some"));
  return found ?? (valueAt(policy.value, ["spec", "rules"]) === undefined ? ["spec"] : ["spec", "rules"]);
}

/** Whether a policy would let requests in if only it selected the right pods, or were taken by the webhook. */
export function wouldCover(graph: Graph, policy: Resource, lacking: readonly Witness[]): boolean {
  const compiled = compiledWithout(graph, policy, null);
  return (
    admissionProblems(policy).length === 0 &&
    lacking.every(({ request }) => policyAllows(compiled, request) === "yes")
  );
}
