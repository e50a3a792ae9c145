import { describe, expect, test } from "vitest";
import { knativeWorkloads } from "../../src/graph/derived/knative-workloads.ts";
import { controlPlaneNames, isWebhookReachable } from "../../src/mesh/control-plane-pods.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf, only } from "../support/graph.ts";

const webhook = (annotations = "{}"): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: webhook, namespace: knative-serving }
spec:
  selector: { matchLabels: { app: webhook } }
  template: { metadata: { labels: { app: webhook }, annotations: ${annotations} }, spec: { containers: [] } }
---`;
const mesh = (mtls: boolean, proxy = "{}"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: { version: v2.5, security: { dataPlane: { mtls: ${String(mtls)} } }, proxy: ${proxy} }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [knative-serving] }
---`;

function reachable(text: string): boolean {
  const graph = graphOf(text);
  const [pod] = graph.podsOf(only(graph, kinds.Deployment, "webhook"));
  if (!pod) throw new Error("no pod");
  return isWebhookReachable(graph, pod);
}

describe("webhooks behind a sidecar", () => {
  test("answer the API server where nothing asks for a certificate", () => {
    expect(reachable(webhook() + mesh(true))).toBe(false);
    expect(reachable(webhook() + mesh(false))).toBe(true);
    const excluded = "{networking: {trafficControl: {inbound: {excludedPorts: [8443]}}}}";
    expect(reachable(webhook() + mesh(true, excluded))).toBe(true);
  });
  test("the pod's own list of ports replaces that of the mesh", () => {
    const key = "traffic.sidecar.istio.io/excludeInboundPorts";
    expect(reachable(webhook(`{${key}: "8443,9090"}`) + mesh(true))).toBe(true);
    const excluded = "{networking: {trafficControl: {inbound: {excludedPorts: [8443]}}}}";
    expect(reachable(webhook(`{${key}: "9090"}`) + mesh(true, excluded))).toBe(false);
  });
  test("outside a known mesh nothing is taken for granted", () => {
    expect(reachable(webhook())).toBe(false);
  });
  test("every name is a workload that the documents leave outside the mesh", () => {
    const outside = knativeWorkloads.filter(({ injected }) => injected === "no").map(({ name }) => name);
    for (const name of controlPlaneNames) expect(outside).toContain(name);
  });
});
