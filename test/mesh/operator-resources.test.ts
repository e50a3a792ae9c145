import { expect, test } from "vitest";
import { filteringVariables } from "../../src/mesh/filtering-variables.ts";
import { generatedPolicy } from "../../src/mesh/generated-policy.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { firstOfItsKind, homeOfOperator, servedApiVersion } from "../../src/mesh/operator-resources.ts";
import { graphOf, only } from "../support/graph.ts";

const operator = (kind: string, name: string, namespace: string, spec = "{}"): string =>
  `{apiVersion: operator.knative.dev/v1beta1, kind: ${kind}, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
const kafka =
  "{apiVersion: operator.serverless.openshift.io/v1alpha1, kind: KnativeKafka, metadata: {name: k}}\n---\n";

test("where operators take their resources, and of which version", () => {
  const graph = graphOf(kafka + operator("KnativeServing", "s", "knative-serving"));
  const [broker, serving] = [only(graph, kinds.KnativeKafka, "k"), only(graph, kinds.KnativeServing, "s")];
  expect([homeOfOperator(broker), homeOfOperator(serving)]).toEqual(["knative-eventing", "knative-serving"]);
  expect(servedApiVersion(broker)).toBe("operator.serverless.openshift.io/v1alpha1");
  expect(servedApiVersion(serving)).toBe("operator.knative.dev/v1beta1");
  expect(firstOfItsKind(graph, broker)).toBeNull();
});

test("of several objects the first by name may stay", () => {
  const serving = (name: string, namespace: string) => operator("KnativeServing", name, namespace);
  const graph = graphOf(serving("a", "one") + serving("b", "one") + serving("c", "two"));
  const first = (name: string) => firstOfItsKind(graph, only(graph, kinds.KnativeServing, name))?.name;
  expect(["a", "b", "c"].map(first)).toEqual([undefined, "a", undefined]);
});

test.each([
  ["none", "{}", []],
  ["the right one", "{container: controller, envVars: [{name: N, value: a}]}", ["controller N a"]],
  ["without a container", "{envVars: [{name: N}]}", [" N null"]],
  ["of another name", "{container: controller, envVars: [{name: OTHER}, 7, {value: a}]}", []],
  ["no list", "{container: controller, envVars: {}}", []],
])("variables that filter Secrets: %s", (_name, env, wanted) => {
  const name = "ENABLE_SECRET_INFORMER_FILTERING_BY_CERT_UID";
  const spec = `{deployments: [{name: net-istio-controller, env: [${env.replace("name: N", `name: ${name}`)}]}, {name: a, env: 7}]}`;
  const graph = graphOf(operator("KnativeServing", "s", "knative-serving", spec));
  const found = filteringVariables(only(graph, kinds.KnativeServing, "s"));
  const said = found.map(
    (one) => `${one.container} ${one.name === name ? "N" : one.name} ${String(one.value)}`,
  );
  expect(said).toEqual(wanted);
});

test.each([
  ["1.32", "{}", "found"],
  ["1.31", "{}", "none"],
  ["1.32", '{serverless.openshift.io/disable-istio-net-policies-generation: "${OFF}"}', "unknown"],
])(
  "the NetworkPolicy that the operator of Serverless %s makes, with %s: %s",
  (version, annotations, wanted) => {
    const text = `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving, annotations: ${annotations}}, spec: {ingress: {istio: {enabled: true}}}}`;
    const graph = graphOf(text, { profile: `serverless=${version}` });
    const serving = only(graph, kinds.KnativeServing, "s");
    expect(generatedPolicy(graph, serving).state).toBe(wanted);
  },
);
