import type { Profile } from "../model/profile.ts";
import type { Mapping, Value } from "../model/value.ts";
import { componentKey, isKafkaRoute, type SystemRoute, systemRoutes } from "../mesh/tenant-policies.ts";
import { fromEventing, fromNamespaces, type GeneratedPolicy, selecting } from "./authorization-policy.ts";
import { securityVersion } from "./served-versions.ts";

/** What the policies of the platform depend on. */
export interface SystemRequest {
  readonly profile: Profile;
  readonly gatewayNamespaces: readonly string[];
  readonly eventing: boolean;
  readonly kafka: boolean;
}

const toChannels = "The broker ingress hands events to the channel that backs the Broker.";
const toFilter = "The channels hand events to the broker filter, whose workload is called mt-broker-filter.";
const probes = "The Kafka controller probes the receivers.";

/** What the reader of a policy between components of Eventing has to know. */
function commentOf({ account, component }: SystemRoute): string {
  if (account === "kafka-controller") return probes;
  return component === "broker-filter" ? toFilter : toChannels;
}

/**
 * What Knative's components may do to each other, once for a cluster (the documents' tenant policies). Those that refuse
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
  const used = eventing ? systemRoutes.filter((route) => kafka || !isKafkaRoute(route)) : [];
  for (const route of used) {
    const { name, component, account, method } = route;
    const to: Value = [{ operation: { methods: [method] } }];
    const rules: Value = [{ from: fromEventing([account], profile.trustDomain), to }];
    const spec = { action: "ALLOW", selector: selecting(componentKey, component), rules };
    found.push(policy("knative-eventing", name, commentOf(route), spec));
  }
  const refusal =
    "An empty spec allows nothing: whatever no other policy of the namespace allows is refused.";
  for (const namespace of ["knative-serving", ...(eventing ? ["knative-eventing"] : [])]) {
    found.push(policy(namespace, "deny-all-by-default", refusal, {}));
  }
  return found;
}
