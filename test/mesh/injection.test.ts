import { describe, expect, test } from "vitest";
import { injection, injectionInMesh } from "../../src/mesh/injection.ts";
import type { Injection } from "../../src/mesh/injection.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { graphOf } from "../support/graph.ts";

const key = "sidecar.istio.io/inject";
const pod = (metadata: string, spec = "{containers: []}", namespace: string | null = "shop"): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: { template: { metadata: ${metadata}, spec: ${spec} } }
---`;
const byLabel = (value: string): string => pod(`{labels: {${key}: ${value}}}`);
const byAnnotation = (value: string): string => pod(`{annotations: {${key}: ${value}}}`);
const both = (label: string, annotation: string): string =>
  pod(`{labels: {${key}: ${label}}, annotations: {${key}: ${annotation}}}`);
const plain = pod("{}");

const smcp = (spec = "{}", version = "v2.4"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: { version: ${version}, ${spec.slice(1)}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [shop] }
---`;
const istio = (version = "v1.26"): string => `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { version: ${version}, namespace: istio-system }
---`;
const namespace = (labels: string): string => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: ${labels} }
---`;

function podOf(graph: Graph): PodTemplate {
  const found = graph.pods().find(({ resource }) => resource.name === "web");
  if (!found) throw new Error("no pod");
  return found;
}

const short = (answer: Injection): string =>
  answer.state === "unknown" ? "unknown" : `${answer.state}: ${answer.cause}`;

function ask(text: string, profile?: string): string {
  const graph = graphOf(text, profile === undefined ? {} : { profile });
  return short(injection(graph, podOf(graph)));
}

function inMesh(text: string, profile?: string): string {
  const graph = graphOf(text, profile === undefined ? {} : { profile });
  return short(injectionInMesh(graph, podOf(graph)));
}

describe("in a member namespace of Service Mesh 2 (D4)", () => {
  test.each([
    ["nothing asked", plain, "no: not-requested"],
    ["label", byLabel('"true"'), "yes: label"],
    ["annotation", byAnnotation('"true"'), "yes: annotation"],
    ["a bare true reads as its text", byAnnotation("true"), "yes: annotation"],
    ["label false", byLabel('"false"'), "no: label"],
    ["label wins", both('"false"', '"true"'), "no: label"],
    ["label wins", both('"true"', '"false"'), "yes: label"],
    ["yes counts", byLabel("'YES'"), "yes: label"],
    ["y and on count", byAnnotation("'On'"), "yes: annotation"],
    ["enabled does not", byAnnotation("enabled"), "no: annotation"],
    ["an empty value says nothing", byLabel('""'), "no: not-requested"],
    ["a variable", byLabel('"${X}"'), "unknown"],
    ["host network", pod(`{labels: {${key}: "true"}}`, "{hostNetwork: true}"), "no: host-network"],
    ["host network not known", pod(`{labels: {${key}: "true"}}`, '{hostNetwork: "${X}"}'), "unknown"],
    ["host network not known, and not asked", pod("{}", '{hostNetwork: "${X}"}'), "no: not-requested"],
    ["no host network", pod(`{labels: {${key}: "true"}}`, "{hostNetwork: false}"), "yes: label"],
    ["istiod itself", pod(`{labels: {app: istiod, ${key}: "true"}}`), "no: istiod"],
    ["another app", pod(`{labels: {app: shop, ${key}: "true"}}`), "yes: label"],
    [
      "a namespace label injects nothing",
      plain + namespace("{istio-injection: enabled}"),
      "no: not-requested",
    ],
    [
      "ignored namespace",
      byLabel('"true"') + namespace('{maistra.io/ignore-namespace: "1"}'),
      "no: namespace",
    ],
    ["istio-env namespace", byLabel('"true"') + namespace("{istio-env: x}"), "no: namespace"],
    ["disabled namespace", byLabel('"true"') + namespace("{istio-injection: disabled}"), "no: namespace"],
    ["enabled namespace", byLabel('"true"') + namespace("{istio-injection: enabled}"), "yes: label"],
  ])("%s", (_name, text, expected) => {
    expect(ask(smcp() + text)).toBe(expected);
  });
  test.each([
    ["every pod", plain, "yes: automatic"],
    ["unless it refuses", byLabel('"false"'), "no: label"],
    ["or asks itself", byLabel('"true"'), "yes: label"],
  ])("autoInject: %s", (_name, text, expected) => {
    expect(ask(smcp("{proxy: {injection: {autoInject: true}}}") + text)).toBe(expected);
  });
  test("autoInject switched off, or not known", () => {
    expect(ask(smcp("{proxy: {injection: {autoInject: false}}}") + plain)).toBe("no: not-requested");
    expect(ask(smcp('{proxy: {injection: {autoInject: "${X}"}}}') + plain)).toBe("unknown");
    expect(ask(smcp("{profiles: [ours]}") + plain)).toBe("unknown");
  });
  const objectSelector = "{techPreview: {sidecarInjectorWebhook: {objectSelector: {enabled: true}}}}";
  test.each([
    [objectSelector, byLabel('"true"'), "yes: label"],
    [objectSelector, byLabel('"yes"'), "no: not-requested"],
    [objectSelector, byAnnotation('"true"'), "no: annotation-ignored"],
    [
      objectSelector.replace("{tech", "{proxy: {injection: {autoInject: true}}, tech"),
      plain,
      "no: not-requested",
    ],
    [objectSelector.replace("true", "false"), byAnnotation('"true"'), "yes: annotation"],
    [objectSelector.replace("true", '"${X}"'), byAnnotation('"true"'), "unknown"],
    [objectSelector.replace("true", '"${X}"'), byLabel('"true"'), "yes: label"],
  ])("an object selector takes the label only: %#", (spec, text, expected) => {
    expect(ask(smcp(spec) + text)).toBe(expected);
  });
  test.each([
    [byLabel('"true"'), "no: not-requested"],
    [byAnnotation('"true"'), "yes: annotation"],
    [both('"true"', '"false"'), "no: annotation"],
    [both('"false"', '"true"'), "yes: annotation"],
  ])("before 2.2 only the annotation is read: %#", (text, expected) => {
    expect(ask(smcp("{}", "v2.1") + text)).toBe(expected);
    expect(inMesh(text, "mesh=1.1")).toBe(expected);
  });
});

describe("membership", () => {
  test("is required by Service Mesh 2, unless left aside", () => {
    const outside = pod(`{labels: {${key}: "true"}}`, "{containers: []}", "elsewhere");
    expect(ask(smcp() + outside)).toBe("no: not-member");
    expect(inMesh(smcp() + outside)).toBe("yes: label");
  });
  test("that is not known leaves a request open, and nothing else", () => {
    expect(ask(byLabel('"true"'))).toBe("unknown");
    expect(inMesh(byLabel('"true"'))).toBe("yes: label");
    expect(ask(plain)).toBe("no: not-requested");
    const unnamed = (metadata: string) => smcp() + pod(metadata, "{containers: []}", null);
    expect(ask(unnamed(`{labels: {${key}: "true"}}`))).toBe("unknown");
    expect(ask(unnamed("{}"))).toBe("no: not-requested");
  });
  test("in two meshes: one that injects is enough", () => {
    const second = smcp("{proxy: {injection: {autoInject: true}}}").replaceAll("istio-system", "other");
    expect(ask(smcp() + second + plain)).toBe("yes: automatic");
    expect(ask(smcp() + second + byLabel('"false"'))).toBe("no: label");
  });
  test("of several meshes that differ is needed", () => {
    const second = smcp("{proxy: {injection: {autoInject: true}}}").replaceAll("istio-system", "other");
    const outside = pod("{}", "{containers: []}", "elsewhere");
    expect(inMesh(smcp() + second + outside)).toBe("unknown");
  });
});

describe("Service Mesh 3 (D4)", () => {
  const enabled = namespace("{istio-injection: enabled}");
  const unlabelled = namespace("{}");
  test.each([
    ["labelled namespace", enabled + plain, "yes: namespace"],
    ["revision of the namespace", namespace("{istio.io/rev: blue}") + plain, "yes: namespace"],
    ["label false", enabled + byLabel('"false"'), "no: label"],
    ["annotation false", enabled + byAnnotation('"false"'), "no: annotation"],
    ["label true", enabled + byLabel('"true"'), "yes: label"],
    ["annotation true", enabled + byAnnotation('"true"'), "yes: annotation"],
    ["refusing namespace", namespace("{istio-injection: disabled}") + byLabel('"true"'), "no: namespace"],
    ["unlabelled, nothing asked", unlabelled + plain, "no: not-requested"],
    ["unlabelled, label", unlabelled + byLabel('"true"'), "yes: label"],
    ["unlabelled, label yes", unlabelled + byLabel('"yes"'), "no: label"],
    ["unlabelled, annotation", unlabelled + byAnnotation('"true"'), "no: annotation-ignored"],
    ["unlabelled, annotation false", unlabelled + byAnnotation('"false"'), "no: annotation"],
    ["pod revision", unlabelled + pod("{labels: {istio.io/rev: green}}"), "yes: revision"],
    [
      "pod revision, label false",
      unlabelled + pod(`{labels: {istio.io/rev: green, ${key}: "false"}}`),
      "no: label",
    ],
    [
      "pod revision, annotation false",
      unlabelled + pod(`{labels: {istio.io/rev: green}, annotations: {${key}: "false"}}`),
      "no: annotation",
    ],
    ["Namespace outside, label", byLabel('"true"'), "yes: label"],
    ["Namespace outside, label false", byLabel('"false"'), "no: label"],
    ["Namespace outside, annotation", byAnnotation('"true"'), "unknown"],
    ["Namespace outside, annotation false", byAnnotation('"false"'), "no: annotation"],
    ["Namespace outside, nothing", plain, "unknown"],
    ["namespace label not known", namespace('{istio-injection: "${X}"}') + plain, "unknown"],
    [
      "revision and unknown injection label",
      namespace('{istio-injection: "${X}", istio.io/rev: a}') + plain,
      "unknown",
    ],
    ["namespace not known", pod("{}", "{containers: []}", null), "unknown"],
    ["namespace not known, label", pod(`{labels: {${key}: "true"}}`, "{containers: []}", null), "yes: label"],
    ["a variable", byLabel('"${X}"'), "unknown"],
    ["host network", pod(`{labels: {${key}: "true"}}`, "{hostNetwork: true}"), "no: host-network"],
  ])("%s", (_name, text, expected) => {
    expect(ask(istio() + text)).toBe(expected);
    expect(ask(text, "mesh=3.0")).toBe(expected);
  });
  test("odd values in a labelled namespace depend on the version", () => {
    expect(ask(istio("v1.26") + enabled + byLabel("on"))).toBe("yes: label");
    expect(ask(istio("v1.26") + enabled + byLabel("enabled"))).toBe("no: label");
    expect(ask(istio("v1.27") + enabled + byLabel("enabled"))).toBe("yes: label");
    expect(ask(istio("VERSION_OF_ISTIO") + enabled + byLabel("enabled"), "mesh=2.4")).toBe("unknown");
  });
});
