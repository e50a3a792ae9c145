import { describe, expect, it } from "vitest";
import { secretAccess } from "../../src/mesh/secret-access.ts";
import { sailGateways } from "../../src/mesh/sail-gateways.ts";
import { claimOf, mayBeAlternatives, olderLabels, serviceMesh3 } from "../../src/mesh/mesh-generations.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf, only } from "../support/graph.ts";

const role = (kind: string, rules: string, namespace = "") => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reader${namespace} }
rules: ${rules}
`;
const binding = (
  ref: string,
  subjects: string,
  kind = "RoleBinding",
  namespace = ", namespace: gateways",
) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reader${namespace} }
roleRef: ${ref}
subjects: ${subjects}
`;
const all = "[{ apiGroups: [''], resources: [secrets], verbs: [get, list, watch] }]";
const account = "[{ kind: ServiceAccount, name: web }]";
const here = ", namespace: gateways";

describe("who may read the Secrets of a namespace", () => {
  const ask = (...documents: readonly string[]) => {
    const access = secretAccess(graphOf(documents.join("---")), "gateways", "web");
    return access.state === "no" ? `no: ${access.lacking.join(", ")}` : access.state;
  };

  it("is whoever a Role of the namespace is bound to", () => {
    expect(ask()).toBe("no: get, list, watch");
    expect(ask(role("Role", all, here), binding("{ kind: Role, name: reader }", account))).toBe("yes");
    expect(
      ask(role("Role", all, ", namespace: shop"), binding("{ kind: Role, name: reader }", account)),
    ).toBe("unknown");
    expect(
      ask(
        role("Role", all, ", namespace: shop"),
        binding("{ kind: Role, name: reader }", account, "RoleBinding", ", namespace: shop"),
      ),
    ).toBe("no: get, list, watch");
  });

  it("is told by all rules together, groups and stars included", () => {
    const bound = binding("{ kind: Role, name: reader }", account);
    const one = (text: string) => ask(role("Role", text, here), bound);
    expect(one("[{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]")).toBe("yes");
    expect(one("[{ apiGroups: [''], resources: [secrets], verbs: [get] }]")).toBe("no: list, watch");
    expect(one("[{ apiGroups: [apps], resources: [secrets], verbs: ['*'] }]")).toBe("no: get, list, watch");
    expect(one("[{ apiGroups: [''], resources: [configmaps], verbs: ['*'] }, 7]")).toBe(
      "no: get, list, watch",
    );
    expect(one("none")).toBe("no: get, list, watch");
  });

  it("may be a group of accounts, or an account that a ClusterRole is bound to", () => {
    const cluster = (subjects: string, name = "reader") =>
      ask(
        role("ClusterRole", all),
        binding(`{ kind: ClusterRole, name: ${name} }`, subjects, "ClusterRoleBinding", ""),
      );
    expect(cluster("[{ kind: Group, name: 'system:serviceaccounts' }]")).toBe("yes");
    expect(cluster("[{ kind: Group, name: 'system:serviceaccounts:gateways' }]")).toBe("yes");
    expect(cluster("[{ kind: Group, name: 'system:serviceaccounts:shop' }]")).toBe("no: get, list, watch");
    expect(cluster("[{ kind: ServiceAccount, name: web, namespace: gateways }]")).toBe("yes");
    expect(cluster("[{ kind: ServiceAccount, name: web, namespace: shop }]")).toBe("no: get, list, watch");
    expect(cluster("[{ kind: User, name: web }]")).toBe("no: get, list, watch");
    expect(cluster("[{ kind: ServiceAccount, name: web, namespace: gateways }]", "cluster-admin")).toBe(
      "yes",
    );
    expect(cluster("[{ kind: ServiceAccount, name: web, namespace: gateways }]", "other")).toBe("unknown");
    expect(ask(binding("{}", account))).toBe("unknown");
  });

  it("is nobody by a role that a cluster does not have", () => {
    const documents = binding("{ kind: Role, name: reader }", account);
    const access = secretAccess(graphOf(documents, { owns: ["gateways"] }), "gateways", "web");
    expect(access).toEqual({ state: "no", lacking: ["get", "list", "watch"] });
  });
});

const istio = `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { namespace: istio-system }
`;
const serving = (config: string) => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } }${config} }
`;

describe("gateways of Service Mesh 3", () => {
  it("are not asked for without a mesh, and not where it is not known", () => {
    expect(sailGateways(graphOf("kind: none"))).toMatchObject({ state: "not-applicable" });
    expect(sailGateways(graphOf(serving("")))).toMatchObject({ state: "not-applicable" });
  });

  it("have no Service to look for where the configured host is none of a Service", () => {
    const config =
      ", config: { istio: { gateway.knative-serving.knative-ingress-gateway: web.example.com, local-gateway.knative-serving.knative-local-gateway: a.b.c } }";
    const graph = graphOf(`${istio}---${serving(config)}`, { owns: ["gateways"] });
    expect(sailGateways(graph)).toEqual({ state: "known", withoutPods: [], withoutService: [], needs: [] });
  });
});

describe("objects of Service Mesh 2 beside Service Mesh 3", () => {
  const roll = (members: string) => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: old-mesh }
spec: { members: [${members}] }
`;

  it("claim the namespaces that they take in, from the first entry on", () => {
    const graph = graphOf(`${istio}---${roll("shop, knative-serving, knative-eventing")}`);
    const found = claimOf(graph, only(graph, kinds.ServiceMeshMemberRoll, "default"));
    expect(found).toEqual({
      path: ["spec", "members", 1],
      namespaces: ["knative-eventing", "knative-serving"],
    });
    expect(claimOf(graph, only(graph, kinds.Istio, "default"))).toBeNull();
  });

  it("claim nothing that they do not list", () => {
    const graph = graphOf(`${istio}---${roll("shop")}`);
    expect(claimOf(graph, only(graph, kinds.ServiceMeshMemberRoll, "default"))).toBeNull();
  });

  it("may be alternatives if they lie in folders of their own", () => {
    const files = {
      "new/mesh/a.yaml": istio,
      "old/b.yaml": roll("knative-serving"),
      "new/c.yaml": serving(""),
    };
    const graph = graphOf(files);
    const watching = serviceMesh3(graph)?.istio;
    if (!watching) throw new Error("no Istio");
    const of = (kind: string, name: string) => mayBeAlternatives(graph, watching, only(graph, kind, name));
    expect(of(kinds.ServiceMeshMemberRoll, "default")).toBe(true);
    expect(of(kinds.KnativeServing, "knative-serving")).toBe(false);
    const applied = graphOf(files, { appliedAsWhole: true });
    expect(mayBeAlternatives(applied, watching, only(applied, kinds.ServiceMeshMemberRoll, "default"))).toBe(
      false,
    );
  });

  it("leave labels where Serverless is, in Namespaces and in the peers of NetworkPolicies", () => {
    const graph = graphOf(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { maistra.io/member-of: old-mesh } }
---
apiVersion: v1
kind: Namespace
metadata: { name: knative-eventing, labels: { maistra.io/member-of: old-mesh, kept: a } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: a, namespace: knative-serving }
spec:
  ingress:
    - {}
    - from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { maistra.io/member-of: old-mesh } } }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: b, namespace: knative-serving }
spec: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: c }
spec: { ingress: [{ from: [{ namespaceSelector: { matchLabels: { maistra.io/member-of: a } } }] }] }
`);
    const labels = (kind: string, name: string) => olderLabels(graph, only(graph, kind, name));
    expect(labels("Namespace", "shop")).toEqual([]);
    expect(labels("Namespace", "knative-eventing")).toEqual([["metadata", "labels", "maistra.io/member-of"]]);
    expect(labels(kinds.NetworkPolicy, "a")).toEqual([
      ["spec", "ingress", 1, "from", 1, "namespaceSelector", "matchLabels", "maistra.io/member-of"],
    ]);
    expect(labels(kinds.NetworkPolicy, "b")).toEqual([]);
    expect(labels(kinds.NetworkPolicy, "c")).toEqual([]);
  });
});
