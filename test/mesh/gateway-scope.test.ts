import { describe, expect, test } from "vitest";
import { gatewayConflicts } from "../../src/mesh/gateway-conflicts.ts";
import { hostCoverage } from "../../src/mesh/gateway-hosts.ts";
import {
  countWorkloads,
  isMadeByKnative,
  knativeUses,
  otherIngress,
  ownKnativeGateways,
  sameMesh,
  sharedPods,
} from "../../src/mesh/gateway-scope.ts";
import { serversOf } from "../../src/mesh/gateway-servers.ts";
import { gatewayFlaws } from "../../src/mesh/gateway-validation.ts";
import { gatewayWorkloads } from "../../src/mesh/gateway-workloads.ts";
import { httpsTargets, isBehindHttps } from "../../src/mesh/https-servers.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { graphOf, only } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const plane = (namespace: string, spec = "{}"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: ${namespace} }
spec: ${spec}
---`;
const roll = (namespace: string, members: string): string => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: ${namespace} }
spec: { members: ${members} }
---`;
const gateway = (name: string, namespace: string | null, spec: string, labels = "{}"): string => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`}, labels: ${labels} }
spec: ${spec}
---`;
const service = (name: string, ports: string, selector = "{istio: ingressgateway}"): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: istio-system }
spec: { selector: ${selector}, ports: ${ports} }
---`;
const serving = (config: string, ingress = "{istio: {enabled: true}}"): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: ${ingress}, config: ${config} }
---`;
const ksvc = (namespace: string | null, annotations = "{}"): string => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: shop${namespace === null ? "" : `, namespace: ${namespace}`}, annotations: ${annotations} }
spec: {}
---`;
const server = (number: number | string, protocol: string, more = 'hosts: ["*"]'): string =>
  `{ port: { number: ${number}, name: port, protocol: ${protocol} }, ${more} }`;
const spec = (servers: string, selector = "{istio: ingressgateway}"): string =>
  `{ selector: ${selector}, servers: [${servers}] }`;
const secure = 'hosts: ["*"], tls: { mode: SIMPLE, credentialName: c }';
const IG = "knative-ingress-gateway";

const pair = (text: string, options?: GraphOptions): { graph: Graph; a: Resource; b: Resource } => {
  const graph = graphOf(text, options);
  return { graph, a: only(graph, kinds.Gateway, "a"), b: only(graph, kinds.Gateway, "b") };
};

describe("the meshes that read two Gateways", () => {
  const two = (a: string | null, b: string | null): string =>
    gateway("a", a, spec(server(443, "HTTPS"))) + gateway("b", b, spec(server(443, "HTTPS")));
  test.each([
    ["one namespace, whatever the mesh", "", "x", "x", "yes"],
    ["two members of one mesh", roll("istio-system", "[x, z]"), "x", "z", "yes"],
    ["a member and the control plane's own namespace", roll("m", "[x]"), "m", "x", "yes"],
    ["members of two meshes", roll("m", "[x]") + roll("n", "[z]"), "x", "z", "no"],
    ["a member and a stranger", roll("m", "[x]"), "x", "z", "no"],
    ["nothing is known about meshes", "", "x", "z", "unknown"],
    ["a namespace that is not known", roll("m", "[x]"), "x", null, "unknown"],
    ["a roll with placeholders, for a stranger", roll("m", '[x, "${NS}"]'), "x", "z", "unknown"],
    ["a roll with placeholders, for the control plane", roll("m", '[x, "${NS}"]'), "x", "m", "yes"],
  ])("%s", (_name, mesh, a, b, expected) => {
    const { graph, a: first, b: second } = pair(mesh + two(a, b));
    expect(sameMesh(graph, first, second)).toBe(expected);
    expect(sameMesh(graph, second, first)).toBe(expected);
  });
});

describe("the pods that two Gateways share", () => {
  const state = (mesh: string, a: string, b: string): string => {
    const text = gateway("a", "x", spec("", a)) + gateway("b", "x", spec("", b));
    const { graph, a: first, b: second } = pair(mesh + text);
    return sharedPods(graph, first, second).state;
  };
  const mesh = plane("istio-system", "{gateways: {additionalIngress: {shop: {enabled: true}}}}");
  test("by the workloads at hand", () => {
    expect(state(mesh, "{istio: ingressgateway}", "{app: shop}")).toBe("yes");
    expect(state(mesh, "{app: istio-ingressgateway}", "{app: shop}")).toBe("no");
    expect(state(mesh, "{app: nothing}", "{app: nothing}")).toBe("no");
  });
  test("by the selectors where no workload is at hand", () => {
    expect(state("", "{a: b}", "{a: b, c: d}")).toBe("yes");
    expect(state("", "{a: b, c: d}", "{a: b}")).toBe("yes");
    expect(state("", "null", "{a: b}")).toBe("yes");
    expect(state("", "{a: b}", "null")).toBe("yes");
    expect(state("", "{a: b}", "{c: d}")).toBe("unknown");
    expect(state("", '"${S}"', "{c: d}")).toBe("unknown");
  });
  test("candidates of one workload are one", () => {
    const graph = graphOf({ "a.yaml": plane("m"), "b.yaml": plane("m"), "c.yaml": plane("n") });
    expect(gatewayWorkloads(graph)).toHaveLength(3);
    expect(countWorkloads(gatewayWorkloads(graph))).toBe(2);
  });
});

describe("servers of two Gateways on the same pods", () => {
  const conflicts = (a: string, b: string, more = plane("m")): readonly [number, boolean] => {
    const text = gateway("a", "x", spec(a)) + gateway("b", "x", spec(b));
    const { graph, a: first, b: second } = pair(more + text);
    const found = gatewayConflicts(graph, first, second);
    return [found.conflicts.length, found.needs !== null];
  };
  test.each([
    ["one host over TLS", server(443, "HTTPS", secure), server(443, "tls", secure), 1, false],
    ["port 443 and its target", server(443, "HTTPS", secure), server(8443, "HTTPS", secure), 1, false],
    ["two ports", server(443, "HTTPS", secure), server(9443, "HTTPS", secure), 0, false],
    ["plain HTTP twice", server(80, "HTTP"), server(80, "GRPC"), 0, false],
    ["HTTP beside TLS", server(80, "HTTP"), server(80, "HTTPS", secure), 1, false],
    ["TCP twice", server(80, "TCP"), server(80, "MONGO"), 1, false],
    ["two addresses", server(80, "TCP", 'bind: 10.0.0.1, hosts: ["*"]'), server(80, "TCP"), 0, false],
    ["an unknown address", server(80, "TCP", 'bind: "${IP}", hosts: ["*"]'), server(80, "TCP"), 0, true],
    ["an unknown protocol", server(80, '"${P}"'), server(80, "TCP"), 0, true],
    ["an unknown port", server('"${P}"', "TCP"), server(80, "TCP"), 0, true],
    ["unknown hosts", server(443, "TLS", 'hosts: ["${H}"]'), server(443, "TLS", secure), 0, true],
    ["two hosts", server(443, "TLS", "hosts: [a/X.org]"), server(443, "TLS", "hosts: [b/x.org]"), 1, false],
    ["a wildcard and a host", server(443, "TLS", "hosts: [x.org]"), server(443, "TLS", secure), 0, false],
  ])("%s", (_name, a, b, count, open) => {
    expect(conflicts(a, b)).toEqual([count, open]);
    expect(conflicts(b, a)).toEqual([count, open]);
  });
  test("in meshes that may be others are left open", () => {
    const text = gateway("a", "x", spec(server(80, "TCP"))) + gateway("b", null, spec(server(80, "TCP")));
    const { graph, a, b } = pair(plane("m") + text);
    expect(gatewayConflicts(graph, a, b).conflicts).toEqual([]);
    expect(gatewayConflicts(graph, a, b).needs).toContain("meshes");
  });
  test("without pods at hand ports are those that are usual", () => {
    expect(conflicts(server(443, "TLS", secure), server(8443, "TLS", secure), "")).toEqual([0, true]);
    expect(conflicts(server(443, "TLS", secure), server(9443, "TLS", secure), "")).toEqual([0, false]);
  });
  test("nothing of a Gateway without servers", () => {
    const text = gateway("a", "x", "{}") + gateway("b", "x", spec(server(80, "TCP")));
    const { graph, a, b } = pair(text);
    expect(serversOf(a)).toEqual({ state: "absent" });
    expect(serversOf(pair(gateway("a", "x", spec("")) + gateway("b", "x", "{}")).a).state).toBe("absent");
    const open = pair(gateway("a", "x", '{ servers: "${S}" }') + gateway("b", "x", "{}"));
    expect(serversOf(open.a).state).toBe("unknown");
    expect(gatewayConflicts(graph, a, b)).toEqual({ conflicts: [], needs: null });
  });
});

describe("the server behind the Service port https", () => {
  const answer = (text: string, number: number | string): readonly [readonly number[], string] => {
    const graph = graphOf(text + gateway(IG, "knative-serving", spec(server(number, "HTTPS", secure))));
    const resource = only(graph, kinds.Gateway, IG);
    const servers = serversOf(resource);
    const [first] = servers.state === "value" ? servers.value : [];
    if (!first) throw new Error("no server");
    return [httpsTargets(graph, resource), isBehindHttps(graph, resource, first)];
  };
  test("with the control plane's own Service", () => {
    expect(answer(plane("istio-system"), 443)).toEqual([[8443], "yes"]);
    expect(answer(plane("istio-system"), 8443)).toEqual([[8443], "yes"]);
    expect(answer(plane("istio-system"), 9443)).toEqual([[8443], "no"]);
    expect(answer(plane("istio-system"), '"${P}"')[1]).toBe("unknown");
  });
  test("with the Service that the KnativeServing names", () => {
    const named = serving(`{istio: {gateway.knative-serving.${IG}: edge.istio-system.svc.cluster.local}}`);
    const edge = service("edge", "[{name: https, port: 443, targetPort: 9443}]");
    expect(answer(named + edge, 9443)).toEqual([[9443], "yes"]);
    expect(answer(named + edge, 443)).toEqual([[9443], "no"]);
    const named8443 = service("edge", "[{name: https, port: 443, targetPort: 8443}]");
    expect(answer(named + named8443, 443)).toEqual([[8443], "unknown"]);
  });
  test("with a named target that no container has", () => {
    const named = service("edge", "[{name: https, port: 443, targetPort: tls}]");
    const text = serving(`{istio: {gateway.knative-serving.${IG}: edge.istio-system.svc}}`) + named;
    expect(answer(text, 443)).toEqual([[], "yes"]);
    expect(answer(text, 444)).toEqual([[], "unknown"]);
  });
});

describe("names that a Gateway does not serve", () => {
  const gaps = (text: string, hosts: string, role: "external" | "local", options?: GraphOptions) => {
    const servers = server(443, "HTTPS", `hosts: ${hosts}`);
    const graph = graphOf(text + gateway(IG, "knative-serving", spec(servers)), options);
    const found = hostCoverage(graph, only(graph, kinds.Gateway, IG), role);
    return [found.gaps.map((gap) => `${gap.cause} ${gap.name}`), found.needs !== null];
  };
  test("services of another ingress want none", () => {
    const other = ksvc("a", "{networking.knative.dev/ingress-class: kourier.ingress.networking.knative.dev}");
    expect(gaps(other, "[./*]", "external")).toEqual([[], true]);
    expect(gaps(other, "[./*]", "local")[1]).toBe(true);
  });
  test("services whose namespace is not known leave it open", () => {
    expect(gaps(ksvc(null) + ksvc("a"), "[a/*]", "external")).toEqual([[], true]);
    expect(gaps(ksvc(null), '["*.svc", "*.svc.cluster.local"]', "local")).toEqual([[], true]);
  });
  test("all forms of a cluster-local name", () => {
    expect(gaps(ksvc("a"), '["*.svc", "*.svc.cluster.local"]', "local")).toEqual([["host shop.a"], false]);
    expect(gaps(ksvc("a"), '["*.svc", "*.svc.cluster.local", "*.a"]', "local")).toEqual([[], false]);
    expect(gaps(ksvc("a"), "[b/*]", "local")).toEqual([["namespace null"], false]);
  });
});

describe("what the webhook refuses", () => {
  const messages = (servers: string, name = "a"): readonly string[] => {
    const graph = graphOf(gateway(name, "x", spec(servers)));
    const resource = only(graph, kinds.Gateway, name);
    const read = serversOf(resource);
    return gatewayFlaws(resource, read.state === "value" ? read.value : []).map((flaw) =>
      flaw.path.join("."),
    );
  };
  test.each([
    ["nothing about a complete server", server(443, "HTTPS", secure), []],
    ["nothing about a protocol that is not known", server(443, '"${P}"'), []],
    ["a server without a port is the schema's", '{ hosts: ["*"] }', []],
    [
      "an empty port name",
      '{ port: { number: 80, name: "", protocol: HTTP }, hosts: [a] }',
      ["spec.servers.0.port.name"],
    ],
    ["a mode that is not known", server(443, "HTTPS", 'hosts: [a], tls: { mode: "${M}" }'), []],
    ["a redirect", server(80, "HTTP", "hosts: [a], tls: { httpsRedirect: true }"), []],
    [
      "empty sources",
      server(443, "HTTPS", 'hosts: [a], tls: { mode: SIMPLE, credentialName: "", credentialNames: [] }'),
      ["spec.servers.0.tls.credentialName"],
    ],
    [
      "certificates of a redirect",
      server(80, "HTTP", "hosts: [a], tls: { caCertificates: /ca }"),
      ["spec.servers.0.port.protocol"],
    ],
    ["no source for pass-through", server(443, "TLS", "hosts: [a], tls: { mode: PASSTHROUGH }"), []],
  ])("%s", (_name, servers, expected) => {
    expect(messages(servers)).toEqual(expected);
  });
  test("dots in the name", () => {
    expect(messages(server(443, "HTTPS", secure), "shop.example.com")).toEqual(["metadata.name"]);
  });
});

test("Gateways of Knative, of net-istio and of others", () => {
  const made = gateway("made", "x", "{}", "{networking.internal.knative.dev/ingress: shop}");
  const graph = graphOf(gateway(IG, "knative-serving", "{}") + gateway("shop", "x", "{}") + made);
  expect(ownKnativeGateways(graph).map(({ name }) => name)).toEqual([IG]);
  expect(knativeUses(graph, only(graph, kinds.Gateway, IG)).map((use) => use.role)).toEqual(["external"]);
  expect(isMadeByKnative(only(graph, kinds.Gateway, "made"))).toBe(true);
  expect(isMadeByKnative(only(graph, kinds.Gateway, "shop"))).toBe(false);
  expect(otherIngress(graph)).toBeNull();
  expect(otherIngress(graphOf(serving("{}", "{}")))).toContain("kourier");
  expect(otherIngress(graphOf(serving("{network: {ingress-class: contour}}")))).toContain("other");
});
