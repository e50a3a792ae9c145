import { describe, expect, it } from "vitest";
import { discoverIn, object, summary } from "./tree.ts";

const roll = "ServiceMeshMemberRoll.maistra.io";

describe("one folder per cluster", () => {
  it("makes a set of each folder of clusters, and one of what lies beside", () => {
    const { sets } = discoverIn({
      "clusters/dev/mesh/roll.yaml": object(roll, "default", "istio-system"),
      "clusters/prod/roll.yaml": object(roll, "default", "istio-system"),
      "clusters/base/map.yaml": object("ConfigMap", "shared", "x"),
      "clusters/readme.yaml": object("ConfigMap", "readme", "x"),
      "docs/map.yaml": object("ConfigMap", "map", "x"),
    });
    expect(summary(sets)).toEqual({
      "dev (clusters/dev)": ["ServiceMeshMemberRoll istio-system/default"],
      "prod (clusters/prod)": ["ServiceMeshMemberRoll istio-system/default"],
      "rest (.)": ["ConfigMap x/map", "ConfigMap x/readme", "ConfigMap x/shared"],
    });
  });

  it("does not split a tree with one such folder", () => {
    const { sets } = discoverIn({
      "clusters/prod/roll.yaml": object(roll, "default", "istio-system"),
      "mesh/map.yaml": object("ConfigMap", "map", "x"),
      "clusters/values/values.yaml": "replicas: 1",
    });
    expect(sets.map((set) => set.name)).toEqual(["default"]);
  });

  it("does not split by folders without objects", () => {
    const { sets } = discoverIn({
      "clusters/dev/operations.yaml": "- op: add",
      "clusters/prod/operations.yaml": "- op: add",
    });
    expect(sets.map((set) => [set.name, set.documents.length])).toEqual([["default", 2]]);
  });

  it("splits folders called by environments if they define the same object", () => {
    const { sets } = discoverIn({
      "mesh/dev/roll.yaml": object(roll, "default", "istio-system"),
      "mesh/dev/map.yaml": object("ConfigMap", "map", "x"),
      "mesh/prod/roll.yaml": object(roll, "default", "istio-system"),
      "mesh/test/map.yaml": object("ConfigMap", "only-here", "x"),
      "mesh/map.yaml": object("ConfigMap", "beside", "x"),
    });
    expect(summary(sets)).toEqual({
      "dev (mesh/dev)": ["ConfigMap x/map", "ServiceMeshMemberRoll istio-system/default"],
      "prod (mesh/prod)": ["ServiceMeshMemberRoll istio-system/default"],
      "rest (.)": ["ConfigMap x/beside", "ConfigMap x/only-here"],
    });
  });

  it("does not split environments that complete one another", () => {
    const { sets } = discoverIn({
      "dev/map.yaml": object("ConfigMap", "a", "x"),
      "test/map.yaml": object("ConfigMap", "b", "x"),
    });
    expect(summary(sets)).toEqual({ "default (.)": ["ConfigMap x/a", "ConfigMap x/b"] });
  });

  it("joins the kustomizations of one cluster, unless they are variants", () => {
    const { sets } = discoverIn({
      "clusters/prod/mesh/kustomization.yaml": "resources: [roll.yaml]",
      "clusters/prod/mesh/roll.yaml": object(roll, "default", "istio-system"),
      "clusters/prod/serverless/kustomization.yaml": "resources: [map.yaml]",
      "clusters/prod/serverless/map.yaml": object("ConfigMap", "map", "x"),
      "clusters/prod/variant/kustomization.yaml": "resources: [../mesh/roll.yaml]",
    });
    expect(summary(sets)).toEqual({
      "prod* (clusters/prod)": ["ConfigMap x/map", "ServiceMeshMemberRoll istio-system/default"],
      "variant* (clusters/prod/variant)": ["ServiceMeshMemberRoll istio-system/default"],
    });
  });

  it("adds to a cluster what its kustomization does not list, but no second definition", () => {
    const { sets } = discoverIn({
      "clusters/prod/kustomization.yaml": "resources: [map.yaml]",
      "clusters/prod/map.yaml": object("ConfigMap", "map", "x"),
      "clusters/prod/old-map.yaml": object("ConfigMap", "map", "x"),
      "clusters/prod/by-hand.yaml": object(roll, "default", "istio-system"),
      "clusters/prod/more.yaml": object("ConfigMap", "more", "x"),
    });
    expect(summary(sets)).toEqual({
      "prod (clusters/prod)": [
        "ConfigMap x/map",
        "ConfigMap x/more",
        "ServiceMeshMemberRoll istio-system/default",
      ],
      "rest (.)": ["ConfigMap x/map"],
    });
  });
});

describe("a tree without any such sign", () => {
  it("is one set, with all its documents", () => {
    const { sets, notes } = discoverIn({
      "a.yaml": `${object("ConfigMap", "a")}\n---\n# nothing\n---\n${object("ConfigMap", "b")}`,
      "sub/broken.yaml": "a: [",
      "sub/a.yaml": object("ConfigMap", "a"),
    });
    expect(summary(sets)).toEqual({ "default (.)": ["ConfigMap a", "ConfigMap a", "ConfigMap b"] });
    expect(sets[0]?.documents).toHaveLength(5);
    expect(sets[0]?.context).toEqual({ resources: [], complete: [], members: {} });
    expect(notes).toEqual([]);
  });

  it("is called by its folder", () => {
    expect(
      discoverIn({ "../repo/a.yaml": object("ConfigMap", "a") }, { root: "../repo" }).sets.map(
        ({ name, path }) => [name, path],
      ),
    ).toEqual([["repo", "../repo"]]);
  });

  it("has no set without documents", () => {
    expect(discoverIn({}).sets).toEqual([]);
  });
});
