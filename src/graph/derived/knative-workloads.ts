import type { Version } from "../../model/version.ts";
import { atLeast } from "../../model/version.ts";

export type OperatorKind = "KnativeServing" | "KnativeEventing" | "KnativeKafka";

/** What has to be switched on for a workload to exist. */
export type Part = "always" | "istio" | "kourier" | "broker" | "channel" | "source" | "sink" | "anyKafka";

/** A workload that an operator runs, as its manifests ship it. */
export interface KnativeWorkload {
  readonly cr: OperatorKind;
  /** The name that an override uses; of a Job with `generateName` its prefix. */
  readonly name: string;
  readonly generateName?: true;
  readonly kind: "Deployment" | "StatefulSet" | "Job";
  /** From this Serverless version on it is a StatefulSet. */
  readonly statefulSetFrom?: string;
  /** The Serverless version that brought it. */
  readonly from?: string;
  /** No longer shipped in any version that is supported, but a known name. */
  readonly gone?: true;
  readonly part: Part;
  /** Value of the label `app.kubernetes.io/component`. */
  readonly component: string | null;
  /** Value of the label `app`. */
  readonly app: string | null;
  readonly serviceAccount: string | null;
  /** Another service account in the versions before one. */
  readonly serviceAccountBefore?: { readonly version: string; readonly name: string };
  readonly containers: readonly string[];
  /** Whether the documents ask for a sidecar; from which version, where that matters. */
  readonly injected: "yes" | "no" | "open";
  /** Ships the annotation `sidecar.istio.io/inject: "false"`. */
  readonly refusesSidecar?: true;
}

type Row = Omit<KnativeWorkload, "cr" | "part" | "kind" | "injected"> &
  Partial<Pick<KnativeWorkload, "part" | "kind" | "injected">>;

function rows(cr: OperatorKind, list: readonly Row[]): readonly KnativeWorkload[] {
  return list.map((row) => ({ kind: "Deployment", part: "always", injected: "no", ...row, cr }));
}

/** A workload whose labels, service account and only container are all named after it. */
function plain(name: string): Pick<Row, "name" | "component" | "app" | "serviceAccount" | "containers"> {
  return { name, component: name, app: name, serviceAccount: name, containers: [name] };
}

/**
 * The workloads of the three operator CRs (the table of Knative's workloads; openshift-knative/serverless-operator
 * `openshift-knative-operator/cmd/operator/kodata` and `knative-operator/deploy/resources/knativekafka`).
 */
export const knativeWorkloads: readonly KnativeWorkload[] = [
  ...rows("KnativeServing", [
    {
      ...plain("activator"),
      serviceAccountBefore: { version: "1.32", name: "controller" },
      injected: "yes",
    },
    { ...plain("autoscaler"), serviceAccount: "controller", injected: "yes" },
    { ...plain("controller") },
    { ...plain("webhook"), serviceAccount: "controller" },
    { ...plain("autoscaler-hpa"), serviceAccount: "controller" },
    {
      name: "storage-version-migration-serving-",
      generateName: true,
      kind: "Job",
      component: "storage-version-migration-job",
      app: "storage-version-migration-serving",
      serviceAccount: "controller",
      containers: ["migrate"],
    },
    { ...plain("domain-mapping"), serviceAccount: "controller", gone: true },
    { ...plain("domainmapping-webhook"), serviceAccount: "controller", gone: true },
    {
      name: "net-istio-controller",
      part: "istio",
      component: "net-istio",
      app: "net-istio-controller",
      serviceAccount: "controller",
      containers: ["controller"],
      refusesSidecar: true,
    },
    {
      name: "net-istio-webhook",
      part: "istio",
      component: "net-istio",
      app: "net-istio-webhook",
      serviceAccount: "controller",
      containers: ["webhook"],
      refusesSidecar: true,
    },
    {
      name: "net-kourier-controller",
      part: "kourier",
      component: null,
      app: "net-kourier-controller",
      serviceAccount: "net-kourier",
      containers: ["controller"],
    },
    {
      name: "3scale-kourier-gateway",
      part: "kourier",
      component: null,
      app: "3scale-kourier-gateway",
      serviceAccount: null,
      containers: ["kourier-gateway"],
    },
  ]),
  ...rows("KnativeEventing", [
    { ...plain("pingsource-mt-adapter"), app: null, containers: ["dispatcher"], injected: "yes" },
    { ...plain("imc-dispatcher"), app: null, containers: ["dispatcher"], injected: "yes" },
    {
      name: "mt-broker-ingress",
      component: "broker-ingress",
      app: null,
      serviceAccount: "mt-broker-ingress",
      containers: ["ingress"],
      injected: "yes",
    },
    {
      name: "mt-broker-filter",
      component: "broker-filter",
      app: null,
      serviceAccount: "mt-broker-filter",
      containers: ["filter"],
      injected: "yes",
    },
    { ...plain("job-sink"), from: "1.36", app: null, injected: "yes" },
    { ...plain("eventing-controller") },
    { ...plain("eventing-webhook") },
    { ...plain("eventing-istio-controller") },
    { ...plain("imc-controller"), app: null, containers: ["controller"] },
    {
      name: "mt-broker-controller",
      component: "broker-controller",
      app: "mt-broker-controller",
      serviceAccount: "eventing-controller",
      containers: ["mt-broker-controller"],
    },
    { ...plain("request-reply"), from: "1.38", kind: "StatefulSet", app: null, injected: "open" },
    { ...plain("eventmesh-backend"), from: "1.38", containers: ["controller"] },
    {
      name: "storage-version-migration-eventing-",
      generateName: true,
      kind: "Job",
      component: "storage-version-migration-job",
      app: "storage-version-migration-eventing",
      serviceAccount: "knative-eventing-post-install-job",
      containers: ["migrate"],
    },
  ]),
  ...rows("KnativeKafka", [
    { ...plain("kafka-controller"), part: "anyKafka", containers: ["controller"], injected: "yes" },
    { ...plain("kafka-webhook-eventing"), part: "anyKafka" },
    {
      ...plain("kafka-broker-receiver"),
      part: "broker",
      serviceAccount: "knative-kafka-broker-data-plane",
      injected: "yes",
    },
    {
      ...plain("kafka-broker-dispatcher"),
      part: "broker",
      statefulSetFrom: "1.34",
      serviceAccount: "knative-kafka-broker-data-plane",
      injected: "yes",
    },
    {
      ...plain("kafka-channel-receiver"),
      part: "channel",
      serviceAccount: "knative-kafka-channel-data-plane",
      injected: "yes",
    },
    {
      ...plain("kafka-channel-dispatcher"),
      part: "channel",
      statefulSetFrom: "1.35",
      serviceAccount: "knative-kafka-channel-data-plane",
      injected: "yes",
    },
    {
      ...plain("kafka-source-dispatcher"),
      part: "source",
      kind: "StatefulSet",
      // The shipped manifest says so.
      component: "kafka-channel-dispatcher",
      serviceAccount: "knative-kafka-source-data-plane",
      injected: "yes",
    },
    {
      ...plain("kafka-sink-receiver"),
      part: "sink",
      serviceAccount: "knative-kafka-sink-data-plane",
      injected: "yes",
    },
    {
      name: "kafka-controller-post-install",
      kind: "Job",
      part: "anyKafka",
      component: null,
      app: "kafka-controller-post-install",
      serviceAccount: "knative-kafka-controller-post-install",
      containers: ["post-install"],
    },
    {
      name: "knative-kafka-storage-version-migrator",
      kind: "Job",
      part: "anyKafka",
      component: null,
      app: "knative-kafka-storage-version-migrator",
      serviceAccount: "knative-kafka-storage-version-migrator",
      containers: ["migrate"],
    },
  ]),
];

/** The kind that a workload has in a Serverless version. */
export function workloadKindIn(workload: KnativeWorkload, serverless: Version): KnativeWorkload["kind"] {
  const { statefulSetFrom } = workload;
  return statefulSetFrom !== undefined && atLeast(serverless, statefulSetFrom)
    ? "StatefulSet"
    : workload.kind;
}

/** The service account that its pods run as in a Serverless version; null if the manifests name none. */
export function serviceAccountIn(workload: KnativeWorkload, serverless: Version): string | null {
  const { serviceAccountBefore: before } = workload;
  return before === undefined || atLeast(serverless, before.version) ? workload.serviceAccount : before.name;
}

export interface KnativeServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
}

/** A Kubernetes Service of the operators, by the workload that it selects. */
export interface KnativePlainService {
  readonly name: string;
  readonly workload: string;
  readonly ports: readonly KnativeServicePort[];
}

const http = { name: "http", port: 80, targetPort: 8080 };
const https = { name: "https", port: 443, targetPort: 8443 };
const metrics = { name: "http-metrics", port: 9090, targetPort: 9090 };
const webhook = { name: "https-webhook", port: 443, targetPort: 8443 };

/** The Services of section 7. */
export const knativePlainServices: readonly KnativePlainService[] = [
  {
    name: "activator-service",
    workload: "activator",
    ports: [
      metrics,
      { name: "http", port: 80, targetPort: 8012 },
      { name: "http2", port: 81, targetPort: 8013 },
      { name: "https", port: 443, targetPort: 8112 },
    ],
  },
  {
    name: "autoscaler",
    workload: "autoscaler",
    ports: [metrics, { name: "http", port: 8080, targetPort: 8080 }],
  },
  { name: "autoscaler-hpa", workload: "autoscaler-hpa", ports: [metrics] },
  { name: "controller", workload: "controller", ports: [metrics] },
  { name: "webhook", workload: "webhook", ports: [metrics, webhook] },
  { name: "net-istio-webhook", workload: "net-istio-webhook", ports: [metrics, webhook] },
  { name: "kourier", workload: "3scale-kourier-gateway", ports: [{ ...http, name: "http2" }, https] },
  {
    name: "kourier-internal",
    workload: "3scale-kourier-gateway",
    ports: [
      { name: "http2", port: 80, targetPort: 8081 },
      { name: "https", port: 443, targetPort: 8444 },
    ],
  },
  { name: "broker-ingress", workload: "mt-broker-ingress", ports: [http, https] },
  { name: "broker-filter", workload: "mt-broker-filter", ports: [http, https] },
  { name: "imc-dispatcher", workload: "imc-dispatcher", ports: [http, https] },
  { name: "job-sink", workload: "job-sink", ports: [http, https] },
  { name: "request-reply", workload: "request-reply", ports: [http, https] },
  { name: "inmemorychannel-webhook", workload: "imc-controller", ports: [webhook] },
  { name: "eventing-webhook", workload: "eventing-webhook", ports: [webhook] },
  { name: "eventmesh-backend", workload: "eventmesh-backend", ports: [http] },
  { name: "kafka-broker-ingress", workload: "kafka-broker-receiver", ports: [http, https, metrics] },
  { name: "kafka-channel-ingress", workload: "kafka-channel-receiver", ports: [http, https, metrics] },
  { name: "kafka-sink-ingress", workload: "kafka-sink-receiver", ports: [http, https, metrics] },
  { name: "kafka-webhook-eventing", workload: "kafka-webhook-eventing", ports: [webhook] },
];
