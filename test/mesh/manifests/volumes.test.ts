import { describe, expect, it } from "vitest";
import {
  containerLabel,
  declaredVolumes,
  mounts,
  nearObject,
  sources,
} from "../../../src/mesh/manifests/volumes.ts";
import type { PodTemplate } from "../../../src/model/graph.ts";
import { formatPath } from "../../../src/model/value.ts";
import { graphOf } from "../../support/graph.ts";

function podOf(spec: string): PodTemplate {
  const graph = graphOf(
    `apiVersion: v1\nkind: Pod\nmetadata: {name: cart, namespace: shop}\nspec: ${spec}\n`,
  );
  const [pod] = graph.pods();
  if (!pod) throw new Error("no pod");
  return pod;
}

describe("volumes of a pod", () => {
  it("are mounted by containers, or used as devices", () => {
    const pod = podOf(
      "{initContainers: [{name: a, volumeMounts: [{name: x}, 1, {}]}], containers: [{volumeDevices: [{name: disk}]}, {volumeMounts: no}]}",
    );
    expect(mounts(pod).map(({ name, container, path }) => [name, container, formatPath(path)])).toEqual([
      ["x", "a", "spec.initContainers[0].volumeMounts[0].name"],
      ["disk", "", "spec.containers[0].volumeDevices[0].name"],
    ]);
    expect(mounts(podOf('{containers: [{volumeMounts: [{name: "${V}"}]}]}'))).toEqual([]);
  });

  it("are told of containers without a name too", () => {
    expect([containerLabel("app"), containerLabel("")]).toEqual(["container app", "the container"]);
  });

  it("are declared by name, or not known", () => {
    expect(declaredVolumes(podOf("{volumes: [{name: x}]}"))).toEqual(new Set(["x"]));
    expect(declaredVolumes(podOf("{}"))).toEqual(new Set());
    expect(declaredVolumes(podOf('{volumes: [{name: "${V}"}]}'))).toBeNull();
    expect(declaredVolumes(podOf("{volumes: x}"))).toBeNull();
  });

  it("need objects, unless these are optional", () => {
    const pod = podOf(
      `{volumes: [{secret: {secretName: a}}, {configMap: {name: b, optional: true}}, {persistentVolumeClaim: {claimName: c}}, {projected: {sources: [{secret: {name: d}}, {configMap: {name: e}}]}}, {secret: {}}, {configMap: {name: "\${X}"}}], containers: [{envFrom: [{secretRef: {name: f}}, {configMapRef: {name: g}}]}]}`,
    );
    expect(sources(pod).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "Secret a",
      "PersistentVolumeClaim c",
      "Secret d",
      "ConfigMap e",
      "Secret f",
      "ConfigMap g",
    ]);
  });
});

describe("an object with nearly the same name", () => {
  const near = (wanted: string, others: readonly string[], used: readonly string[] = []) => {
    const config = (name: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\n---\n`;
    const pod = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p-${name}, namespace: shop}\nspec: {containers: [{envFrom: [{configMapRef: {name: ${name}}}]}]}\n---\n`;
    const graph = graphOf(others.map(config).join("") + [wanted, ...used].map(pod).join(""));
    return nearObject(graph, { kind: "ConfigMap", name: wanted, path: [] }, "shop")?.name ?? null;
  };

  it("is one letter away, and nobody else's", () => {
    expect(near("cart-setings", ["cart-settings"])).toBe("cart-settings");
    expect(near("cart-setings", ["cart-settings"], ["cart-settings"])).toBeNull();
    expect(near("cart-other", ["cart-settings"])).toBeNull();
  });

  it("is none that differs in its number, or in a letter that counts", () => {
    expect(near("cart-settings", ["cart-settings-2"])).toBeNull();
    expect(near("settings-a", ["settings-b"])).toBeNull();
    expect(near("cart", ["carts"])).toBeNull();
  });
});
