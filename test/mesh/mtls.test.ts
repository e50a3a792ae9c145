import { describe, expect, test } from "vitest";
import { meshes } from "../../src/mesh/meshes.ts";
import { controlPlaneMode, meshMode, namespaceMode, workloadMode } from "../../src/mesh/mtls.ts";
import type { EffectiveMode } from "../../src/mesh/mtls.ts";
import { graphOf } from "../support/graph.ts";

const smcp = (spec: string, namespace: string | null = "istio-system"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: ${spec}
---`;
const strict = smcp("{security: {dataPlane: {mtls: true}}}");
const lax = smcp("{}");
const istio = `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { namespace: istio-system }
---`;
const unknownIstio = istio.replace("istio-system", '"${NS}"');
const policy = (name: string, namespace: string | null, spec: string, created = ""): string => `
apiVersion: security.istio.io/v1beta1
kind: PeerAuthentication
metadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`}${created} }
spec: ${spec}
---`;
const mode = (name: string): string => `{mtls: {mode: ${name}}}`;
const rollOnly =
  "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}}\n---";

const short = (answer: EffectiveMode): string =>
  answer.state === "known"
    ? `${answer.mode} ${answer.scope}${answer.rivals.length > 0 ? " !" : ""}`
    : "unknown";

const graphAndMesh = (text: string) => {
  const graph = graphOf(text);
  const [mesh] = meshes(graph);
  if (!mesh) throw new Error("no mesh");
  return { graph, mesh };
};

describe("the mode of a mesh (D8)", () => {
  const told = (text: string) => {
    const { graph, mesh } = graphAndMesh(text);
    return short(meshMode(graph, mesh));
  };
  test.each([
    ["mtls true", strict, "STRICT mesh"],
    ["mtls false", smcp("{security: {dataPlane: {mtls: false}}}"), "PERMISSIVE mesh"],
    ["mtls absent", lax, "PERMISSIVE mesh"],
    ["automtls does not count", smcp("{security: {dataPlane: {automtls: true}}}"), "PERMISSIVE mesh"],
    ["a variable", smcp('{security: {dataPlane: {mtls: "${M}"}}}'), "unknown"],
    ["a string", smcp('{security: {dataPlane: {mtls: "true"}}}'), "unknown"],
    ["a foreign profile", smcp("{profiles: [ours]}"), "unknown"],
    [
      "a foreign profile, mtls set",
      smcp("{profiles: [ours], security: {dataPlane: {mtls: true}}}"),
      "STRICT mesh",
    ],
    ["one candidate is strict", lax + strict, "STRICT mesh"],
    ["one candidate is not known", lax + smcp('{security: {dataPlane: {mtls: "${M}"}}}'), "unknown"],
    [
      "v1",
      "{apiVersion: maistra.io/v1, kind: ServiceMeshControlPlane, metadata: {name: b, namespace: c}, spec: {istio: {global: {mtls: {enabled: true}}}}}",
      "STRICT mesh",
    ],
    ["a policy instead", lax + policy("strict", "istio-system", mode("STRICT")), "STRICT mesh"],
    ["a weaker policy beside", strict + policy("weak", "istio-system", mode("PERMISSIVE")), "STRICT mesh !"],
    ["a policy DISABLE", lax + policy("off", "istio-system", mode("DISABLE")), "DISABLE mesh"],
    ["a policy of no known mode", lax + policy("odd", "istio-system", mode('"${M}"')), "unknown"],
    ["a policy UNSET", lax + policy("unset", "istio-system", mode("UNSET")), "PERMISSIVE mesh"],
    [
      "a policy with selector in the root namespace",
      lax + policy("s", "istio-system", "{selector: {matchLabels: {a: b}}, mtls: {mode: STRICT}}"),
      "PERMISSIVE mesh",
    ],
    ["a policy elsewhere", lax + policy("shop", "shop", mode("STRICT")), "PERMISSIVE mesh"],
    ["a policy whose namespace is not known", lax + policy("x", null, mode("STRICT")), "unknown"],
    ["one that would change nothing", strict + policy("x", null, mode("STRICT")), "STRICT mesh"],
    ["the control plane outside", rollOnly, "unknown"],
    [
      "the control plane outside, a policy at hand",
      rollOnly + policy("p", "istio-system", mode("PERMISSIVE")),
      "PERMISSIVE mesh",
    ],
    [
      "a control plane whose namespace is not known",
      smcp("{security: {dataPlane: {mtls: true}}}", null),
      "STRICT mesh",
    ],
    ["Service Mesh 3, nothing", istio, "PERMISSIVE default"],
    ["Service Mesh 3, a policy", istio + policy("default", "istio-system", mode("STRICT")), "STRICT mesh"],
    ["Service Mesh 3, UNSET", istio + policy("default", "istio-system", "{}"), "PERMISSIVE default"],
    ["Service Mesh 3, no known mode", istio + policy("default", "istio-system", mode("STRIKT")), "unknown"],
    [
      "Service Mesh 3, oldest wins",
      istio +
        policy("a", "istio-system", mode("DISABLE"), ', creationTimestamp: "2024-02-01T00:00:00Z"') +
        policy("b", "istio-system", mode("STRICT"), ', creationTimestamp: "2024-01-01T00:00:00Z"'),
      "STRICT mesh !",
    ],
    [
      "Service Mesh 3, else the first name",
      istio + policy("b", "istio-system", mode("STRICT")) + policy("a", "istio-system", mode("DISABLE")),
      "DISABLE mesh !",
    ],
    [
      "Service Mesh 3, candidates count by the strictest",
      istio +
        policy("a", "istio-system", mode("PERMISSIVE")) +
        policy("a", "istio-system", mode("STRICT")) +
        policy("a", "istio-system", "{}"),
      "STRICT mesh !",
    ],
    ["Service Mesh 3, namespace not known", unknownIstio, "PERMISSIVE default"],
  ])("%s", (_name, text, expected) => {
    expect(told(text)).toBe(expected);
  });
  test("of one candidate only", () => {
    const { graph, mesh } = graphAndMesh(lax + strict);
    expect(mesh.controlPlanes.map((plane) => short(controlPlaneMode(graph, mesh, plane)))).toEqual([
      "PERMISSIVE mesh",
      "STRICT mesh",
    ]);
  });
  test("nothing at hand: no place", () => {
    const { graph } = graphAndMesh(istio);
    expect(meshMode(graph, { family: "ossm3", namespace: "x", controlPlanes: [], rolls: [] })).toMatchObject({
      at: null,
      scope: "default",
    });
  });
});

describe("narrower modes (D8)", () => {
  const deployment = (labels: string, namespace: string | null = "shop") => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: { template: { metadata: { labels: ${labels} }, spec: {} } }
---`;
  const web = deployment("{app: web}");
  const narrow = (spec: string, name = "narrow", namespace = "shop") =>
    policy(name, namespace, `{selector: {matchLabels: {app: web}}, ${spec}}`);
  const told = (text: string, port?: number) => {
    const { graph, mesh } = graphAndMesh(text);
    const pod = graph.pods().find(({ resource }) => resource.name === "web");
    if (!pod) throw new Error("no pod");
    return short(workloadMode(graph, pod, mesh, port));
  };
  const inNamespace = (text: string, namespace: string | null = "shop") => {
    const { graph, mesh } = graphAndMesh(text);
    return short(namespaceMode(graph, namespace, mesh));
  };
  test.each([
    [strict, "STRICT mesh"],
    [strict + policy("default", "shop", mode("PERMISSIVE")), "PERMISSIVE namespace"],
    [lax + policy("default", "shop", mode("STRICT")), "STRICT namespace"],
    [strict + policy("default", "shop", mode("UNSET")), "STRICT mesh"],
    [strict + policy("default", "shop", mode("WRONG")), "unknown"],
    [strict + policy("default", "shop", mode("DISABLE")) + policy("x", null, mode("STRICT")), "unknown"],
  ])("of a namespace: %#", (text, expected) => {
    expect(inNamespace(text)).toBe(expected);
  });
  test("of no known namespace, and of the root namespace", () => {
    expect(inNamespace(strict, null)).toBe("unknown");
    expect(inNamespace(lax + policy("a", "istio-system", mode("STRICT")), "istio-system")).toBe(
      "STRICT mesh",
    );
  });
  test.each([
    ["inherits", strict + web, undefined, "STRICT mesh"],
    ["its own policy", strict + web + narrow("mtls: {mode: DISABLE}"), undefined, "DISABLE workload"],
    [
      "of another workload",
      strict + deployment("{app: other}") + narrow("mtls: {mode: DISABLE}"),
      undefined,
      "STRICT mesh",
    ],
    ["UNSET inherits", strict + web + narrow("mtls: {mode: UNSET}"), undefined, "STRICT mesh"],
    ["no known mode", strict + web + narrow("mtls: {mode: NO}"), undefined, "unknown"],
    ["a port", strict + web + narrow("portLevelMtls: {8012: {mode: PERMISSIVE}}"), 8012, "PERMISSIVE port"],
    ["another port", strict + web + narrow("portLevelMtls: {8012: {mode: PERMISSIVE}}"), 8013, "STRICT mesh"],
    [
      "a port as text",
      strict + web + narrow('portLevelMtls: {"8012": {mode: DISABLE}}'),
      8012,
      "DISABLE port",
    ],
    [
      "a port UNSET",
      strict + web + narrow("mtls: {mode: PERMISSIVE}, portLevelMtls: {8012: {mode: UNSET}}"),
      8012,
      "PERMISSIVE workload",
    ],
    ["a port of no known mode", strict + web + narrow("portLevelMtls: {8012: {mode: NO}}"), 8012, "unknown"],
    [
      "without a port the policy's",
      strict + web + narrow("mtls: {mode: PERMISSIVE}, portLevelMtls: {8012: {mode: DISABLE}}"),
      undefined,
      "PERMISSIVE workload",
    ],
    [
      "ports count with a selector only",
      strict + web + policy("p", "shop", "{portLevelMtls: {8012: {mode: DISABLE}}}"),
      8012,
      "STRICT mesh",
    ],
    [
      "a selector that is not known",
      strict + web + policy("p", "shop", '{selector: "${S}", mtls: {mode: DISABLE}}'),
      undefined,
      "unknown",
    ],
    [
      "a selector with a placeholder",
      strict + web + policy("p", "shop", '{selector: {matchLabels: {app: "${A}"}}, mtls: {mode: DISABLE}}'),
      undefined,
      "unknown",
    ],
    [
      "a selector in the root namespace is ignored",
      strict +
        deployment("{app: web}", "istio-system") +
        narrow("mtls: {mode: DISABLE}", "n", "istio-system"),
      undefined,
      "STRICT mesh",
    ],
    ["a namespace that is not known", strict + deployment("{app: web}", null), undefined, "unknown"],
    [
      "rivals are told",
      strict + web + narrow("mtls: {mode: DISABLE}", "a") + narrow("mtls: {mode: STRICT}", "b"),
      undefined,
      "DISABLE workload !",
    ],
  ])("of a workload: %s", (_name, text, port, expected) => {
    expect(told(text, port)).toBe(expected);
  });
});
