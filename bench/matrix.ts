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

function serviceText(index: number, tenants: number): string {
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: service-${index}
  namespace: tenant-${index % tenants}
  annotations: {serving.knative.openshift.io/enablePassthrough: "true"}
spec:
  template:
    metadata: {labels: {${sidecar}}}
    spec: {serviceAccountName: account-${index}, containers: [{image: example}]}
`;
}

/** One matrix of `count` services with as many callers; the first of a process also pays for compiling the code. */
function measure(count: number): void {
  const tenants = Math.max(1, Math.round((tenantCount * count) / services));
  const text = [
    platform,
    ...Array.from({ length: tenants }, (_, index) => tenantText(index)),
    ...Array.from({ length: count }, (_, index) => serviceText(index, tenants)),
  ].join("---\n");
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
  const made = matrix(graph, "service");
  const took = performance.now() - loaded;
  const open = made.pairs.filter(({ call }) => call?.verdict === "ALLOW").length;
  process.stdout.write(
    `${String(resources.length).padStart(5)} objects, ${String(count).padStart(4)} services: ` +
      `${made.pairs.length} pairs (${open} open inside) in ${Math.round(took)} ms, ` +
      `${((took * 1000) / made.pairs.length).toFixed(1)} us a pair\n`,
  );
}

for (const part of [8, 4, 2, 1]) measure(Math.round(services / part));
