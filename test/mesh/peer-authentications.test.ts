import { describe, expect, test } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { meshes } from "../../src/mesh/meshes.ts";
import {
  isAboutKnative,
  isAcceptedAutoscaler,
  plainPorts,
  portsWithoutSelector,
} from "../../src/mesh/peer-authentications.ts";
import { graphOf, only } from "../support/graph.ts";

const smcp =
  "{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: {version: v2.4}}\n---\n";
const istio =
  "{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {namespace: istio-system}}\n---\n";
const service =
  "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {template: {spec: {containers: [{image: a}]}}}}\n---\n";
const policy = (spec: string, namespace = ", namespace: knative-serving"): string =>
  `{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: p${namespace}}, spec: ${spec}}\n---\n`;
const partsOf = (text: string) => {
  const graph = graphOf(text);
  const [mesh] = meshes(graph);
  if (!mesh) throw new Error("no mesh");
  return { graph, mesh, resource: only(graph, kinds.PeerAuthentication, "p") };
};

describe("what a policy is about", () => {
  test.each([
    ["Serving's namespace", policy("{}"), true],
    ["a namespace of services", service + policy("{}", ", namespace: shop"), true],
    ["another namespace", service + policy("{}", ", namespace: billing"), false],
    [
      "revisions anywhere",
      policy("{selector: {matchLabels: {serving.knative.dev/service: s}}}", ", namespace: billing"),
      true,
    ],
    ["the whole mesh", policy("{}", ", namespace: istio-system"), false],
    ["a namespace that is not known", policy("{}", ""), true],
  ])("%s", (_name, text, wanted) => {
    const { graph, mesh, resource } = partsOf(smcp + text);
    expect(isAboutKnative(graph, resource, mesh)).toBe(wanted);
  });
});

describe("ports that take plain callers", () => {
  const levels = (ports: string, labels = "app: activator"): string =>
    `{selector: {matchLabels: {${labels}}}, portLevelMtls: {${ports}}}`;
  test.each([
    ["requests", levels('"8012": {mode: PERMISSIVE}'), ["8012 requests"]],
    ["metrics", levels('"9090": {mode: PERMISSIVE}, "8022": {mode: DISABLE}'), []],
    ["another port", levels('"7777": {mode: DISABLE}'), ["7777"]],
    ["strict ones", levels('"8012": {mode: STRICT}, "8013": {mode: "${MODE}"}'), []],
    ["a webhook", levels('"8443": {mode: PERMISSIVE}', "app: webhook"), []],
    ["the receiver's in Eventing's namespace", levels('"8080": {mode: PERMISSIVE}'), ["8080 requests"]],
    ["no mapping", "{selector: {matchLabels: {app: a}}, portLevelMtls: []}", []],
  ])("%s", (_name, spec, wanted) => {
    const { graph, resource } = partsOf(smcp + policy(spec));
    const found = plainPorts(graph, resource);
    expect(found.map(({ port, takesRequests }) => `${port}${takesRequests ? " requests" : ""}`)).toEqual(
      wanted,
    );
  });
  test("8080 is the application's own port elsewhere", () => {
    const { graph, resource } = partsOf(
      smcp + service + policy(levels('"8080": {mode: PERMISSIVE}'), ", namespace: shop"),
    );
    expect(plainPorts(graph, resource)).toMatchObject([{ port: "8080", takesRequests: false }]);
  });
  test.each([
    [levels('"8012": {mode: DISABLE}'), false],
    ['{portLevelMtls: {"8012": {mode: DISABLE}}}', true],
    ["{portLevelMtls: {}}", false],
  ])("%s lacks a selector: %s", (spec, wanted) => {
    const { resource } = partsOf(smcp + policy(spec));
    expect(portsWithoutSelector(resource) !== null).toBe(wanted);
  });
});

describe("the autoscaler's pods", () => {
  const spec = (labels: string): string => `{selector: {matchLabels: {${labels}}}}`;
  test.each([
    [istio, spec("app: autoscaler"), "PERMISSIVE", true],
    [smcp, spec("app: autoscaler"), "PERMISSIVE", false],
    [istio, spec("app: autoscaler"), "DISABLE", false],
    [istio, spec("app: activator"), "PERMISSIVE", false],
    [istio, spec("app: autoscaler, a: b"), "PERMISSIVE", false],
  ])("%s %s %s: accepted %s", (plane, text, mode, wanted) => {
    const { mesh, resource } = partsOf(plane + policy(text));
    expect(isAcceptedAutoscaler(resource, mesh, mode)).toBe(wanted);
  });
});
