import { describe, expect, it } from "vitest";
import { serviceSelection } from "../../../src/mesh/manifests/service-selection.ts";
import { graphOf, type GraphOptions, only } from "../../support/graph.ts";

const service = (spec: string, namespace = "shop", name = "cart") =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n---\n`;
const deployment = (labels: string, namespace = "shop", name = "cart") =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}${namespace === "" ? "" : `, namespace: ${namespace}`}}\nspec: {template: {metadata: {labels: ${labels}}}}\n---\n`;
const state = (yaml: string, options: GraphOptions = { complete: true }) => {
  const graph = graphOf(yaml, options);
  return serviceSelection(graph, only(graph, "Service", "cart")).state;
};

describe("what a Service selects", () => {
  it("are pods of its namespace", () => {
    expect(state(service("{selector: {app: cart}}") + deployment("{app: cart, tier: web}"))).toBe("picks");
    expect(state(service("{selector: {app: cart}}") + deployment("{app: cart}", "store"))).toBe("nothing");
  });

  it("is nothing where another name or hand-written endpoints are meant", () => {
    expect(state(service("{type: ExternalName}"))).toBe("left");
    expect(state(service("{}"))).toBe("left");
    expect(state(service("{selector: {}}"))).toBe("left");
    expect(
      state(
        service("{selector: {app: cart}}") +
          "apiVersion: v1\nkind: Endpoints\nmetadata: {name: cart, namespace: shop}\n",
      ),
    ).toBe("left");
  });

  it.each([
    ["a placeholder", service('{selector: "${S}"}')],
    ["a pod whose namespace is not known", service("{selector: {app: x}}") + deployment("{app: x}", "", "x")],
    ["labels that a template fills in", service("{selector: {app: x}}") + deployment('{app: "${A}"}')],
    ["a headless Service", service("{selector: {app: x}, clusterIP: None}")],
    ["labels of running pods", service("{selector: {statefulset.kubernetes.io/pod-name: cart-0}}")],
    ["pods of the mesh", service("{selector: {istio: egressgateway}}")],
    ["istiod", service("{selector: {app: istiod}}")],
  ])("is not known with %s", (_what, yaml) => {
    expect(state(yaml)).toBe("unknown");
  });

  it("is not known without its namespace", () => {
    expect(state("apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {selector: {app: x}}\n")).toBe(
      "unknown",
    );
  });

  it("is known where the set owns the layer", () => {
    const knative = service("{selector: {app: nothing}}", "knative-eventing");
    expect(state(knative, { owns: ["serverless"] })).toBe("nothing");
    const component = "{selector: {app.kubernetes.io/component: broker-ingress}}";
    expect(state(service(component, "knative-eventing"), {})).toBe("picks");
    const serving = service("{selector: {app: nothing}}", "knative-serving");
    expect(state(serving, { owns: ["serverless"] })).toBe("nothing");
    expect(state(serving, {})).toBe("unknown");
    expect(state(service("{selector: {app: activator}}", "knative-serving"), {})).toBe("picks");
    const tenants = [{ name: "shop", namespaces: ["shop"] }];
    expect(state(service("{selector: {app: x}}"), { tenants })).toBe("nothing");
    const roll =
      "apiVersion: maistra.io/v1\nkind: ServiceMeshMemberRoll\nmetadata: {name: default, namespace: istio-system}\nspec: {members: [knative-serving]}\n---\n";
    expect(state(roll + service("{selector: {app: x}}", "istio-system"), {})).toBe("nothing");
  });

  it("is told by the workload of its name", () => {
    expect(state(service("{selector: {app: x}}") + deployment("{app: cart}"), {})).toBe("nothing");
    expect(state(service("{selector: {app: x}}") + deployment("{app: cart}", "shop", "other"), {})).toBe(
      "unknown",
    );
  });

  it("knows the label app of revisions", () => {
    const revisions =
      "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {template: {spec: {containers: [{}]}}}\n";
    const options = { complete: true } as const;
    const selects = (app: string) => {
      const graph = graphOf(service(`{selector: {app: ${app}}}`) + revisions, options);
      return serviceSelection(graph, only(graph, "Service", "cart")).state;
    };
    expect(selects("shop-00001")).toBe("unknown");
    expect(selects("store")).toBe("nothing");
  });
});
