import type { Profile } from "../model/profile.ts";
import type { Mapping, Value } from "../model/value.ts";
import {
  componentKey,
  fromEventing,
  fromNamespaces,
  type GeneratedPolicy,
  selecting,
} from "./authorization-policy.ts";
import { securityVersion } from "./served-versions.ts";

/** What the policies of the platform depend on. */
export interface SystemRequest {
  readonly profile: Profile;
  readonly gatewayNamespaces: readonly string[];
  readonly eventing: boolean;
  readonly kafka: boolean;
}

interface EventingRule {
  readonly name: string;
  readonly component: string;
  readonly account: string;
  readonly method: "GET" | "POST";
  readonly comment: string;
  readonly kafka: boolean;
}

const ingressToChannel = "The broker ingress hands events to the channel that backs the Broker.";
const channelToFilter =
  "The channels hand events to the broker filter, whose workload is called mt-broker-filter.";
const probes = "The Kafka controller probes the receivers.";

const eventingRules: readonly EventingRule[] = [
  {
    name: "allow-mt-channel-based-broker-ingress-to-imc-dispatcher",
    component: "imc-dispatcher",
    account: "mt-broker-ingress",
    method: "POST",
    comment: ingressToChannel,
    kafka: false,
  },
  {
    name: "allow-mt-channel-based-broker-ingress-to-kafka-channel",
    component: "kafka-channel-receiver",
    account: "mt-broker-ingress",
    method: "POST",
    comment: ingressToChannel,
    kafka: true,
  },
  {
    name: "allow-imc-to-mt-channel-based-broker-filter",
    component: "broker-filter",
    account: "imc-dispatcher",
    method: "POST",
    comment: channelToFilter,
    kafka: false,
  },
  {
    name: "allow-kafka-channel-to-mt-channel-based-broker-filter",
    component: "broker-filter",
    account: "knative-kafka-channel-data-plane",
    method: "POST",
    comment: channelToFilter,
    kafka: true,
  },
  ...["broker", "sink", "channel"].map((part) => ({
    name: `allow-probe-kafka-${part}-receiver`,
    component: `kafka-${part}-receiver`,
    account: "kafka-controller",
    method: "GET" as const,
    comment: probes,
    kafka: true,
  })),
];

/**
 * What Knative's components may do to each other, once for a cluster (requirements 5.2). Those that refuse
 * everything else come last: they must not reach a cluster before the others.
 */
export function systemPolicies(request: SystemRequest): readonly GeneratedPolicy[] {
  const { profile, gatewayNamespaces, eventing, kafka } = request;
  const apiVersion = securityVersion(profile);
  const said = new Set<string>();
  const policy = (namespace: string, name: string, comment: string, spec: Mapping): GeneratedPolicy => {
    const lines = comment === "" || said.has(comment) ? [] : [comment];
    said.add(comment);
    return { apiVersion, namespace, name, comment: lines, spec };
  };
  const allow = (namespace: string, app: string, comment: string, sources: readonly string[]) =>
    policy(namespace, `allow-traffic-to-${app}`, comment, {
      action: "ALLOW",
      selector: selecting("app", app),
      rules: [{ from: fromNamespaces([...new Set(sources)]) }],
    });
  const found = [
    allow(
      "knative-serving",
      "activator",
      `Calls from outside reach the activator from the ingress gateway's pods, in ${gatewayNamespaces.join(", ")}.`,
      ["knative-serving", ...gatewayNamespaces],
    ),
    allow("knative-serving", "autoscaler", "The activator and queue-proxies report to the autoscaler.", [
      "knative-serving",
    ]),
  ];
  const used = eventing ? eventingRules.filter((rule) => kafka || !rule.kafka) : [];
  for (const { name, component, account, method, comment } of used) {
    const to: Value = [{ operation: { methods: [method] } }];
    const rules: Value = [{ from: fromEventing([account], profile.trustDomain), to }];
    const spec = { action: "ALLOW", selector: selecting(componentKey, component), rules };
    found.push(policy("knative-eventing", name, comment, spec));
  }
  const refusal =
    "An empty spec allows nothing: whatever no other policy of the namespace allows is refused.";
  for (const namespace of ["knative-serving", ...(eventing ? ["knative-eventing"] : [])]) {
    found.push(policy(namespace, "deny-all-by-default", refusal, {}));
  }
  return found;
}
