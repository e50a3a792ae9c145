import type { Profile } from "../model/profile.ts";
import { atLeast, parseVersion } from "../model/version.ts";
import type { Version } from "../model/version.ts";

/** A fact that holds for Serverless versions from `from` on and before `before`; null: no bound (definition D1). */
export interface VersionFact {
  readonly from: string | null;
  readonly before: string | null;
}

/** Facts about OpenShift Serverless, read from the release branches of openshift-knative/serverless-operator. */
export const facts = {
  /** The operator labels its namespaces `knative.openshift.io/part-of: openshift-serverless`. */
  partOfLabel: { from: "1.22", before: null },
  /** The annotation `serverless.openshift.io/enable-secret-informer-filtering` counts. */
  filteringAnnotation: { from: "1.24", before: "1.32" },
  filteringAnnotationDeprecated: { from: "1.28", before: "1.32" },
  /** net-istio filters secrets without being asked. */
  filteringByDefault: { from: "1.32", before: null },
  /** Documents and tests: selector `istio: ingressgateway`, local gateway plain HTTP on 8081. */
  plainLocalGateway: { from: null, before: "1.31" },
  /** Documents and tests: selector `knative: ingressgateway`, local gateway HTTPS with ISTIO_MUTUAL. */
  mutualLocalGateway: { from: "1.31", before: null },
  /** Documents: mTLS strict, drain duration 35s, ports 8444 and 8022 excluded. */
  strictMesh: { from: "1.31", before: null },
  /** The operator makes NetworkPolicies in `knative-serving` for Istio (a static manifest in 1.30 and 1.31). */
  operatorNetworkPolicies: { from: "1.30", before: null },
  /** They are made in code, and `serverless.openshift.io/disable-istio-net-policies-generation` stops it. */
  generatedNetworkPolicies: { from: "1.32", before: null },
  /** The documents list `knative-eventing` in the member roll, whether Eventing is installed or not. */
  eventingMember: { from: "1.28", before: null },
  /** Eventing in the mesh is documented as a technology preview. */
  eventingPreview: { from: "1.28", before: "1.31" },
  injectionByLabel: { from: "1.35", before: null },
  /** The keys `external-gateways` and `local-gateways` of `config-istio` (net-istio 1.14). */
  gatewayListKeys: { from: "1.34", before: null },
  /** Its net-istio is 1.21, or newer and takes empty lists in these keys: no Gateway at all. */
  maybeMeshOnly: { from: "1.38", before: null },
  backendDestinationKey: { from: null, before: "1.38" },
  metricsProtocolKey: { from: "1.38", before: null },
  /** The authorization chart's `knative-serving-ingress` as a source (chart 1.36, in the branches 1.35 and 1.36). */
  chartServingIngressSource: { from: "1.35", before: null },
  jobSink: { from: "1.36", before: null },
  serviceMesh3: { from: "1.38", before: null },
  brokerDispatcherStatefulSet: { from: "1.34", before: null },
  channelDispatcherStatefulSet: { from: "1.35", before: null },
} as const satisfies Record<string, VersionFact>;

/** Whether a fact holds for the profile's Serverless version. */
export function holds(fact: VersionFact, profile: Profile): boolean {
  const { serverless } = profile;
  const begun = fact.from === null || atLeast(serverless, fact.from);
  return begun && (fact.before === null || !atLeast(serverless, fact.before));
}

/** TLS mode of the local gateway as the documents of the profile's version print it; `HTTP` has none. */
export function documentedLocalGateway(profile: Profile): "HTTP" | "ISTIO_MUTUAL" {
  return profile.mesh.major < 3 && holds(facts.mutualLocalGateway, profile) ? "ISTIO_MUTUAL" : "HTTP";
}

/** Label key by which the documents of the profile's version let Knative's Gateways select their workload. */
export function documentedSelectorKey(profile: Profile): "istio" | "knative" {
  return holds(facts.mutualLocalGateway, profile) ? "knative" : "istio";
}

const knativeMinors: Readonly<Record<string, string>> = {
  "1.29": "1.8",
  "1.30": "1.9",
  "1.31": "1.10",
  "1.32": "1.11",
  "1.33": "1.12",
  "1.34": "1.14",
  "1.35": "1.15",
  "1.36": "1.16",
  "1.37": "1.17",
  "1.38": "1.21",
};

const istioMinors: Readonly<Record<string, string>> = {
  "1.0": "1.1",
  "1.1": "1.4",
  "2.0": "1.6",
  "2.1": "1.9",
  "2.2": "1.12",
  "2.3": "1.14",
  "2.4": "1.16",
  "2.5": "1.18",
  "2.6": "1.20",
  "3.0": "1.24",
  "3.1": "1.26",
  "3.2": "1.27",
};

function lookUp(table: Readonly<Record<string, string>>, version: Version): Version | null {
  const key = `${version.major}.${version.minor}`;
  const text = Object.hasOwn(table, key) ? table[key] : undefined;
  return text === undefined ? null : parseVersion(text);
}

/** The Knative version of a Serverless version (`project.yaml` of each release branch); null if not known. */
export function knativeOfServerless(serverless: Version): Version | null {
  return lookUp(knativeMinors, serverless);
}

/** The Istio version of a Service Mesh version; null if not known. */
export function istioOfMesh(mesh: Version): Version | null {
  return lookUp(istioMinors, mesh);
}
