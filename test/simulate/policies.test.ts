import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { coveringPolicy, podsWithoutProxy } from "../../src/simulate/policy-effect.ts";
import { deadPorts, rulesDroppedOnTcp, rulesWidenedOnTcp } from "../../src/simulate/policy-ports.ts";
import { selection } from "../../src/simulate/policy-selector.ts";
import { graphOf, only } from "../support/graph.ts";

const mesh = (spec = ""): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec: {version: v2.5${spec}}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: {name: default, namespace: istio-system}
spec: {members: [shop, web]}
`;

const workload = (name: string, extra = ""): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop, labels: {tier: ${name}-tier}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, sidecar.istio.io/inject: "true"}}
    spec: {containers: [{name: main, image: x${extra}}]}
`;

const service = (name: string, ports: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {selector: {app: ${name}}, ports: [${ports}]}
`;

const policy = (name: string, spec: string, namespace = "shop", annotations = ""): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}, annotations: {${annotations}}}
spec: ${spec}
`;

function made(...texts: readonly string[]): {
  readonly graph: Graph;
  readonly of: (name: string) => Resource;
} {
  const graph = graphOf(texts.join("---\n"));
  return { graph, of: (name) => only(graph, "AuthorizationPolicy.security.istio.io", name) };
}

const onApp = (name: string, rest: string): string => `{selector: {matchLabels: {app: ${name}}}, ${rest}}`;
const port = (number: string): string => `rules: [{to: [{operation: {ports: ["${number}"]}}]}]`;

describe("deadPorts", () => {
  const dead = (ports: string, container = "", number = "80"): readonly number[] => {
    const { graph, of } = made(
      mesh(),
      workload("orders", container),
      service("orders", ports),
      policy("p", onApp("orders", port(number))),
    );
    return deadPorts(graph, of("p")).map(({ served }) => served.target);
  };
  it("tells a Service's port from the pod's", () => {
    expect(dead("{name: http, port: 80, targetPort: 8080}")).toEqual([8080]);
    expect(
      dead("{name: http, port: 80, targetPort: web}", ", ports: [{name: web, containerPort: 8081}]"),
    ).toEqual([8081]);
  });
  it("is silent where the pod may have the port", () => {
    expect(dead("{name: http, port: 80}")).toEqual([]);
    expect(dead("{name: http, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 80}")).toEqual([]);
    expect(dead("{name: http, port: 80, targetPort: 8080}", ", ports: [{containerPort: 80}]")).toEqual([]);
    expect(dead("{name: http, port: 80, targetPort: unknown}")).toEqual([]);
    expect(dead("{name: http, port: 80, targetPort: 8080}", "", "9464")).toEqual([]);
  });
  it("knows the gateway's ports", () => {
    const rule = `{selector: {matchLabels: {istio: ingressgateway}}, ${port("443")}}`;
    const { graph, of } = made(mesh(), policy("p", rule, "istio-system"));
    expect(deadPorts(graph, of("p")).map(({ served }) => served.target)).toEqual([8443]);
    const listening = made(mesh(), policy("p", rule.replace("443", "8443"), "istio-system"));
    expect(deadPorts(listening.graph, listening.of("p"))).toEqual([]);
  });
});

describe("rules on TCP ports", () => {
  const get = "rules: [{to: [{operation: {methods: [GET]}}]}]";
  const found = (action: string, ports: string, rules = get, spec = ""): readonly number[] => {
    const { graph, of } = made(
      mesh(spec),
      workload("ledger"),
      service("ledger", ports),
      policy("p", onApp("ledger", `action: ${action}, ${rules}`)),
    );
    const rule = action === "DENY" ? rulesWidenedOnTcp : rulesDroppedOnTcp;
    return rule(graph, of("p")).flatMap(({ ports: [first] }) => first.target);
  };
  it.each(["ALLOW", "DENY"])("are found for %s", (action) => {
    expect(found(action, "{name: tcp-x, port: 1}")).toEqual([1]);
    expect(found(action, "{name: x, port: 1}")).toEqual([1]);
    expect(found(action, "{name: x, port: 1, appProtocol: http}")).toEqual([]);
    expect(found(action, "{name: http-x, port: 1}")).toEqual([]);
    const header = "rules: [{when: [{key: 'request.headers[x]', values: [a]}]}]";
    expect(found(action, "{name: tcp-x, port: 1}", header)).toEqual([1]);
    expect(found(action, "{name: tcp-x, port: 1}", "rules: [{to: [{operation: {ports: ['1']}}]}]")).toEqual(
      [],
    );
  });
  it.each(["ALLOW", "DENY"])("are not looked for where %s leaves out ports", (action) => {
    const not = "rules: [{to: [{operation: {methods: [GET], notPorts: ['1']}}]}]";
    expect(found(action, "{name: tcp-x, port: 1}", not)).toEqual([]);
    const when =
      "rules: [{to: [{operation: {methods: [GET]}}], when: [{key: destination.port, values: ['2']}]}]";
    expect(found(action, "{name: tcp-x, port: 1}", when)).toEqual([]);
    const other = "rules: [{to: [{operation: {methods: [GET], ports: ['2']}}]}]";
    expect(found(action, "{name: tcp-x, port: 1}", other)).toEqual([]);
  });
  it("depend on the mesh where the port's name tells nothing", () => {
    const on = ", proxy: {networking: {protocol: {autoDetect: {inbound: true}}}}";
    expect(found("DENY", "{name: x, port: 1}", get, on)).toEqual([]);
    expect(found("ALLOW", "{name: x, port: 1}", get, ", profiles: [ours]")).toEqual([]);
    expect(found("ALLOW", "{name: tcp-x, port: 1}", get, ", profiles: [ours]")).toEqual([1]);
    // The profile may let the port bypass the sidecar.
    expect(found("DENY", "{name: tcp-x, port: 1}", get, ", profiles: [ours]")).toEqual([]);
  });
  it("are dropped only if no port of the pods is HTTP", () => {
    const both = "{name: tcp-x, port: 1}, {name: http-x, port: 2}";
    expect(found("ALLOW", both)).toEqual([]);
    expect(found("DENY", both)).toEqual([1]);
    expect(found("ALLOW", both, "rules: [{to: [{operation: {methods: [GET], ports: ['1']}}]}]")).toEqual([1]);
    expect(found("ALLOW", "")).toEqual([]);
  });
  it("widen not at ports that bypass the sidecar", () => {
    const excluded = ", proxy: {networking: {trafficControl: {inbound: {excludedPorts: [1]}}}}";
    expect(found("DENY", "{name: tcp-x, port: 1}", get, excluded)).toEqual([]);
  });
});

describe("selection", () => {
  const state = (selector: string, ...more: readonly string[]): string => {
    const { graph, of } = made(mesh(), ...more, policy("p", `{selector: {matchLabels: ${selector}}}`));
    return selection(graph, of("p")).state;
  };
  const cart = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {template: {metadata: {labels: {team: a}}, spec: {containers: [{image: x}]}}}
`;
  it.each([
    ["{app: orders}", "picks"],
    ["{app: order}", "near"],
    ["{app: orders2}", "nothing"],
    ["{application: orders}", "nothing"],
    ["{app: order, team: a}", "nothing"],
    ["{tier: orders-tier}", "labels-of-workload"],
    ["{pod-template-hash: abc}", "unknown"],
    ["{app: cart}", "app-of-service"],
    ["{app: cart, team: a}", "app-of-service"],
    ["{app: cart, team: b}", "nothing"],
    ["{app: cart-00002}", "unknown"],
    ["{serving.knative.dev/service: cart}", "picks"],
    ["{serving.knative.dev/routingState: active}", "unknown"],
    ["{app: '${APP}'}", "unknown"],
  ])("%s: %s", (selector, expected) => {
    expect(state(selector, workload("orders"), cart)).toBe(expected);
  });
  it("knows nothing without workloads", () => {
    expect(state("{app: orders}")).toBe("unknown");
  });
});

describe("coveringPolicy", () => {
  const from = (names: string): string => `rules: [{from: [{source: {namespaces: [${names}]}}]}]`;
  const covering = (...policies: readonly string[]): string | null => {
    const { graph, of } = made(mesh(), ...policies);
    return coveringPolicy(graph, of("p"))?.name ?? null;
  };
  it("finds one for the same pods with the same action", () => {
    const narrow = policy("p", onApp("a", from("web")));
    expect(covering(narrow, policy("q", `{${from("web, x")}}`))).toBe("q");
    expect(covering(narrow, policy("q", `{${from("web, x")}}`, "istio-system"))).toBe("q");
    expect(covering(narrow, policy("q", `{${from("web, x")}}`, "web"))).toBeNull();
    expect(covering(narrow, policy("q", `{action: DENY, ${from("web")}}`))).toBeNull();
    expect(covering(narrow, policy("q", onApp("b", from("web"))))).toBeNull();
    expect(covering(narrow, policy("q", `{${from("web")}}`, "shop", "istio.io/dry-run: 'true'"))).toBeNull();
    expect(covering(narrow, policy("q", `{provider: {name: x}, ${from("web")}}`))).toBeNull();
    expect(covering(narrow, policy("q", `{${from("web")}}`), policy("q", `{${from("x")}}`))).toBeNull();
  });
  it("names the later of equals only, and no policy of a namespace for one of the root namespace", () => {
    const equal = `{${from("web")}}`;
    expect(covering(policy("p", equal), policy("q", equal))).toBeNull();
    expect(covering(policy("p", equal), policy("a", equal))).toBe("a");
    expect(covering(policy("p", equal, "istio-system"), policy("a", equal))).toBeNull();
  });
  it("says nothing of AUDIT, CUSTOM and dry runs", () => {
    const wide = policy("q", `{action: AUDIT, ${from("web")}}`);
    expect(covering(policy("p", `{action: AUDIT, ${from("web")}}`), wide)).toBeNull();
    const trial = policy("p", `{${from("web")}}`, "shop", "istio.io/dry-run: 'true'");
    expect(covering(trial, policy("a", `{${from("web")}}`))).toBeNull();
  });
});

describe("podsWithoutProxy", () => {
  const bare = (...texts: readonly string[]): number => {
    const { graph, of } = made(mesh(), ...texts, policy("p", "{rules: [{}]}"));
    return podsWithoutProxy(graph, of("p")).length;
  };
  const plain = workload("a").replace('"true"', '"false"');
  it("is all pods or none", () => {
    expect(bare(plain)).toBe(1);
    expect(bare(plain, workload("b"))).toBe(0);
    expect(bare()).toBe(0);
  });
});
