import { describe, expect, it } from "vitest";
import { admission } from "../../src/mesh/admitted-routes.ts";
import { drainOf } from "../../src/mesh/drain-duration.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { metricsState, podsExcludeMetrics } from "../../src/mesh/metrics-port.ts";
import { defaultTimeout, timeoutLimit } from "../../src/mesh/revision-timeouts.ts";
import { graphOf, only, type GraphOptions } from "../support/graph.ts";

const mesh = (drain: string) => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: { version: v2.5${drain} }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [knative-serving, shop] }
`;
const drain = (text: string) =>
  mesh(`, techPreview: { meshConfig: { defaultConfig: { terminationDrainDuration: ${text} } } }`);
const service = (annotations = "{}", more = "") => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { annotations: ${annotations} }, spec: { containers: [{ image: a }] } } }
${more}`;
const serving = (config: string, more = "") => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } }, config: { ${config} }${more} }
`;

describe("how long a proxy drains", () => {
  const ask = (...documents: readonly string[]) => {
    const graph = graphOf(documents.join("\n---\n"));
    const [pod] = graph.podsOf(only(graph, kinds.KnativeService, "web"));
    if (!pod) throw new Error("no pod");
    const found = drainOf(graph, pod);
    return found.state === "known" ? `${found.text} = ${found.duration}` : found.state;
  };

  it("is what the pod's own annotation says, else what the control plane says", () => {
    expect(ask(drain("35s"), service())).toBe("35s = 35000");
    expect(ask(drain("35s"), service("{ proxy.istio.io/config: '{ terminationDrainDuration: 1m }' }"))).toBe(
      "1m = 60000",
    );
    expect(ask(drain("35s"), service("{ proxy.istio.io/config: '{ concurrency: 2 }' }"))).toBe("35s = 35000");
    expect(ask(drain("35s"), service("{ proxy.istio.io/config: '[' }"))).toBe("35s = 35000");
  });

  it("is not told where nothing says it, or nothing that can be read", () => {
    expect(ask(mesh(""), service())).toBe("none");
    expect(ask(drain("[35s]"), service())).toBe("none");
    expect(ask(drain("35"), service())).toBe("none");
    expect(ask(service())).toBe("none");
  });

  it("is not known where the control plane, or a value, is not", () => {
    expect(ask(drain("'${DRAIN}'"), service())).toBe("unknown");
    expect(ask(drain("35s"), service("{ proxy.istio.io/config: '${CONFIG}' }"))).toBe("unknown");
    expect(ask(serving(""), service())).toBe("unknown");
    const roll = mesh("").split("---")[1] ?? "";
    expect(ask(roll, service())).toBe("unknown");
  });
});

describe("the timeouts of revisions", () => {
  it("have limits that the KnativeServing sets", () => {
    const config = 'defaults: { max-revision-timeout-seconds: "900", revision-timeout-seconds: "60" }';
    const graph = graphOf(serving(config));
    expect(timeoutLimit(graph)).toEqual({ state: "known", seconds: 900 });
    expect(defaultTimeout(graph)).toEqual({ state: "known", seconds: 60 });
  });

  it("have Serving's own limits otherwise", () => {
    expect(timeoutLimit(graphOf(serving("")))).toEqual({ state: "known", seconds: 600 });
    expect(defaultTimeout(graphOf(serving("")))).toEqual({ state: "known", seconds: 300 });
  });

  it("are not known without a KnativeServing, or by a value that is no number", () => {
    expect(timeoutLimit(graphOf(service()))).toMatchObject({ state: "unknown", usual: 600 });
    const odd = graphOf(serving("defaults: { max-revision-timeout-seconds: ten }"));
    expect(timeoutLimit(odd)).toMatchObject({ state: "unknown" });
    const open = graphOf(serving("defaults: { revision-timeout-seconds: '${SECONDS}' }"));
    expect(defaultTimeout(open)).toMatchObject({ state: "unknown", usual: 300 });
  });
});

describe("the Routes of a service in a cluster", () => {
  const live = (status: string) => service("{}", `status: ${status}`);
  const ready = "{ url: 'https://web-shop.apps.example.com', conditions: [{ type: Ready, status: 'True' }] }";
  const route = (status: string) => `
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: web, namespace: istio-system }
spec: { host: web-shop.apps.example.com }
${status}`;
  const ask = (context: string, options: GraphOptions = {}, own = service()) => {
    const graph = graphOf(own, {
      context: `${serving("")}\n---\n${context}`,
      complete: true,
      live: true,
      ...options,
    });
    const found = admission(graph, only(graph, kinds.KnativeService, "web"));
    return found.state === "no" ? found.message : found.state;
  };

  it("are looked for wherever the gateway may be, if that is not known", () => {
    expect(ask(live(ready))).toBe("it is ready, and no Route carries its host web-shop.apps.example.com");
    const admitted = "status: { ingress: [{ conditions: [{ type: Admitted, status: 'True' }] }] }";
    expect(ask(`${live(ready)}\n---\n${route(admitted)}`)).toBe("admitted");
  });

  it("say why no router takes them", () => {
    const refused =
      "status: { ingress: [{ conditions: [{ type: Admitted, status: 'False', reason: HostAlreadyClaimed }] }] }";
    expect(ask(`${live(ready)}\n---\n${route(refused)}`)).toMatch(/: HostAlreadyClaimed$/);
    expect(ask(`${live(ready)}\n---\n${route("")}`)).toMatch(/: no router has admitted it$/);
    expect(ask(`${live(ready)}\n---\n${route("status: { ingress: [{}] }")}`)).toMatch(
      /: no router has admitted it$/,
    );
  });

  it("are not asked for before the service is ready, or without its status", () => {
    expect(ask(live("{ conditions: [{ type: Other, status: 'True' }] }"))).toBe("not-applicable");
    expect(ask(service("{}", ""))).toBe("not-applicable");
    expect(ask(live("{ conditions: [{ type: Ready, status: 'True' }] }"))).toBe("unknown");
    expect(ask(live("{ url: 'ftp://web', conditions: [{ type: Ready, status: 'True' }] }"))).toBe("unknown");
    expect(ask("kind: none")).toBe("not-applicable");
  });
});

describe("metrics", () => {
  const eventing = (config: string) => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeEventing
metadata: { name: knative-eventing, namespace: knative-eventing }
spec: { config: { ${config} } }
`;

  it("are on where one component has them, and nowhere without any", () => {
    expect(metricsState(graphOf("kind: none"))).toBe("nowhere");
    expect(metricsState(graphOf(serving("")))).toBe("off");
    expect(metricsState(graphOf(`${serving("")}\n---\n${eventing("")}`))).toBe("on");
  });

  it("need no port of the mesh where every pod excludes it by itself", () => {
    const override = (name: string) =>
      `{ name: ${name}, labels: { sidecar.istio.io/inject: "true" }, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "8444" } }`;
    const one = serving(
      "observability: { metrics.backend-destination: prometheus }",
      `, workloads: [${override("activator")}, ${override("autoscaler")}]`,
    );
    expect(podsExcludeMetrics(graphOf(`${mesh("")}\n---\n${one}`))).toBe(true);
    expect(podsExcludeMetrics(graphOf(`${mesh("")}\n---\n${serving("")}`))).toBe(false);
  });
});
