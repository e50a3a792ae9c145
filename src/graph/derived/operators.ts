import type { Profile } from "../../model/profile.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";
import { atLeast } from "../../model/version.ts";
import { derivedResource, merged } from "./derived-resource.ts";
import {
  knativePlainServices,
  knativeWorkloads,
  serviceAccountIn,
  workloadKindIn,
} from "./knative-workloads.ts";
import type { KnativeWorkload, Part } from "./knative-workloads.ts";
import {
  installedIngresses,
  isEventingIstioEnabled,
  parsesAsTrue,
  workloadOverrides,
} from "./operator-config.ts";

const by = "the Serverless operator";

const kafkaParts = ["broker", "channel", "source", "sink"] as const;

/** The parts of an operator CR that are switched on. */
function partsOf(resource: Resource): ReadonlySet<Part> {
  const parts = new Set<Part>(["always"]);
  if (resource.id.kind === "KnativeServing") {
    for (const ingress of installedIngresses(resource)) if (ingress !== "contour") parts.add(ingress);
  }
  if (resource.id.kind === "KnativeKafka") {
    for (const part of kafkaParts) {
      if (valueAt(resource.value, ["spec", part, "enabled"]) !== true) continue;
      parts.add(part);
      parts.add("anyKafka");
    }
  }
  return parts;
}

/** Kourier lives beside Serving, in a namespace of its own that the operator makes. */
function namespaceOf(resource: Resource, workload: KnativeWorkload): string | null {
  const { namespace } = resource;
  return workload.part === "kourier" && namespace !== null ? `${namespace}-ingress` : namespace;
}

function labelsOf(workload: KnativeWorkload): Mapping {
  const labels: Record<string, Value> = {};
  if (workload.app !== null) labels.app = workload.app;
  if (workload.component !== null) {
    labels["app.kubernetes.io/component"] = workload.component;
    labels["app.kubernetes.io/name"] =
      workload.cr === "KnativeServing" ? "knative-serving" : "knative-eventing";
  }
  return labels;
}

/** The label by which the derived Service and Deployment find the pods; upstream some use others, the pods are the same. */
function selectorOf(workload: KnativeWorkload): Mapping {
  return workload.app === null
    ? { "app.kubernetes.io/component": workload.component }
    : { app: workload.app };
}

function workloadResource(resource: Resource, workload: KnativeWorkload, profile: Profile): Resource {
  const overrides = workloadOverrides(resource).filter((override) => override.name === workload.name);
  const overriding = (field: string): readonly (Mapping | null)[] =>
    overrides.map(({ value }) => {
      const found = valueAt(value, [field]);
      return isMapping(found) ? found : null;
    });
  const path: Path = overrides.at(-1)?.path ?? ["spec"];
  const labels = merged(labelsOf(workload), ...overriding("labels"));
  const annotations = merged(
    workload.refusesSidecar ? { "sidecar.istio.io/inject": "false" } : null,
    ...overriding("annotations"),
  );
  const kind = workloadKindIn(workload, profile.serverless);
  const serviceAccountName = serviceAccountIn(workload, profile.serverless);
  return derivedResource({
    parent: resource,
    path,
    by,
    apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
    kind,
    namespace: namespaceOf(resource, workload),
    name: workload.name,
    labels,
    annotations,
    body: {
      spec: {
        ...(kind === "Job" ? {} : { selector: { matchLabels: selectorOf(workload) } }),
        template: {
          metadata: { labels, annotations },
          spec: {
            ...(serviceAccountName === null ? {} : { serviceAccountName }),
            containers: workload.containers.map((name) => ({ name })),
          },
        },
      },
    },
  });
}

function servicesOf(resource: Resource, workload: KnativeWorkload): readonly Resource[] {
  return knativePlainServices
    .filter((service) => service.workload === workload.name)
    .map(({ name, ports }) =>
      derivedResource({
        parent: resource,
        path: ["spec"],
        by,
        apiVersion: "v1",
        kind: "Service",
        namespace: namespaceOf(resource, workload),
        name,
        labels: labelsOf(workload),
        body: {
          spec: {
            type: "ClusterIP",
            selector: selectorOf(workload),
            ports: ports.map((port) => ({ ...port, protocol: "TCP" })),
          },
        },
      }),
    );
}

/** Opts out of the policies below, for Serverless 1.32 and newer (D1). */
export const disableNetworkPoliciesAnnotation =
  "serverless.openshift.io/disable-istio-net-policies-generation";

/**
 * The NetworkPolicies of the Istio mode (D1; openshift-knative/serverless-operator
 * `openshift-knative-operator/pkg/serving/ingress.go` and `pkg/istio/eventingistio/istio.go`): the whole namespace
 * admits the monitoring stack only, the webhooks admit everybody.
 */
function networkPoliciesOf(resource: Resource, profile: Profile): readonly Resource[] {
  const serving = resource.id.kind === "KnativeServing";
  const evident = serving
    ? installedIngresses(resource).includes("istio")
    : resource.id.kind === "KnativeEventing" && isEventingIstioEnabled(resource);
  if (!evident || !atLeast(profile.serverless, serving ? "1.30" : "1.32")) return [];
  const optOut = valueAt(resource.value, ["metadata", "annotations", disableNetworkPoliciesAnnotation]);
  if (atLeast(profile.serverless, "1.32") && parsesAsTrue(optOut)) return [];
  const policy = (name: string, podSelector: Mapping, rule: Mapping): Resource =>
    derivedResource({
      parent: resource,
      path: serving ? ["spec", "ingress", "istio", "enabled"] : ["spec"],
      by,
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace: resource.namespace,
      name,
      body: { spec: { podSelector, policyTypes: ["Ingress"], ingress: [rule] } },
    });
  const monitoring = {
    from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "openshift-monitoring" } } }],
  };
  if (serving) {
    return [
      policy("allow-from-openshift-monitoring-ns", {}, monitoring),
      policy("webhook", { matchLabels: { app: "webhook" } }, {}),
      policy("net-istio-webhook", { matchLabels: { app: "net-istio-webhook" } }, {}),
    ];
  }
  return [
    policy("allow-from-openshift-monitoring", {}, monitoring),
    policy(
      "allow-eventing-webhook",
      { matchLabels: { "app.kubernetes.io/component": "eventing-webhook" } },
      {},
    ),
    policy("allow-imc-webhook", { matchLabels: { "app.kubernetes.io/component": "imc-controller" } }, {}),
    policy("allow-kafka-webhook-eventing", { matchLabels: { app: "kafka-webhook-eventing" } }, {}),
  ];
}

/**
 * What the operators make of a KnativeServing, KnativeEventing or KnativeKafka: its workloads with the overrides
 * merged in, their Services, and the NetworkPolicies of the Istio mode. Jobs with a generated name are left out:
 * nothing can name them.
 */
export function deriveFromOperatorResource(resource: Resource, profile: Profile): readonly Resource[] {
  const parts = partsOf(resource);
  const workloads = knativeWorkloads.filter(
    (workload) =>
      workload.cr === resource.id.kind &&
      parts.has(workload.part) &&
      !workload.generateName &&
      !workload.gone &&
      (workload.from === undefined || atLeast(profile.serverless, workload.from)),
  );
  return [
    ...workloads.map((workload) => workloadResource(resource, workload, profile)),
    ...workloads.flatMap((workload) => servicesOf(resource, workload)),
    ...networkPoliciesOf(resource, profile),
  ];
}
