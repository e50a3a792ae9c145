import type { Kind, Resource } from "../model/resource.ts";
import type { Layer, ResourceSet } from "../model/set.ts";
import { valueAt } from "../model/value.ts";
import { configOf } from "./derived/operator-config.ts";

/** Kinds that make a set the owner of a layer as soon as it defines one of them (docs/definitions.md, missing things). */
const owningKinds: Readonly<Record<Layer, readonly Kind[]>> = {
  mesh: [
    "ServiceMeshControlPlane.maistra.io",
    "ServiceMeshMemberRoll.maistra.io",
    "Istio.sailoperator.io",
    "Istio.operator.istio.io",
  ],
  gateways: [],
  serverless: [
    "KnativeServing.operator.knative.dev",
    "KnativeEventing.operator.knative.dev",
    "KnativeKafka.operator.serverless.openshift.io",
  ],
  tenants: [],
  kafka: ["KnativeKafka.operator.serverless.openshift.io", "Kafka.kafka.strimzi.io"],
  certificates: [
    "SealedSecret.bitnami.com",
    "ExternalSecret.external-secrets.io",
    "ExternalSecret.kubernetes-client.io",
    "Certificate.cert-manager.io",
  ],
  nodes: ["Node", "MachineConfigPool.machineconfiguration.openshift.io", "MachineSet.machine.openshift.io"],
  admission: [
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
    "APIService.apiregistration.k8s.io",
  ],
  peerpods: ["KataConfig.kataconfiguration.openshift.io", "PeerPodConfig.confidentialcontainers.org"],
};

const systemNamespaces: ReadonlySet<string | null> = new Set(["knative-serving", "knative-eventing"]);
const knativeGateways = ["knative-ingress-gateway", "knative-local-gateway"];

/** Names of Gateways that a KnativeServing's `config-istio` uses, in the old and the new key format (D9). */
function configuredGateways(serving: Resource): readonly string[] {
  const names: string[] = [];
  for (const [key, value] of Object.entries(configOf(serving, "istio")?.data ?? {})) {
    const old = /^(?:local-)?gateway\.(?:[^.]+\.)?([^.]+)$/.exec(key)?.[1];
    if (old !== undefined) names.push(old);
    if ((key !== "external-gateways" && key !== "local-gateways") || typeof value !== "string") continue;
    // The value is YAML inside a string: a list of mappings, each with its gateway's `name`.
    for (const line of value.split(/[\n,{]/)) {
      const name = /^[ \t]*(?:-[ \t]+)?["']?name["']?:[ \t]*["']?([a-z0-9][-a-z0-9.]*)/.exec(line)?.[1];
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}

/**
 * Whether the set is responsible for a layer: the config says so, or the set holds a full definition of one of the
 * layer's objects, or a context is complete for it (docs/definitions.md, missing things).
 * @param own full definitions of the set's own objects of some kinds
 */
export function ownsLayer(
  set: ResourceSet,
  own: (...kinds: readonly Kind[]) => readonly Resource[],
  layer: Layer,
): boolean {
  const { complete } = set.context;
  if (complete === true || complete.includes(layer) || set.owns.includes(layer)) return true;
  if (own(...owningKinds[layer]).length > 0) return true;
  switch (layer) {
    case "gateways": {
      const servings = own("KnativeServing.operator.knative.dev");
      const names = new Set([...knativeGateways, ...servings.flatMap(configuredGateways)]);
      return own("Gateway.networking.istio.io").some((gateway) => names.has(gateway.name));
    }
    case "tenants":
      return (
        set.tenants.length > 0 ||
        own("AuthorizationPolicy.security.istio.io").some((policy) => systemNamespaces.has(policy.namespace))
      );
    case "certificates":
      return own("Secret").some((secret) => valueAt(secret.value, ["type"]) === "kubernetes.io/tls");
    default:
      return false;
  }
}
