import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { admissionProblems } from "./authorization/admission.ts";
import { actionOf } from "./authorization/compile.ts";
import { appliesTo } from "./authorization/selection.ts";
import { selected } from "./dead-selectors.ts";
import { parseBool } from "./go-values.ts";
import { annotation } from "./field.ts";
import { kinds } from "./kinds.ts";
import { labelsOf } from "./label-match.ts";
import { oncePer } from "./memo.ts";
import { eventingNamespace, gatewayNamespaces } from "./namespaces.ts";
import type { Coverage } from "./permission-coverage.ts";
import { coverage, mayBeElsewhere, obstacle, wouldCover } from "./permission-coverage.ts";
import { labelsOfComponent } from "./permissions.ts";
import type { Requirement } from "./tenant-requirements.ts";

/** A policy of the documents that the set lacks by effect, in whole or in part. */
export interface Shortfall {
  readonly state: "lacking";
  readonly requirement: Requirement;
  /**
   * `gateway`: only calls of the ingress gateway are refused. `namespaces`: only some of the tenant's projects are
   * left out, those in `namespaces`. `platform`: only calls of Knative itself are.
   */
  readonly extent: "all" | "namespaces" | "gateway" | "platform";
  readonly namespaces: readonly string[];
  /** The policy that was meant to let the requests in, and the part of it that does not; null: there is none. */
  readonly near: { readonly policy: Resource; readonly path: Path } | null;
}

export type Verdict =
  Shortfall | { readonly state: "covered" } | { readonly state: "unknown"; readonly needs: string };

const covered = { state: "covered" } as const;

/** Where a policy goes wrong that is about these requests; null: another rule says it of the policy as a whole. */
function faultOf(
  graph: Graph,
  policy: Resource,
  { permission }: Requirement,
  { all, lacking }: Coverage,
): Path | null {
  const served = all.filter((witness) => !lacking.includes(witness));
  if (admissionProblems(policy).length > 0) return null;
  if (policy.namespace !== permission.namespace) return ["metadata", "namespace"];
  const picked = selected(graph, policy).state;
  if (picked === "none" || picked === "later") return null;
  const labels = permission.component === null ? labelsOf({}) : labelsOfComponent(permission.component);
  if (appliesTo(policy, { namespace: permission.namespace, labels }) === "no") return ["spec", "selector"];
  if (actionOf(policy) !== "ALLOW") return ["spec", "action"];
  const dryRun = annotation(policy, "istio.io/dry-run");
  if (dryRun.state === "value" && parseBool(dryRun.value) === true)
    return ["metadata", "annotations", "istio.io/dry-run"];
  return obstacle(graph, policy, lacking, served);
}

/** The policies that come closest: of the documents' name, of the same effect, of the effect in part. */
function nearPolicy(graph: Graph, requirement: Requirement, { all, lacking }: Coverage): Resource | null {
  const { namespace, component } = requirement.permission;
  const own = graph.own(kinds.AuthorizationPolicy);
  const here = own.filter((policy) => policy.namespace === namespace);
  const labels = component === null ? labelsOf({}) : labelsOfComponent(component);
  const mine = here.filter((policy) => appliesTo(policy, { namespace, labels }) !== "no");
  const lost = component === null ? [] : own.filter((policy) => policy.namespace !== namespace);
  const served = all.filter((witness) => !lacking.includes(witness));
  return (
    here.find(({ name }) => name === requirement.policy) ??
    lost.find(({ name }) => name === requirement.policy) ??
    here.find(
      (policy) =>
        ["none", "later"].includes(selected(graph, policy).state) && wouldCover(graph, policy, lacking),
    ) ??
    (served.length === 0 ? undefined : mine.find((policy) => wouldCover(graph, policy, served))) ??
    null
  );
}

function extentOf(
  graph: Graph,
  tenant: readonly string[],
  { all, lacking }: Coverage,
): Omit<Shortfall, "state" | "requirement" | "near"> {
  const gateways = gatewayNamespaces(graph);
  const ofGateway = gateways.state === "known" ? gateways.namespaces : [];
  const foreign = lacking.filter(({ source }) => source !== null && !tenant.includes(source));
  const served = all.length > lacking.length;
  if (served && lacking.every(({ source }) => ofGateway.includes(source ?? "")))
    return { extent: "gateway", namespaces: [] };
  const isWhole = (name: string): boolean =>
    all.some(({ namespaces }) => namespaces.every((other) => other === name) && namespaces.length > 0) &&
    !lacking.some(({ namespaces }) => namespaces.every((other) => other === name) && namespaces.length > 0);
  if (tenant.length > 1 && tenant.some(isWhole)) {
    const namespaces = tenant.filter((name) => !isWhole(name));
    if (namespaces.length > 0) return { extent: "namespaces", namespaces };
  }
  const platform =
    served &&
    foreign.length === lacking.length &&
    !foreign.some(({ source }) => source === eventingNamespace);
  return { extent: platform && tenant.length > 0 ? "platform" : "all", namespaces: [] };
}

interface Question {
  readonly requirement: Requirement;
  /** The tenant's projects; empty for the platform's own policies. */
  readonly tenant: readonly string[];
}

/** Whether the set's policies have the effect of one of the documents', and what is missing. */
export const shortfall = oncePer(
  (graph: Graph, { requirement, tenant }: Question): Verdict => {
    const { exists, permission } = requirement;
    if (exists.state === "no") return covered;
    const found = coverage(graph, permission, tenant);
    if (found.state === "covered") return covered;
    const needs =
      exists.state === "unknown"
        ? exists.needs
        : found.state === "unknown"
          ? `what the policies of ${permission.namespace} allow`
          : mayBeElsewhere(graph);
    if (needs !== null) return { state: "unknown", needs };
    const policy = nearPolicy(graph, requirement, found);
    const path = policy === null ? null : faultOf(graph, policy, requirement, found);
    if (policy !== null && path === null) return covered;
    const near = policy === null || path === null ? null : { policy, path };
    return { state: "lacking", requirement, ...extentOf(graph, tenant, found), near };
  },
  ({ requirement }) => requirement,
);
