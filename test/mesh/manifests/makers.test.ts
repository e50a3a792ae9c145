import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/mesh/kinds.ts";
import { hasMakers, isGivenObject, mayBeMade } from "../../../src/mesh/manifests/makers.ts";
import { graphOf } from "../../support/graph.ts";

const object = (apiVersion: string, kind: string, name: string, rest = "") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n${rest}\n---\n`;

describe("objects that a controller may make", () => {
  it("are those of custom resources that name them, or after which they are named", () => {
    const graph = graphOf(
      object("kafka.strimzi.io/v1beta2", "Kafka", "orders") +
        object("example.com/v1", "Database", "db", "spec: {secretName: db-access-data}"),
    );
    expect(mayBeMade(graph, kinds.Secret, "orders-cluster-ca-cert")).toBe(true);
    expect(mayBeMade(graph, kinds.Secret, "db-access-data")).toBe(true);
    expect(mayBeMade(graph, kinds.Secret, "other")).toBe(false);
  });

  it("are those that scripts mention", () => {
    const script = 'spec: {steps: [{script: "oc create secret generic shop-key"}]}';
    const graph = graphOf(object("tekton.dev/v1", "Task", "keys", script));
    expect(mayBeMade(graph, kinds.Secret, "shop-key")).toBe(true);
    expect(mayBeMade(graph, kinds.Secret, "shop-keys")).toBe(false);
  });

  it("are the claims of a StatefulSet", () => {
    const graph = graphOf(object("apps/v1", "StatefulSet", "db"));
    expect(mayBeMade(graph, kinds.PersistentVolumeClaim, "data-db-0")).toBe(true);
    expect(mayBeMade(graph, kinds.PersistentVolumeClaim, "data-web-0")).toBe(false);
    expect(mayBeMade(graph, kinds.PersistentVolumeClaim, "data-db-x")).toBe(false);
  });

  it("are brought into a namespace by resources in it, or that name it", () => {
    const graph = graphOf(
      object("apps/v1", "Deployment", "cart") +
        object("networking.istio.io/v1", "Gateway", "shop") +
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: store, namespace: openshift-gitops}\nspec: {destination: {namespace: store}}\n",
    );
    expect(hasMakers(graph, "shop")).toBe(false);
    expect(hasMakers(graph, "store")).toBe(true);
    const gateway = object("gateway.networking.k8s.io/v1", "Gateway", "edge");
    expect(hasMakers(graphOf(gateway), "shop")).toBe(true);
    const anywhere = "apiVersion: example.com/v1\nkind: Database\nmetadata: {name: db}\n";
    expect(hasMakers(graphOf(anywhere), "shop")).toBe(true);
  });

  it("are brought by charts that a Kustomization renders", () => {
    const files = (more: string) => ({
      "kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${more}\n`,
    });
    expect(hasMakers(graphOf(files("helmCharts: [{name: redis}]")), "shop")).toBe(true);
    expect(hasMakers(graphOf(files("resources: [a.yaml]")), "shop")).toBe(false);
  });
});

describe("objects of the platform's making", () => {
  const graph = graphOf({
    "service.yaml":
      "apiVersion: v1\nkind: Service\nmetadata: {name: cart, annotations: {service.beta.openshift.io/serving-cert-secret-name: cart-tls}}\n",
    "kustomization.yaml":
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator: [{name: files}]\nsecretGenerator: [{name: keys}, 1]\n",
  });

  it.each([
    [kinds.ConfigMap, "kube-root-ca.crt", true],
    [kinds.ConfigMap, "openshift-service-ca.crt", true],
    [kinds.ConfigMap, "odh-trusted-ca-bundle", true],
    [kinds.ConfigMap, "files", true],
    [kinds.ConfigMap, "settings", false],
    [kinds.Secret, "cart-tls", true],
    [kinds.Secret, "builder-token-x7k2p", true],
    [kinds.Secret, "keys", true],
    [kinds.Secret, "kube-root-ca.crt", false],
    [kinds.PersistentVolumeClaim, "files", false],
  ])("%s %s: %s", (kind, name, given) => {
    expect(isGivenObject(graph, kind, name)).toBe(given);
  });
});
