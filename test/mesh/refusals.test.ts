import { describe, expect, test } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { isRefusal, refusedByDefault } from "../../src/mesh/refusals.ts";
import { graphOf, only } from "../support/graph.ts";

const policy = (spec: string, namespace: string | null = "shop", annotations = "{}"): string =>
  `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p${namespace === null ? "" : `, namespace: ${namespace}`}, annotations: ${annotations}}, spec: ${spec}}\n---\n`;

describe("a policy that allows nothing", () => {
  test.each([
    ["{}", "{}", true],
    ["null", "{}", true],
    ["{rules: []}", "{}", true],
    ["{action: ALLOW}", "{}", true],
    ["{selector: {}}", "{}", true],
    ["{action: DENY}", "{}", false],
    ["{rules: [{}]}", "{}", false],
    ["{selector: {matchLabels: {app: a}}}", "{}", false],
    ["[]", "{}", false],
    ["{}", '{istio.io/dry-run: "true"}', false],
    ["{}", '{istio.io/dry-run: "false"}', true],
    ["{}", '{istio.io/dry-run: "${DRY}"}', false],
  ])("%s with %s: %s", (spec, annotations, wanted) => {
    const graph = graphOf(policy(spec, "shop", annotations));
    expect(isRefusal(only(graph, kinds.AuthorizationPolicy, "p"))).toBe(wanted);
  });
});

describe("a namespace refuses by default", () => {
  const mesh =
    "{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: {version: v2.4}}\n---\n" +
    "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [shop]}}\n---\n";
  test.each([
    ["by its own policy", policy("{}"), "yes"],
    ["by the root namespace", policy("{}", "istio-system"), "yes"],
    ["not by another namespace", policy("{}", "billing"), "no"],
    ["not by a policy that allows something", policy("{rules: [{}]}"), "no"],
    ["perhaps, by one without namespace", policy("{}", null), "unknown"],
  ])("%s", (_name, text, wanted) => {
    expect(refusedByDefault(graphOf(mesh + text), "shop").state).toBe(wanted);
  });
});
