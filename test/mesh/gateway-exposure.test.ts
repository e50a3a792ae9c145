import { describe, expect, test } from "vitest";
import {
  backendsOf,
  isMadeRoute,
  isNamedByKnative,
  knativePods,
  leadsToKnative,
  openingsOfGateway,
  openingsOfPods,
  openingsOfService,
} from "../../src/mesh/gateway-exposure.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf } from "../support/graph.ts";

const smcp = (spec: string, namespace = "istio-system", version = "v2"): string => `
apiVersion: maistra.io/${version}
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: ${namespace} }
spec: ${spec}
---`;
const roll = `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [knative-serving] }
---`;
const gateway = (selector: string): string => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: knative-ingress-gateway, namespace: knative-serving }
spec: { selector: ${selector}, servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: ["*"] }] }
---`;
const service = (spec: string, name = "front", namespace = "istio-system"): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
---`;
const pods = (spec: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: own, namespace: istio-system }
spec:
  template:
    metadata: { labels: { knative: ingressgateway }, annotations: { inject.istio.io/templates: gateway } }
    spec: ${spec}
---`;
const istio = `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { namespace: istio-system }
---`;
const labelled =
  "{gateways: {ingress: {service: {metadata: {labels: {knative: ingressgateway}}}}, additionalIngress: {shop: {enabled: true}}}}";

describe("the pods of Knative's gateways", () => {
  const names = (text: string) =>
    knativePods(graphOf(text)).map(({ resource }) => `${resource.namespace ?? ""}/${resource.name}`);
  test("are those that its Gateways select", () => {
    expect(names(smcp(labelled) + roll + gateway("{knative: ingressgateway}"))).toEqual([
      "istio-system/istio-ingressgateway",
    ]);
    expect(names(smcp(labelled) + roll + gateway("{app: shop}"))).toEqual(["istio-system/shop"]);
    expect(names(istio + pods("{}") + gateway("{knative: ingressgateway}"))).toEqual(["istio-system/own"]);
  });
  test("are not those of another mesh", () => {
    const other = smcp("{}", "shop-mesh").replace("name: basic", "name: shop");
    expect(names(smcp("{}") + roll + other + gateway("{istio: ingressgateway}"))).toEqual([
      "istio-system/istio-ingressgateway",
    ]);
  });
  test("else those of the control plane's default gateway", () => {
    expect(names(smcp(labelled) + roll)).toEqual(["istio-system/istio-ingressgateway"]);
    expect(names(roll)).toEqual([]);
  });
});

describe("Services that lead to them", () => {
  const front = (text: string, name = "front") => {
    const graph = graphOf(text);
    const found = graph.own(kinds.Service).find((candidate) => candidate.name === name);
    if (!found) throw new Error("no Service");
    return leadsToKnative(graph, found);
  };
  test("select the pods", () => {
    const mesh = smcp(labelled) + roll;
    expect(front(mesh + service("{selector: {knative: ingressgateway}}"))).toBe("yes");
    expect(front(mesh + service("{selector: {app: shop}}"))).toBe("no");
    expect(front(mesh + service("{selector: {knative: ingressgateway}}", "front", "shop"))).toBe("no");
    expect(front(mesh + service('{selector: "${S}"}'))).toBe("unknown");
  });
  test("are named by Knative, whatever they select", () => {
    const serving = `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } } }
---`;
    expect(
      front(serving + service("{selector: {a: b}}", "istio-ingressgateway"), "istio-ingressgateway"),
    ).toBe("yes");
    expect(isNamedByKnative(graphOf(serving), "istio-system", "knative-local-gateway")).toBe(true);
    expect(isNamedByKnative(graphOf(serving), "elsewhere", "knative-local-gateway")).toBe(false);
    expect(isNamedByKnative(graphOf(serving), "istio-system", "shop")).toBe(false);
  });
  test("are the one behind the local gateway", () => {
    const local = gateway("{g: x}").replace("knative-ingress-gateway", "knative-local-gateway");
    expect(
      front(local + service("{selector: {a: b}}", "knative-local-gateway"), "knative-local-gateway"),
    ).toBe("yes");
  });
  test("may do so, if the pods are not at hand", () => {
    expect(front(roll + service("{selector: {istio: ingressgateway}}"))).toBe("unknown");
    expect(front(roll + service("{selector: {app: shop}}"))).toBe("no");
    expect(front(roll + service("{}"))).toBe("no");
  });
});

describe("Routes of people", () => {
  const route = (metadata: string) => `
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: shop, namespace: istio-system${metadata} }
spec: { to: { kind: Service, name: istio-ingressgateway }, alternateBackends: [{ name: shop }] }
---`;
  const of = (text: string) => {
    const graph = graphOf(text);
    const [found] = graph.own(kinds.Route);
    if (!found) throw new Error("no Route");
    return { made: isMadeRoute(found), backends: backendsOf(graph, found).map(({ leads }) => leads) };
  };
  test("lead to the gateway, or not", () => {
    expect(of(smcp("{}") + roll + route(""))).toEqual({ made: false, backends: ["yes", "no"] });
    const open = service("{selector: {istio: ingressgateway}}", "shop");
    expect(of(roll + open + route(""))).toEqual({ made: false, backends: ["no", "unknown"] });
  });
  test("are not those of controllers", () => {
    expect(of(route(", labels: {serving.knative.openshift.io/ingressName: shop}")).made).toBe(true);
    expect(of(route(", labels: {maistra.io/generated-by: ior}")).made).toBe(true);
    expect(of(route(", ownerReferences: [{kind: Portal, name: shop}]")).made).toBe(true);
    expect(of(route(", labels: {app: shop}, ownerReferences: []")).made).toBe(false);
  });
});

describe("what opens a gateway", () => {
  const ofService = (spec: string) => {
    const [found] = graphOf(service(spec)).own(kinds.Service);
    if (!found) throw new Error("no Service");
    const openings = openingsOfService(found);
    return openings.state === "value" ? openings.value.map(({ by, value }) => [by, value]) : openings.state;
  };
  test("a Service's type and external addresses", () => {
    expect(ofService("{type: LoadBalancer}")).toEqual([["type", "LoadBalancer"]]);
    expect(ofService("{type: NodePort, externalIPs: [192.0.2.1, 192.0.2.2]}")).toEqual([
      ["type", "NodePort"],
      ["externalIPs", "192.0.2.1, 192.0.2.2"],
    ]);
    expect(ofService("{type: ClusterIP, externalIPs: []}")).toEqual([]);
    expect(ofService("{}")).toEqual([]);
    expect(ofService('{type: "${TYPE}"}')).toBe("unknown");
    expect(ofService('{externalIPs: "${IPS}"}')).toBe("unknown");
  });

  const ofGateway = (text: string) => {
    const graph = graphOf(text);
    const [plane] = graph.own(kinds.ServiceMeshControlPlane);
    const [workload] = knativePods(graph);
    if (!plane || !workload) throw new Error("no gateway");
    const openings = openingsOfGateway(graph, plane, workload);
    return openings.state === "value" ? openings.value.map(({ path }) => path.join(".")) : openings.state;
  };
  test("the type in the control plane", () => {
    const type = "{service: {type: NodePort}}";
    expect(ofGateway(smcp(`{gateways: {ingress: ${type}}}`) + roll)).toEqual([
      "spec.gateways.ingress.service.type",
    ]);
    const more = "{gateways: {additionalIngress: {shop: {enabled: true, service: {type: LoadBalancer}}}}}";
    expect(ofGateway(smcp(more) + roll + gateway("{app: shop}"))).toEqual([
      "spec.gateways.additionalIngress.shop.service.type",
    ]);
    const older = "{istio: {gateways: {istio-ingressgateway: {type: LoadBalancer}}}}";
    expect(ofGateway(smcp(older, "istio-system", "v1") + roll)).toEqual([
      "spec.istio.gateways.istio-ingressgateway.type",
    ]);
    expect(ofGateway(smcp("{}") + roll)).toEqual([]);
    expect(ofGateway(smcp("{profiles: [edge]}") + roll)).toBe("unknown");
    expect(ofGateway(smcp('{gateways: {ingress: {service: {type: "${T}"}}}}') + roll)).toBe("unknown");
  });

  const ofPods = (spec: string) =>
    knativePods(graphOf(istio + pods(spec) + gateway("{knative: ingressgateway}")))
      .flatMap(openingsOfPods)
      .map(({ by, path }) => [by, path.slice(2).join(".")]);
  test("the network or a port of the node", () => {
    expect(ofPods("{hostNetwork: true}")).toEqual([["hostNetwork", "spec.hostNetwork"]]);
    expect(
      ofPods("{containers: [{name: a}, {name: b, ports: [{containerPort: 1}, {hostPort: 443}]}]}"),
    ).toEqual([["hostPort", "spec.containers.1.ports.1.hostPort"]]);
    expect(ofPods("{hostNetwork: false, containers: [{name: a, ports: [{hostPort: 0}]}]}")).toEqual([]);
  });
});
