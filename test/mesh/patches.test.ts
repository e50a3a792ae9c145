import { describe, expect, it } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { graphOf } from "../support/graph.ts";

const serving = `apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
`;

function patched(kustomization: string, patches: Readonly<Record<string, string>> = {}): boolean {
  const graph = graphOf(
    { "serving.yaml": serving, "overlay/kustomization.yaml": kustomization },
    { patches },
  );
  const [resource] = graph.own(kinds.KnativeServing);
  if (!resource) throw new Error("no KnativeServing");
  return isPatched(graph, resource);
}

const withTarget = (target: string, key = "patches"): string =>
  `${key}:\n  - path: change.yaml\n    target: ${target}\n`;

describe("patches that speak about an object", () => {
  it("are fragments of its kind and name", () => {
    expect(patched("resources: []", { "p.yaml": serving })).toBe(true);
    expect(
      patched("resources: []", { "p.yaml": serving.replace("name: knative-serving", "name: other") }),
    ).toBe(false);
  });

  it.each([
    ["{ kind: KnativeServing, name: knative-serving }", true],
    ["{ kind: KnativeServing }", true],
    ["{ name: knative-.* }", true],
    ["{ kind: KnativeEventing }", false],
    ["{ kind: KnativeServing, name: other }", false],
  ])("are JSON patches with the target %s: %s", (target, expected) => {
    expect(patched(withTarget(target))).toBe(expected);
    expect(patched(withTarget(target, "patchesJson6902"))).toBe(expected);
  });

  it("are those inside a Kustomization", () => {
    const inline = (kind: string): string =>
      `patches:\n  - patch: |\n      kind: ${kind}\n      metadata: { name: knative-serving }\n`;
    expect(patched(inline("KnativeServing"))).toBe(true);
    expect(patched(inline("KnativeEventing"))).toBe(false);
    expect(patched("patches: change.yaml")).toBe(false);
  });
});
