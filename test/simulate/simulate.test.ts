import { describe, expect, it } from "vitest";
import type { CallOptions } from "../../src/simulate/parties.ts";
import { isolation } from "../../src/simulate/isolation.ts";
import { matrix } from "../../src/simulate/matrix.ts";
import { reach } from "../../src/simulate/reach.ts";
import { graphOf } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const plane = (
  spec = "{version: v2.5, security: {dataPlane: {mtls: true}}}",
): string => `apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: mesh, namespace: istio-system}
spec: ${spec}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: {name: default, namespace: istio-system}
spec: {members: [knative-serving, a, b]}
---
`;
const serving = (spec: string): string => `apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: {name: knative-serving, namespace: knative-serving}
spec: ${spec}
---
`;
const istio = `{ingress: {istio: {enabled: true}}, workloads: [{name: activator, labels: {sidecar.istio.io/inject: "true"}}]}`;
const shop = (annotations = "{}", containers = "[{image: x}]"): string => `apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: shop, namespace: b}
spec:
  template:
    metadata: {labels: {sidecar.istio.io/inject: "true"}, annotations: ${annotations}}
    spec: {containers: ${containers}}
---
`;
const always = `{autoscaling.knative.dev/target-burst-capacity: "-1"}`;
const never = `{autoscaling.knative.dev/target-burst-capacity: "0", autoscaling.knative.dev/min-scale: "1"}`;

function ask(
  manifests: string,
  from: string,
  to: string,
  options: CallOptions = {},
  more: GraphOptions = {},
) {
  return reach(graphOf(manifests, more), from, to, options).answer;
}

describe("sets without the whole platform", () => {
  it("do not guess what the activator does", () => {
    const answer = ask(plane() + shop(always), "a", "b/shop");
    expect(answer).toMatchObject({ verdict: "UNCERTAIN", status: null });
    expect(answer.remedy).toContain("make known");
  });
  it("do not guess which gateway serves a name", () => {
    expect(
      ask(plane() + serving(istio) + shop(), "external", "https://shop-b.apps.example.com"),
    ).toMatchObject({
      verdict: "UNCERTAIN",
      because: "it depends on the Gateway knative-ingress-gateway",
    });
    const owned = { owns: ["gateways"] as const };
    expect(
      ask(plane() + serving(istio) + shop(), "external", "https://shop-b.apps.example.com", {}, owned),
    ).toMatchObject({
      verdict: "DENY",
      status: 503,
    });
    expect(ask(plane() + serving(istio) + shop(), "a", "b/shop", { noSidecar: true }, owned)).toMatchObject({
      verdict: "DENY",
      status: null,
    });
  });
  it("say nothing about a gateway whose pods are elsewhere", () => {
    const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: knative-ingress-gateway, namespace: knative-serving}
spec:
  selector: {knative: ingressgateway}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE}}, {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
`;
    const nowhere = plane("{version: v2.5, gateways: {enabled: false}}") + serving(istio) + shop() + gateway;
    expect(ask(nowhere, "external", "https://shop-b.apps.example.com")).toMatchObject({
      verdict: "UNCERTAIN",
    });
    const unselected = plane() + serving(istio) + shop() + gateway;
    expect(ask(unselected, "external", "https://shop-b.apps.example.com")).toMatchObject({
      verdict: "DENY",
      because: "Gateway knative-serving/knative-ingress-gateway selects no gateway's pods",
    });
  });
  it("answer for an application alone as far as that goes", () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a, labels: {app: p}}
spec: {containers: [{name: p, image: p, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: p, namespace: a}
spec: {selector: {app: p}, ports: [{name: http, port: 80}]}
`;
    expect(ask(pod, "a/p", "a/p").verdict).toBe("ALLOW");
  });
});

describe("mesh-wide PeerAuthentications beside the operator's", () => {
  const own = (name: string, mode: string): string => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${name}, namespace: istio-system}
spec: {mtls: {mode: ${mode}}}
---
`;
  const plain = { noSidecar: true };
  it("go by name, and fight under one name", () => {
    expect(
      ask(
        plane() + serving(istio) + shop(never) + own("z", "PERMISSIVE"),
        "a",
        "http://shop-00001-private.b",
        plain,
      ).verdict,
    ).toBe("MTLS_REQUIRED");
    expect(
      ask(
        plane() + serving(istio) + shop(never) + own("a", "PERMISSIVE"),
        "a",
        "http://shop-00001-private.b",
        plain,
      ).verdict,
    ).toBe("ALLOW");
    expect(
      ask(
        plane() + serving(istio) + shop(never) + own("default", "PERMISSIVE"),
        "a",
        "http://shop-00001-private.b",
        plain,
      ),
    ).toMatchObject({
      verdict: "UNCERTAIN",
      because: "it depends on which PeerAuthentication default of istio-system wins",
    });
    expect(
      ask(
        plane() + serving(istio) + shop(never) + own("a", "STRICT"),
        "a",
        "http://shop-00001-private.b",
        plain,
      ).verdict,
    ).toBe("MTLS_REQUIRED");
  });
});

describe("Kourier", () => {
  const kourier = serving("{ingress: {kourier: {enabled: true}}}");
  it("brings callers without identity to the pods", () => {
    const permissive = plane("{version: v2.5}") + kourier + shop();
    const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: b}
spec: {rules: [{from: [{source: {namespaces: [a]}}]}]}
---
`;
    expect(ask(permissive + policy, "a", "b/shop").verdict).toBe("DENY");
    // The roll's NetworkPolicies admit members only, and Kourier's namespace is none.
    expect(ask(permissive, "a", "b/shop").decisive?.reason).not.toBe("policy");
  });
});

describe("details of Knative", () => {
  const base = plane() + serving(istio);
  it("sends h2c to its own port", () => {
    const h2c = shop(never, "[{image: x, ports: [{name: h2c, containerPort: 8080}]}]");
    expect(ask(base + h2c, "a", "b/shop").decisive?.port).toBe(8013);
    expect(ask(base + shop(never), "a", "b/shop").decisive?.port).toBe(8012);
  });
  it("addresses pods by name if config-network says so", () => {
    const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: b}
spec: {rules: [{to: [{operation: {hosts: ["*-private.b"]}}]}]}
---
`;
    const named =
      plane() +
      serving(istio.replace(/}$/, `, config: {network: {enable-mesh-pod-addressability: "true"}}}`));
    expect(ask(named + shop(always) + policy, "a", "b/shop").verdict).toBe("ALLOW");
    expect(ask(base + shop(always) + policy, "a", "b/shop").verdict).toBe("DENY");
  });
  it("takes the burst capacity from config-autoscaler", () => {
    const set =
      plane() +
      serving(istio.replace(/}$/, `, config: {autoscaler: {target-burst-capacity: "0", min-scale: "2"}}}`));
    expect(ask(set + shop(), "a", "b/shop").routes.map(({ name }) => name)).toEqual(["straight to a pod"]);
    expect(
      ask(base + shop(`{autoscaling.knative.dev/target-burst-capacity: "\${TBC}"}`), "a", "b/shop").routes,
    ).toHaveLength(2);
  });
  it("follows a caller of whom nobody knows whether it has a sidecar", () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a}
spec: {containers: [{name: p, image: p}]}
---
`;
    const sail = `apiVersion: sailoperator.io/v1
kind: Istio
metadata: {name: default}
spec: {namespace: istio-system, version: v1.26.0}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
`;
    const answer = ask(sail + pod + shop(), "a/p", "http://shop-00001-private.b");
    expect(answer).toMatchObject({ verdict: "UNCERTAIN", status: null });
    expect(answer.because).toContain("ALLOW with one, MTLS_REQUIRED without");
    expect(answer.notes).toContain("shown for a caller with a sidecar");
  });
});

describe("policies apart from applications", () => {
  const policy = (tenant: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow-${tenant}-to-activator, namespace: knative-serving}
spec: {selector: {matchLabels: {app: activator}}, rules: [{from: [{source: {namespaces: [${tenant}]}}], to: [{operation: {hosts: ["*.${tenant}", "*.${tenant}.svc", "*.${tenant}.svc.cluster.local"]}}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: inbound, namespace: ${tenant}}
spec: {rules: [{from: [{source: {namespaces: [${tenant}, knative-serving]}}]}]}
---
`;
  it("are asked with a Knative Service as documented", () => {
    const graph = graphOf(plane() + serving(istio) + policy("a") + policy("b"), { owns: ["gateways"] });
    const made = matrix(graph, "tenant");
    expect(made.pairs.map(({ from, to, call }) => `${from} ${to} ${call?.verdict ?? "-"}`)).toEqual([
      "a a ALLOW",
      "a b DENY",
      "b a DENY",
      "b b ALLOW",
      "external a -",
      "external b -",
    ]);
    expect(made.notes).toEqual([
      "no service of a, b is in the set: a Knative Service as documented stands for them",
    ]);
    expect(isolation(graph, made)).toMatchObject({ checked: true, leaks: [] });
  });
  it("prove nothing about an activator that is elsewhere", () => {
    const graph = graphOf(plane() + policy("a") + policy("b"));
    expect(isolation(graph).leaks.map(({ outcome }) => outcome.verdict)).toContain("UNCERTAIN");
  });
});
