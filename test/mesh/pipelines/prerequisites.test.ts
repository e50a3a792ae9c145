import { describe, expect, it } from "vitest";
import { gpuOperator } from "../../../src/mesh/gpu/operator.ts";
import { pipelinesInstalled, servingInstalled } from "../../../src/mesh/pipelines/prerequisites.ts";
import { graphOf } from "../../support/graph.ts";

const subscription = (name: string) =>
  `apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: one, namespace: openshift-operators}\nspec: {name: ${name}}\n`;

describe("OpenShift Pipelines", () => {
  const state = (yaml: string, complete?: true) =>
    pipelinesInstalled(graphOf(yaml, complete ? { complete } : {})).state;

  it.each([
    [subscription("openshift-pipelines-operator-rh"), "found"],
    [subscription("serverless-operator"), "absent"],
    [subscription("cluster-logging"), "unknown"],
    [subscription('"${PACKAGE}"'), "unknown"],
    ["apiVersion: operator.tekton.dev/v1alpha1\nkind: TektonConfig\nmetadata: {name: config}\n", "found"],
    [
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: tekton-pipelines-controller, namespace: tekton-pipelines}\n",
      "found",
    ],
    ["", "unknown"],
  ])("%s: %s", (yaml, expected) => {
    expect(state(yaml)).toBe(expected);
  });

  it("are missing where all there is is known", () => {
    expect(state(subscription("cluster-logging"), true)).toBe("absent");
  });
});

describe("Serving", () => {
  it("is missing only where the set owns Serverless", () => {
    const serving =
      "apiVersion: operator.knative.dev/v1beta1\nkind: KnativeServing\nmetadata: {name: knative-serving, namespace: knative-serving}\n";
    expect(servingInstalled(graphOf(serving)).state).toBe("found");
    expect(servingInstalled(graphOf("", { owns: ["serverless"] })).state).toBe("absent");
    expect(servingInstalled(graphOf("")).state).toBe("unknown");
  });
});

describe("the GPU operator", () => {
  it("is missing where the set installs it without a ClusterPolicy, or where all there is is known", () => {
    const policy = "---\napiVersion: nvidia.com/v1\nkind: ClusterPolicy\nmetadata: {name: gpu}\n";
    expect(gpuOperator(graphOf(subscription("gpu-operator-certified"))).state).toBe("absent");
    expect(gpuOperator(graphOf(subscription("gpu-operator-certified") + policy)).state).toBe("found");
    expect(gpuOperator(graphOf(subscription('"${PACKAGE}"'))).state).toBe("unknown");
    expect(gpuOperator(graphOf("", { complete: true })).state).toBe("absent");
  });
});
