import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { podReferences, references } from "../../src/graph/references.ts";
import type { Edge, Graph } from "../../src/model/graph.ts";
import { label } from "../../src/model/resource.ts";
import { formatPath } from "../../src/model/value.ts";
import { repository } from "../shared.ts";
import { graphOf, only } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const object = (type: string, name: string, namespace: string | null, rest = ""): string => {
  const [kind, apiVersion] = type.split(" of ");
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`} }\n${rest}\n`;
};

function line(edge: Edge): string {
  const { target } = edge;
  const end = target.state === "found" ? target.resources.map(label).join(", ") : target.state;
  return `${formatPath(edge.path)} ${edge.kind} ${edge.wanted}: ${end}`;
}

/** The edges of one object, among others of the same manifests. */
function edges(documents: readonly string[], options: GraphOptions = {}): readonly string[] {
  const graph = graphOf(documents.join("---\n"), options);
  return graph.edges.filter((edge) => edge.from.name === "from").map(line);
}

const deployment = (name: string, namespace: string | null, labels: string): string =>
  object(
    "Deployment of apps/v1",
    name,
    namespace,
    `spec: { template: { metadata: { labels: { ${labels} } }, spec: {} } }`,
  );

describe("membership", () => {
  it("leads from the roll to namespaces, not from a wildcard", () => {
    const roll = object(
      "ServiceMeshMemberRoll of maistra.io/v1",
      "from",
      "istio-system",
      'spec: { members: [team, other, "*"] }',
    );
    expect(edges([roll, object("Namespace of v1", "team", null)])).toEqual([
      "spec.members[0] member of Namespace team: Namespace team",
      "spec.members[1] member of Namespace other: outside",
    ]);
  });

  it("leads from a member to its control plane", () => {
    const member = object(
      "ServiceMeshMember of maistra.io/v1",
      "from",
      "team",
      "spec: { controlPlaneRef: { name: basic, namespace: istio-system } }",
    );
    expect(edges([member], { owns: ["mesh"] })).toEqual([
      "spec.controlPlaneRef member of ServiceMeshControlPlane istio-system/basic: absent",
    ]);
  });
});

describe("Istio's kinds", () => {
  const gateway = object(
    "Gateway of networking.istio.io/v1beta1",
    "from",
    "team",
    "spec: { selector: { istio: mine }, servers: [{ tls: { credentialName: tls } }, { tls: {} }] }",
  );
  const secret = object("Secret of v1", "tls", "edge", "type: kubernetes.io/tls");

  it("a Gateway reads its Secret beside the pods that it selects", () => {
    expect(edges([gateway, deployment("edge", "edge", "istio: mine"), secret])).toEqual([
      "spec.selector selects pods with istio=mine: Deployment edge/edge",
      "spec.servers[0].tls.credentialName references Secret edge/tls: Secret edge/tls",
    ]);
    expect(edges([gateway, deployment("team", "team", "istio: mine"), secret])[1]).toBe(
      "spec.servers[0].tls.credentialName references Secret team/tls: absent",
    );
  });

  it("a Gateway of unknown pods may read any Secret of that name", () => {
    expect(edges([gateway])).toEqual([
      "spec.selector selects pods with istio=mine: outside",
      "spec.servers[0].tls.credentialName references Secret tls: outside",
    ]);
    const two = [deployment("a", "a", "istio: mine"), deployment("b", "b", "istio: mine")];
    expect(edges([gateway, ...two, secret])[1]).toBe(
      "spec.servers[0].tls.credentialName references Secret tls: Secret edge/tls",
    );
    expect(edges([gateway], { complete: true })[0]).toBe(
      "spec.selector selects pods with istio=mine: absent",
    );
    const broken = gateway.replace("istio: mine", "istio: 1");
    expect(edges([broken])).toEqual(["spec.servers[0].tls.credentialName references Secret tls: outside"]);
  });

  it("a VirtualService leads to gateways and hosts", () => {
    const routes = [
      "near",
      "near.other.svc.cluster.local",
      "near.other.svc",
      "too.many.names.svc",
      "api.example.com",
      "nowhere.example.com",
      '"*.example.com"',
    ].map((host) => `{ destination: { host: ${host} } }`);
    const service = object(
      "VirtualService of networking.istio.io/v1beta1",
      "from",
      "team",
      `spec: { gateways: [mesh, shop, other/shop, ""], http: [{ route: [${routes.join(", ")}] }, { redirect: {} }, { route: all }] }`,
    );
    expect(
      edges([
        service,
        object("Gateway of networking.istio.io/v1beta1", "shop", "team"),
        object("Service of v1", "near", "team"),
        object("Service of v1", "near", "other"),
        object(
          "ServiceEntry of networking.istio.io/v1beta1",
          "api",
          "team",
          "spec: { hosts: [api.example.com, 1] }",
        ),
        object(
          "ServiceEntry of networking.istio.io/v1beta1",
          "api-again",
          "team",
          "spec: { hosts: [api.example.com] }",
        ),
        object("ServiceEntry of networking.istio.io/v1beta1", "hostless", "team"),
      ]),
    ).toEqual([
      "spec.gateways[1] references Gateway team/shop: Gateway team/shop",
      "spec.gateways[2] references Gateway other/shop: outside",
      "spec.http[0].route[0].destination.host routes to Service team/near: Service team/near",
      "spec.http[0].route[1].destination.host routes to Service other/near: Service other/near",
      "spec.http[0].route[2].destination.host routes to Service other/near: Service other/near",
      "spec.http[0].route[3].destination.host routes to host too.many.names.svc: outside",
      "spec.http[0].route[4].destination.host routes to host api.example.com: ServiceEntry team/api, ServiceEntry team/api-again",
      "spec.http[0].route[5].destination.host routes to host nowhere.example.com: outside",
    ]);
  });

  it.each([
    ["istio-system", "Deployment a/a, Deployment b/b"],
    ["a", "Deployment a/a"],
    ["b", "Deployment b/b"],
  ])("a policy in %s selects %s", (namespace, found) => {
    const policy = object(
      "AuthorizationPolicy of security.istio.io/v1",
      "from",
      namespace,
      "spec: { selector: { matchLabels: { app: web } } }",
    );
    const pods = [deployment("a", "a", "app: web"), deployment("b", "b", "app: web")];
    const smcp = object(
      "ServiceMeshControlPlane of maistra.io/v2",
      "basic",
      "istio-system",
      "spec: { gateways: { enabled: false } }",
    );
    expect(edges([policy, smcp, ...pods])).toEqual([`spec.selector selects pods with app=web: ${found}`]);
    const istio = object("Istio of sailoperator.io/v1", "default", null, "spec: { namespace: istio-system }");
    expect(edges([policy, istio, ...pods])).toEqual([`spec.selector selects pods with app=web: ${found}`]);
    expect(edges([policy, istio.replace("namespace:", "other:"), ...pods])).toEqual([
      `spec.selector selects pods with app=web: ${found}`,
    ]);
  });
});

describe("Kubernetes' and Knative's kinds", () => {
  it("a Service with a selector selects, one without does not", () => {
    const pods = deployment("web", "team", "app: web");
    const service = (selector: string) =>
      object("Service of v1", "from", "team", `spec: { selector: ${selector} }`);
    expect(edges([service("{ app: web }"), pods])).toEqual([
      "spec.selector selects pods with app=web: Deployment team/web",
    ]);
    expect(edges([service("{}"), pods])).toEqual([]);
    const policy = object(
      "NetworkPolicy of networking.k8s.io/v1",
      "from",
      "team",
      "spec: { podSelector: {} }",
    );
    expect(edges([policy, pods])).toEqual(["spec.podSelector selects all pods: Deployment team/web"]);
    const other = policy.replace(
      "podSelector: {}",
      "podSelector: { matchExpressions: [{ key: app, operator: In, values: [a, b] }, { key: c, operator: Exists }] }",
    );
    expect(edges([other, pods])).toEqual([
      "spec.podSelector selects pods with app In a|b, c Exists: outside",
    ]);
  });

  it("a RoleBinding leads to its role and accounts, not to users", () => {
    const binding = object(
      "RoleBinding of rbac.authorization.k8s.io/v1",
      "from",
      "team",
      `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects:
  - { kind: ServiceAccount, name: web }
  - { kind: ServiceAccount, name: web, namespace: other }
  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: somebody }
  - { kind: ServiceAccount }
  - text`,
    );
    expect(edges([binding])).toEqual([
      "roleRef references ClusterRole view: outside",
      "subjects[0] references ServiceAccount team/web: outside",
      "subjects[1] references ServiceAccount other/web: outside",
    ]);
  });

  it("references without a kind or group mean the usual one", () => {
    const route = object(
      "Route of route.openshift.io/v1",
      "from",
      "team",
      "spec: { to: { kind: Service, name: web }, alternateBackends: [{ name: web }] }",
    );
    const mapping = object(
      "DomainMapping of serving.knative.dev/v1beta1",
      "from",
      "team",
      "spec: { ref: { kind: Service, name: web, apiVersion: serving.knative.dev/v1 } }",
    );
    const wanted = [object("Service of serving.knative.dev/v1", "web", "team")];
    expect(edges([route, ...wanted])).toEqual([
      "spec.to routes to Service team/web: Service team/web",
      "spec.alternateBackends[0] routes to Service team/web: Service team/web",
    ]);
    const graph = graphOf([mapping, ...wanted].join("---\n"));
    const [edge] = graph.out(only(graph, "DomainMapping.serving.knative.dev", "from"));
    expect(edge?.target).toMatchObject({ resources: [{ kind: "Service.serving.knative.dev" }] });
    const short = mapping.replace(", apiVersion: serving.knative.dev/v1", "");
    expect(edges([short, ...wanted])).toEqual(["spec.ref routes to Service team/web: Service team/web"]);
    const core = object(
      "Trigger of eventing.knative.dev/v1",
      "from",
      "team",
      "spec: { broker: default, subscriber: { ref: { apiVersion: v1, kind: Service, name: web } } }",
    );
    expect(edges([core])).toEqual([
      "spec.broker references Broker team/default: outside",
      "spec.subscriber.ref routes to Service team/web: outside",
    ]);
    const nothing = object(
      "Trigger of eventing.knative.dev/v1",
      "from",
      "team",
      "spec: { subscriber: { ref: { name: web } } }",
    );
    expect(edges([nothing])).toEqual([]);
  });

  it("pods lead to accounts, volumes and environments that must exist", () => {
    const pod = object(
      "Pod of v1",
      "from",
      "team",
      `spec:
  serviceAccountName: web
  volumes:
    - { name: a, secret: { secretName: certs } }
    - { name: b, configMap: { name: settings, optional: true } }
    - { name: c, persistentVolumeClaim: { claimName: "" } }
  containers:
    - envFrom: [{ configMapRef: { name: settings } }]
      env: [{ name: A, valueFrom: { secretKeyRef: { name: certs, key: k } } }, { name: B, value: b }]`,
    );
    expect(edges([pod, object("ConfigMap of v1", "settings", "team")])).toEqual([
      "spec.serviceAccountName references ServiceAccount team/web: outside",
      "spec.volumes[0].secret.secretName references Secret team/certs: outside",
      "spec.containers[0].envFrom[0].configMapRef.name references ConfigMap team/settings: ConfigMap team/settings",
      "spec.containers[0].env[0].valueFrom.secretKeyRef.name references Secret team/certs: outside",
    ]);
    expect(edges([object("Pod of v1", "from", "team", "spec: { serviceAccountName: default }")])).toEqual([]);
  });
});

describe("both directions", () => {
  const graph: Graph = graphOf(
    [
      object("Service of v1", "web", "team", "spec: { selector: { app: web } }"),
      deployment("web", "team", "app: web"),
      object("Service of serving.knative.dev/v1", "shop", "team"),
      object("ConfigMap of v1", "lonely", "team"),
    ].join("---\n"),
  );

  it("give the same edge", () => {
    const service = only(graph, "Service", "web");
    const pods = only(graph, "Deployment.apps", "web");
    expect(graph.out(service)).toHaveLength(1);
    expect(graph.into(pods, "selects")).toEqual(graph.out(service, "selects"));
    expect(graph.out(service, "routes to")).toEqual([]);
    expect(graph.into(only(graph, "ConfigMap", "lonely"))).toEqual([]);
  });

  it("join a derived resource and its parent", () => {
    const derived = only(graph, "Service", "shop");
    const parent = only(graph, "Service.serving.knative.dev", "shop");
    expect(graph.out(derived).map(line)).toEqual([" derived from Service team/shop: Service team/shop"]);
    expect(graph.out(parent, "owns").map((edge) => edge.path)).toEqual([["metadata", "name"]]);
    expect(graph.into(parent, "derived from")).toHaveLength(1);
  });

  it("leave out fragments", () => {
    const patch = object("Service of v1", "from", "team", "spec: { selector: { app: web } }");
    expect(graphOf("", { patches: { "patch.yaml": patch } }).edges).toEqual([]);
  });
});

describe("a whole platform", () => {
  const folder = join(repository, "fixtures", "platform");
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml")
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

  it("has the same graph in whatever order it is read", () => {
    const seen = (reverse: boolean) => {
      const graph = graphOf(files, { reverse });
      return {
        resources: graph.resources.map((resource) => resource.value),
        edges: graph.edges.map((edge) => `${label(edge.from)} ${line(edge)}`),
        pods: graph.pods().map((pod) => ({ ...pod.labels })),
      };
    };
    const forward = seen(false);
    expect(forward.edges.length).toBeGreaterThan(100);
    expect(seen(true)).toEqual(forward);
  });

  it("lacks nothing that it refers to in the layers that it owns", () => {
    const absent = graphOf(files).edges.filter((edge) => edge.target.state === "absent");
    expect(absent.map((edge) => `${label(edge.from)} ${line(edge)}`)).toEqual([]);
  });

  it("selects pods by each of its gateways and policies", () => {
    const graph = graphOf(files);
    const selecting = graph
      .own("Gateway.networking.istio.io", "AuthorizationPolicy.security.istio.io")
      .flatMap((resource) => graph.out(resource, "selects"));
    expect(selecting.length).toBeGreaterThan(10);
    expect(selecting.filter((edge) => edge.target.state !== "found").map((edge) => line(edge))).toEqual([]);
  });
});

describe("the tables", () => {
  it("name each field of a kind once", () => {
    const rows = references.flatMap(({ kinds, path }) => kinds.map((kind) => `${kind} ${path}`));
    expect(new Set(rows).size).toBe(rows.length);
    expect(new Set(podReferences.map(({ path }) => path)).size).toBe(podReferences.length);
  });
});
