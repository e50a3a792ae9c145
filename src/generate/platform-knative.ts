import { facts, holds } from "../mesh/version-facts.ts";
import type { Profile } from "../model/profile.ts";
import { documents, type GeneratedFile, manifest } from "./manifest.ts";
import type { KafkaRequest, PlatformRequest } from "./platform.ts";
import { networkingVersion } from "./served-versions.ts";

/** Overrides that give the pods of these workloads a sidecar. */
function injected(names: readonly string[]): string {
  return names
    .map(
      (name) => manifest`
    - name: ${name}
      labels:
        sidecar.istio.io/inject: "true"
      annotations:
        sidecar.istio.io/rewriteAppHTTPProbers: "true"
`,
    )
    .join("");
}

/** The key that turns metrics on changed its name in 1.38. */
function metrics(profile: Profile): string {
  const key = holds(facts.metricsProtocolKey, profile) ? "metrics-protocol" : "metrics.backend-destination";
  return `${key}: prometheus`;
}

/** With Service Mesh 3 nobody else's NetworkPolicies let the mesh's traffic in beside the operator's own. */
function networkPolicyAnnotation({ profile }: PlatformRequest): string {
  if (profile.mesh.major < 3) return "";
  return `  annotations:
    # Service Mesh 3 makes no NetworkPolicies: the operator's own one would then be the only one, and shut out
    # the mesh.
    serverless.openshift.io/disable-istio-net-policies-generation: "true"
`;
}

function serving(request: PlatformRequest): string {
  const { gatewayNamespace, profile } = request;
  const service = profile.mesh.major < 3 ? "istio-ingressgateway" : "knative-istio-ingressgateway";
  const host = (name: string): string => `${name}.${gatewayNamespace}.svc.${profile.clusterDomain}`;
  const head = manifest`
# Integrations 1.4.3, step 1; metrics 1.5.
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata:
  name: knative-serving
  namespace: knative-serving
`;
  const body = manifest`
spec:
  ingress:
    istio:
      enabled: true
  config:
    istio:
      # Gateway's namespace and name: full host name of its Service.
      gateway.knative-serving.knative-ingress-gateway: ${host(service)}
      local-gateway.knative-serving.knative-local-gateway: ${host("knative-local-gateway")}
    observability:
`;
  return `${head}${networkPolicyAnnotation(request)}${body}      # With Istio the operator turns metrics off unless told otherwise.
      ${metrics(profile)}
  # Sidecars for the data plane only: the API server calls the webhooks without a mesh certificate. The label asks
  # for them; Service Mesh 2.2 and later prefer it to the book's annotation.
  workloads:
${injected(["activator", "autoscaler"])}`;
}

function eventing(request: PlatformRequest): string {
  const { profile } = request;
  const workloads = ["pingsource-mt-adapter", "imc-dispatcher", "mt-broker-ingress", "mt-broker-filter"];
  if (holds(facts.jobSink, profile)) workloads.push("job-sink");
  return `# Integrations 1.4.3, step 3.
apiVersion: operator.knative.dev/v1beta1
kind: KnativeEventing
metadata:
  name: knative-eventing
  namespace: knative-eventing
${networkPolicyAnnotation(request)}spec:
  config:
    features:
      # Starts the controller that writes a DestinationRule for each channel's Service.
      istio: enabled
    observability:
      ${metrics(profile)}
  workloads:
${injected(workloads)}`;
}

const kafkaPorts: ReadonlyMap<number, string> = new Map([
  [9092, "tcp-plain"],
  [9093, "tcp-tls"],
  [9094, "tcp-sasl-tls"],
  [9095, "tcp-sasl-plain"],
  [9096, "tcp-noauth"],
]);

function serviceEntry({ bootstrap, addresses }: KafkaRequest, profile: Profile): string {
  const ports = new Map([
    ...kafkaPorts,
    ...bootstrap.ports.filter((port) => !kafkaPorts.has(port)).map((port) => [port, `tcp-${port}`] as const),
  ]);
  const head = manifest`
# Traffic from Knative's Kafka components to the Kafka cluster (Integrations 1.4.3, step 7).
apiVersion: ${networkingVersion(profile)}
kind: ServiceEntry
metadata:
  name: kafka-cluster
  namespace: knative-eventing
spec:
  # In the very form that the bootstrap lists use.
  hosts:
    ${bootstrap.hosts}
  # Where these names lead. Without addresses the entry would take all traffic of this namespace on the ports
  # below, whatever its destination.
  addresses:
    ${addresses}
  exportTo:
    - "."
  location: MESH_EXTERNAL
  resolution: NONE
  # Each name once: Istio refuses the book's list, which uses two names twice.
  ports:
`;
  const entries = Array.from(
    ports,
    ([number, name]) => `    - number: ${number}\n      name: ${name}\n      protocol: TCP\n`,
  );
  return head + entries.join("");
}

function kafka({ bootstrap }: KafkaRequest): string {
  const head = manifest`
# Integrations 1.4.3, step 5.
apiVersion: operator.serverless.openshift.io/v1alpha1
kind: KnativeKafka
metadata:
  name: knative-kafka
  namespace: knative-eventing
spec:
  channel:
    enabled: true
    bootstrapServers: ${bootstrap.text}
  source:
    enabled: true
  broker:
    enabled: true
    defaultConfig:
      bootstrapServers: ${bootstrap.text}
      # The operator's defaults; three replicas need three Kafka brokers.
      numPartitions: 10
      replicationFactor: 3
  # Directly below spec. The book has it inside broker, where the API server drops it.
  sink:
    enabled: true
  workloads:
`;
  return (
    head +
    injected([
      "kafka-controller",
      "kafka-broker-receiver",
      "kafka-broker-dispatcher",
      "kafka-channel-receiver",
      "kafka-channel-dispatcher",
      "kafka-source-dispatcher",
      "kafka-sink-receiver",
    ])
  );
}

/** The files of Serving, and of Eventing and Kafka where they are wanted. */
export function knativeFiles(request: PlatformRequest): readonly GeneratedFile[] {
  const files = [{ path: "20-knative-serving.yaml", text: serving(request) }];
  if (request.eventing) files.push({ path: "22-knative-eventing.yaml", text: eventing(request) });
  if (request.kafka !== null) {
    files.push(
      { path: "23-kafka-serviceentry.yaml", text: serviceEntry(request.kafka, request.profile) },
      { path: "24-knative-kafka.yaml", text: kafka(request.kafka) },
    );
  }
  return files;
}

/** The subscriptions of both operators (Integrations 1.1). */
export function subscriptions({ profile }: PlatformRequest): string {
  const { serverless, mesh } = profile;
  const channel = `stable-${serverless.major}.${serverless.minor}`;
  return documents(
    manifest`
# Both operators come first (Integrations 1.1). The channel pins the minor version of Serverless.
apiVersion: v1
kind: Namespace
metadata:
  name: openshift-serverless
`,
    manifest`
# An empty spec: the operator watches all namespaces.
apiVersion: operators.coreos.com/v1
kind: OperatorGroup
metadata:
  name: serverless-operators
  namespace: openshift-serverless
spec: {}
`,
    manifest`
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata:
  name: serverless-operator
  namespace: openshift-serverless
spec:
  channel: ${channel}
  name: serverless-operator
  source: redhat-operators
  sourceNamespace: openshift-marketplace
`,
    manifest`
# OpenShift ships the OperatorGroup of openshift-operators.
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata:
  name: ${mesh.major < 3 ? "servicemeshoperator" : "servicemeshoperator3"}
  namespace: openshift-operators
spec:
  channel: stable
  name: ${mesh.major < 3 ? "servicemeshoperator" : "servicemeshoperator3"}
  source: redhat-operators
  sourceNamespace: openshift-marketplace
`,
  );
}
