import { describe, expect, test } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { installerOf, subscriptionFlaws } from "../../src/mesh/subscription-flaws.ts";
import { graphOf, only } from "../support/graph.ts";

const subscription = (name: string, more = "", namespace = "openshift-operators"): string =>
  `{apiVersion: operators.coreos.com/v1alpha1, kind: Subscription, metadata: {name: s, namespace: ${namespace}}, spec: {name: ${name}${more}}}\n---\n`;
const serving =
  "{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: k, namespace: knative-serving}}\n---\n";
const group = (spec: string, name = "g"): string =>
  `{apiVersion: operators.coreos.com/v1, kind: OperatorGroup, metadata: {name: ${name}, namespace: openshift-serverless}, spec: ${spec}}\n---\n`;
const own = "openshift-serverless";

describe("flaws of a Subscription", () => {
  test.each([
    ["as documented", subscription("serverless-operator", ", channel: stable"), []],
    ["of another operator", subscription("amq-streams"), ["other-operator"]],
    ["with an open name", subscription('"${OPERATOR}"'), ["unknown"]],
    ["misspelt, and needed", subscription("serverless-operators") + serving, ["package"]],
    ["misspelt, and not needed", subscription("serverless-operators"), []],
    ["of no such channel", subscription("serverless-operator", ", channel: newest"), ["channel"]],
    ["elsewhere", subscription("serverless-operator", "", "default"), ["namespace"]],
    ["in an open namespace", subscription("serverless-operator", "", '"${NS}"'), ["unknown"]],
    ["without a group", subscription("serverless-operator", "", own), ["group"]],
    ["with a group", subscription("serverless-operator", "", own) + group("{}"), []],
    [
      "with two groups",
      subscription("serverless-operator", "", own) + group("{}") + group("{}", "h"),
      ["group"],
    ],
    [
      "with a narrow group",
      subscription("serverless-operator", "", own) + group("{targetNamespaces: [shop]}"),
      ["group"],
    ],
  ])("%s", (_name, text, wanted) => {
    const graph = graphOf(text);
    const flaws = [...subscriptionFlaws(graph, only(graph, kinds.OperatorSubscription, "s"))];
    expect(flaws.map(({ type }) => type)).toEqual(wanted);
  });

  test("a channel that an overlay sets is not known", () => {
    const patch = subscription("serverless-operator", ", channel: stable");
    const graph = graphOf(
      { "base/s.yaml": subscription("serverless-operator", ", channel: newest") },
      { patches: { "overlay/p.yaml": patch } },
    );
    const flaws = [...subscriptionFlaws(graph, only(graph, kinds.OperatorSubscription, "s"))];
    expect(flaws.map(({ type }) => type)).toEqual(["unknown"]);
  });
});

test.each([
  ["its Subscription", serving + subscription("serverless-operator"), "there"],
  ["that of another catalogue", serving + subscription("knative-operator"), "there"],
  ["a misspelt one", serving + subscription("serverless-operators"), "none"],
  ["none of the operators", serving + subscription("amq-streams"), "none"],
  ["another one of them", serving + subscription("servicemeshoperator"), "missing"],
  ["one with an open name", serving + subscription('"${OPERATOR}"'), "unknown"],
])("%s installs a resource's operator: %s", (_name, text, wanted) => {
  const graph = graphOf(text);
  const found = installerOf(graph, only(graph, kinds.KnativeServing, "k"), "serverless-operator");
  expect(found.state).toBe(wanted);
});
