import { describe, expect, it } from "vitest";
import {
  ingressServices,
  isServiceToBlame,
  leadsPast,
  neededPorts,
  portNamed,
} from "../../src/mesh/ingress-service.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isToldForSail } from "../../src/mesh/sail-gateways.ts";
import { graphOf, only } from "../support/graph.ts";

const serving = `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec:
  ingress: { istio: { enabled: true } }
  config:
    istio:
      gateway.knative-serving.knative-ingress-gateway: web.gateways.svc.cluster.local
`;
const service = (ports: string) => `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: gateways }
spec: { selector: { app: web }, ports: [${ports}] }
`;
const gateway = (servers: string) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: knative-ingress-gateway, namespace: knative-serving }
spec: { selector: { app: web }, servers: [${servers}] }
`;
const knative = (name: string, metadata: string) => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: ${name}, namespace: shop, ${metadata} }
spec: { template: { spec: { containers: [{ image: a }] } } }
`;
const join = (...documents: readonly string[]): string => documents.join("\n---\n");

describe("the ports that Routes need", () => {
  const needed = (...services: readonly string[]) =>
    [...neededPorts(graphOf(join(serving, ...services)))].sort();

  it("are those of the services that have Routes", () => {
    const passthrough = 'annotations: { serving.knative.openshift.io/enablePassthrough: "true" }';
    expect(needed()).toEqual([]);
    expect(needed(knative("a", passthrough))).toEqual(["https"]);
    expect(needed(knative("a", "labels: {}"))).toEqual(["http2"]);
    expect(needed(knative("a", passthrough), knative("b", "labels: {}"))).toEqual(["http2", "https"]);
    expect(needed(knative("a", "labels: { networking.knative.dev/visibility: cluster-local }"))).toEqual([]);
  });
});

describe("the Service of the ingress gateway", () => {
  const plain = "{ port: { name: http, number: 80, protocol: HTTP }, hosts: ['*'] }";
  const secure =
    "{ port: { name: https, number: 443, protocol: HTTPS }, hosts: ['*'], tls: { mode: SIMPLE } }";
  const past = (servers: string, ports: string, name: "http2" | "https") => {
    const graph = graphOf(join(serving, service(ports), gateway(servers)));
    const port = portNamed(only(graph, kinds.Service, "web"), name);
    if (!port) throw new Error(`no port ${name}`);
    return leadsPast(graph, only(graph, kinds.Gateway, "knative-ingress-gateway"), name, port);
  };

  it("leads past a plain server on another port, as far as the ports are known", () => {
    expect(past(plain, "{ name: http2, port: 80, targetPort: 9080 }", "http2")).toBe(true);
    expect(past(plain, "{ name: http2, port: 80, targetPort: 8080 }", "http2")).toBe(false);
    expect(past(plain, "{ name: http2, port: 80, targetPort: named }", "http2")).toBe(false);
    expect(past(secure, "{ name: http2, port: 80, targetPort: 9080 }", "http2")).toBe(false);
    expect(past("{ port: {}, hosts: ['*'] }", "{ name: http2, port: 80, targetPort: 9080 }", "http2")).toBe(
      false,
    );
  });

  it("is to blame where the Gateway has the usual port for TLS", () => {
    expect(past(secure, "{ name: https, port: 8443, targetPort: 9443 }", "https")).toBe(true);
    expect(
      past(secure.replace("443", "9999"), "{ name: https, port: 8443, targetPort: 9443 }", "https"),
    ).toBe(false);
  });

  it("is not known without a KnativeServing that says which it is", () => {
    const open = graphOf(join(service(""), gateway(secure)));
    expect(ingressServices(open)).toMatchObject({ state: "unknown" });
    expect(isServiceToBlame(open, only(open, kinds.Gateway, "knative-ingress-gateway"))).toBe(false);
  });
});

describe("what Service Mesh 3 lacks", () => {
  it("is told once: for the local Service too", () => {
    const istio =
      "apiVersion: sailoperator.io/v1\nkind: Istio\nmetadata: { name: default }\nspec: { namespace: istio-system }\n";
    const defaults = serving.slice(0, serving.indexOf("  config:"));
    const without = graphOf(join(istio, defaults), { owns: ["gateways"] });
    expect(isToldForSail(without, "local service")).toBe(true);
    const bare = graphOf(join(istio, serving, gateway(secureServer)), { owns: ["gateways"] });
    expect(isToldForSail(bare, "local service")).toBe(true);
    expect(isToldForSail(graphOf(serving), "local service")).toBe(false);
    // One of the two configured elsewhere, the other one left out: serving/gateway-config-unresolved says it.
    const half = graphOf(join(istio, serving), { owns: ["gateways"] });
    expect(isToldForSail(half, "local service")).toBe(false);
  });
});

const secureServer =
  "{ port: { name: https, number: 443, protocol: HTTPS }, hosts: ['*'], tls: { mode: SIMPLE } }";
