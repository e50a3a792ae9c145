import { describe, expect, it } from "vitest";
import { type Config, type ConfigContext, type ConfigSet, emptyConfig } from "../../../src/model/config.ts";
import { UsageError } from "../../../src/model/errors.ts";
import { contextOf, discoverIn, documentsOf, object, summary } from "./tree.ts";

function configOf(...sets: readonly Partial<ConfigSet>[]): Config {
  return {
    ...emptyConfig,
    profile: { mesh: "2.4", serverless: "1.31" },
    tenants: [{ name: "common", namespaces: ["common"] }],
    sets: sets.map((set) => ({
      name: null,
      path: ".",
      render: "none",
      values: [],
      namespace: null,
      owns: [],
      context: [],
      tenants: [],
      profile: {},
      ...set,
    })),
  };
}

const tree = {
  "clusters/dev/map.yaml": object("ConfigMap", "map"),
  "clusters/prod/map.yaml": object("ConfigMap", "map", "own"),
  "clusters/prod/sub/gateway.yaml": object("Gateway.networking.istio.io", "shop"),
  "docs/map.yaml": object("ConfigMap", "docs", "x"),
};

describe("sets of the config", () => {
  it("takes folders, and leaves the rest of the tree out", () => {
    const { sets, notes } = discoverIn(tree, {
      config: configOf(
        { name: "production", path: "clusters/prod", namespace: "team-a", owns: ["mesh"] },
        { path: "clusters/dev/" },
      ),
    });
    expect(summary(sets)).toEqual({
      "production (clusters/prod)": ["ConfigMap own/map", "Gateway team-a/shop"],
      "dev (clusters/dev)": ["ConfigMap map"],
    });
    expect(sets.map((set) => set.owns)).toEqual([["mesh"], []]);
    expect(notes.map(({ kind, document }) => `${kind} ${document.file.path}`)).toEqual([
      "outside every set docs/map.yaml",
    ]);
  });

  it("makes one set for each match of a glob", () => {
    const named = discoverIn(tree, { config: configOf({ name: "cluster", path: "clusters/*" }) });
    expect(named.sets.map((set) => [set.name, set.path])).toEqual([
      ["cluster/dev", "clusters/dev"],
      ["cluster/prod", "clusters/prod"],
    ]);
    const unnamed = discoverIn(tree, { config: configOf({ path: "clusters/{dev,prod}" }) });
    expect(unnamed.sets.map((set) => set.name)).toEqual(["dev", "prod"]);
    const one = discoverIn(tree, { config: configOf({ name: "cluster", path: "clusters/p*" }) });
    expect(one.sets.map((set) => set.name)).toEqual(["cluster"]);
  });

  it("takes single files, the whole tree, and paths below the config's folder", () => {
    const { sets } = discoverIn(
      { ...tree, "../platform/map.yaml": object("ConfigMap", "platform", "x") },
      {
        config: configOf({ path: "clusters/dev/map.yaml" }, { path: "." }, { path: "../platform" }),
      },
    );
    expect(sets.map((set) => [set.path, set.resources.length])).toEqual([
      ["clusters/dev/map.yaml", 1],
      [".", 4],
      ["../platform", 1],
    ]);
    const below = discoverIn(tree, { config: configOf({ path: "prod" }), configFolder: "clusters" });
    expect(below.sets.map((set) => set.path)).toEqual(["clusters/prod"]);
  });

  it("takes paths from a config above the working directory", () => {
    const config = configOf({ path: "deploy/clusters/*" }, { path: "platform" });
    const { sets } = discoverIn(
      { ...tree, "../platform/map.yaml": object("ConfigMap", "platform", "x") },
      { config, configFolder: "..", belowConfig: "deploy" },
    );
    expect(sets.map((set) => set.path)).toEqual(["clusters/dev", "clusters/prod", "../platform"]);
    const whole = discoverIn(tree, { config: configOf({}), configFolder: "..", belowConfig: "deploy" });
    expect(whole.sets.map((set) => [set.path, set.resources.length])).toEqual([["..", 4]]);
  });

  it("refuses a path that stands for nothing, and names the nearest", () => {
    const wrong = () => discoverIn(tree, { config: configOf({ name: "prod", path: "clusters/prd" }) });
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow('set "prod": no manifests in "clusters/prd"; did you mean "clusters/prod"?');
    expect(() => discoverIn(tree, { config: configOf({ path: "nowhere/*" }) })).toThrow(
      'set "nowhere/*": no manifests in "nowhere/*"',
    );
  });

  it("takes in what its kustomizations fetch, and fills the namespaces that they leave open", () => {
    const { sets } = discoverIn(
      {
        "base/kustomization.yaml": "resources: [map.yaml]",
        "base/map.yaml": object("ConfigMap", "base"),
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{ path: patch.yaml }]",
        "prod/patch.yaml": object("ConfigMap", "base"),
        "prod/extra/map.yaml": object("ConfigMap", "extra"),
        "dev/kustomization.yaml": "namespace: dev\nresources: [../base]",
      },
      { config: configOf({ path: "prod", namespace: "filled" }, { path: "dev", namespace: "unused" }) },
    );
    expect(summary(sets)).toEqual({
      "prod (prod)": ["ConfigMap filled/base", "ConfigMap filled/base (patch)", "ConfigMap filled/extra"],
      "dev* (dev)": ["ConfigMap dev/base"],
    });
  });

  it("takes a set that is to be rendered for applied as a whole", () => {
    const { sets } = discoverIn(tree, { config: configOf({ path: "docs", render: "kustomize" }) });
    expect(sets[0]?.appliedAsWhole).toBe(true);
  });

  it("hands over tenants and the values of option and config", () => {
    const { sets } = discoverIn(tree, {
      config: configOf({
        path: "docs",
        profile: { serverless: "1.32" },
        tenants: [{ name: "own", namespaces: ["x"] }],
      }),
      profile: { mesh: "2.5" },
    });
    expect(sets[0]?.tenants.map((tenant) => tenant.name)).toEqual(["common", "own"]);
    expect(sets[0]?.profile).toEqual({
      option: { mesh: "2.5" },
      config: { mesh: "2.4", serverless: "1.32" },
    });
  });

  it("hands over the config's tenants and profile to sets that it does not name", () => {
    const { sets } = discoverIn(tree, { config: configOf() });
    expect(sets.map((set) => [set.name, set.tenants.length, set.profile.config.mesh])).toEqual([
      ["dev", 1, "2.4"],
      ["prod", 1, "2.4"],
      ["rest", 1, "2.4"],
    ]);
  });
});

describe("contexts of the config", () => {
  function contextFor(...context: readonly ConfigContext[]) {
    const { sets } = discoverIn(tree, {
      config: configOf({ name: "docs", path: "docs", context }),
      contextDocuments: new Map([
        ["../platform/*.yaml", documentsOf({ "../platform/a.yaml": object("ConfigMap", "a", "platform") })],
        ["cluster.yaml", documentsOf({ "cluster.yaml": object("Namespace", "b") })],
      ]),
    });
    return sets;
  }

  it("are the resources of paths and snapshots", () => {
    const sets = contextFor(
      { complete: false, source: { type: "path", pattern: "../platform/*.yaml" } },
      { complete: ["mesh", "kafka"], source: { type: "snapshot", file: "cluster.yaml" } },
      { complete: ["mesh"], source: { type: "path", pattern: "nothing/*.yaml" } },
    );
    expect(contextOf(sets, "docs")).toEqual(["ConfigMap platform/a context", "Namespace b context"]);
    expect(sets[0]?.context.complete).toEqual(["mesh", "kafka"]);
  });

  it("are facts about members, which add up, and may be complete", () => {
    const sets = contextFor(
      { complete: false, source: { type: "fact", members: { "istio-system": ["a"], other: ["x"] } } },
      { complete: true, source: { type: "fact", members: { "istio-system": ["b"] } } },
    );
    expect(sets[0]?.context).toEqual({
      resources: [],
      complete: true,
      members: { "istio-system": ["a", "b"], other: ["x"] },
    });
  });
});
