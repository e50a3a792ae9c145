import { performance } from "node:perf_hooks";
import { buildGraph } from "../src/graph/build.ts";
import { makeProfile } from "../src/graph/profile.ts";
import { parseDocuments } from "../src/load/parse.ts";
import { toResources } from "../src/load/resources.ts";
import type { ResourceSet } from "../src/model/set.ts";
import { matrix } from "../src/simulate/matrix.ts";

/** `npx tsx bench/matrix.ts [SERVICES] [POLICIES]`: how long the matrix of a big platform takes. */
const [services = 300, policies = 500] = process.argv.slice(2).map(Number);
const tenantCount = Math.max(1, Math.floor((policies - 20) / 4));

const sidecar = `sidecar.istio.io/inject: "true"`;
const platform = `apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec:
  version: v2.5
  security: {dataPlane: {mtls: true}}
  gateways: {ingress: {service: {metadata: {labels: {knative: ingressgateway}}}}}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: {name: default, namespace: istio-system}
spec: {members: ["*"]}
---
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: {name: knative-serving, namespace: knative-serving}
spec:
  ingress: {istio: {enabled: true}}
  workloads:
    - {name: activator, labels: {${sidecar}}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: knative-ingress-gateway, namespace: knative-serving}
spec:
  selector: {knative: ingressgateway}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: c}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-all, namespace: knative-serving}
spec: {}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: system, namespace: knative-serving}
spec: {rules: [{from: [{source: {namespaces: [knative-serving, istio-system]}}]}]}
`;

function policy(name: string, namespace: string, spec: string): string {
  return `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

function tenantText(index: number): string {
  const namespace = `tenant-${index}`;
  const hosts = [`*.${namespace}`, `*.${namespace}.svc`, `*.${namespace}.svc.cluster.local`];
  return [
    policy(
      "inbound",
      namespace,
      `{rules: [{from: [{source: {namespaces: [${namespace}, knative-serving, istio-system]}}]}]}`,
    ),
    policy("drain", namespace, `{rules: [{to: [{operation: {ports: ["8022"]}}]}]}`),
    policy("no-admin", namespace, `{action: DENY, rules: [{to: [{operation: {paths: ["/admin/*"]}}]}]}`),
    policy(
      `allow-${namespace}-to-activator`,
      "knative-serving",
      `{selector: {matchLabels: {app: activator}}, rules: [{from: [{source: {namespaces: [${namespace}]}}], to: [{operation: {hosts: ${JSON.stringify(hosts)}}}]}]}`,
    ),
  ].join("---\n");
}

function serviceText(index: number): string {
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: service-${index}
  namespace: tenant-${index % tenantCount}
  annotations: {serving.knative.openshift.io/enablePassthrough: "true"}
spec:
  template:
    metadata: {labels: {${sidecar}}}
    spec: {serviceAccountName: account-${index}, containers: [{image: example}]}
`;
}

const text = [
  platform,
  ...Array.from({ length: tenantCount }, (_, index) => tenantText(index)),
  ...Array.from({ length: services }, (_, index) => serviceText(index)),
].join("---\n");

const started = performance.now();
const documents = parseDocuments({ path: "platform.yaml", text });
const resources = documents.flatMap((document) =>
  toResources(document, { namespace: null, form: "full", standing: "own" }),
);
const set: ResourceSet = {
  name: "bench",
  path: ".",
  documents,
  resources,
  context: { resources: [], complete: [], members: {} },
  owns: [],
  appliedAsWhole: false,
  tenants: [],
  profile: { option: { serverless: "1.32", ingressDomain: "apps.example.com" }, config: {} },
};
const graph = buildGraph(set, makeProfile(set));
const loaded = performance.now();
const before = process.cpuUsage();
const made = matrix(graph, "service");
const done = performance.now();
const { user, system } = process.cpuUsage(before);
const open = made.pairs.filter(({ call }) => call?.verdict === "ALLOW").length;
process.stdout.write(
  `${resources.length} objects read in ${Math.round(loaded - started)} ms\n` +
    `${made.pairs.length} pairs (${open} open inside) in ${Math.round(done - loaded)} ms, ${Math.round((user + system) / 1000)} ms of them busy\n`,
);
