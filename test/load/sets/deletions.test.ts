import { describe, expect, it } from "vitest";
import { discoverIn, object, summary } from "./tree.ts";

const gateway = object("Gateway.networking.istio.io", "shop", "team-a");
const base = {
  "base/kustomization.yaml": "resources: [gateway.yaml, map.yaml]",
  "base/gateway.yaml": gateway,
  "base/map.yaml": object("ConfigMap", "shop", "team-a"),
};

function overlay(kustomization: string, patch = `${gateway}\n$patch: delete`) {
  const { sets } = discoverIn({
    ...base,
    "dev/kustomization.yaml": `resources: [../base]\n${kustomization}`,
    "dev/patch.yaml": patch,
    "prod/kustomization.yaml": "resources: [../base]",
  });
  return summary(sets);
}

describe("patches that delete", () => {
  const both = ["ConfigMap team-a/shop", "Gateway team-a/shop"];

  it.each([
    ["a file", "patches: [{ path: patch.yaml }]"],
    ["a file of the older list", "patchesStrategicMerge: [patch.yaml]"],
  ])("take the object away in their overlay only: %s", (_, kustomization) => {
    expect(overlay(kustomization)).toEqual({
      "dev* (dev)": ["ConfigMap team-a/shop", "Gateway team-a/shop (patch)"],
      "prod* (prod)": both,
    });
  });

  const inline = (namespace: string, end = "") =>
    `patches:\n  - ${end}patch: |-\n${object("Gateway.networking.istio.io", "shop", namespace, "$patch: delete").replaceAll(/^/gm, "      ")}`;

  it("may stand in the kustomization itself", () => {
    expect(overlay(inline("team-a"))["dev* (dev)"]).toEqual(["ConfigMap team-a/shop"]);
    const older = inline("team-a").replace("patches:", "patchesStrategicMerge:").replace("patch: |-", "|-");
    expect(overlay(older)["dev* (dev)"]).toEqual(["ConfigMap team-a/shop"]);
  });

  it.each([
    ["{ kind: Gateway }", ["ConfigMap team-a/shop"]],
    ["{ name: shop }", []],
    [
      "{ group: networking.istio.io, kind: Gateway, name: shop, namespace: team-a }",
      ["ConfigMap team-a/shop"],
    ],
    ["{ group: gateway.networking.k8s.io, kind: Gateway }", both],
    ["{ kind: Gateway, namespace: other }", both],
    ["{ kind: Gateway, labelSelector: a=b }", both],
    ["{ version: v1 }", both],
    ["{ kind: Gateway, name: sh.* }", both],
  ])("follow a target %s", (target, left) => {
    const kustomization = inline("team-a", `target: ${target}\n    `);
    expect(overlay(kustomization)["dev* (dev)"]).toEqual(left);
  });

  it.each(["shop", "dev-shop", "dev-shop-v2"])(
    "know an object by its written and its new name: %s",
    (name) => {
      const { sets } = discoverIn({
        "base/kustomization.yaml": "namePrefix: dev-\nnameSuffix: -v2\nresources: [map.yaml]",
        "base/map.yaml": object("ConfigMap", "shop", "team-a"),
        "kustomization.yaml": "resources: [base]\npatches: [{ path: patch.yaml }]",
        "patch.yaml": object("ConfigMap", name, "team-a", "$patch: delete"),
      });
      const left = name === "dev-shop" ? ["ConfigMap team-a/shop"] : [];
      expect(summary(sets)["default* (.)"]).toEqual([`ConfigMap team-a/${name} (patch)`, ...left].toSorted());
    },
  );

  it("know a Namespace by the name that the kustomization gives it", () => {
    const { sets } = discoverIn({
      "base/kustomization.yaml": "namespace: team-a\nresources: [namespace.yaml]",
      "base/namespace.yaml": object("Namespace", "system"),
      "kustomization.yaml": "resources: [base]\npatches: [{ path: patch.yaml }]",
      "patch.yaml": object("Namespace", "team-a", undefined, "$patch: delete"),
    });
    expect(summary(sets)).toEqual({ "default* (.)": ["Namespace team-a (patch)"] });
  });

  it("may leave out the group of a kind of the core group; other files are left alone", () => {
    const { sets } = discoverIn({
      "kustomization.yaml":
        "resources: [map.yaml, list.yaml]\npatches:\n  - patch: '{ kind: ConfigMap, metadata: { name: map }, $patch: delete }'",
      "map.yaml": object("ConfigMap", "map"),
      "list.yaml": "- op: add",
    });
    expect(summary(sets)).toEqual({ "default* (.)": [] });
    expect(sets[0]?.documents.map(({ file }) => file.path)).toEqual(["kustomization.yaml", "list.yaml"]);
  });

  it("leave other objects alone, and what only looks like a deletion", () => {
    expect(overlay(inline("other"))["dev* (dev)"]).toEqual(both);
    expect(overlay("patches: [{ patch: '$patch: delete' }, { patch: 'a: 1' }]")["dev* (dev)"]).toEqual(both);
    expect(overlay("patches: [{ path: patch.yaml }]", `${gateway}\n$patch: replace`)["dev* (dev)"]).toEqual([
      ...both,
      "Gateway team-a/shop (patch)",
    ]);
  });

  it("delete objects of the core group and without namespaces", () => {
    const { sets } = discoverIn({
      "kustomization.yaml": `resources: [map.yaml]\npatches:\n  - path: patch.yaml`,
      "map.yaml": object("ConfigMap", "map"),
      "patch.yaml": `${object("ConfigMap", "map", "any")}\n$patch: delete`,
    });
    expect(summary(sets)).toEqual({ "default* (.)": ["ConfigMap any/map (patch)"] });
  });
});
