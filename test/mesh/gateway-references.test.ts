import { describe, expect, test } from "vitest";
import {
  gatewayLists,
  isDnsSubdomain,
  isEmptyList,
  newFormFaults,
  oldFormFaults,
} from "../../src/mesh/gateway-config.ts";
import { isMisdirected, referenceFaults } from "../../src/mesh/gateway-references.ts";
import { flaggedFields, hasFlag } from "../../src/mesh/feature-flags.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configMap } from "../../src/mesh/operator-config.ts";
import { graphOf, only, type GraphOptions } from "../support/graph.ts";

const serving = (istio: string, more = "", namespace = "knative-serving"): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: ${namespace} }
spec: { ingress: { istio: { enabled: true } }, config: { istio: ${istio} } ${more} }
---`;
const smcp = (namespace = "mesh"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: ${namespace} }
spec: { version: v2.5 }
---`;
const gateway = (name: string, port: number, namespace = "knative-serving"): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: ${port}, name: p, protocol: HTTPS }, hosts: ["*"] }] }
---`;
const service = (name: string, namespace = "mesh"): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { istio: ingressgateway }, ports: [{ name: http2, port: 80, targetPort: 8081 }] }
---`;
const gateways = gateway("knative-ingress-gateway", 443) + gateway("knative-local-gateway", 8081);
const external = "gateway.knative-serving.knative-ingress-gateway";
const local = "local-gateway.knative-serving.knative-local-gateway";

const faultsOf = (text: string, options: GraphOptions = {}) => {
  const graph = graphOf(text, { profile: "serverless=1.36,mesh=2.5", ...options });
  const cr = only(graph, kinds.KnativeServing, "knative-serving");
  const { faults, needs } = referenceFaults(graph, cr);
  return {
    faults: faults.map(({ type, gateway, path }) => `${gateway.role} ${type} ${path.slice(2).join("/")}`),
    needs,
    meant: faults.flatMap(({ meant }) => meant.map((resource) => resource.name)),
    key: faults.map(({ key }) => key?.at(-1) ?? null),
    misdirected: isMisdirected(graph, cr, "local"),
  };
};

describe("references of the gateways", () => {
  const rest = smcp() + gateways + service("knative-local-gateway");
  test("defaults do not fit a mesh in another namespace", () => {
    const found = faultsOf(serving("") + rest);
    expect(found.faults).toEqual(["external namespace istio", "local namespace istio"]);
    expect(found.meant).toEqual(["istio-ingressgateway", "knative-local-gateway"]);
    expect(found.key).toEqual([external, local]);
    expect(found.misdirected).toBe(true);
  });
  test("lists have no key that could be written", () => {
    const list = `{external-gateways: "[{namespace: knative-serving, name: knative-ingress-gateway, service: a.b.svc}]"}`;
    const found = faultsOf(serving(list) + rest);
    expect(found.faults).toEqual([
      "external namespace istio/external-gateways",
      "local namespace istio/local-gateways",
    ]);
    expect(found.key).toEqual([null, null]);
  });
  test("keys that name what is not there", () => {
    const text = serving(
      `{gateway.knative-serving.other: istio-ingressgateway.mesh.svc, ${local}: knative-local-gateway.mesh.svc}`,
    );
    expect(faultsOf(text + rest).faults).toEqual(["external gateway istio/gateway.knative-serving.other"]);
    expect(faultsOf(text + smcp() + service("knative-local-gateway"), { owns: [] }).faults).toHaveLength(1);
    expect(faultsOf(text, { owns: [] }).faults).toEqual([
      "external gateway istio/gateway.knative-serving.other",
    ]);
  });
  test("hosts that are not readable, or in another domain", () => {
    const of = (host: string) =>
      faultsOf(serving(`{${external}: ${host}, ${local}: knative-local-gateway.mesh.svc}`) + rest);
    expect(of('"${HOST}"').needs).toEqual(["the host name of the gateway's Service"]);
    expect(of("istio-ingressgateway.mesh").faults).toEqual([]);
    expect(of("istio-ingressgateway.mesh.svc.other.domain").faults).toHaveLength(1);
    expect(of("istio-ingressgateway.mesh.svc").faults).toEqual([]);
    expect(of("nothing.mesh.svc").faults).toEqual([`external service istio/${external}`]);
  });
  test("a local Service that is elsewhere is that Service's fault", () => {
    const text =
      serving(`{${external}: istio-ingressgateway.mesh.svc, ${local}: local.mesh.svc}`) + smcp() + gateways;
    expect(faultsOf(text + service("local", "other")).faults).toEqual([]);
    expect(faultsOf(text).faults).toEqual([`local service istio/${local}`]);
    const usual =
      serving(`{${local}: knative-local-gateway.istio-system.svc}`) + smcp("istio-system") + gateways;
    expect(faultsOf(usual).faults).toEqual([]);
  });
  test("pods outside the set", () => {
    const half = serving(`{${external}: istio-ingressgateway.mesh.svc}`) + gateways;
    expect(faultsOf(half).faults).toEqual([`local other-default istio/${local}`]);
    expect(
      faultsOf(serving(`{${external}: istio-ingressgateway.istio-system.svc}`) + gateways).faults,
    ).toEqual([]);
    expect(faultsOf(serving("{}") + gateways).needs).toEqual(["the namespace of the ingress gateway's pods"]);
  });
  test("a configuration that cannot be read", () => {
    expect(faultsOf(serving('"${ISTIO}"') + rest).needs).toHaveLength(1);
  });
  test("a short key means the namespace of Serving", () => {
    const short = (name: string) =>
      serving(`{gateway.${name}: istio-ingressgateway.mesh.svc, ${local}: knative-local-gateway.mesh.svc}`);
    const elsewhere =
      gateway("knative-ingress-gateway", 443, "public") + gateway("knative-local-gateway", 8081);
    const more = smcp() + elsewhere + service("knative-local-gateway");
    expect(faultsOf(short("knative-ingress-gateway") + more).meant).toEqual(["knative-ingress-gateway"]);
    const none = smcp() + gateway("knative-local-gateway", 8081) + service("knative-local-gateway");
    expect(faultsOf(short("knative-ingress-gateway") + none).faults).toEqual([]);
    expect(faultsOf(short("other") + none).faults).toHaveLength(1);
  });
});

describe("the form of config-istio", () => {
  const messages = (istio: string, takesNone = false): readonly string[] => {
    const cr = only(graphOf(serving(istio)), kinds.KnativeServing, "knative-serving");
    const map = configMap(cr, "istio");
    if (map.state !== "value") throw new Error("no map");
    return [...oldFormFaults(cr, map.value), ...newFormFaults(cr, map.value, takesNone)].map(
      ({ message }) => message,
    );
  };
  const list = (text: string, takesNone = false) =>
    messages(`{local-gateways: ${JSON.stringify(text)}}`, takesNone);
  test("keys of one Gateway", () => {
    expect(messages("{gateway.: a.b.svc, gateway..x: a.b.svc, gateway.a.: a.b.svc}")).toHaveLength(3);
    expect(
      messages('{gateway.a.b: "", gateway.a.c: a_b, gateway.a.d: a.b.svc., gateway.a.e: "${H}"}'),
    ).toEqual([
      "the value of gateway.a.b names no Service",
      'the value of gateway.a.c is "a_b", which is no host name of a Service',
    ]);
    expect(messages("{gateway.a.b: null}")).toEqual(["the value of gateway.a.b names no Service"]);
  });
  test("lists", () => {
    expect(list("x: [")).toEqual(["local-gateways is no YAML list of Gateways"]);
    expect(list("[]")).toHaveLength(1);
    expect(list("[]", true)).toEqual([]);
    expect(list("[a]")).toEqual(["local-gateways has an entry that is no mapping"]);
    expect(list("[{namespace: a, name: 7, service: s}]")).toEqual([
      "local-gateways has an entry without name",
    ]);
    expect(list('[{namespace: a, name: n, service: "${S}"}]')).toEqual([]);
    expect(list("[{namespace: a, name: n, service: 'http://s'}]")).toHaveLength(1);
    expect(list("[{namespace: a, name: n, service: s, labelSelector: {}}]")).toEqual([
      "local-gateways has 0 entries without labelSelector; exactly one is expected",
    ]);
    expect(messages('{local-gateways: "${L}", external-gateways: ""}')).toEqual([]);
    expect(messages("{external-gateways: [a]}")).toHaveLength(1);
    expect(gatewayLists.map((key) => key.replace("-gateways", ""))).toEqual(["external", "local"]);
    expect([isEmptyList("[]"), isEmptyList([]), isEmptyList("[a]"), isEmptyList(undefined)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
  test("host names", () => {
    expect(["a.b", "a.b.", "a-1"].map(isDnsSubdomain)).toEqual([true, true, true]);
    expect(["", "a..b", "-a", "A", "a:80", "a/b", `${"a".repeat(254)}`].map(isDnsSubdomain)).toEqual(
      Array.from({ length: 7 }, () => false),
    );
  });
});

describe("feature flags", () => {
  test("fields by flag", () => {
    const graph = graphOf(`
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: s, namespace: a }
spec:
  template:
    spec:
      nodeSelector: { a: b }
      affinity: {}
      schedulerName: ""
      hostPID: false
      shareProcessNamespace: true
      volumes:
        - { name: a, persistentVolumeClaim: { claimName: a, readOnly: true } }
        - { name: b, persistentVolumeClaim: { claimName: b } }
        - text
`);
    const [pod] = graph.podsOf(only(graph, kinds.KnativeService, "s"));
    expect(
      pod && flaggedFields(pod).map(({ flags }) => flags[0]?.replace("kubernetes.podspec-", "")),
    ).toEqual([
      "nodeselector",
      "shareprocessnamespace",
      "persistent-volume-claim",
      "persistent-volume-claim",
      "persistent-volume-write",
    ]);
  });
  test("one of several flags is enough", () => {
    const cr = only(
      graphOf(`
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { config: { features: { a: ALLOWED, b: disabled, c: "\${C}" } } }
`),
      kinds.KnativeServing,
      "knative-serving",
    );
    expect(
      [["a"], ["b"], ["c"], ["b", "a"], ["b", "c"], ["none"]].map((flags) => hasFlag(cr, flags)),
    ).toEqual(["yes", "no", "unknown", "yes", "unknown", "no"]);
  });
});
