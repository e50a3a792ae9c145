import { describe, expect, it } from "vitest";
import { labelsOf } from "../../src/mesh/label-match.ts";
import { podsOfService, portProtocol, servicePortsOf } from "../../src/mesh/service-ports.ts";
import { graphOf, only } from "../support/graph.ts";

describe("portProtocol", () => {
  it.each([
    [{ name: "http" }, "http"],
    [{ name: "HTTP2-api" }, "http"],
    [{ name: "grpc-web-x" }, "http"],
    [{ name: "https-web" }, "tcp"],
    [{ name: "mongo" }, "tcp"],
    [{ name: "web" }, "detected"],
    [{ port: 3306 }, "tcp"],
    [{ port: 80 }, "detected"],
    [{}, "detected"],
    [{ name: "tcp-x", appProtocol: "http" }, "http"],
    [{ name: "http", appProtocol: "kubernetes.io/wss" }, "tcp"],
    [{ name: "http", appProtocol: "kubernetes.io/h2c" }, "http"],
    [{ name: "http", appProtocol: "example.com/own" }, "detected"],
  ])("%j is %s", (port, expected) => {
    expect(portProtocol(port)).toBe(expected);
  });
});

describe("servicePortsOf", () => {
  const graph = graphOf(`apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a, labels: {app: p}}
spec: {containers: [{name: c, image: c}, {name: d, image: d, ports: [{name: web, containerPort: 8080}, {name: odd}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: s, namespace: a}
spec:
  selector: {app: p}
  ports:
    - {name: http, port: 80, targetPort: web}
    - {name: http-none, port: 81, targetPort: none}
    - {name: dns, port: 53, protocol: UDP}
    - {name: tcp-x, port: 90}
    - {name: broken}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: a}
spec: {selector: {app: q}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless, namespace: a}
spec: {ports: [{port: 80}]}
`);
  it("follows numbers and names to the pod's ports", () => {
    const [pod = null] = graph.pods("a");
    const ports = servicePortsOf(graph, "a", labelsOf({ app: "p" }), pod);
    expect(
      ports.map(({ service, port, target, protocol }) => [service.name, port, target, protocol]),
    ).toEqual([
      ["s", 80, 8080, "http"],
      ["s", 90, 90, "tcp"],
    ]);
    expect(servicePortsOf(graph, "a", labelsOf({ app: "p" }), null).map(({ port }) => port)).toEqual([90]);
    expect(servicePortsOf(graph, "b", labelsOf({ app: "p" }), pod)).toEqual([]);
  });
  it("finds the pods of a Service", () => {
    expect(podsOfService(graph, only(graph, "Service", "s")).map(({ resource }) => resource.name)).toEqual([
      "p",
    ]);
    expect(podsOfService(graph, only(graph, "Service", "headless"))).toEqual([]);
  });
});
