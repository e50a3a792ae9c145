import { type Step, type StepId, steps } from "./documented-steps.ts";
import { kinds, workloadKinds } from "../mesh/kinds.ts";
import { ingressGateways, localGateways } from "../mesh/knative-gateways.ts";
import { localService } from "../mesh/local-service.ts";
import { isRefusal } from "../mesh/refusals.ts";
import type { Graph } from "../model/graph.ts";
import type { Kind, Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";

export { type Step, type StepId, steps };

const byKind: Readonly<Record<Kind, StepId>> = {
  [kinds.Namespace]: "namespaces",
  [kinds.Project]: "namespaces",
  [kinds.CustomResourceDefinition]: "definitions",
  [kinds.OperatorGroup]: "operators",
  [kinds.OperatorSubscription]: "operators",
  [kinds.ServiceAccount]: "access",
  [kinds.Role]: "access",
  [kinds.RoleBinding]: "access",
  [kinds.ClusterRole]: "access",
  [kinds.ClusterRoleBinding]: "access",
  [kinds.ConfigMap]: "configuration",
  [kinds.Secret]: "configuration",
  [kinds.SealedSecret]: "configuration",
  [kinds.ExternalSecret]: "configuration",
  [kinds.ResourceQuota]: "configuration",
  [kinds.LimitRange]: "configuration",
  [kinds.PersistentVolumeClaim]: "configuration",
  [kinds.CertManagerCertificate]: "certificates",
  [kinds.ServiceMeshControlPlane]: "control-plane",
  [kinds.Istio]: "control-plane",
  [kinds.IstioCni]: "control-plane",
  [kinds.IstioPreview]: "control-plane",
  [kinds.IstioCniPreview]: "control-plane",
  [kinds.ServiceMeshMemberRoll]: "members",
  [kinds.ServiceMeshMember]: "members",
  [kinds.PeerAuthentication]: "mesh",
  [kinds.DestinationRule]: "mesh",
  [kinds.KnativeServing]: "serving",
  [kinds.NetworkPolicy]: "monitoring",
  [kinds.KnativeEventing]: "eventing",
  [kinds.ServiceEntry]: "kafka-egress",
  [kinds.KnativeKafka]: "kafka",
  [kinds.AuthorizationPolicy]: "policies",
  [kinds.PeerPodConfig]: "peer-pods",
  [kinds.KataConfig]: "peer-pods",
  [kinds.RuntimeClass]: "peer-pods",
  [kinds.ApiService]: "webhooks",
  [kinds.ValidatingWebhookConfiguration]: "webhooks",
  [kinds.MutatingWebhookConfiguration]: "webhooks",
  [kinds.KnativeService]: "services",
  [kinds.Configuration]: "services",
  [kinds.KnativeRoute]: "services",
  [kinds.ClusterDomainClaim]: "domains",
  [kinds.DomainMapping]: "domains",
};

const isWorkload = (kind: Kind): boolean => (workloadKinds as readonly Kind[]).includes(kind);

function isGatewayWorkload({ value }: Resource): boolean {
  const annotations = valueAt(value, ["spec", "template", "metadata", "annotations"]) ?? null;
  return valueAt(annotations, ["inject.istio.io/templates"]) === "gateway";
}

/** Gateways of Knative and the Service of the local one; other Gateways are settings of the mesh. */
function isKnativeGateway(graph: Graph, resource: Resource): boolean {
  if (resource.kind === kinds.Gateway)
    return [...ingressGateways(graph), ...localGateways(graph)].includes(resource);
  const local = localService(graph);
  return local.state === "found" && local.services.includes(resource);
}

function isTlsSecret({ value }: Resource): boolean {
  return valueAt(value, ["type"]) === "kubernetes.io/tls";
}

/** The step that a resource belongs to. */
export function stepOf(graph: Graph, resource: Resource): StepId {
  const { kind } = resource;
  if (kind === kinds.AuthorizationPolicy) return refusesOrDenies(resource) ? "deny-all" : "policies";
  if (kind === kinds.Secret && isTlsSecret(resource)) return "certificates";
  if (kind === kinds.Gateway || kind === kinds.Service)
    return isKnativeGateway(graph, resource) ? "gateways" : kind === kinds.Gateway ? "mesh" : "workloads";
  if (isWorkload(kind) && isGatewayWorkload(resource)) return "mesh";
  const known = Object.hasOwn(byKind, kind) ? byKind[kind] : undefined;
  if (known !== undefined) return known;
  if (/\.(?:eventing|messaging|sources|flows|sinks)\.knative\.dev$/.test(kind)) return "events";
  if (/\.machineconfiguration\.openshift\.io$|\.machine\.openshift\.io$/.test(kind)) return "nodes";
  if (/\.(?:networking|security|telemetry|extensions)\.istio\.io$/.test(kind)) return "mesh";
  return "workloads";
}

function refusesOrDenies(policy: Resource): boolean {
  return isRefusal(policy) || valueAt(policy.value, ["spec", "action"]) === "DENY";
}

/** The place of a step in the order. */
export function rankOf(id: StepId): number {
  return steps.findIndex((step) => step.id === id);
}

/** Within a step: what others of it lean on comes first. */
const firstInStep: readonly Kind[] = [
  kinds.OperatorGroup,
  kinds.ServiceAccount,
  kinds.ClusterRole,
  kinds.Role,
  "MachineConfigPool.machineconfiguration.openshift.io",
  kinds.Gateway,
  kinds.Service,
  kinds.KataConfig,
  kinds.ApiService,
  kinds.ClusterDomainClaim,
  "Broker.eventing.knative.dev",
];

/** The order in which a set's objects are applied: steps, then what others lean on, then namespace and name. */
export function inApplyOrder(graph: Graph, resources: readonly Resource[]): readonly Resource[] {
  const keyed = resources.map((resource) => {
    const first = firstInStep.indexOf(resource.kind);
    return {
      resource,
      rank: rankOf(stepOf(graph, resource)),
      within: first < 0 ? firstInStep.length : first,
      text: JSON.stringify([resource.kind, resource.namespace, resource.name]),
    };
  });
  return keyed
    .toSorted(
      (a, b) => a.rank - b.rank || a.within - b.within || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
    )
    .map(({ resource }) => resource);
}
