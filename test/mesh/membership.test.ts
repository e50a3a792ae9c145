import { describe, expect, test } from "vitest";
import { isExcludedNamespace, membership, meshesOf } from "../../src/mesh/membership.ts";
import { meshes } from "../../src/mesh/meshes.ts";
import type { Mesh } from "../../src/mesh/meshes.ts";
import type { Graph } from "../../src/model/graph.ts";
import { graphOf } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const smcp = (spec = "{}", namespace: string | null = "istio-system"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: ${spec}
---`;
const roll = (spec: string, namespace: string | null = "istio-system", name = "default"): string => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: ${spec}
---`;
const member = (namespace: string | null, controlPlane: string, name = "default"): string => `
apiVersion: maistra.io/v1
kind: ServiceMeshMember
metadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: { controlPlaneRef: { name: basic, namespace: ${controlPlane} } }
---`;
const namespace = (name: string, labels = "{}"): string => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: ${labels} }
---`;
const istio = (values: string): string => `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { namespace: istio-system, values: ${values} }
---`;

function only(graph: Graph): Mesh {
  const [mesh, ...others] = meshes(graph);
  if (!mesh || others.length > 0) throw new Error("not one mesh");
  return mesh;
}

function ask(text: string, options: GraphOptions = {}, asked: string | null = "shop"): string {
  const graph = graphOf(text, options);
  const answer = membership(graph, asked, only(graph));
  return answer.state === "member" ? answer.how : answer.state;
}

describe("membership by a member roll (D3.1 to D3.3)", () => {
  test.each([
    ["listed", roll("{members: [a, shop]}"), "listed"],
    ["not listed", roll("{members: [a]}"), "not-member"],
    ["an empty roll", roll("{}"), "not-member"],
    ["`*` alone", roll('{members: ["*"]}'), "wildcard"],
    ["`*` beside others", roll('{members: ["*", a]}'), "unknown"],
    ["listed beside `*`", roll('{members: ["*", shop]}'), "listed"],
    ["`*` before 2.3", smcp("{version: v2.2}") + roll('{members: ["*"]}'), "not-member"],
    ["a placeholder beside", roll('{members: [a, "<your-projects>"]}'), "unknown"],
    ["listed beside a placeholder", roll('{members: ["${NS}", shop]}'), "listed"],
    ["a list that is a variable", roll('{members: "${MEMBERS}"}'), "unknown"],
    ["one candidate lists it", roll("{members: [a]}") + roll("{members: [shop]}"), "listed"],
    ["a roll of another name", roll("{members: [shop]}", "istio-system", "other"), "unknown"],
    [
      "a selector",
      roll("{memberSelectors: [{matchLabels: {mesh: x}}]}") + namespace("shop", "{mesh: x}"),
      "selector",
    ],
    [
      "selectors are alternatives",
      roll("{memberSelectors: [{matchLabels: {a: b}}, {matchLabels: {mesh: x}}]}") +
        namespace("shop", "{mesh: x}"),
      "selector",
    ],
    [
      "inside one all must hold",
      roll("{memberSelectors: [{matchLabels: {a: b, mesh: x}}]}") + namespace("shop", "{mesh: x}"),
      "not-member",
    ],
    ["a selector without the Namespace", roll("{memberSelectors: [{matchLabels: {mesh: x}}]}"), "unknown"],
    [
      "a selector by name",
      roll("{memberSelectors: [{matchLabels: {kubernetes.io/metadata.name: shop}}]}"),
      "selector",
    ],
    [
      "a hand-written label is no proof",
      roll("{}") + namespace("shop", "{maistra.io/member-of: istio-system}"),
      "not-member",
    ],
    ["no selector", roll("{memberSelectors: []}"), "not-member"],
    ["a selector before 2.4", smcp("{version: v2.3}") + roll("{memberSelectors: [{}]}"), "not-member"],
  ])("%s", (_name, text, expected) => {
    expect(ask(text)).toBe(expected);
  });
  test("what a version decides is not known without one", () => {
    const options = { profile: "mesh=3.0" };
    expect(ask(roll('{members: ["*"]}'), options)).toBe("unknown");
    expect(ask(roll("{memberSelectors: [{}]}"), options)).toBe("unknown");
    expect(ask(smcp("{mode: ClusterWide}"), options)).toBe("unknown");
  });
  test("the deciding entry is told", () => {
    const graph = graphOf(roll("{members: [a, shop]}"));
    expect(membership(graph, "shop", only(graph))).toMatchObject({ at: { path: ["spec", "members", 1] } });
    expect(membership(graph, "b", only(graph))).toMatchObject({ at: { path: ["spec", "members"] } });
  });
  test("a patch of the roll counts where it lists the namespace", () => {
    const patches = { "p.yaml": roll("{members: [shop]}", null) };
    expect(ask(roll("{members: [a]}"), { patches })).toBe("listed");
    expect(ask(smcp(), { patches: { "p.yaml": roll("{members: [a]}") } })).toBe("unknown");
    expect(
      ask(roll("{members: [a]}"), { patches: { "p.yaml": roll("{members: [shop]}", "elsewhere") } }),
    ).toBe("not-member");
    expect(
      ask(roll("{members: [a]}"), {
        patches: {
          "p.yaml": "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default}}",
        },
      }),
    ).toBe("not-member");
  });
});

describe("membership in other ways (D3.4 to D3.6)", () => {
  test.each([
    ["a member", smcp() + roll("{}") + member("shop", "istio-system"), "member"],
    ["a member of another name", smcp() + roll("{}") + member("shop", "istio-system", "other"), "not-member"],
    ["a member of another namespace", smcp() + roll("{}") + member("b", "istio-system"), "not-member"],
    ["a member without namespace", smcp() + roll("{}") + member(null, "istio-system"), "unknown"],
    ["a member of an unknown mesh", smcp() + roll("{}") + member("shop", '"${C}"'), "unknown"],
    [
      "cluster-wide",
      smcp("{version: v2.4, mode: ClusterWide}") + namespace("shop", "{istio-injection: enabled}"),
      "cluster-wide",
    ],
    [
      "cluster-wide without the label",
      smcp("{version: v2.4, mode: ClusterWide}") + namespace("shop"),
      "not-member",
    ],
    ["cluster-wide without the Namespace", smcp("{version: v2.4, mode: ClusterWide}"), "unknown"],
    [
      "cluster-wide before 2.4",
      smcp("{version: v2.3, mode: ClusterWide}") + namespace("shop", "{istio-injection: enabled}"),
      "not-member",
    ],
    [
      "cluster-wide with a roll",
      smcp("{mode: ClusterWide}") + roll("{members: [a]}") + namespace("shop", "{istio-injection: enabled}"),
      "not-member",
    ],
    ["no roll at all", smcp("{mode: MultiTenant}"), "not-member"],
    ["discovery takes all", istio("{}"), "discovery"],
    [
      "discovery by selector",
      istio("{meshConfig: {discoverySelectors: [{matchLabels: {a: b}}]}}") + namespace("shop", "{a: b}"),
      "discovery",
    ],
    [
      "discovery leaves it out",
      istio("{meshConfig: {discoverySelectors: [{matchLabels: {a: b}}]}}") + namespace("shop"),
      "not-member",
    ],
    [
      "discovery without the Namespace",
      istio("{meshConfig: {discoverySelectors: [{matchLabels: {a: b}}]}}"),
      "unknown",
    ],
    ["discovery not known", istio('{meshConfig: {discoverySelectors: "${S}"}}'), "unknown"],
  ])("%s", (_name, text, expected) => {
    expect(ask(text)).toBe(expected);
  });
  test("discovery selectors narrow a cluster-wide control plane", () => {
    const plane = smcp("{mode: ClusterWide, meshConfig: {discoverySelectors: [{matchLabels: {a: b}}]}}");
    expect(ask(plane + roll("{members: [shop]}") + namespace("shop", "{a: b}"))).toBe("listed");
    expect(ask(plane + roll("{members: [shop]}") + namespace("shop"))).toBe("not-member");
    expect(ask(plane + roll("{members: [shop]}"))).toBe("unknown");
  });
  test.each(["kube-system", "openshift", "openshift-ingress", "ibm-x", "kube", "istio-system"])(
    "%s is never a member",
    (name) => {
      expect(ask(roll(`{members: ["*"]}`), {}, name)).toBe("not-member");
      expect(ask(roll(`{members: [${name}]}`), {}, name)).toBe("not-member");
    },
  );
  test("names that only begin alike are no exception", () => {
    expect(["kubernetes", "openshift-x", "openshifty", "ibm"].map(isExcludedNamespace)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});

describe("what lies outside the set", () => {
  test("a stated fact is the roll", () => {
    const members = { "istio-system": ["shop"] };
    expect(ask("", { members })).toBe("fact");
    expect(ask("", { members: { "istio-system": ["*"] } })).toBe("fact");
    expect(ask("", { members }, "b")).toBe("not-member");
    expect(ask(roll("{members: [b]}"), { members }, "b")).toBe("listed");
  });
  test("a context's roll counts as the set's", () => {
    expect(ask("", { context: roll("{members: [shop]}") })).toBe("listed");
    expect(ask("", { context: smcp() })).toBe("unknown");
    expect(ask("", { context: smcp(), complete: ["mesh"] })).toBe("not-member");
  });
  test("an unnamed pair of control plane and roll", () => {
    expect(ask(smcp("{}", null) + roll("{members: [shop]}", null))).toBe("listed");
    expect(ask(smcp("{}", null))).toBe("not-member");
    expect(ask(smcp("{}", null) + roll("{}", null) + member("shop", '"${C}"'))).toBe("unknown");
  });
  test("a namespace that is not known", () => {
    expect(ask(roll("{members: [shop]}"), {}, null)).toBe("unknown");
    expect(ask(roll("{members: [shop]}"), {}, "${NS}")).toBe("unknown");
  });
});

describe("the meshes of a namespace", () => {
  const state = (text: string, options: GraphOptions = {}, asked: string | null = "shop") => {
    const answer = meshesOf(graphOf(text, options), asked);
    return answer.state === "member" ? answer.meshes.map((mesh) => mesh.namespace) : answer.state;
  };
  test("are all that have it as a member", () => {
    const two = roll("{members: [shop]}") + roll("{members: [shop]}", "other-mesh") + roll("{}", "third");
    expect(state(two)).toEqual(["istio-system", "other-mesh"]);
  });
  test("are none, or not known", () => {
    expect(state(roll("{members: [a]}"))).toBe("none");
    expect(state("")).toBe("unknown");
    expect(state("", { owns: ["mesh"] })).toBe("none");
    expect(state(roll('{members: ["<x>"]}'))).toBe("unknown");
    expect(state(roll("{members: [shop]}"), {}, null)).toBe("unknown");
    expect(state(member("shop", "istio-system"))).toEqual(["istio-system"]);
    expect(state(member("b", "istio-system"))).toBe("unknown");
  });
});
