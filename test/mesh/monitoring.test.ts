import { describe, expect, test } from "vitest";
import { portExclusion } from "../../src/mesh/excluded-ports.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { metricsBackend, wrongBackendKey } from "../../src/mesh/metrics-backend.ts";
import { admitsMonitoring, scraping, selectorSlip } from "../../src/mesh/monitoring-policies.ts";
import { graphOf, only } from "../support/graph.ts";

const smcp = (spec = "{version: v2.4}"): string =>
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n`;
const roll = (members: string): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [${members}]}}\n---\n`;
const optOut = '{serverless.openshift.io/disable-istio-net-policies-generation: "true"}';
const serving = (config = "{}", ingress = "{istio: {enabled: true}}"): string =>
  `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving, annotations: ${optOut}}, spec: {ingress: ${ingress}, config: ${config}}}\n---\n`;
const on = "{observability: {metrics.backend-destination: prometheus}}";
const policy = (spec: string, namespace = ", namespace: knative-serving"): string =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p${namespace}}, spec: ${spec}}\n---\n`;

describe("the metrics backend", () => {
  test.each([
    [serving(on), "on", null],
    [serving("{observability: {metrics.backend-destination: opencensus}}"), "off", null],
    [serving(), "off", null],
    [serving("{}", "{kourier: {enabled: true}}"), "on", null],
    [serving('{observability: "${O}"}'), "unknown", null],
    [serving("{}", '{istio: {enabled: "${I}"}}'), "unknown", null],
    [serving("{observability: {metrics-protocol: prometheus}}"), "off", "other version"],
    [serving("{observability: {metrics: {backend-destination: prometheus}}}"), "off", "nested"],
    [serving("{config-observability: {metrics-protocol: a, metrics.backend-destination: b}}"), "on", null],
  ])("of %s", (text, state, wrong) => {
    const graph = graphOf(text);
    const resource = only(graph, kinds.KnativeServing, "s");
    expect(metricsBackend(graph, resource).state).toBe(state);
    expect(wrongBackendKey(graph, resource)?.form ?? null).toBe(wrong);
  });

  test("is not known while a patch may set it", () => {
    const patch = `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving}, spec: {config: ${on}}}`;
    const graph = graphOf(serving(), { patches: { "patch.yaml": patch } });
    const [resource] = graph.all(kinds.KnativeServing);
    expect(resource && metricsBackend(graph, resource).state).toBe("unknown");
  });
});

describe("a policy that admits monitoring", () => {
  const from = (peer: string): string => `{podSelector: {}, ingress: [{from: [${peer}]}]}`;
  const labelled = (labels: string): string => from(`{namespaceSelector: {matchLabels: {${labels}}}}`);
  const ports = (list: string): string => `{podSelector: {}, ingress: [{ports: [${list}]}]}`;
  test.each([
    ["everybody", "{podSelector: {}, ingress: [{}]}", "yes"],
    ["every namespace", from("{namespaceSelector: {}}"), "yes"],
    ["by its name", labelled("kubernetes.io/metadata.name: openshift-monitoring"), "yes"],
    ["by a bare boolean", labelled("openshift.io/cluster-monitoring: true"), "yes"],
    ["by its group", labelled("network.openshift.io/policy-group: monitoring"), "yes"],
    ["for user workloads", labelled("name: openshift-user-workload-monitoring"), "no"],
    ["by another label", labelled("team: observers"), "unknown"],
    ["by a slip", labelled("kubernetes.io/metadata-name: openshift-monitoring"), "no"],
    [
      "Prometheus",
      from("{namespaceSelector: {}, podSelector: {matchLabels: {app.kubernetes.io/name: prometheus}}}"),
      "yes",
    ],
    [
      "other pods",
      from("{namespaceSelector: {}, podSelector: {matchLabels: {app.kubernetes.io/name: grafana}}}"),
      "no",
    ],
    ["its own pods", from("{podSelector: {}}"), "no"],
    ["addresses", from("{ipBlock: {cidr: 10.0.0.0/8}}"), "unknown"],
    ["no peer", from("nobody"), "unknown"],
    ["the port", ports("{port: 8444}"), "yes"],
    ["a range", ports("{port: 8000, endPort: 9000}"), "yes"],
    ["another port", ports("{port: 9090}"), "no"],
    ["a named port", ports("{port: https}"), "unknown"],
    ["a protocol", ports("{protocol: TCP}"), "yes"],
    ["on its way out", "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}", "no"],
    ["nobody", "{podSelector: {}, ingress: []}", "no"],
    ["without rules", "{podSelector: {}}", "no"],
  ])("%s", (_name, spec, wanted) => {
    const graph = graphOf(policy(spec));
    expect(admitsMonitoring(graph, only(graph, kinds.NetworkPolicy, "p"))).toBe(wanted);
  });

  test.each([
    [labelled("name: openshift-monitorng"), "value"],
    [labelled("kubernetes.io/metadata-name: openshift-monitoring"), "key"],
    [labelled("kubernetes.io/metadata-name: other"), null],
    [labelled("name: shop"), null],
    [labelled("tier: 7"), null],
    [
      from(
        "{namespaceSelector: {matchExpressions: [{key: name, operator: In, values: [openshift-monitorin]}]}}",
      ),
      "value",
    ],
    [from("{namespaceSelector: {matchExpressions: [{key: name, operator: Exists}]}}"), null],
    ["{podSelector: {matchLabels: {app: activator}}, ingress: [{from: [{namespaceSelector: {}}]}]}", "pods"],
    ["{podSelector: {}, ingress: [{}]}", null],
  ])("%s has a slip: %s", (spec, wanted) => {
    const graph = graphOf(serving(on) + policy(spec));
    const found = selectorSlip(
      graph,
      only(graph, kinds.NetworkPolicy, "p"),
      only(graph, kinds.KnativeServing, "s"),
    );
    expect(found?.what ?? null).toBe(wanted);
  });
});

test.each([
  ["nobody admits it", smcp() + roll("knative-serving") + serving(on), "shut out"],
  ["Kourier", smcp() + roll("knative-serving") + serving(on, "{kourier: {enabled: true}}"), "not-applicable"],
  ["an ingress not known", smcp() + serving(on, '{istio: {enabled: "${I}"}}'), "unknown"],
  ["metrics off", smcp() + roll("knative-serving") + serving(), "not-applicable"],
  ["metrics not known", smcp() + roll("knative-serving") + serving('{observability: "${O}"}'), "unknown"],
  ["no mesh at hand", serving(on), "unknown"],
  [
    "no policies of the mesh",
    smcp("{version: v2.4, security: {manageNetworkPolicy: false}}") + roll("knative-serving") + serving(on),
    "not-applicable",
  ],
  [
    "a profile not known",
    smcp("{version: v2.4, profiles: [own]}") + roll("knative-serving") + serving(on),
    "unknown",
  ],
  [
    "a policy without a namespace",
    smcp() + roll("knative-serving") + serving(on) + policy("{podSelector: {}, ingress: [{}]}", ""),
    "unknown",
  ],
  [
    "a label not known",
    smcp() +
      roll("knative-serving") +
      serving(on) +
      policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]}"),
    "unknown",
  ],
  [
    "everybody",
    smcp() + roll("knative-serving") + serving(on) + policy("{podSelector: {}, ingress: [{}]}"),
    "admitted",
  ],
])("scraping Serving: %s", (_name, text, wanted) => {
  const graph = graphOf(text);
  expect(scraping(graph, only(graph, kinds.KnativeServing, "s")).state).toBe(wanted);
});

describe("whether a port is excluded", () => {
  const excluded = (list: string, more = ""): string =>
    `{version: v2.4, security: {dataPlane: {mtls: true}}, proxy: {networking: {trafficControl: {inbound: {excludedPorts: ${list}}}}}${more}}`;
  const v1 =
    "{apiVersion: maistra.io/v1, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: {istio: {global: {mtls: {enabled: true}}}}}\n---\n";
  test.each([
    [smcp(excluded("[8444]")) + roll("knative-serving"), "excluded"],
    [smcp(excluded("[8022]")) + roll("knative-serving"), "missing"],
    [smcp() + roll("knative-serving"), "not-applicable"],
    [smcp(excluded("[8022]")) + roll("shop"), "not-applicable"],
    [smcp(excluded('"${P}"')) + roll("knative-serving"), "unknown"],
    [smcp('{version: v2.4, security: {dataPlane: {mtls: "${M}"}}}') + roll("knative-serving"), "unknown"],
    [v1 + roll("knative-serving"), "missing"],
  ])("%s", (text, wanted) => {
    const graph = graphOf(text);
    expect(portExclusion(graph, only(graph, kinds.ServiceMeshControlPlane, "basic"), 8444).state).toBe(
      wanted,
    );
  });
});
