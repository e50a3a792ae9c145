import { describe, expect, test } from "vitest";
import { ingress, ingressClass, ingressClasses, istioServings } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configMap, configValue } from "../../src/mesh/operator-config.ts";
import { overrideEntries, workloadOverride } from "../../src/mesh/overrides.ts";
import { graphOf, only } from "../support/graph.ts";

const serving = (spec: string): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: ${spec}
---`;
const servingOf = (spec: string) => only(graphOf(serving(spec)), kinds.KnativeServing, "knative-serving");

describe("workload overrides (D5)", () => {
  const resource = servingOf(`
  deployments:
    - { name: activator, annotations: { a: "1", b: "1" }, labels: { x: "1" } }
    - name: net-istio-controller
      env: [{ container: controller, envVars: [{ name: FLAG, value: "false" }] }]
  workloads:
    - annotations: { a: "2" }
      name: activator
    - name: net-istio-controller
      env:
        - { container: controller, envVars: [{ name: FLAG, value: "true" }, { name: EMPTY }, { value: x }, 3] }
        - { envVars: [{ name: LOST, value: x }] }
        - { container: other }
        - text
    - text
`);
  test("later entries win, deployments before workloads", () => {
    expect(overrideEntries(resource).map(({ path }) => path.join("."))).toEqual([
      "spec.deployments.0",
      "spec.deployments.1",
      "spec.workloads.0",
      "spec.workloads.1",
    ]);
    const activator = workloadOverride(resource, "activator");
    expect(activator.entries).toHaveLength(2);
    expect([...activator.annotations]).toEqual([
      ["a", { value: "2", path: ["spec", "workloads", 0, "annotations", "a"] }],
      ["b", { value: "1", path: ["spec", "deployments", 0, "annotations", "b"] }],
    ]);
    expect(activator.labels.get("x")?.value).toBe("1");
    expect(activator.open).toBe(false);
  });
  test("environment variables are keyed by container", () => {
    const { env } = workloadOverride(resource, "net-istio-controller");
    expect([...env.keys()]).toEqual(["controller/FLAG", "controller/EMPTY"]);
    expect(env.get("controller/FLAG")).toEqual({
      value: "true",
      path: ["spec", "workloads", 1, "env", 0, "envVars", 0, "value"],
    });
    expect(env.get("controller/EMPTY")?.value).toBeNull();
  });
  test("placeholders leave it open", () => {
    expect(workloadOverride(servingOf('{workloads: [{name: "${W}"}]}'), "activator").open).toBe(true);
    expect(workloadOverride(servingOf('{workloads: "${W}"}'), "activator").open).toBe(true);
    expect(workloadOverride(servingOf("{workloads: [{labels: {}}]}"), "activator").open).toBe(false);
    expect(
      workloadOverride(servingOf('{workloads: [{name: activator, labels: "${L}"}]}'), "activator").labels
        .size,
    ).toBe(0);
  });
  test("KnativeKafka has workloads only", () => {
    const graph = graphOf(`
apiVersion: operator.serverless.openshift.io/v1alpha1
kind: KnativeKafka
metadata: { name: knative-kafka, namespace: knative-eventing }
spec: { deployments: [{ name: a }], workloads: [{ name: b }] }
`);
    const kafka = only(graph, kinds.KnativeKafka, "knative-kafka");
    expect(overrideEntries(kafka).map(({ list }) => list)).toEqual(["workloads"]);
  });
});

describe("config data (D6)", () => {
  test.each([
    ["{config: {network: {a: '1'}}}", { full: false, void: null }],
    ["{config: {config-network: {a: '1'}}}", { full: true, void: null }],
    [
      "{config: {config-network: {a: '1'}, network: {b: '2'}}}",
      { full: true, void: ["spec", "config", "network"] },
    ],
  ])("%s", (spec, expected) => {
    const map = configMap(servingOf(spec), "network");
    expect(map).toMatchObject({ state: "value", value: { ...expected, entries: { a: "1" } } });
  });
  test("the full name makes the short one void as a whole", () => {
    const both = servingOf("{config: {config-network: {a: '1'}, network: {b: '2'}}}");
    expect(configValue(both, "network", "b")).toEqual({ state: "absent" });
    expect(configValue(both, "network", "b", "a")).toEqual({
      state: "value",
      value: "1",
      key: "a",
      path: ["spec", "config", "config-network", "a"],
    });
  });
  test("absent, bare and unknown values", () => {
    expect(configMap(servingOf("{}"), "network").state).toBe("absent");
    expect(configValue(servingOf("{}"), "network", "a").state).toBe("absent");
    expect(configValue(servingOf("{config: {network: {a: true}}}"), "network", "a")).toMatchObject({
      value: "true",
    });
    expect(configValue(servingOf('{config: {network: {a: "<x>", b: c}}}'), "network", "a", "b").state).toBe(
      "unknown",
    );
    expect(configMap(servingOf('{config: {network: "${X}"}}'), "network").state).toBe("unknown");
    expect(configMap(servingOf('{config: {config-network: "${X}", network: {}}}'), "network").state).toBe(
      "unknown",
    );
  });
});

describe("ingress class (D10)", () => {
  const istio = "istio.ingress.networking.knative.dev";
  const kourier = "kourier.ingress.networking.knative.dev";
  test.each([
    ["{}", "kourier", "spec.ingress.istio.enabled"],
    ["{ingress: {istio: {enabled: true}}}", "istio", "spec.ingress.istio.enabled"],
    ["{ingress: {istio: {enabled: false}}}", "kourier", "spec.ingress.istio.enabled"],
    [
      "{ingress: {istio: {enabled: true}, kourier: {enabled: true}}}",
      "kourier",
      "spec.ingress.kourier.enabled",
    ],
    ["{ingress: {istio: {enabled: true}, kourier: {enabled: false}}}", "istio", "spec.ingress.istio.enabled"],
    [
      `{ingress: {kourier: {enabled: true}}, config: {network: {ingress-class: ${istio}}}}`,
      "istio",
      "spec.config.network.ingress-class",
    ],
    [`{config: {network: {ingress.class: ${istio}}}}`, "istio", "spec.config.network.ingress.class"],
    [
      `{config: {network: {ingress.class: ${istio}, ingress-class: ${kourier}}}}`,
      "kourier",
      "spec.config.network.ingress-class",
    ],
    [
      "{config: {network: {ingress-class: contour.ingress.networking.knative.dev}}}",
      "other",
      "spec.config.network.ingress-class",
    ],
    ["{config: {config-network: {x: y}}}", "istio", "spec.config.config-network"],
    [
      `{config: {config-network: {ingress-class: ${kourier}}}}`,
      "kourier",
      "spec.config.config-network.ingress-class",
    ],
    [`{config: {network: {x: y}}, ingress: {istio: {enabled: true}}}`, "istio", "spec.ingress.istio.enabled"],
  ])("%s: %s", (spec, state, path) => {
    const answer = ingressClass(servingOf(spec));
    expect(answer.state).toBe(state);
    if (answer.state !== "unknown") expect(answer.at.path.join(".")).toBe(path);
  });
  test.each([
    '{ingress: {istio: {enabled: "${X}"}}}',
    '{ingress: {kourier: {enabled: "${X}"}, istio: {enabled: true}}}',
    '{config: {network: {ingress-class: "${X}"}}}',
    '{ingress: {istio: {enabled: "true"}}}',
  ])("%s is not known", (spec) => {
    expect(ingressClass(servingOf(spec)).state).toBe("unknown");
  });
  test("of a set: Istio if one candidate uses it, unknown without any", () => {
    const two = graphOf(serving("{}") + serving("{ingress: {istio: {enabled: true}}}"));
    expect(ingress(two).state).toBe("istio");
    expect(istioServings(two)).toHaveLength(1);
    expect(ingressClasses(two)).toHaveLength(2);
    expect(ingress(graphOf("")).state).toBe("unknown");
    expect(ingress(graphOf(serving("{}") + serving('{ingress: {istio: {enabled: "${X}"}}}'))).state).toBe(
      "unknown",
    );
  });
});
