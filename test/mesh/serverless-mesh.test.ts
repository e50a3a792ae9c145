import { describe, expect, test } from "vitest";
import { integration } from "../../src/mesh/integration.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { gatewayNamespaces, istioNamespace, systemNamespaces } from "../../src/mesh/namespaces.ts";
import { isServerlessMesh, serverlessControlPlanes, serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { graphOf } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const smcp = (namespace: string | null = "istio-system", spec = "{}"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: ${spec}
---`;
const roll = (members: string, namespace: string | null = "istio-system"): string => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: { members: ${members} }
---`;
const serving = (ingress = "{istio: {enabled: true}}"): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: ${ingress} }
---`;
const gateway = (selector = "{istio: ingressgateway}", name = "knative-ingress-gateway"): string => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: ${name}, namespace: knative-serving }
spec: { selector: ${selector}, servers: [] }
---`;
const istio = (namespace = "istio-system", name = "default"): string => `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: ${name} }
spec: { namespace: ${namespace} }
---`;
const injected = (namespace: string | null): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: gw${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: { template: { metadata: { labels: { a: b }, annotations: { inject.istio.io/templates: gateway } }, spec: {} } }
---`;

const ask = (text: string, options: GraphOptions = {}): string => {
  const answer = serverlessMesh(graphOf(text, options));
  return answer.state === "found" ? `${answer.mesh.namespace}: ${answer.because}` : answer.state;
};

describe("the mesh of Serverless (D13)", () => {
  test.each([
    ["knative-serving is a member", smcp() + roll("[knative-serving]"), "istio-system: member"],
    ["of the roll at hand, the control plane outside", roll("[knative-serving]"), "istio-system: member"],
    [
      "the other mesh is nobody's mistake",
      smcp() + roll("[shop]") + smcp("m2") + roll("[knative-serving]", "m2"),
      "m2: member",
    ],
    [
      "gateways lead to its workloads",
      serving() + gateway() + smcp() + smcp("m2", "{gateways: {enabled: false}}"),
      "istio-system: gateways",
    ],
    [
      "or to injected ones of a member",
      serving() + gateway("{a: b}") + injected("gw-ns") + smcp() + roll("[gw-ns]") + smcp("m2"),
      "istio-system: gateways",
    ],
    [
      "injected ones outside every mesh",
      serving() + gateway("{a: b}") + injected("gw-ns") + smcp() + roll("[]") + smcp("m2"),
      "none",
    ],
    ["Gateways and one control plane", gateway() + smcp() + roll("[]"), "istio-system: only"],
    ["Gateways and two control planes", gateway() + smcp() + smcp("m2"), "none"],
    ["another mesh", smcp() + roll("[shop]"), "none"],
    ["Kourier", serving("{}") + smcp() + roll("[knative-serving]") + gateway(), "none"],
    ["a roll with placeholders", smcp() + roll('["<your-projects>"]'), "unknown"],
    ["no mesh and no integration", "", "none"],
    ["no mesh, but Gateways", gateway(), "unknown"],
    ["Service Mesh 3 with Gateways", istio() + gateway(), "istio-system: only"],
    ["Service Mesh 3 with Serverless", istio() + serving(), "istio-system: only"],
    ["Service Mesh 3 alone", istio(), "none"],
    ["two of Service Mesh 3", istio() + istio("m2", "second") + serving(), "none"],
    [
      "Service Mesh 3, gateways",
      istio() + serving() + gateway("{a: b}") + injected("gw-ns") + smcp("m2"),
      "istio-system: gateways",
    ],
  ])("%s: %#", (_name, text, expected) => {
    expect(ask(text)).toBe(expected);
  });
  test("another class than both", () => {
    const other = `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { config: { network: { ingress-class: contour.ingress.networking.knative.dev } } }
---`;
    expect(ask(other + smcp() + roll("[knative-serving]"))).toBe("none");
  });
  test("is none where the config says that the set owns the mesh, and has none", () => {
    expect(ask(gateway(), { owns: ["mesh"] })).toBe("none");
  });
  test("more than one is told", () => {
    const answer = serverlessMesh(
      graphOf(smcp() + roll("[knative-serving]") + smcp("m2") + roll("[knative-serving]", "m2")),
    );
    expect(answer.state === "found" && answer.all.map(({ mesh }) => mesh.namespace)).toEqual([
      "istio-system",
      "m2",
    ]);
  });
});

test("the order of files never shows", () => {
  const files = {
    "a.yaml": smcp() + roll("[shop]"),
    "b.yaml": smcp("m2") + roll("[knative-serving]", "m2"),
    "c.yaml": serving() + gateway() + gateway("{x: y}"),
  };
  const told = (reverse: boolean) => {
    const graph = graphOf(files, { reverse });
    const answer = serverlessMesh(graph);
    return JSON.stringify([
      answer.state === "found" && answer.all.map(({ mesh, because }) => [mesh.namespace, because]),
      gatewayNamespaces(graph),
      integration(graph).evident,
    ]);
  };
  expect(told(true)).toBe(told(false));
});

describe("whether a control plane is that of Serverless", () => {
  const told = (text: string) => {
    const graph = graphOf(text);
    return graph.all(kinds.ServiceMeshControlPlane).map((plane) => isServerlessMesh(graph, plane));
  };
  test.each([
    [smcp() + roll("[knative-serving]") + smcp("m2"), ["yes", "no"]],
    [smcp() + roll("[shop]"), ["no"]],
    [smcp() + roll('["<x>"]'), ["unknown"]],
    [smcp(null) + roll("[knative-serving]"), ["unknown"]],
    [smcp(null) + roll("[knative-serving]", null), ["yes"]],
    [smcp(null) + smcp() + roll("[knative-serving]"), ["no", "yes"]],
    [smcp("m2") + roll("[knative-serving]"), ["no"]],
  ])("%#", (text, expected) => {
    expect(told(text)).toEqual(expected);
  });
  test("all candidates are", () => {
    expect(serverlessControlPlanes(graphOf(smcp() + smcp() + roll("[knative-serving]")))).toHaveLength(2);
  });
});

describe("whether the integration is evident (0.3)", () => {
  const why = (text: string, options: GraphOptions = {}) => {
    const answer = integration(graphOf(text, options));
    return answer.evident ? answer.because : "not";
  };
  test.each([
    [serving(), "serving"],
    [serving("{}"), "not"],
    [gateway(), "gateway"],
    [gateway("{}", "knative-custom-gateway"), "gateway"],
    [gateway("{}", "shop"), "not"],
    [gateway().replace("networking.istio.io/v1beta1", "gateway.networking.k8s.io/v1"), "not"],
    [roll("[knative-serving]"), "roll"],
    [roll("[shop]"), "not"],
    [roll('"${M}"'), "not"],
    [smcp(), "not"],
  ])("%#: %s", (text, expected) => {
    expect(why(text)).toBe(expected);
  });
  test("patches of a roll and stated facts count", () => {
    expect(why("", { patches: { "p.yaml": roll("[knative-serving]") } })).toBe("roll");
    expect(why("", { members: { "istio-system": ["knative-serving"] } })).toBe("roll");
    expect(why("", { members: { "istio-system": ["shop"] } })).toBe("not");
  });
});

describe("the two namespaces (D14)", () => {
  const told = (text: string) => {
    const graph = graphOf(text);
    const answer = gatewayNamespaces(graph);
    return [istioNamespace(graph), answer.state === "known" ? answer.namespaces.join() : null];
  };
  const extra = "{gateways: {ingress: {namespace: gw}}}";
  test.each([
    [
      "both the control plane's",
      smcp() + roll("[knative-serving]") + gateway(),
      ["istio-system", "istio-system"],
    ],
    [
      "a gateway elsewhere",
      smcp("istio-system", extra) + roll("[knative-serving]") + gateway(),
      ["istio-system", "gw"],
    ],
    [
      "IG outside, the control plane at hand",
      smcp() + roll("[knative-serving]"),
      ["istio-system", "istio-system"],
    ],
    [
      "IG that selects nothing",
      smcp() + roll("[knative-serving]") + gateway("{x: y}"),
      ["istio-system", "istio-system"],
    ],
    ["workload outside", roll("[knative-serving]") + gateway(), ["istio-system", null]],
    ["nothing known", "", [null, null]],
    [
      "Service Mesh 3",
      istio() + gateway("{a: b}") + injected("knative-serving-ingress"),
      ["istio-system", "knative-serving-ingress"],
    ],
    [
      "a workload whose namespace is not known",
      istio() + gateway("{a: b}") + injected(null),
      ["istio-system", null],
    ],
    [
      "one of two not known",
      istio() + gateway("{a: b}") + injected(null) + injected("gw-ns"),
      ["istio-system", null],
    ],
  ])("%s", (_name, text, expected) => {
    expect(told(text)).toEqual(expected);
  });
  test("system namespaces hold in every version", () => {
    expect([...systemNamespaces(graphOf(""))]).toEqual([
      "knative-serving",
      "knative-eventing",
      "knative-serving-ingress",
      // What a mesh that is not at hand is usually called.
      "istio-system",
    ]);
    const text = smcp("mesh", extra) + roll("[knative-serving]", "mesh") + gateway();
    expect([...systemNamespaces(graphOf(text))].slice(3)).toEqual(["gw", "mesh"]);
  });
});
