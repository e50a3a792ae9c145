import { describe, expect, it } from "vitest";
import { apiPathOf, backendsOf, serviceOf } from "../../../src/mesh/admission/backends.ts";
import { targetOf } from "../../../src/mesh/admission/ports.ts";
import { asksNowhere, probesOf } from "../../../src/mesh/admission/probes.ts";
import { mountedCertificates } from "../../../src/mesh/admission/serving-certificates.ts";
import { reachability } from "../../../src/mesh/admission/strict-mesh.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import type { PodTemplate } from "../../../src/model/graph.ts";
import { graphOf, type GraphOptions } from "../../support/graph.ts";

function podOf(spec: string): PodTemplate {
  const [pod] = graphOf(`
apiVersion: v1
kind: Pod
metadata: { name: guard, namespace: guard }
spec: ${spec}
`).pods();
  if (!pod) throw new Error("no pod");
  return pod;
}

describe("where a Service's port leads", () => {
  const listed = "{ containers: [{ name: a, ports: [{ name: https, containerPort: 8443 }] }] }";
  const sidecar =
    "{ containers: [{ name: a, ports: [{ containerPort: 8443 }] }], initContainers: [{ name: b, restartPolicy: Always }, { name: c }, none] }";

  it.each([
    [{ port: 443, targetPort: "https" }, listed, { state: "known", port: 8443 }],
    [{ port: 8443 }, listed, { state: "known", port: 8443 }],
    [{ port: 443 }, listed, { state: "missing", wanted: 443 }],
    [{ port: 443, targetPort: "web" }, listed, { state: "missing", wanted: "web" }],
    [{ port: 443, targetPort: 9443 }, "{ containers: [{ name: a }] }", { state: "known", port: 9443 }],
    [{ port: 443, targetPort: 9443 }, sidecar, { state: "known", port: 9443 }],
    [{ port: 443, targetPort: 9443 }, "{}", { state: "known", port: 9443 }],
    [
      { port: 443, targetPort: "${PORT}" },
      listed,
      { state: "unknown", needs: "the target port of the Service" },
    ],
  ])("%j in %s", (port, spec, expected) => {
    expect(targetOf(port, podOf(spec))).toEqual(expected);
  });
});

describe("a probe that asks nowhere", () => {
  const asks = (probe: string, container = "ports: [{ name: https, containerPort: 8443 }]") =>
    probesOf(podOf(`{ containers: [{ name: a, ${container}, readinessProbe: { httpGet: ${probe} } }] }`)).map(
      asksNowhere,
    );

  it.each([
    ["{ port: https, scheme: HTTPS }", undefined, [false]],
    ["{ port: web, scheme: HTTPS }", undefined, [true]],
    ["{ port: 8443, scheme: HTTPS }", undefined, [false]],
    ["{ port: 9443, scheme: HTTPS }", undefined, [true]],
    ["{ port: 8081 }", undefined, [false]],
    ["{ port: 9443, scheme: HTTPS }", "args: [--secure-port=9443], ports: [{ containerPort: 1 }]", [false]],
    ["{ port: 9443, scheme: HTTPS }", "args: [--port=19443], ports: [{ containerPort: 1 }]", [true]],
    ["{ port: 9443, scheme: HTTPS }", "args: []", [false]],
    ["{ port: '${PORT}' }", undefined, []],
    ["{ path: / }", undefined, []],
    ["none", undefined, []],
  ])("%s", (probe, container, expected) => {
    expect(asks(probe, container)).toEqual(expected);
  });
});

describe("certificates that a pod mounts", () => {
  const mounted = (volume: string, mount = "{ name: v, mountPath: /etc/keys }") =>
    mountedCertificates(
      podOf(`{ containers: [{ name: a, volumeMounts: [${mount}] }, { name: b }], volumes: [${volume}] }`),
    ).map(({ secret }) => secret);

  it.each([
    ["{ name: v, secret: { secretName: guard-tls } }", undefined, ["guard-tls"]],
    ["{ name: v, secret: { secretName: guard } }", "{ name: v, mountPath: /var/serving-cert }", ["guard"]],
    ["{ name: v, secret: { secretName: database } }", undefined, []],
    ["{ name: w, secret: { secretName: guard-tls } }", undefined, []],
    ["{ name: v, secret: { secretName: guard-tls, optional: true } }", undefined, []],
    ["{ name: v, secret: { secretName: '${NAME}' } }", undefined, []],
    ["{ name: v, configMap: { name: guard-tls } }", undefined, []],
  ])("%s", (volume, mount, expected) => {
    expect(mounted(volume, mount)).toEqual(expected);
  });

  it("has none without volumes", () => {
    expect(mountedCertificates(podOf("{ containers: [{ name: a }] }"))).toEqual([]);
  });
});

describe("the Service of a back end", () => {
  const configuration = `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.guard.example.com }
spec: { service: { namespace: guard, name: guard } }
`;
  const state = (more: string, options: GraphOptions = {}) => {
    const graph = graphOf(configuration + more, options);
    return graph
      .own(kinds.ApiService)
      .flatMap(backendsOf)
      .map((backend) => serviceOf(graph, backend).state);
  };
  const istio = (spec: string) => `
---
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: ${spec}
`;

  it("is absent where the set has none, and outside where an operator makes it", () => {
    expect(state("")).toEqual(["absent"]);
    expect(state(istio("{}"))).toEqual(["absent"]);
    expect(state(istio("{ namespace: guard }"))).toEqual(["outside"]);
  });

  it("is outside where a patch may name another one", () => {
    const patch =
      "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: { name: v1.guard.example.com }\n";
    expect(state("", { patches: { "patch.yaml": patch } })).toEqual(["outside"]);
  });

  it("is found by the namespace that is written where Kustomize sets another one", () => {
    const graph = graphOf(configuration);
    const [backend] = graph.own(kinds.ApiService).flatMap(backendsOf);
    const [service] = graphOf(
      "apiVersion: v1\nkind: Service\nmetadata: { name: guard, namespace: guard }\n",
    ).all(kinds.Service);
    const rendered = service && { ...service, namespace: "guard-system" };
    const known = {
      ...graph,
      find: graph.find,
      named: () => (rendered ? [rendered] : []),
    };
    expect(backend && serviceOf(known, backend)).toEqual({ state: "found", resources: [rendered] });
  });

  it("is not looked for where the reference is incomplete or a placeholder", () => {
    const none = (service: string) =>
      graphOf(`
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.guard.example.com }
spec: { service: ${service} }
`)
        .own(kinds.ApiService)
        .flatMap(backendsOf);
    expect(none("{ name: guard }")).toEqual([]);
    expect(none("{ namespace: guard, name: guard, port: https }")).toEqual([]);
    expect(none("{ namespace: <namespace>, name: guard }")).toEqual([]);
  });
});

describe("the path of an aggregated API", () => {
  it.each([
    [
      "/apis/guard.example.com/v1/reviews",
      { group: "guard.example.com", version: "v1", resource: "reviews" },
    ],
    [
      "/apis/guard.example.com/v1/reviews/",
      { group: "guard.example.com", version: "v1", resource: "reviews" },
    ],
    ["/apis/guard.example.com/v1", null],
    ["/validate", null],
  ])("%s", (path, expected) => {
    expect(apiPathOf(path)).toEqual(expected);
  });
});

describe("what the API server reaches in a mesh", () => {
  const mesh = (settings = "", roll = "members: [guard]") => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec:
  version: v2.5
  security: { dataPlane: { mtls: true } }
${settings}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { ${roll} }
`;
  const answer = (text: string, annotations = "{}") => {
    const graph = graphOf(`${text}
---
apiVersion: v1
kind: Pod
metadata: { name: guard, namespace: guard, annotations: ${annotations} }
spec: {}
`);
    return graph.pods("guard").map((pod) => reachability(graph, pod, 8443).state);
  };
  const ports = (list: string) =>
    `  proxy: { networking: { trafficControl: { inbound: { excludedPorts: ${list} } } } }`;
  const key = "traffic.sidecar.istio.io/excludeInboundPorts";

  it.each([
    ["a strict mesh", mesh(), "{}", ["refused"]],
    ["a mesh that leaves the port alone", mesh(ports("[8443]")), "{}", ["open"]],
    ["a mesh whose ports are not known", mesh(ports('"${PORTS}"')), "{}", ["unknown"]],
    ["a pod that leaves the port alone", mesh(), `{ ${key}: "8443" }`, ["open"]],
    ["a pod whose list takes the place of the mesh's", mesh(ports("[8443]")), `{ ${key}: "1" }`, ["refused"]],
    ["a pod whose ports are not known", mesh(), `{ ${key}: "\${PORTS}" }`, ["unknown"]],
    ["a namespace that is no member", mesh("", "members: [other]"), "{}", ["open"]],
    ["a roll that is not known", mesh("", 'members: "${MEMBERS}"'), "{}", ["unknown"]],
    ["a mode that is not known", mesh().replace("mtls: true", 'mtls: "${MTLS}"'), "{}", ["unknown"]],
  ])("%s", (_case, text, annotations, expected) => {
    expect(answer(text, annotations)).toEqual(expected);
  });
});
