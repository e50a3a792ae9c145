import { describe, expect, test } from "vitest";
import { capturedHosts, placesOfHost } from "../../src/mesh/kafka-capture.ts";
import { hostGaps, portFaults, unservedHosts } from "../../src/mesh/kafka-entries.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { portRival } from "../../src/mesh/service-entries.ts";
import { graphOf, only } from "../support/graph.ts";

const kafka = (servers: string): string =>
  `{apiVersion: operator.serverless.openshift.io/v1alpha1, kind: KnativeKafka, metadata: {name: k, namespace: knative-eventing}, spec: {broker: {enabled: true, defaultConfig: {bootstrapServers: "${servers}"}}}}\n---\n`;
const entry = (spec: string, name = "kafka", namespace = "knative-eventing"): string =>
  `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
const outside = kafka("kafka.example.com:9092");
const port = (number: number, protocol = "TCP", name = "tcp-kafka"): string =>
  `{number: ${number}, name: ${name}, protocol: ${protocol}}`;

describe("hosts that an entry leaves out", () => {
  test.each([
    ["none", entry("{hosts: [kafka.example.com]}"), []],
    ["a slip", entry("{hosts: [kafka.exmaple.com]}"), ["kafka.exmaple.com"]],
    ["one that a placeholder may stand for", entry('{hosts: [other.example.com, "${H}"]}'), ["?"]],
    ["of an entry for something else", entry("{hosts: [mail.example.com]}", "mail"), []],
  ])("%s", (_name, text, wanted) => {
    const graph = graphOf(outside + text);
    const [own] = graph.own(kinds.ServiceEntry);
    const found = own ? hostGaps(graph, own) : [];
    expect(found.map((gap) => ("needs" in gap ? "?" : gap.meant?.text))).toEqual(wanted);
  });

  test("an address is a matter of spec.addresses", () => {
    const graph = graphOf(kafka("10.0.0.1:9092") + entry("{hosts: [kafka.example.com]}"));
    expect(hostGaps(graph, only(graph, kinds.ServiceEntry, "kafka"))).toEqual([]);
  });
});

describe("ports of an entry", () => {
  const hosts = "hosts: [kafka.example.com]";
  test.each([
    ["right", `{${hosts}, ports: [${port(9092)}]}`, []],
    ["absent", `{${hosts}, ports: [${port(9093)}]}`, ["absent tcp-9092"]],
    ["absent, and its name taken", `{${hosts}, ports: [${port(9093, "TCP", "tcp-9092")}]}`, ["absent null"]],
    ["a list that is not known", `{${hosts}, ports: "\${P}"}`, ["?"]],
    ["a number that is not known", `{${hosts}, ports: [{number: "\${P}", name: tcp}]}`, ["?"]],
    ["of a protocol that Kafka does not speak", `{${hosts}, ports: [${port(9092, "HTTP")}]}`, ["HTTP"]],
    ["of a protocol that nobody knows", `{${hosts}, ports: [${port(9092, "KAFKA")}]}`, []],
    ["without a protocol", `{${hosts}, ports: [{number: 9092, name: tcp}]}`, []],
  ])("%s", (_name, spec, wanted) => {
    const graph = graphOf(outside + entry(spec));
    const found = portFaults(graph, only(graph, kinds.ServiceEntry, "kafka"));
    const said = found.map((fault) => {
      if ("needs" in fault) return "?";
      return fault.type === "absent" ? `absent ${fault.name}` : fault.protocol;
    });
    expect(said).toEqual(wanted);
  });

  test("the first of the set's entries for a host speaks for all", () => {
    const both = entry(`{${hosts}, ports: [${port(1)}]}`) + entry(`{${hosts}, ports: [${port(2)}]}`, "more");
    const graph = graphOf(outside + both);
    const counts = graph.own(kinds.ServiceEntry).map((own) => portFaults(graph, own).length);
    expect(counts.toSorted()).toEqual([0, 1]);
  });

  test.each([
    ["on the same port", 9092, 9092],
    ["on another port", 9999, null],
  ])("another entry without addresses %s", (_name, taken, wanted) => {
    const text =
      entry(`{${hosts}, ports: [${port(9092)}]}`) +
      entry(`{hosts: [b.example.com], ports: [${port(taken)}]}`, "more", "shop");
    const graph = graphOf(text);
    expect(portRival(graph, only(graph, kinds.ServiceEntry, "kafka"))?.port ?? null).toBe(wanted);
  });
});

describe("hosts that no entry is for", () => {
  test.each([
    ["no entry", "", ["kafka.example.com warning null"]],
    ["an entry", entry("{hosts: [kafka.example.com]}"), []],
    ["one for Kafka that has a slip", entry("{hosts: [kafka.exmaple.com]}"), []],
    [
      "one that the pods do not see",
      entry('{hosts: [kafka.example.com], exportTo: ["."]}', "hidden", "shop"),
      ["kafka.example.com warning hidden"],
    ],
  ])("%s", (_name, text, wanted) => {
    const graph = graphOf(kafka("kafka.example.com:9092,kafka.example.com:9093") + text);
    const found = unservedHosts(graph, only(graph, kinds.KnativeKafka, "k"));
    const said = found.map((host) =>
      "needs" in host ? "?" : `${host.host} ${host.severity} ${host.hidden?.name ?? null}`,
    );
    expect(said).toEqual(wanted);
  });
});

describe("hosts that the rule for mutual TLS captures", () => {
  const full = "events.streams.svc.cluster.local";
  const mesh = (members: string, spec = "{version: v2.4, security: {dataPlane: {mtls: true}}}"): string =>
    `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n` +
    `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [${members}]}}\n---\n` +
    "{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving}, spec: {ingress: {istio: {enabled: true}}}}\n---\n";
  const members = "knative-serving, knative-eventing";
  const named = (host: string): string => entry(`{hosts: [${host}], ports: [${port(9092)}]}`);
  test.each([
    ["the full name", mesh(members) + named(full), ["events.streams"]],
    ["the short name", mesh(members) + named("events.streams"), []],
    ["of a member", mesh(`${members}, streams`) + named(full), []],
    ["of a roll that is not known", mesh(`${members}, "\${N}"`) + named(full), ["?"]],
    ["without strict mutual TLS", mesh(members, "{version: v2.4}") + named(full), []],
  ])("%s", (_name, text, wanted) => {
    const graph = graphOf(text);
    const found = capturedHosts(graph, only(graph, kinds.ServiceEntry, "kafka"));
    if (found.state !== "found") throw new Error(found.state);
    expect(found.hosts.map((host) => ("needs" in host ? "?" : host.short))).toEqual(wanted);
  });

  test.each([
    ["no mesh", "", "none"],
    ["Services of members only", mesh(members), "none"],
    ["a mode that is not known", mesh(members, '{mode: ClusterWide, security: "${S}"}'), "unknown"],
    ["all Services", mesh(members, "{mode: ClusterWide, security: {dataPlane: {mtls: true}}}"), "found"],
  ])("of a KnativeKafka: %s", (_name, text, wanted) => {
    const graph = graphOf(text + kafka(`${full}:9092`));
    expect(capturedHosts(graph, only(graph, kinds.KnativeKafka, "k")).state).toBe(wanted);
  });

  test("each field that names one, once", () => {
    const graph = graphOf(kafka(`${full}:9092,${full}:9093`) + named(full));
    const resource = only(graph, kinds.ServiceEntry, "kafka");
    const places = placesOfHost(graph, { resource, path: ["spec", "hosts", 0] }, full);
    expect(places.map((place) => place.resource.name)).toEqual(["kafka", "k"]);
  });
});
