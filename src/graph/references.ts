import type { EdgeKind } from "../model/graph.ts";
import type { Kind } from "../model/resource.ts";
import type { Layer } from "../model/set.ts";

/**
 * How a field names what it leads to.
 * - `name`: a string; the object is in the namespace of the resource, or of the workload of a Gateway.
 * - `reference`: a mapping with `name`, perhaps `namespace`, and `kind` with its group (else `to`).
 * - `host`: a host of the mesh: a Service's, short or full, or a ServiceEntry's.
 * - `gateway`: `name` or `namespace/name` of an Istio Gateway, or `mesh`.
 * - `labels`, `selector`: a plain mapping of labels; a LabelSelector. `policy`: in the mesh's root namespace it
 *   selects everywhere.
 */
export type Lookup =
  | { readonly by: "name"; readonly to: Kind; readonly in: "same" | "gateway"; readonly layer: Layer | null }
  | { readonly by: "reference"; readonly to: Kind | null; readonly layer: Layer | null }
  | { readonly by: "host" }
  | { readonly by: "gateway" }
  | { readonly by: "labels" | "selector"; readonly in: "same" | "anywhere" | "policy" };

export interface Reference {
  readonly kinds: readonly Kind[];
  /** Keys joined by dots; `[]` after a key stands for every item of a list. */
  readonly path: string;
  readonly edge: EdgeKind;
  readonly lookup: Lookup;
}

const name = (to: Kind, layer: Layer | null = null): Lookup => ({ by: "name", to, in: "same", layer });
const reference = (to: Kind | null = null, layer: Layer | null = null): Lookup => ({
  by: "reference",
  to,
  layer,
});

const istioNetworking = (kind: string): Kind => `${kind}.networking.istio.io`;
const istioSecurity = (kind: string): Kind => `${kind}.security.istio.io`;
const sources: readonly Kind[] = [
  "ApiServerSource",
  "ContainerSource",
  "KafkaSource",
  "PingSource",
  "SinkBinding",
].map((kind) => `${kind}.sources.knative.dev`);
const channels: readonly Kind[] = ["Channel", "InMemoryChannel", "KafkaChannel"].map(
  (kind) => `${kind}.messaging.knative.dev`,
);
const bindings: readonly Kind[] = [
  "RoleBinding.rbac.authorization.k8s.io",
  "ClusterRoleBinding.rbac.authorization.k8s.io",
];
const gatewayRoutes: readonly Kind[] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"].map(
  (kind) => `${kind}.gateway.networking.k8s.io`,
);

/** Which field of which kind leads where. Fields of pods are in {@link podReferences}. */
export const references: readonly Reference[] = [
  // Service Mesh
  {
    kinds: ["ServiceMeshMemberRoll.maistra.io"],
    path: "spec.members[]",
    edge: "member of",
    lookup: name("Namespace"),
  },
  {
    kinds: ["ServiceMeshMember.maistra.io"],
    path: "spec.controlPlaneRef",
    edge: "member of",
    lookup: reference("ServiceMeshControlPlane.maistra.io", "mesh"),
  },
  // Istio
  {
    kinds: [istioNetworking("Gateway")],
    path: "spec.selector",
    edge: "selects",
    lookup: { by: "labels", in: "anywhere" },
  },
  {
    kinds: [istioNetworking("Gateway")],
    path: "spec.servers[].tls.credentialName",
    edge: "references",
    lookup: { by: "name", to: "Secret", in: "gateway", layer: "certificates" },
  },
  {
    kinds: [istioNetworking("VirtualService")],
    path: "spec.gateways[]",
    edge: "references",
    lookup: { by: "gateway" },
  },
  ...["http", "tls", "tcp"].map((protocol): Reference => ({
    kinds: [istioNetworking("VirtualService")],
    path: `spec.${protocol}[].route[].destination.host`,
    edge: "routes to",
    lookup: { by: "host" },
  })),
  {
    kinds: [istioNetworking("DestinationRule")],
    path: "spec.host",
    edge: "references",
    lookup: { by: "host" },
  },
  ...["Sidecar", "ServiceEntry", "EnvoyFilter"].map((kind): Reference => ({
    kinds: [istioNetworking(kind)],
    path: "spec.workloadSelector.labels",
    edge: "selects",
    lookup: { by: "labels", in: kind === "EnvoyFilter" ? "policy" : "same" },
  })),
  {
    kinds: [
      istioSecurity("AuthorizationPolicy"),
      istioSecurity("PeerAuthentication"),
      istioSecurity("RequestAuthentication"),
      "Telemetry.telemetry.istio.io",
      "WasmPlugin.extensions.istio.io",
    ],
    path: "spec.selector",
    edge: "selects",
    lookup: { by: "selector", in: "policy" },
  },
  // Kubernetes and OpenShift
  {
    kinds: ["Service"],
    path: "spec.selector",
    edge: "selects",
    lookup: { by: "labels", in: "same" },
  },
  {
    kinds: ["NetworkPolicy.networking.k8s.io"],
    path: "spec.podSelector",
    edge: "selects",
    lookup: { by: "selector", in: "same" },
  },
  {
    kinds: ["PodDisruptionBudget.policy"],
    path: "spec.selector",
    edge: "selects",
    lookup: { by: "selector", in: "same" },
  },
  {
    kinds: ["HorizontalPodAutoscaler.autoscaling"],
    path: "spec.scaleTargetRef",
    edge: "references",
    lookup: reference(),
  },
  { kinds: bindings, path: "roleRef", edge: "references", lookup: reference() },
  { kinds: bindings, path: "subjects[]", edge: "references", lookup: reference() },
  {
    kinds: ["Route.route.openshift.io"],
    path: "spec.to",
    edge: "routes to",
    lookup: reference("Service"),
  },
  {
    kinds: ["Route.route.openshift.io"],
    path: "spec.alternateBackends[]",
    edge: "routes to",
    lookup: reference("Service"),
  },
  {
    kinds: ["Ingress.networking.k8s.io"],
    path: "spec.defaultBackend.service.name",
    edge: "routes to",
    lookup: name("Service"),
  },
  {
    kinds: ["Ingress.networking.k8s.io"],
    path: "spec.rules[].http.paths[].backend.service.name",
    edge: "routes to",
    lookup: name("Service"),
  },
  {
    kinds: gatewayRoutes,
    path: "spec.parentRefs[]",
    edge: "references",
    lookup: reference("Gateway.gateway.networking.k8s.io"),
  },
  {
    kinds: gatewayRoutes,
    path: "spec.rules[].backendRefs[]",
    edge: "routes to",
    lookup: reference("Service"),
  },
  // Knative Serving
  {
    kinds: ["DomainMapping.serving.knative.dev"],
    path: "spec.ref",
    edge: "routes to",
    lookup: reference("Service.serving.knative.dev"),
  },
  {
    kinds: ["DomainMapping.serving.knative.dev"],
    path: "spec.tls.secretName",
    edge: "references",
    lookup: name("Secret", "certificates"),
  },
  {
    kinds: ["Route.serving.knative.dev"],
    path: "spec.traffic[].configurationName",
    edge: "routes to",
    lookup: name("Configuration.serving.knative.dev"),
  },
  // Knative Eventing
  {
    kinds: ["Trigger.eventing.knative.dev"],
    path: "spec.broker",
    edge: "references",
    lookup: name("Broker.eventing.knative.dev"),
  },
  {
    kinds: ["Trigger.eventing.knative.dev", "Subscription.messaging.knative.dev"],
    path: "spec.subscriber.ref",
    edge: "routes to",
    lookup: reference(),
  },
  {
    kinds: ["Subscription.messaging.knative.dev"],
    path: "spec.reply.ref",
    edge: "routes to",
    lookup: reference(),
  },
  {
    kinds: ["Subscription.messaging.knative.dev"],
    path: "spec.channel",
    edge: "references",
    lookup: reference(),
  },
  {
    kinds: [
      "Broker.eventing.knative.dev",
      "Trigger.eventing.knative.dev",
      "Subscription.messaging.knative.dev",
      ...channels,
      ...sources,
    ],
    path: "spec.delivery.deadLetterSink.ref",
    edge: "routes to",
    lookup: reference(),
  },
  {
    kinds: ["Broker.eventing.knative.dev"],
    path: "spec.config",
    edge: "references",
    lookup: reference("ConfigMap"),
  },
  { kinds: sources, path: "spec.sink.ref", edge: "routes to", lookup: reference() },
  {
    kinds: ["SinkBinding.sources.knative.dev"],
    path: "spec.subject",
    edge: "references",
    lookup: reference(),
  },
  {
    kinds: ["KafkaSink.eventing.knative.dev"],
    path: "spec.auth.secret.ref.name",
    edge: "references",
    lookup: name("Secret"),
  },
  // Certificates
  {
    kinds: ["Certificate.cert-manager.io"],
    path: "spec.issuerRef",
    edge: "references",
    lookup: reference("Issuer.cert-manager.io"),
  },
];

const containerReferences = ["containers", "initContainers"].flatMap(
  (list): readonly (readonly [string, Kind])[] => [
    [`${list}[].envFrom[].configMapRef.name`, "ConfigMap"],
    [`${list}[].envFrom[].secretRef.name`, "Secret"],
    [`${list}[].env[].valueFrom.configMapKeyRef.name`, "ConfigMap"],
    [`${list}[].env[].valueFrom.secretKeyRef.name`, "Secret"],
  ],
);

/** Fields of a pod's spec that name an object of its namespace. */
export const podReferences: readonly { readonly path: string; readonly to: Kind }[] = (
  [
    ["serviceAccountName", "ServiceAccount"],
    ["imagePullSecrets[].name", "Secret"],
    ["volumes[].configMap.name", "ConfigMap"],
    ["volumes[].persistentVolumeClaim.claimName", "PersistentVolumeClaim"],
    ["volumes[].projected.sources[].configMap.name", "ConfigMap"],
    ["volumes[].projected.sources[].secret.name", "Secret"],
    ["volumes[].secret.secretName", "Secret"],
    ...containerReferences,
  ] as const
).map(([path, to]) => ({ path, to }));
