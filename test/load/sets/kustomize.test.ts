import { describe, expect, it } from "vitest";
import { idKey } from "../../../src/model/resource.ts";
import { contextOf, discoverIn, object, summary } from "./tree.ts";

const serving = "KnativeServing.operator.knative.dev";
const controlPlane = "ServiceMeshControlPlane.maistra.io";

describe("Kustomize roots", () => {
  it("makes one set for each root; a base belongs to all that build on it", () => {
    const { sets } = discoverIn({
      "base/kustomization.yaml": "resources: [serving.yaml, namespace.yaml]",
      "base/serving.yaml": object(serving, "knative-serving", "knative-serving"),
      "base/namespace.yaml": object("Namespace", "knative-serving"),
      "overlays/dev/kustomization.yaml": "resources: [../../base]",
      "overlays/prod/kustomization.yaml": "resources: [../../base, gateway.yaml]",
      "overlays/prod/gateway.yaml": object("Gateway.networking.istio.io", "shop", "shop"),
    });
    const base = ["KnativeServing knative-serving/knative-serving", "Namespace knative-serving"];
    expect(summary(sets)).toEqual({
      "dev* (overlays/dev)": base,
      "prod* (overlays/prod)": ["Gateway shop/shop", ...base],
    });
    expect(sets.every((set) => set.context.resources.length === 0)).toBe(true);
  });

  it("replaces namespaces by that of the outermost kustomization, but gives cluster-scoped kinds none", () => {
    const { sets } = discoverIn({
      "base/kustomization.yml": "namespace: base\nresources: [all.yaml]",
      "base/all.yaml": [
        object("ConfigMap", "none"),
        object("ConfigMap", "own", "elsewhere"),
        object("ClusterRole.rbac.authorization.k8s.io", "reader"),
      ].join("\n---\n"),
      "overlays/a/Kustomization": "namespace: team-a\nresources: [../../base]",
      "overlays/b/kustomization.yaml": "resources: [../../base/]",
    });
    expect(summary(sets)).toEqual({
      "a* (overlays/a)": ["ClusterRole reader", "ConfigMap team-a/none", "ConfigMap team-a/own"],
      "b* (overlays/b)": ["ClusterRole reader", "ConfigMap base/none", "ConfigMap base/own"],
    });
  });

  it("gives Namespaces the name of the kustomization's namespace, as Kustomize does", () => {
    const { sets } = discoverIn({
      "kustomization.yaml": "resources: [one, two]",
      "one/kustomization.yaml": "namespace: istio-system\nresources: [namespace.yaml]",
      "one/namespace.yaml": object("Namespace", "copied"),
      "two/kustomization.yaml": "namespace: istio-cni\nresources: [namespace.yaml]",
      "two/namespace.yaml": object("Namespace", "copied"),
    });
    expect(summary(sets)).toEqual({ "default* (.)": ["Namespace istio-cni", "Namespace istio-system"] });
  });

  it("tells objects apart whose names get other prefixes and suffixes", () => {
    const { sets } = discoverIn({
      "kustomization.yaml": "resources: [one, two, three]\ncommonLabels: { app: shop }\nnameSuffix: -v2",
      "one/kustomization.yaml": "namePrefix: one-\nresources: [all.yaml]",
      "one/all.yaml": `${object("ConfigMap", "map", "shop")}\n---\n${object("Namespace", "shop")}`,
      "two/kustomization.yaml": "namePrefix: two-\nresources: [all.yaml]\ncomponents: [../part]",
      "two/all.yaml": object("ConfigMap", "map", "shop"),
      "part/kustomization.yaml": "kind: Component\nnamePrefix: part-\nnameSuffix: -x",
      "three/kustomization.yaml": "resources: [../one/all.yaml]",
    });
    const renderings = sets[0]?.resources.map(({ name, rendering }) => [name, rendering?.affix]);
    expect(renderings).toEqual([
      ["map", "one-*-v2"],
      ["shop", "*"],
      ["map", "two-part-*-x-v2"],
      ["map", "*-v2"],
      ["shop", "*"],
    ]);
    const keys = sets[0]?.resources.filter(({ kind }) => kind === "ConfigMap").map(idKey);
    expect(new Set(keys).size).toBe(3);
    expect(sets[0]?.resources.every(({ rendering }) => rendering?.labels)).toBe(true);
  });

  it("sees which labels reach selectors or pods", () => {
    const labelled = (kustomization: string) =>
      discoverIn({
        "kustomization.yaml": `resources: [map.yaml]\n${kustomization}`,
        "map.yaml": object("ConfigMap", "map"),
      }).sets[0]?.resources[0]?.rendering?.labels ?? false;
    expect(labelled("labels: [{ pairs: { app: shop }, includeSelectors: true }]")).toBe(true);
    expect(labelled("labels: [{ pairs: { app: shop }, includeTemplates: true }]")).toBe(true);
    expect(labelled("labels: [{ pairs: { app: shop } }, { includeSelectors: true }]")).toBe(false);
    expect(labelled("commonLabels: {}")).toBe(false);
    expect(labelled("namePrefix: x-")).toBe(false);
  });

  it("takes what is called a patch for one where no kustomization lists it", () => {
    const { sets } = discoverIn({
      "kustomization.yaml": "resources: [dispatch-patch.yaml]",
      "dispatch-patch.yaml": object("ConfigMap", "listed", "shop"),
      "manager_image_patch.yaml": object("ConfigMap", "fragment", "shop"),
      "patches/one.yaml": object("ConfigMap", "other", "shop"),
      "dispatcher/patchwork.yaml": object("ConfigMap", "whole", "shop"),
    });
    expect(sets.flatMap((set) => set.resources).map(({ name, form }) => `${name} ${form}`)).toEqual([
      "listed full",
      "fragment patch",
      "other patch",
      "whole full",
    ]);
  });

  it("takes a piece of a workload for a patch where its kustomization does not list it", () => {
    const piece = `${object("DaemonSet.apps", "agent")}spec: { template: { metadata: { labels: { a: b } } } }\n`;
    const forms = (files: Readonly<Record<string, string>>) =>
      discoverIn(files).sets.flatMap((set) => set.resources.map(({ name, form }) => `${name} ${form}`));
    expect(forms({ "o/kustomization.yaml": "resources: []", "o/identity.yaml": piece })).toEqual([
      "agent patch",
    ]);
    expect(forms({ "o/kustomization.yaml": "resources: [identity.yaml]", "o/identity.yaml": piece })).toEqual(
      ["agent full"],
    );
    expect(forms({ "identity.yaml": piece })).toEqual(["agent full"]);
    const whole = piece.replace("spec: {", "spec: { selector: { matchLabels: { a: b } },");
    expect(forms({ "o/kustomization.yaml": "resources: []", "o/identity.yaml": whole })).toEqual([
      "agent full",
    ]);
  });

  it("does not know a namespace that is a variable", () => {
    const { sets } = discoverIn({
      "kustomization.yaml": "namespace: ${NS}\nresources: [map.yaml]",
      "map.yaml": object("ConfigMap", "map", "elsewhere"),
    });
    expect(summary(sets)).toEqual({ "default* (.)": ["ConfigMap map"] });
  });

  it("marks patches, wherever they are named", () => {
    const { sets } = discoverIn({
      "base/kustomization.yaml": "resources: [serving.yaml]",
      "base/serving.yaml": object(serving, "knative-serving", "knative-serving"),
      "overlay/kustomization.yaml": [
        "resources: [../base]",
        "patches:",
        "  - path: patches/istio.yaml",
        "  - patch: |-",
        "      - op: remove",
        "        path: /spec",
        "    target: { kind: KnativeServing }",
        "patchesStrategicMerge: [patches/old.yaml]",
        "patchesJson6902:",
        "  - path: patches/operations.yaml",
        "    target: { kind: KnativeServing, name: knative-serving, version: v1 }",
      ].join("\n"),
      "overlay/patches/istio.yaml": object(serving, "knative-serving", "knative-serving"),
      "overlay/patches/old.yaml": object(serving, "knative-serving"),
      "overlay/patches/operations.yaml": "- op: add\n  path: /spec/x\n  value: 1\n",
    });
    expect(summary(sets)).toEqual({
      "overlay* (overlay)": [
        "KnativeServing knative-serving (patch)",
        "KnativeServing knative-serving/knative-serving",
        "KnativeServing knative-serving/knative-serving (patch)",
      ],
    });
    expect(sets[0]?.documents.map((document) => document.file.path)).toContain(
      "overlay/patches/operations.yaml",
    );
  });

  it("takes objects with a patch directive for patches without any kustomization", () => {
    const { sets } = discoverIn({
      "remove.yaml": `${object("Gateway.networking.istio.io", "shop", "shop")}\n$patch: delete`,
      "list.yaml": `${object("ConfigMap", "a", "b")}\nspec:\n  items:\n    - $patch: replace`,
      "note.yaml": `${object("ConfigMap", "c", "b")}\n# no $patch here`,
      "broken.yaml": "$patch: [",
    });
    expect(summary(sets)).toEqual({
      "default (.)": ["ConfigMap b/a (patch)", "ConfigMap b/c", "Gateway shop/shop (patch)"],
    });
  });

  it("lets a component work on what its parent has gathered", () => {
    const { sets } = discoverIn({
      "app/kustomization.yaml": "resources: [map.yaml]\ncomponents: [../components/mesh]",
      "app/map.yaml": object("ConfigMap", "map"),
      "components/mesh/kustomization.yaml":
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: meshed\nresources: [gateway.yaml]",
      "components/mesh/gateway.yaml": object("Gateway.networking.istio.io", "shop"),
    });
    expect(summary(sets)).toEqual({ "app* (app)": ["ConfigMap meshed/map", "Gateway meshed/shop"] });
  });

  it("keeps a parent's namespace above that of its components, and knows components without one", () => {
    const { sets } = discoverIn({
      "app/kustomization.yaml":
        "namespace: outer\nresources: [map.yaml]\ncomponents: [../one, ../two, ../missing]",
      "app/map.yaml": object("ConfigMap", "map"),
      "one/kustomization.yaml": "kind: Component\nnamespace: meshed",
      "two/kustomization.yaml": "kind: Component\nresources: [other.yaml]",
      "two/other.yaml": object("ConfigMap", "other"),
    });
    expect(summary(sets)).toEqual({ "app* (app)": ["ConfigMap outer/map", "ConfigMap outer/other"] });
  });

  it("does not take Flux's Kustomization, or a broken file, for Kustomize's", () => {
    const { sets } = discoverIn({
      "flux/kustomization.yaml": object("Kustomization.kustomize.toolkit.fluxcd.io", "apps", "flux-system"),
      "flux/map.yaml": object("ConfigMap", "map", "a"),
      "broken/kustomization.yaml": "- a list",
      "odd/kustomization.yaml": "kind: Something\nresources: [x.yaml]",
      "odder/kustomization.yaml": "apiVersion: 1\nresources: [x.yaml]",
    });
    expect(summary(sets)).toEqual({
      "default (.)": ["ConfigMap a/map", "Kustomization flux-system/apps"],
    });
  });

  it("reads the older field bases, and passes over what is not text", () => {
    const { sets } = discoverIn({
      "base/kustomization.yaml": "resources: [map.yaml]",
      "base/map.yaml": object("ConfigMap", "map", "a"),
      "top/kustomization.yaml":
        "bases: [../base]\nresources: [1, {}]\npatches: [text]\ncomponents: wrong\nnamespace: 7\nnamePrefix: ''",
    });
    expect(summary(sets)).toEqual({ "top* (top)": ["ConfigMap a/map"] });
  });

  it("ends on circles and on kustomizations that refer to themselves", () => {
    const { sets } = discoverIn({
      "a/kustomization.yaml": "resources: [../b, map.yaml]",
      "a/map.yaml": object("ConfigMap", "a", "x"),
      "b/kustomization.yaml": "resources: [../a, map.yaml]",
      "b/map.yaml": object("ConfigMap", "b", "x"),
      "self/kustomization.yaml": "resources: [., map.yaml]",
      "self/map.yaml": object("ConfigMap", "self", "x"),
    });
    expect(summary(sets)).toEqual({
      "a* (a)": ["ConfigMap x/a", "ConfigMap x/b"],
      "self* (self)": ["ConfigMap x/self"],
    });
  });

  it("takes a file once, and stays small where kustomizations double at every step", () => {
    const files: Record<string, string> = {
      "k0/kustomization.yaml": "resources: [map.yaml]",
      "k0/map.yaml": object("ConfigMap", "map", "x"),
    };
    for (let step = 1; step <= 90; step++) {
      files[`k${step}/kustomization.yaml`] = `resources: [../k${step - 1}, ../k${step - 1}/]`;
    }
    const { sets } = discoverIn(files);
    // What lies more than 64 kustomizations below is not followed, but not lost either.
    expect(summary(sets)).toEqual({ "k90* (k90)": [], "rest (.)": ["ConfigMap x/map"] });
    const { "k90/kustomization.yaml": _, ...fewer } = files;
    for (let step = 61; step < 90; step++) delete fewer[`k${step}/kustomization.yaml`];
    expect(summary(discoverIn(fewer).sets)).toEqual({ "k60* (k60)": ["ConfigMap x/map"] });
  });

  it("takes a file once for each namespace that it ends up in", () => {
    const { sets } = discoverIn({
      "all/kustomization.yaml": "resources: [../a, ../b, ../a]",
      "a/kustomization.yaml": "namespace: a\nresources: [../base]",
      "b/kustomization.yaml": "namespace: b\nresources: [../base]",
      "base/kustomization.yaml": "resources: [map.yaml]",
      "base/map.yaml": object("ConfigMap", "map"),
    });
    expect(summary(sets)).toEqual({ "all* (all)": ["ConfigMap a/map", "ConfigMap b/map"] });
  });

  it("looks for patch directives only as deep as objects go", () => {
    const nested = (depth: number) => `spec: ${"[".repeat(depth)}{ $patch: x }${"]".repeat(depth)}`;
    const { sets } = discoverIn({
      "near.yaml": object("ConfigMap", "near", "x", nested(20)),
      "far.yaml": object("ConfigMap", "far", "x", nested(110)),
    });
    expect(summary(sets)).toEqual({ "default (.)": ["ConfigMap x/far", "ConfigMap x/near (patch)"] });
  });

  it("notes what it cannot follow and what is renamed", () => {
    const { notes } = discoverIn({
      "kustomization.yaml": [
        "namePrefix: dev-",
        "nameSuffix: -v2",
        "resources:",
        "  - github.com/example/repository//deploy?ref=main",
        "  - missing.yaml",
        "helmCharts:",
        "  - name: kafka",
        "    valuesFile: values.yaml",
        "  - repo: https://charts.example.com",
      ].join("\n"),
      "values.yaml": object("ConfigMap", "x"),
    });
    expect(notes.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
      "not followed: github.com/example/repository//deploy?ref=main",
      "not followed: missing.yaml",
      "not followed: chart kafka",
      "not followed: chart ",
      "renamed: dev-",
      "renamed: -v2",
    ]);
  });

  it("does not take the input of generators and transformers for objects", () => {
    const { sets } = discoverIn({
      "app/kustomization.yaml": [
        "resources: [map.yaml]",
        "configMapGenerator:",
        "  - name: embedded",
        "    files: [serving.yaml=embedded/serving.yaml, embedded/gateway.yaml]",
        "  - name: literals",
        "    literals: [a=b]",
        "generators: [generator.yaml]",
        "crds: [crd.yaml]",
        "replacements:",
        "  - path: replacement.yaml",
        "  - source: {}",
      ].join("\n"),
      "app/map.yaml": object("ConfigMap", "map", "a"),
      "app/embedded/serving.yaml": object(serving, "knative-serving", "knative-serving"),
      "app/embedded/gateway.yaml": object("Gateway.networking.istio.io", "x", "y"),
      "app/generator.yaml": object("PatchTransformer.builtin", "x"),
      "app/crd.yaml": object("CustomResourceDefinition.apiextensions.k8s.io", "x"),
      "app/replacement.yaml": object("ConfigMap", "x"),
    });
    expect(summary(sets)).toEqual({ "app* (app)": ["ConfigMap a/map"] });
  });

  it("tells roots with equal names apart by their paths", () => {
    const { sets } = discoverIn({
      "mesh/overlays/default/kustomization.yaml": "resources: [a.yaml]",
      "mesh/overlays/default/a.yaml": object("ConfigMap", "a", "a"),
      "serverless/overlays/default/kustomization.yaml": "resources: [a.yaml]",
      "serverless/overlays/default/a.yaml": object("ConfigMap", "b", "b"),
    });
    expect(sets.map((set) => set.name)).toEqual(["mesh/overlays/default", "serverless/overlays/default"]);
  });
});

describe("what no kustomization lists", () => {
  const overlay = {
    "overlays/dev/kustomization.yaml": "resources: [serving.yaml]",
    "overlays/dev/serving.yaml": object(serving, "knative-serving", "knative-serving"),
  };
  const byHand = { "mesh/control-plane.yaml": object(controlPlane, "basic", "istio-system") };

  it("is the rest; the only overlay and the rest know of one another", () => {
    const { sets } = discoverIn({ ...overlay, ...byHand });
    expect(summary(sets)).toEqual({
      "dev* (overlays/dev)": ["KnativeServing knative-serving/knative-serving"],
      "rest (.)": ["ServiceMeshControlPlane istio-system/basic"],
    });
    expect(contextOf(sets, "dev")).toEqual(["ServiceMeshControlPlane istio-system/basic context"]);
    expect(contextOf(sets, "rest")).toEqual(["KnativeServing knative-serving/knative-serving context"]);
  });

  it("knows of a root that one overlay leaves out, too", () => {
    const { sets } = discoverIn({
      ...overlay,
      "mesh/kustomization.yaml": "resources: [control-plane.yaml]",
      ...byHand,
    });
    expect(sets.map((set) => set.name)).toEqual(["mesh", "dev"]);
    expect(contextOf(sets, "mesh")).toEqual(["KnativeServing knative-serving/knative-serving context"]);
  });

  it("knows of no cluster if there are two, nor they of it", () => {
    const { sets } = discoverIn({
      ...overlay,
      ...byHand,
      "overlays/prod/kustomization.yaml": "resources: [serving.yaml]",
      "overlays/prod/serving.yaml": object(serving, "knative-serving", "knative-serving"),
    });
    expect(sets.map((set) => set.name)).toEqual(["dev", "prod", "rest"]);
    expect(sets.flatMap((set) => set.context.resources)).toEqual([]);
  });

  it("is no context where it defines the same object, or is a variant with the same files", () => {
    const { sets } = discoverIn({
      ...overlay,
      "samples/serving.yaml": object(serving, "knative-serving", "knative-serving"),
      "samples/other.yaml": object("ConfigMap", "other", "x"),
      "variant/kustomization.yaml": "resources: [../overlays/dev/serving.yaml, extra.yaml]",
      "variant/extra.yaml": object("ConfigMap", "extra", "x"),
    });
    expect(contextOf(sets, "dev")).toEqual(["ConfigMap x/other context"]);
    expect(contextOf(sets, "rest")).toEqual([]);
    expect(contextOf(sets, "variant")).toEqual([]);
  });

  it("has no say if nothing but Argo CD's objects is in it", () => {
    const { sets } = discoverIn({
      "app/kustomization.yaml": "resources: [map.yaml]",
      "app/map.yaml": object("ConfigMap", "map", "a"),
      "mesh/kustomization.yaml": "resources: [control-plane.yaml]",
      ...byHand,
      "argo/project.yaml": object("AppProject.argoproj.io", "shop", "argocd"),
    });
    expect(sets.map((set) => set.name)).toEqual(["app", "mesh", "rest"]);
    expect(sets.flatMap((set) => set.context.resources)).toEqual([]);
  });
});
