import { describe, expect, test } from "vitest";
import { gatewayWorkloads, servicePicks, workloadsOf } from "../../src/mesh/gateway-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import {
  ingressGateways,
  knativeGateways,
  knativeGatewaysOf,
  localGateways,
} from "../../src/mesh/knative-gateways.ts";
import { localService } from "../../src/mesh/local-service.ts";
import {
  possiblePorts,
  resolvedPort,
  samePort,
  serverPorts,
  targetPort,
} from "../../src/mesh/resolved-port.ts";
import type { ResolvedPort } from "../../src/mesh/resolved-port.ts";
import type { Graph } from "../../src/model/graph.ts";
import { graphOf, only } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const smcp = (spec = "{}", namespace = "istio-system"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: ${namespace} }
spec: ${spec}
---`;
const labelled = smcp("{gateways: {ingress: {service: {metadata: {labels: {knative: ingressgateway}}}}}}");
const serving = (istio = "{}", more = "ingress: {istio: {enabled: true}}"): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ${more}, config: { istio: ${istio} } }
---`;
const gateway = (
  name: string,
  port: number,
  selector = "{knative: ingressgateway}",
  namespace = "knative-serving",
): string => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: ${selector}, servers: [{ port: { number: ${port}, name: p, protocol: HTTPS }, hosts: ["*"] }] }
---`;
const IG = gateway("knative-ingress-gateway", 443);
const LG = gateway("knative-local-gateway", 8081);
const service = (
  name: string,
  selector: string,
  ports: string,
  metadata = "",
  namespace: string | null = "istio-system",
): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`}${metadata} }
spec: { selector: ${selector}, ports: ${ports} }
---`;
const noTranslation = ', labels: {experimental.istio.io/disable-gateway-port-translation: "true"}';
const LS = service(
  "knative-local-gateway",
  "{istio: ingressgateway}",
  "[{name: http2, port: 80, targetPort: 8081}]",
  noTranslation,
);
const injected = (
  name: string,
  labels: string,
  more = "",
  namespace = "knative-serving-ingress",
  templates = "gateway",
): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: ${labels}, annotations: { inject.istio.io/templates: "${templates}" } }
    spec: { containers: [{ name: istio-proxy${more} }] }
---`;

describe("the Gateways that Knative uses (D9)", () => {
  const told = (text: string, options: GraphOptions = {}) => {
    const answer = knativeGateways(graphOf(text, options));
    const format = answer.state === "known" ? answer.format : answer.state;
    return [
      format,
      ...answer.gateways.map(({ role, namespace, name, host }) => `${role} ${namespace}/${name} ${host}`),
    ];
  };
  const defaults = [
    "external knative-serving/knative-ingress-gateway istio-ingressgateway.istio-system.svc.cluster.local",
    "local knative-serving/knative-local-gateway knative-local-gateway.istio-system.svc.cluster.local",
  ];
  test("by default, with the cluster's domain", () => {
    expect(told(serving())).toEqual(["default", ...defaults]);
    expect(told(serving("{other: x}"))).toEqual(["default", ...defaults]);
    expect(told(serving(), { profile: "clusterDomain=corp.local" })[1]).toContain(".svc.corp.local");
    expect(told(serving().replace(", namespace: knative-serving", ""))).toEqual(["default", ...defaults]);
  });
  test("by the old keys", () => {
    const istio = "{gateway.mesh.ig: lb.mesh.svc.cluster.local, local-gateway.lg: local.mesh.svc}";
    expect(told(serving(istio))).toEqual([
      "old",
      "external mesh/ig lb.mesh.svc.cluster.local",
      "local knative-serving/lg local.mesh.svc",
    ]);
    expect(told(serving("{gateway.mesh.ig: lb.mesh.svc}"))).toEqual([
      "old",
      "external mesh/ig lb.mesh.svc",
      defaults[1],
    ]);
    expect(told(serving('{gateway.mesh.ig: "<host>"}'))[1]).toBe("external mesh/ig null");
    expect(told(serving('{gateway.mesh.ig: "${H}.x"}'))[1]).toBe("external mesh/ig null");
  });
  test("by the new keys, where the version reads them", () => {
    const list =
      '"[{namespace: n, name: ig, service: lb.n.svc}, {namespace: n, name: x, service: y.n.svc, labelSelector: {}}]"';
    const istio = `{external-gateways: ${list}}`;
    expect(told(serving(istio), { profile: "serverless=1.34" })).toEqual([
      "new",
      "external n/ig lb.n.svc",
      "external n/x y.n.svc",
      defaults[1],
    ]);
    expect(told(serving(istio), { profile: "serverless=1.33" })).toEqual(["default", ...defaults]);
    const [, second] = knativeGateways(graphOf(serving(istio), { profile: "serverless=1.34" })).gateways;
    expect(second?.selective).toBe(true);
    expect(
      told(serving('{external-gateways: "[]", local-gateways: "[]"}'), { profile: "serverless=1.38" }),
    ).toEqual(["new"]);
  });
  test.each([
    '{external-gateways: "[]", gateway.a.b: c.d.svc}',
    '{external-gateways: "text"}',
    '{external-gateways: "{"}',
    '{external-gateways: "[text]"}',
    '{external-gateways: "[{name: a, namespace: b}]"}',
    '{external-gateways: "${X}"}',
    "{external-gateways: [a]}",
  ])("%s is nothing that net-istio takes", (istio) => {
    expect(told(serving(istio), { profile: "serverless=1.34" })[0]).toBe("unknown");
  });
  test("are not known from a placeholder, and assumed without a KnativeServing", () => {
    expect(told(serving('"${X}"'))[0]).toBe("unknown");
    expect(told("")).toEqual([
      "assumed",
      "external knative-serving/knative-ingress-gateway null",
      "local knative-serving/knative-local-gateway null",
    ]);
  });
  test("those of all candidates that use Istio count", () => {
    const other = serving("{gateway.mesh.ig: lb.mesh.svc}");
    const kourier = serving("{gateway.k.k: k.k.svc}", "ingress: {}");
    expect(told(serving() + other + kourier)).toEqual(["old", ...defaults, "external mesh/ig lb.mesh.svc"]);
    expect(told(kourier)[1]).toBe("external k/k k.k.svc");
    const graph = graphOf(kourier);
    expect(
      knativeGatewaysOf(graph, only(graph, kinds.KnativeServing, "knative-serving")).gateways,
    ).toHaveLength(2);
  });
  test("the operator's own field for them changes nothing", () => {
    const more = "ingress: {istio: {enabled: true, knative-ingress-gateway: {selector: {a: b}}}}";
    expect(told(serving("{}", more))).toEqual(["default", ...defaults]);
  });
  test("the objects are those of that name, wherever their namespace is not known", () => {
    const graph = graphOf(
      IG +
        LG.replace(", namespace: knative-serving", "") +
        gateway("knative-ingress-gateway", 80, "{}", "elsewhere"),
    );
    expect(ingressGateways(graph).map(({ namespace }) => namespace)).toEqual(["knative-serving"]);
    expect(localGateways(graph).map(({ namespace }) => namespace)).toEqual([null]);
  });
});

describe("workloads of ingress gateways (D7)", () => {
  const names = (text: string) =>
    gatewayWorkloads(graphOf(text)).map(({ resource }) => `${resource.namespace}/${resource.name}`);
  test.each([
    [smcp(), ["istio-system/istio-ingressgateway"]],
    [smcp("{gateways: {enabled: false}}"), []],
    [smcp("{gateways: {ingress: {enabled: false}}}"), []],
    [smcp("{gateways: {ingress: {namespace: gw}}}"), ["gw/istio-ingressgateway"]],
    [
      smcp(
        "{gateways: {additionalIngress: {extra: {enabled: true}}, additionalEgress: {out: {enabled: true}}}}",
      ),
      ["istio-system/extra", "istio-system/istio-ingressgateway"],
    ],
    [injected("own", "{a: b}"), ["knative-serving-ingress/own"]],
    [injected("own", "{a: b}", "", "gw", "grpc,gateway"), ["gw/own"]],
    [injected("own", "{a: b}", "", "gw", "sidecar"), []],
    [
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: n}, spec: {template: {spec: {}}}}",
      [],
    ],
  ])("%#", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
  const picked = (text: string) => {
    const graph = graphOf(text);
    const answer = workloadsOf(graph, only(graph, kinds.Gateway, "knative-ingress-gateway"));
    return answer.state === "known" ? answer.workloads.map(({ resource }) => resource.name) : answer.state;
  };
  const selecting = (selector: string) => gateway("knative-ingress-gateway", 443, selector);
  test.each([
    [
      "merged labels",
      labelled + selecting("{app: istio-ingressgateway, istio: ingressgateway, knative: ingressgateway}"),
      ["istio-ingressgateway"],
    ],
    ["another label", smcp() + selecting("{knative: ingressgateway}"), []],
    ["no selector", smcp() + selecting("null"), ["istio-ingressgateway"]],
    ["an empty selector", smcp() + selecting("{}"), ["istio-ingressgateway"]],
    ["no workload at hand", selecting("{knative: ingressgateway}"), "unknown"],
    ["a placeholder as selector", smcp() + selecting('"${S}"'), "unknown"],
    ["a placeholder in it", smcp() + selecting('{istio: "${S}"}'), "unknown"],
    [
      "any namespace",
      injected("own", "{knative: ingressgateway}") + selecting("{knative: ingressgateway}"),
      ["own"],
    ],
    [
      "a foreign profile may add labels",
      smcp("{profiles: [ours]}") + selecting("{knative: ingressgateway}"),
      "unknown",
    ],
    [
      "and keeps the standard ones",
      smcp("{profiles: [ours]}") + selecting("{istio: ingressgateway}"),
      ["istio-ingressgateway"],
    ],
  ])("%s", (_name, text, expected) => {
    expect(picked(text)).toEqual(expected);
  });
  test("a patch is no workload", () => {
    const graph = graphOf("", { patches: { "p.yaml": injected("own", "{a: b}") } });
    expect(gatewayWorkloads(graph)).toEqual([]);
  });
  test("the control plane is told", () => {
    const graph = graphOf(smcp() + injected("own", "{a: b}"));
    expect(gatewayWorkloads(graph).map(({ controlPlane }) => controlPlane?.name ?? null)).toEqual([
      "basic",
      null,
    ]);
  });
  test.each([
    [service("s", "{istio: ingressgateway}", "[]"), "yes"],
    [service("s", "{istio: other}", "[]"), "no"],
    [service("s", "{istio: ingressgateway}", "[]", "", "elsewhere"), "no"],
    [service("s", "{istio: ingressgateway}", "[]", "", null), "unknown"],
    [service("s", "{istio: other}", "[]", "", null), "no"],
    [service("s", "{}", "[]"), "no"],
    [service("s", "null", "[]"), "no"],
    [service("s", '"${S}"', "[]"), "unknown"],
  ])("a Service picks them: %#", (text, expected) => {
    const graph = graphOf(smcp() + text);
    const [target] = gatewayWorkloads(graph);
    if (!target) throw new Error("no workload");
    expect(servicePicks(only(graph, kinds.Service, "s"), target)).toBe(expected);
  });
});

describe("resolved ports (D15)", () => {
  const resolve = (text: string, number: number): ResolvedPort => {
    const graph = graphOf(text);
    const [target] = gatewayWorkloads(graph);
    if (!target) throw new Error("no workload");
    return resolvedPort(graph, target, number);
  };
  const own = injected("own", "{a: b}", ", ports: [{name: web, containerPort: 9000}, {name: bad}]", "gw");
  const of = (ports: string, metadata = "", namespace: string | null = "gw") =>
    own + service("s", "{a: b}", ports, metadata, namespace);
  test.each([
    ["443 behind the control plane's Service", smcp(), 443, { state: "known", port: 8443 }],
    ["8081 stays", smcp() + LS, 8081, { state: "known", port: 8081 }],
    ["80 is not the local Service's", smcp() + LS, 80, { state: "known", port: 8080 }],
    ["targetPort", of("[{port: 80, targetPort: 8080}]"), 80, { state: "known", port: 8080 }],
    ["no targetPort", of("[{port: 80}]"), 80, { state: "known", port: 80 }],
    ["a named targetPort", of("[{port: 80, targetPort: web}]"), 80, { state: "known", port: 9000 }],
    ["no such port in the Service", of("[{port: 80}, text]"), 443, { state: "known", port: 443 }],
    ["no Service, 443", own, 443, { state: "unknown", possible: [8443, 443] }],
    ["no Service, 80", own, 80, { state: "unknown", possible: [8080, 80] }],
    ["no Service, 8081", own, 8081, { state: "known", port: 8081 }],
    [
      "only one that opts out",
      of("[{port: 80, targetPort: 8081}]", noTranslation),
      80,
      { state: "unknown", possible: [8080, 80] },
    ],
    [
      "a name that no container has",
      of("[{port: 80, targetPort: bad}]"),
      80,
      { state: "unknown", possible: [] },
    ],
    [
      "a Service whose namespace is not known",
      of("[{port: 81, targetPort: 8080}]", "", null),
      81,
      { state: "unknown", possible: [8080, 81] },
    ],
    [
      "one that changes nothing",
      of("[{port: 81, targetPort: 81}]", "", null),
      81,
      { state: "known", port: 81 },
    ],
    ["one without that port", of("[]", "", null), 81, { state: "known", port: 81 }],
    ["ports not known", of('"${P}"'), 80, { state: "known", port: 80 }],
  ])("%s", (_name, text, number, expected) => {
    expect(resolve(text, number)).toMatchObject(expected);
  });
  test("a name is looked up in every container", () => {
    const named = service("s", "{a: b}", "[{port: 80, targetPort: web}]", "", "gw");
    expect(resolve(own.replace("web", "other") + named, 80).state).toBe("unknown");
    const without = injected("own", "{a: b}", "", "gw");
    expect(resolve(without + named, 80).state).toBe("unknown");
    expect(resolve(without.replace("{ containers: [{ name: istio-proxy }] }", "{}") + named, 80).state).toBe(
      "unknown",
    );
  });
  test("of a Gateway's server, per workload", () => {
    const ask = (text: string, server = 0) => {
      const graph = graphOf(text);
      return serverPorts(graph, only(graph, kinds.Gateway, "knative-ingress-gateway"), server).map(
        possiblePorts,
      );
    };
    expect(ask(labelled + IG)).toEqual([[8443]]);
    expect(ask(IG)).toEqual([[8443, 443]]);
    expect(ask(labelled + IG, 1)).toEqual([[]]);
    expect(ask(labelled + injected("own", "{knative: ingressgateway}") + IG)).toEqual([[8443], [8443, 443]]);
  });
  test("compare", () => {
    const known = (port: number): ResolvedPort => ({ state: "known", port });
    const open = (...possible: number[]): ResolvedPort => ({ state: "unknown", possible, needs: "" });
    expect(samePort(known(1), known(1))).toBe("yes");
    expect(samePort(known(1), known(2))).toBe("no");
    expect(samePort(known(1), open(1, 2))).toBe("unknown");
    expect(samePort(open(1, 2), open(3, 4))).toBe("no");
    expect(samePort(open(), known(3))).toBe("unknown");
    expect(samePort(known(3), open())).toBe("unknown");
  });
  test("a Service port leads to its target", () => {
    expect(targetPort({ port: 80, targetPort: "web" }, null)).toBeUndefined();
    expect(targetPort({ port: 80 }, null)).toBe(80);
    expect(targetPort("80", null)).toBeUndefined();
    expect(targetPort({}, null)).toBeUndefined();
  });
});

describe("the Service behind the local gateway", () => {
  const ask = (graph: Graph): readonly string[] => {
    const answer = localService(graph);
    if (answer.state !== "found") return [answer.state];
    return [answer.by, ...answer.services.map(({ name }) => name)];
  };
  const told = (text: string, options: GraphOptions = {}) => ask(graphOf(text, options));
  test("is the one that D9 names", () => {
    expect(told(serving() + LS)).toEqual(["config", "knative-local-gateway"]);
    expect(told(serving() + LG + LS.replace("istio-system", "elsewhere"))).toEqual(["absent"]);
    expect(told(serving() + LS.replace("istio-system", "elsewhere"))).toEqual(["unknown"]);
    expect(told(serving("{local-gateway.n.lg: x.y.svc}") + LG)).toEqual(["absent"]);
    expect(told(serving("{local-gateway.n.lg: not-a-host}") + LG)).toEqual(["unknown"]);
    const two = "{local-gateway.n.a: none, local-gateway.n.b: x.y.svc, local-gateway.n.c: z.y.svc}";
    expect(told(serving(two), { owns: ["gateways"] })).toEqual(["unknown"]);
    const missing = "{local-gateway.n.b: x.y.svc, local-gateway.n.c: z.y.svc}";
    expect(told(serving(missing), { owns: ["gateways"] })).toEqual(["absent"]);
    expect(told(serving(missing))).toEqual(["unknown"]);
  });
  test("is none in mesh-only mode", () => {
    expect(
      told(serving('{external-gateways: "[]", local-gateways: "[]"}'), { profile: "serverless=1.38" }),
    ).toEqual(["config"]);
  });
  test("else the one that fits the local gateway's pods and port", () => {
    const other = service("other", "{istio: ingressgateway}", "[{port: 80, targetPort: 9999}]");
    expect(told(labelled + LG + LS + other)).toEqual(["fit", "knative-local-gateway"]);
    expect(told(labelled + LG + LS.replaceAll("knative-local-gateway", "renamed"))).toEqual([
      "fit",
      "renamed",
    ]);
    expect(told(LG + LS)).toEqual(["fit", "knative-local-gateway"]);
    expect(told(LG + LS.replace("{istio: ingressgateway}", "{app: shop}"))).toEqual([
      "name",
      "knative-local-gateway",
    ]);
    expect(told(LG + LS.replace("{istio: ingressgateway}", '"${S}"'))).toEqual([
      "name",
      "knative-local-gateway",
    ]);
  });
  test("else the one of the usual name", () => {
    expect(told(labelled + LG + LS.replace("8081", "8082"))).toEqual(["name", "knative-local-gateway"]);
    expect(told(labelled + LG + LS.replace("port: 80,", "port: 81,"))).toEqual([
      "name",
      "knative-local-gateway",
    ]);
    expect(told(LG + service("knative-local-gateway", "{istio: ingressgateway}", '"${P}"'))).toEqual([
      "name",
      "knative-local-gateway",
    ]);
    expect(told(LG.replace(/servers: .*/, "servers: null }") + LS)).toEqual([
      "name",
      "knative-local-gateway",
    ]);
  });
  test("else absent from a set that owns the gateways", () => {
    expect(told(labelled + LG)).toEqual(["absent"]);
    expect(told("", { context: LG })).toEqual(["unknown"]);
    expect(told(LS)).toEqual(["unknown"]);
  });
  test("Service Mesh 3: port 80 resolves through the ingress Service", () => {
    const pods = injected("knative-ingressgateway", "{knative: ingressgateway}");
    const at = "knative-serving-ingress";
    const ports = "[{name: http2, port: 80, targetPort: 8080}]";
    const text =
      pods +
      gateway("knative-local-gateway", 80) +
      service("ingress", "{knative: ingressgateway}", ports, "", at) +
      service("local", "{knative: ingressgateway}", ports, noTranslation, at);
    expect(told(text, { profile: "mesh=3.0" })).toEqual(["fit", "ingress", "local"]);
  });
});
