import { describe, expect, test } from "vitest";
import { foreignProfiles, readSetting, readSwitch } from "../../src/mesh/control-plane-settings.ts";
import { controlPlaneOf, controlPlanes, familyOfProfile } from "../../src/mesh/control-planes.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { istioVersion, meshName, meshOf, meshVersion, meshes } from "../../src/mesh/meshes.ts";
import {
  documentedLocalGateway,
  documentedSelectorKey,
  facts,
  holds,
  istioOfMesh,
  knativeOfServerless,
} from "../../src/mesh/version-facts.ts";
import { parseVersion } from "../../src/model/version.ts";
import { graphOf, only } from "../support/graph.ts";

const smcp = (more: string, namespace = "istio-system"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic${namespace === "" ? "" : `, namespace: ${namespace}`} }
spec: ${more}
---`;
const istio = (spec: string, group = "sailoperator.io/v1"): string => `
apiVersion: ${group}
kind: Istio
metadata: { name: default }
spec: ${spec}
---`;

describe("families of control planes (D2)", () => {
  test.each([
    [smcp("{version: v2.4}"), "ossm2", "istio-system"],
    [
      "{apiVersion: maistra.io/v1, kind: ServiceMeshControlPlane, metadata: {name: b, namespace: m}, spec: {istio: {}}}",
      "ossm1",
      "m",
    ],
    [
      "{apiVersion: maistra.io/v1, kind: ServiceMeshControlPlane, metadata: {name: b, namespace: m}, spec: {version: v2.0}}",
      "ossm2",
      "m",
    ],
    [istio("{namespace: mesh}"), "ossm3", "mesh"],
    [istio("{version: v1.24}"), "ossm3", "istio-system"],
    [istio("{namespace: mesh}", "operator.istio.io/v1alpha1"), "ossm3", "mesh"],
    [istio('{namespace: "${NS}"}'), "ossm3", null],
    [smcp("{}", ""), "ossm2", null],
  ])("%#: %s", (text, family, namespace) => {
    const [plane] = controlPlanes(graphOf(text));
    expect([plane?.family, plane?.namespace]).toEqual([family, namespace]);
  });
  test("are told by the profile too", () => {
    const family = (profile: string) => familyOfProfile(graphOf("", { profile }).profile);
    expect([family("mesh=1.1"), family("mesh=2.5"), family("mesh=3.0")]).toEqual(["ossm1", "ossm2", "ossm3"]);
  });
  test("other resources are no control planes", () => {
    const graph = graphOf(smcp("{}") + "\n{apiVersion: v1, kind: Pod, metadata: {name: p}}");
    expect(controlPlaneOf(graph, only(graph, kinds.Pod, "p"))).toBeNull();
    expect(controlPlaneOf(graph, only(graph, kinds.ServiceMeshControlPlane, "basic"))?.family).toBe("ossm2");
    expect(meshOf(graph, only(graph, kinds.Pod, "p"))).toBeUndefined();
  });
});

describe("meshes of a set", () => {
  test("are one per namespace that a control plane, roll, member or fact speaks of", () => {
    const graph = graphOf(
      `${smcp("{}")}
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: roll-only }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMember
metadata: { name: default, namespace: shop }
spec: { controlPlaneRef: { name: basic, namespace: by-member } }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMember
metadata: { name: default, namespace: bad }
spec: {}
---${istio("{namespace: sail}")}`,
      { members: { "by-fact": ["a"], sail: ["b"] } },
    );
    expect(
      meshes(graph).map((mesh) => [
        mesh.namespace,
        mesh.family,
        mesh.controlPlanes.length,
        mesh.rolls.length,
      ]),
    ).toEqual([
      ["by-fact", "ossm2", 0, 0],
      ["by-member", "ossm2", 0, 0],
      ["istio-system", "ossm2", 1, 1],
      ["roll-only", "ossm2", 0, 1],
      ["sail", "ossm3", 1, 0],
    ]);
  });
  test("a control plane and a roll without namespaces are a pair", () => {
    const graph = graphOf(`${smcp("{}", "")}
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default }
---${smcp("{}", "named")}`);
    expect(meshes(graph).map((mesh) => [mesh.namespace, mesh.rolls.length])).toEqual([
      [null, 1],
      ["named", 0],
    ]);
    expect(meshes(graph).map(meshName)).toEqual(["a control plane whose namespace is not known", "named"]);
  });
  test("both families in one namespace are two meshes", () => {
    const graph = graphOf(smcp("{}") + istio("{}"));
    expect(meshes(graph).map((mesh) => mesh.family)).toEqual(["ossm2", "ossm3"]);
  });
  test("a roll alone is of the profile's family", () => {
    const roll =
      "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: a}}";
    const family = (profile: string) => meshes(graphOf(roll, { profile }))[0]?.family;
    expect([family("mesh=1.1"), family("mesh=2.4"), family("mesh=3.0")]).toEqual(["ossm1", "ossm2", "ossm2"]);
  });
});

describe("versions of a mesh", () => {
  const versions = (text: string, profile?: string) => {
    const graph = graphOf(text, profile === undefined ? {} : { profile });
    const [mesh] = meshes(graph);
    if (!mesh) throw new Error("no mesh");
    const ossm = meshVersion(graph, mesh);
    const istioOf = istioVersion(graph, mesh);
    return [ossm && `${ossm.major}.${ossm.minor}`, istioOf && `${istioOf.major}.${istioOf.minor}`];
  };
  test.each([
    [smcp("{version: v2.2}"), "mesh=2.4", ["2.2", "1.12"]],
    [smcp("{}"), "mesh=2.5", ["2.5", "1.18"]],
    [smcp("{}"), "mesh=3.0", [null, null]],
    [smcp('{version: "<version>"}'), "mesh=2.3", ["2.3", "1.14"]],
    [
      smcp("{version: v2.2}") + smcp("{version: v2.4}") + smcp("{version: v2.1}"),
      "mesh=2.6",
      ["2.4", "1.16"],
    ],
    [istio("{version: v1.24.3}"), "mesh=3.1", ["3.1", "1.24"]],
    [istio("{version: v1.26-latest}") + istio("{version: v1.27}"), "mesh=3.0", ["3.0", "1.27"]],
    [istio("{version: MESH3_ISTIO_VERSION}"), "mesh=3.0", ["3.0", "1.24"]],
    [istio("{}"), "mesh=2.4", [null, null]],
    [istio("{}"), "mesh=3.3", ["3.3", null]],
  ])("%#", (text, profile, expected) => {
    expect(versions(text, profile)).toEqual(expected);
  });
});

describe("version facts (D1)", () => {
  const profile = (serverless: string, mesh = "2.4") =>
    graphOf("", { profile: `serverless=${serverless},mesh=${mesh}` }).profile;
  test.each([
    ["1.30", "HTTP", "istio"],
    ["1.31", "ISTIO_MUTUAL", "knative"],
    ["1.37", "ISTIO_MUTUAL", "knative"],
  ])("Serverless %s documents a local gateway with %s and selector %s", (version, mode, key) => {
    expect(documentedLocalGateway(profile(version))).toBe(mode);
    expect(documentedSelectorKey(profile(version))).toBe(key);
  });
  test("Service Mesh 3 has a plain local gateway", () => {
    expect(documentedLocalGateway(profile("1.38", "3.0"))).toBe("HTTP");
  });
  test.each([
    ["filteringAnnotation", ["1.24", "1.31"], ["1.32"]],
    ["backendDestinationKey", ["1.24", "1.37"], ["1.38"]],
    ["metricsProtocolKey", ["1.38"], ["1.37"]],
    ["gatewayListKeys", ["1.34"], ["1.33"]],
    ["generatedNetworkPolicies", ["1.32"], ["1.31"]],
    ["injectionByLabel", ["1.35"], ["1.34"]],
  ] as const)("%s", (name, yes, no) => {
    for (const version of yes) expect(holds(facts[name], profile(version))).toBe(true);
    for (const version of no) expect(holds(facts[name], profile(version))).toBe(false);
  });
  test("products map to upstream versions", () => {
    const version = (text: string) => parseVersion(text) ?? { major: 0, minor: 0, patch: null };
    expect(knativeOfServerless(version("1.34"))).toEqual(version("1.14"));
    expect(knativeOfServerless(version("1.2"))).toBeNull();
    expect(istioOfMesh(version("2.0.5"))).toEqual(version("1.6"));
  });
});

describe("profiles of a control plane (D8)", () => {
  const path = ["spec", "proxy", "injection", "autoInject"];
  const templates = (text: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: smcp-templates, namespace: openshift-operators }
data:
  ours: ${JSON.stringify(text)}
---`;
  const setting = (text: string) => {
    const graph = graphOf(text);
    return readSetting(graph, only(graph, kinds.ServiceMeshControlPlane, "basic"), path);
  };
  test.each([
    [smcp("{}"), "absent"],
    [smcp("{profiles: [default, small]}"), "absent"],
    [smcp("{profiles: [ours]}"), "unknown"],
    [smcp('{profiles: ["<p>"]}'), "unknown"],
    [smcp("{profiles: default}"), "unknown"],
    [smcp("{template: default}"), "absent"],
    [smcp("{template: ours}"), "unknown"],
    [smcp("{template: [ours]}"), "unknown"],
    [smcp("{profiles: [ours], proxy: {injection: {autoInject: true}}}"), "value"],
    [smcp("{profiles: [ours]}") + templates("spec: {proxy: {injection: {autoInject: true}}}"), "value"],
    [smcp("{profiles: [ours]}") + templates("spec: {}"), "absent"],
    [smcp("{profiles: [ours]}") + templates("{"), "unknown"],
    [smcp("{profiles: [ours]}") + templates("text"), "unknown"],
    [smcp("{profiles: [theirs]}") + templates("spec: {}"), "unknown"],
  ])("%#: %s", (text, state) => {
    expect(setting(text).state).toBe(state);
  });
  test("foreign ones are named", () => {
    const graph = graphOf(smcp("{profiles: [default, ours, theirs]}"));
    expect(foreignProfiles(only(graph, kinds.ServiceMeshControlPlane, "basic"))).toEqual(["ours", "theirs"]);
  });
  test.each([
    [smcp("{}"), { state: "absent" }],
    [smcp("{proxy: {injection: {autoInject: true}}}"), { state: "value", value: true }],
    [smcp("{proxy: {injection: {autoInject: true}}}") + smcp("{}"), null],
    [
      smcp("{proxy: {injection: {autoInject: true}}}") + smcp("{proxy: {injection: {autoInject: true}}}"),
      { state: "value", value: true },
    ],
    [smcp('{proxy: {injection: {autoInject: "true"}}}'), null],
    [smcp('{proxy: {injection: {autoInject: "${X}"}}}'), null],
    [istio("{}"), { state: "absent" }],
    [
      "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: a}}",
      { state: "absent" },
    ],
  ])("a switch: %#", (text, expected) => {
    const graph = graphOf(text);
    const [mesh] = meshes(graph);
    if (!mesh) throw new Error("no mesh");
    const reading = readSwitch(graph, mesh, path);
    if (expected === null) expect(reading.state).toBe("unknown");
    else expect(reading).toEqual(expected);
  });
});
