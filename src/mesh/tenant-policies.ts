/**
 * The facts of which the policies of platform and tenants are made (the documents' tenant policies and 5.3): one table for the rules
 * that compare policies with it and for those who write them. From openshift-knative/serverless-operator
 * `hack/lib/mesh_resources/authorization-policies/setup` and openshift-knative/knative-istio-authz-chart `templates`.
 */

/** The label that Knative's Deployments carry beside their `app`; it is the same in every version. */
export const componentKey = "app.kubernetes.io/component";

/** What components of Eventing do to each other. */
export interface SystemRoute {
  /** The documents' name for the policy. */
  readonly name: string;
  readonly component: string;
  /** Service account in `knative-eventing` that calls. */
  readonly account: string;
  readonly method: "GET" | "POST";
}

const probes = ["broker", "sink", "channel"].map((part): SystemRoute => ({
  name: `allow-probe-kafka-${part}-receiver`,
  component: `kafka-${part}-receiver`,
  account: "kafka-controller",
  method: "GET",
}));

export const systemRoutes: readonly SystemRoute[] = [
  {
    name: "allow-mt-channel-based-broker-ingress-to-imc-dispatcher",
    component: "imc-dispatcher",
    account: "mt-broker-ingress",
    method: "POST",
  },
  {
    name: "allow-mt-channel-based-broker-ingress-to-kafka-channel",
    component: "kafka-channel-receiver",
    account: "mt-broker-ingress",
    method: "POST",
  },
  {
    name: "allow-imc-to-mt-channel-based-broker-filter",
    component: "broker-filter",
    account: "imc-dispatcher",
    method: "POST",
  },
  {
    name: "allow-kafka-channel-to-mt-channel-based-broker-filter",
    component: "broker-filter",
    account: "knative-kafka-channel-data-plane",
    method: "POST",
  },
  ...probes,
];

/** Whether a route has a part of Kafka at one of its ends. */
export function isKafkaRoute({ component, account }: SystemRoute): boolean {
  return [component, account].some((name) => name.includes("kafka"));
}

/** A component of Eventing that takes events, with the short name that the policy for it carries. */
export interface Receiver {
  readonly component: string;
  readonly short: string;
}

export const receivers: readonly Receiver[] = [
  { component: "imc-dispatcher", short: "imc" },
  { component: "kafka-broker-receiver", short: "ekb" },
  { component: "kafka-channel-receiver", short: "ekc" },
  { component: "kafka-sink-receiver", short: "eks" },
  { component: "broker-ingress", short: "broker-ingress" },
];

/** The one that came later: `facts.jobSink`. */
export const jobSink: Receiver = { component: "job-sink", short: "job-sink" };

/** Service accounts of `knative-eventing` that hand events on in a tenant's name. */
export const senders: readonly string[] = [
  "pingsource-mt-adapter",
  "imc-dispatcher",
  "mt-broker-filter",
  "knative-kafka-source-data-plane",
  "knative-kafka-broker-data-plane",
  "knative-kafka-channel-data-plane",
];

/** Which accounts bring the replies of subscribers back to Brokers. */
export interface ReplyRoute {
  /** `kafka-broker` of `allow-TENANT-kafka-broker-reply`. */
  readonly kind: string;
  readonly component: string;
  readonly accounts: readonly string[];
}

export const replyRoutes: readonly ReplyRoute[] = [
  {
    kind: "kafka-broker",
    component: "kafka-broker-receiver",
    accounts: ["knative-kafka-broker-data-plane"],
  },
  {
    kind: "mt-channel-based-broker",
    component: "broker-ingress",
    accounts: ["imc-dispatcher", "mt-broker-filter", "knative-kafka-channel-data-plane"],
  },
];

/** Names of the two policies that each namespace of a tenant has. */
export const namespacePolicyNames = ["allow-from-knative-and-istio", "allow-wait-for-drain"] as const;

/** The port on which the kubelet asks queue-proxy to wait for the last requests. */
export const drainPort = 8022;

/** The header by which Eventing says in whose name it calls. */
export const inNameOfHeader = "Kn-Namespace";

/** The hosts of services in some namespaces, in the three forms that clients write. */
export function hostsOf(namespaces: readonly string[], clusterDomain: string): readonly string[] {
  return namespaces.flatMap((name) => [`*.${name}`, `*.${name}.svc`, `*.${name}.svc.${clusterDomain}`]);
}

/** Paths by which receivers of events know the namespace of a Broker or sink. */
export function pathsOf(namespaces: readonly string[]): readonly string[] {
  return namespaces.map((name) => `/${name}/*`);
}
