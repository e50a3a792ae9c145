import { describe, expect, test } from "vitest";
import { eventWorkloads, unmetStrictness } from "../../src/mesh/event-workloads.ts";
import { injectRequests } from "../../src/mesh/inject-requests.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { plainKnativeTls } from "../../src/mesh/knative-hosts.ts";
import { kourierMesh } from "../../src/mesh/kourier.ts";
import { strictCauses } from "../../src/mesh/kourier-strict.ts";
import { olderClaim } from "../../src/mesh/mesh-generations.ts";
import { meshOfRoll, wantedMembers } from "../../src/mesh/missing-members.ts";
import { sidecarFault } from "../../src/mesh/missing-sidecars.ts";
import { meshConcerned, standing } from "../../src/mesh/peer-authentications.ts";
import { probeRewrite, unwrittenSeverity } from "../../src/mesh/probe-rewrite.ts";
import { podSecretAccess } from "../../src/mesh/secret-access.ts";
import { hasMisquotedKey } from "../../src/mesh/sidecar-settings.ts";
import type { Graph } from "../../src/model/graph.ts";
import { graphOf, only } from "../support/graph.ts";

const smcp = (spec = "{version: v2.4, security: {dataPlane: {mtls: true}}}"): string =>
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n`;
const roll = (members = "knative-serving, knative-eventing, shop", namespace = "istio-system"): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: ${namespace}}, spec: {members: [${members}]}}\n---\n`;
const serving = (ingress = "istio"): string =>
  `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving}, spec: {ingress: {${ingress}: {enabled: true}}}}\n---\n`;
const service = (metadata: string, name = "web"): string =>
  `{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {template: {metadata: {${metadata}}, spec: {containers: [{image: a}]}}}}\n---\n`;
const label = 'labels: {sidecar.istio.io/inject: "true"}';
const annotated = 'annotations: {sidecar.istio.io/inject: "true"}';
const mesh = smcp() + roll() + serving();
const podOf = (graph: Graph) => {
  const [pod] = graph.podsOf(only(graph, kinds.KnativeService, "web"));
  if (!pod) throw new Error("no pod");
  return pod;
};

describe("a service's sidecar", () => {
  test.each([
    ["asked for", service(label), "1.35", "none"],
    ["not asked for", service(""), "1.35", "missing"],
    ["refused by a label", service('labels: {sidecar.istio.io/inject: "false"}'), "1.35", "missing"],
    ["asked for in the older form", service(annotated), "1.35", "older-form"],
  ])("%s", (_name, text, version, wanted) => {
    const graph = graphOf(mesh + text, { profile: `serverless=${version}` });
    expect(sidecarFault(graph, podOf(graph)).state).toBe(wanted);
  });

  test("a wrong annotation is replaced by the label", () => {
    const graph = graphOf(mesh + service('annotations: {sidecar.istio.io/inject: "false"}'));
    const found = sidecarFault(graph, podOf(graph));
    if (found.state !== "missing") throw new Error(found.state);
    expect([found.form.path.at(-2), found.replaced?.path.at(-2)]).toEqual(["labels", "annotations"]);
  });
});

describe("requests for sidecars", () => {
  test("of a template", () => {
    const graph = graphOf(mesh + service(`${label}, annotations: {sidecar.istio.io/inject: "false"}`));
    const { places, requests } = injectRequests(graph, only(graph, kinds.KnativeService, "web"));
    expect(places).toHaveLength(2);
    expect(requests.map(({ counts }) => counts.path.at(-2))).toEqual(["labels"]);
  });
  test("of overrides, where both forms are used", () => {
    const both = "labels: {sidecar.istio.io/inject: a}, annotations: {sidecar.istio.io/inject: b}";
    const text = serving().replace("spec: {", `spec: {workloads: [{name: one, ${both}}, {name: two}, {}], `);
    const graph = graphOf(text);
    const { places, requests } = injectRequests(graph, only(graph, kinds.KnativeServing, "s"));
    expect([places.length, requests.length]).toEqual([6, 1]);
  });
});

test.each([
  ["", "missing", false],
  ['annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "true"}', "on", false],
  ['annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "false"}', "missing", true],
  ['annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "${ON}"}', "unknown", false],
])("probes with %s: %s", (metadata, state, refused) => {
  const found = probeRewrite(podOf(graphOf(service(metadata))));
  expect([found.state, found.state === "missing" && found.refused]).toEqual([state, refused]);
});

test.each([
  ["serverless=1.32,mesh=2.0", "error"],
  ["serverless=1.32,mesh=2.4", "warning"],
  ["serverless=1.36,mesh=2.6", "info"],
  ["serverless=1.32,mesh=3.0", "info"],
])("probes that nothing rewrites, with %s: %s", (profile, wanted) => {
  const graph = graphOf(service(""), { profile });
  expect(unwrittenSeverity(graph, podOf(graph))).toBe(wanted);
});

describe("what makes mutual TLS strict behind Kourier", () => {
  const causes = (text: string) => {
    const graph = graphOf(text);
    const found = kourierMesh(graph);
    if (found.state !== "active") throw new Error(found.state);
    return strictCauses(graph, found.namespaces);
  };
  const base = roll() + serving("kourier");
  test("one setting for all services", () => {
    const found = causes(base + smcp() + service(label) + service(label, "more"));
    expect(found.causes.map(({ services }) => services.length)).toEqual([2]);
  });
  test.each([
    ["no sidecar", smcp() + service("")],
    ["permissive", smcp("{version: v2.4}") + service(label)],
    [
      "ports left alone",
      smcp() +
        service(`${label}, annotations: {traffic.sidecar.istio.io/excludeInboundPorts: "8012,8013,8022"}`),
    ],
  ])("nothing: %s", (_name, text) => expect(causes(base + text)).toEqual({ causes: [], needs: [] }));
  test("whether there are sidecars is not known", () => {
    const open = '"sidecar.istio.io/inject": "${INJECT}"';
    expect(causes(base + smcp() + service(`labels: {${open}}`)).needs).toHaveLength(1);
  });
  test("services and settings of others are nobody's finding", () => {
    const graph = graphOf("", { context: base + smcp() + service(label) });
    const found = kourierMesh(graph);
    const namespaces = found.state === "active" ? found.namespaces : [];
    expect(strictCauses(graph, namespaces)).toEqual({ causes: [], needs: [] });
  });
  test("a setting of others is said at the first service", () => {
    const graph = graphOf(base + service(label), { context: smcp() });
    const found = kourierMesh(graph);
    const namespaces = found.state === "active" ? found.namespaces : [];
    const [cause] = strictCauses(graph, namespaces).causes;
    expect(cause?.place.resource.kind).toBe(kinds.KnativeService);
  });
  test("not known", () => {
    const open = smcp('{version: v2.4, security: "${SECURITY}"}');
    expect(causes(base + open + service(label)).needs).toHaveLength(1);
  });
});

describe("members that Knative needs", () => {
  test("Eventing where it is there, or the documents list it", () => {
    const names = (text: string, version: string) =>
      wantedMembers(graphOf(text, { profile: `serverless=${version}` })).map(({ severity }) => severity);
    const eventing =
      "{apiVersion: operator.knative.dev/v1beta1, kind: KnativeEventing, metadata: {name: e, namespace: knative-eventing}}";
    expect(names(eventing, "1.25")).toEqual(["error", "error"]);
    expect(names("", "1.32")).toEqual(["error", "warning"]);
    expect(names("", "1.25")).toEqual(["error"]);
  });
  test.each([
    ["that of Serverless", mesh, "found"],
    ["no mesh at all", roll() + serving("kourier"), "none"],
  ])("the mesh of a roll: %s", (_name, text, wanted) => {
    const graph = graphOf(text);
    expect(meshOfRoll(graph, only(graph, kinds.ServiceMeshMemberRoll, "default")).state).toBe(wanted);
  });
  test("the mesh of another roll", () => {
    const graph = graphOf(mesh + roll("billing", "other-mesh"));
    const other = graph.all(kinds.ServiceMeshMemberRoll).find(({ namespace }) => namespace === "other-mesh");
    expect(other && meshOfRoll(graph, other).state).toBe("none");
  });
});

describe("policies that weaken strict mutual TLS", () => {
  const policy = (namespace: string): string =>
    `{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: p, namespace: ${namespace}}, spec: {}}\n---\n`;
  const rule = (namespace: string, spec: string): string =>
    `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
  test.each([
    ["Knative's", mesh + policy("knative-serving"), "found"],
    ["others'", mesh + policy("billing"), "none"],
    ["no mesh", serving("kourier") + policy("knative-serving"), "none"],
  ])("whose pods they are about: %s", (_name, text, wanted) => {
    const graph = graphOf(text);
    expect(meshConcerned(graph, only(graph, kinds.PeerAuthentication, "p")).state).toBe(wanted);
  });
  test.each([
    ["a member", "shop", null],
    ["no member", "billing", "not-member"],
    ["the root namespace", "istio-system", null],
  ])("where they stand: %s", (_name, namespace, wanted) => {
    const graph = graphOf(mesh + rule(namespace, "{host: a}"));
    const resource = only(graph, kinds.DestinationRule, "d");
    const found = meshConcerned(graph, resource);
    if (found.state !== "found") throw new Error(found.state);
    expect(standing(graph, resource, found.mesh)?.state ?? null).toBe(wanted);
  });
  const plain = "trafficPolicy: {tls: {mode: DISABLE}}";
  test.each([
    [`{host: activator-service.knative-serving.svc.cluster.local, ${plain}}`, "name 1"],
    [`{host: "*.knative-serving.svc.cluster.local", ${plain}}`, "wildcard 1"],
    [`{host: mail.example.com, ${plain}}`, "name 0"],
    ["{host: activator-service.knative-serving.svc.cluster.local}", "name 0"],
    [`{host: "\${HOST}", ${plain}}`, "unknown"],
  ])("%s: %s", (spec, wanted) => {
    const graph = graphOf(mesh + rule("shop", spec));
    const found = plainKnativeTls(graph, only(graph, kinds.DestinationRule, "d"));
    expect(found.state === "known" ? `${found.host} ${found.places.length}` : found.state).toBe(wanted);
  });
});

test.each([
  ["named", "{serviceAccountName: a}", ", namespace: shop", "no a"],
  ["the default", "{}", ", namespace: shop", "no default"],
  ["in an open namespace", "{}", ', namespace: "${NS}"', "unknown default"],
  ["open", '{serviceAccountName: "${A}"}', ", namespace: shop", "unknown default"],
])("the account of pods that may read Secrets: %s", (_name, spec, namespace, wanted) => {
  const graph = graphOf(`{apiVersion: v1, kind: Pod, metadata: {name: p${namespace}}, spec: ${spec}}`);
  const [pod] = graph.pods();
  if (!pod) throw new Error("no pod");
  const found = podSecretAccess(graph, pod, pod.namespace);
  expect(`${found.state} ${found.account}`).toBe(wanted);
});

test("a roll that claims Knative beside an Istio of another folder may be an alternative", () => {
  const istio =
    "{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {namespace: istio-system}}\n";
  const graph = graphOf({ "older/mesh.yaml": smcp() + roll(), "newer/istio.yaml": istio });
  const members = only(graph, kinds.ServiceMeshMemberRoll, "default");
  const alone = olderClaim(graph, members, null);
  expect(alone && "namespaces" in alone && alone.namespaces).toContain("knative-serving");
  expect(olderClaim(graph, members, only(graph, kinds.Istio, "default"))).toHaveProperty("needs");
});

test("a workload of events without a sidecar, where its mesh is strict", () => {
  const source = (metadata: string): string =>
    `{apiVersion: sources.knative.dev/v1, kind: ContainerSource, metadata: {name: c, namespace: shop}, spec: {sink: {ref: {kind: Broker, apiVersion: eventing.knative.dev/v1, name: b}}, template: {metadata: {${metadata}}, spec: {containers: [{image: a}]}}}}\n---\n`;
  const state = (text: string) => {
    const graph = graphOf(text);
    const resource = only(graph, kinds.ContainerSource, "c");
    const [pod] = graph.podsOf(resource);
    if (!pod) throw new Error("no pod");
    return unmetStrictness(graph, pod, eventWorkloads(graph, resource).peers).state;
  };
  expect(state(mesh + source(""))).toBe("unmet");
  expect(state(mesh + source(label))).toBe("none");
  expect(state(smcp("{version: v2.4}") + roll() + serving() + source(""))).toBe("none");
  expect(state(smcp('{version: v2.4, security: "${S}"}') + roll() + serving() + source(""))).toBe("unknown");
  const misquoted = `annotations: {'sidecar.istio.io/inject"': "true"}`;
  expect([label, misquoted].map((text) => hasMisquotedKey(podOf(graphOf(service(text)))))).toEqual([
    false,
    true,
  ]);
});
