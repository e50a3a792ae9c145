import { describe, expect, test } from "vitest";
import { directClients, ownDataPlanes, strandedClients, unseenBy } from "../../src/mesh/kafka-clients.ts";
import { bootstrapLists } from "../../src/mesh/kafka-bootstrap.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf, only } from "../support/graph.ts";

const host = "kafka.example.com";
const mesh =
  "{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: {version: v2.4}}\n---\n" +
  "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [knative-serving, knative-eventing, shop]}}\n---\n";
const kafka = `{apiVersion: operator.serverless.openshift.io/v1alpha1, kind: KnativeKafka, metadata: {name: k, namespace: knative-eventing}, spec: {broker: {enabled: true, defaultConfig: {bootstrapServers: "${host}:9092"}}}}\n---\n`;
const injected = 'labels: {sidecar.istio.io/inject: "true"}';
const workload = (spec: string, metadata = injected, namespace = ", namespace: shop"): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: orders${namespace}}, spec: {template: {metadata: {${metadata}}, spec: ${spec}}}}\n---\n`;
const env = (entry: string): string => `{containers: [{name: main, env: [${entry}]}]}`;
const names = env(`{name: BROKERS, value: "${host}:9092"}`);

describe("workloads that speak to Kafka themselves", () => {
  test.each([
    ["by the address in their environment", workload(names), 1],
    ["one of a list", workload(env(`{name: BROKERS, value: "other:1,${host}:9092"}`)), 1],
    ["another port", workload(env(`{name: BROKERS, value: "${host}:9093"}`)), 0],
    ["from a Secret", workload(env("{name: BROKERS, valueFrom: {secretKeyRef: {name: s, key: k}}}")), 0],
    ["no containers", workload("{}"), 0],
    ["no environment", workload("{containers: [{name: main}]}"), 0],
    ["without a sidecar", workload(names, ""), 0],
    ["beside Knative's components", workload(names, injected, ", namespace: knative-eventing"), 0],
    ["in a namespace that is not known", workload(names, injected, ""), 0],
  ])("%s", (_name, text, count) => {
    const found = directClients(graphOf(mesh + kafka + text));
    expect(found.map((client) => [client.namespace, client.host])).toEqual(
      Array.from({ length: count }, () => ["shop", host]),
    );
  });
});

describe("Brokers with a data plane of their own", () => {
  const broker = (kind: string, namespace: string): string =>
    `{apiVersion: eventing.knative.dev/v1, kind: Broker, metadata: {name: b, namespace: ${namespace}, annotations: {eventing.knative.dev/broker.class: ${kind}}}, spec: {}}\n---\n`;
  test.each([
    ["KafkaNamespaced", "shop", ["shop"]],
    ["Kafka", "shop", []],
    ["KafkaNamespaced", "knative-eventing", []],
  ])("%s in %s", (kind, namespace, wanted) => {
    const found = ownDataPlanes(graphOf(kafka + broker(kind, namespace)));
    expect(found.map((client) => client.namespace)).toEqual(wanted);
  });
});

describe("an entry that a client does not see", () => {
  const entry = (name: string, spec: string, namespace = "knative-eventing"): string =>
    `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
  const ports = "ports: [{number: 9092, name: tcp-kafka, protocol: TCP}]";
  const here = entry("e", `{hosts: [${host}], exportTo: ["."], ${ports}}`);
  test.each([
    ["only in its namespace", here, "yes"],
    ["for all", entry("e", `{hosts: [${host}], ${ports}}`), "no"],
    ["for another host", entry("e", `{hosts: [other.example.com], exportTo: ["."], ${ports}}`), "no"],
    ["beside one of its own", here + entry("own", `{hosts: [${host}], ${ports}}`, "shop"), "no"],
    [
      "beside one that may be seen",
      here + entry("own", `{hosts: [${host}], exportTo: ["\${NS}"], ${ports}}`, "mesh"),
      "unknown",
    ],
  ])("%s: %s", (_name, text, wanted) => {
    const graph = graphOf(mesh + kafka + text);
    const [list] = bootstrapLists(graph);
    if (!list) throw new Error("no list");
    const client = { resource: list.resource, namespace: "shop", host };
    const unseen = only(graph, kinds.ServiceEntry, "e");
    expect(unseenBy(graph, unseen, client)).toBe(wanted);
  });

  test.each([
    ["a member of the mesh", workload(names) + here, [null]],
    [
      "two workloads of one namespace",
      workload(names) + workload(names, injected, "-2, namespace: shop") + here,
      [null],
    ],
    [
      "entries that are not known",
      workload(names) + here + entry("own", `{hosts: [${host}], exportTo: ["\${NS}"], ${ports}}`, "mesh"),
      ["the ServiceEntries that shop sees"],
    ],
    ["one that sees it", workload(names) + entry("e", `{hosts: [${host}], ${ports}}`), []],
  ])("stranded clients: %s", (_name, text, wanted) => {
    const graph = graphOf(mesh + kafka + text);
    const found = strandedClients(graph, only(graph, kinds.ServiceEntry, "e"));
    expect(found.map(({ needs }) => needs)).toEqual(wanted);
  });
});
