import { describe, expect, it } from "vitest";
import { checkToken } from "../../../src/mesh/authorization/request-authentication.ts";
import { policiesFor, refusedPolicies } from "../../../src/mesh/authorization/selection.ts";
import { homeMesh } from "../../../src/mesh/authorization/settings.ts";
import type { MeshSettings } from "../../../src/mesh/authorization/settings.ts";
import { labelsOf } from "../../../src/mesh/label-match.ts";
import type { Graph } from "../../../src/model/graph.ts";
import { graphOf } from "../../support/graph.ts";

const plane = (spec = "{version: v2.5}"): string => `apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: mesh, namespace: root}
spec: ${spec}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: {name: default, namespace: root}
spec: {members: [a, b]}
---
`;
const sail = (config: string): string => `apiVersion: sailoperator.io/v1
kind: Istio
metadata: {name: default}
spec: {namespace: root, version: v1.26.0, values: {meshConfig: ${config}}}
---
`;
const policy = (name: string, namespace: string, spec: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---
`;

function settings(graph: Graph, namespace = "a"): MeshSettings {
  const home = homeMesh(graph, namespace);
  if (home.state !== "in") throw new Error(`${namespace}: ${home.state}`);
  return home.settings;
}

function applied(graph: Graph, labels: Readonly<Record<string, string>>): readonly string[] {
  const set = policiesFor(graph, { namespace: "a", labels: labelsOf(labels) }, settings(graph));
  return set.policies.map(
    ({ resource, ambiguous }) => `${resource.namespace ?? ""}/${resource.name}${ambiguous ? "?" : ""}`,
  );
}

describe("policiesFor", () => {
  it("takes those of the namespace and of the root namespace that select the pod", () => {
    const graph = graphOf(
      plane() +
        policy("all", "a", "{}") +
        policy("mine", "a", "{selector: {matchLabels: {app: x}}}") +
        policy("others", "a", "{selector: {matchLabels: {app: y}}}") +
        policy("empty", "a", "{selector: {matchLabels: {}}}") +
        policy("root", "root", "{selector: {matchLabels: {app: x}}}") +
        policy("elsewhere", "b", "{}"),
    );
    expect(applied(graph, { app: "x" })).toEqual(["a/all", "a/empty", "a/mine", "root/root"]);
    expect(applied(graph, { app: "z" })).toEqual(["a/all", "a/empty"]);
  });

  it("shares one set among workloads with the same policies", () => {
    const graph = graphOf(plane() + policy("all", "a", "{}"));
    const of = (labels: Readonly<Record<string, string>>) =>
      policiesFor(graph, { namespace: "a", labels: labelsOf(labels) }, settings(graph));
    expect(of({ app: "x" })).toBe(of({ app: "y" }));
  });

  it("keeps policies with targets for gateways of the Gateway API", () => {
    const reference = "{group: gateway.networking.k8s.io, kind: Gateway, name: g}";
    const graph = graphOf(
      plane() +
        policy("p", "a", `{targetRef: ${reference}}`) +
        policy("q", "a", `{targetRefs: [${reference}]}`) +
        policy("r", "root", `{targetRefs: [${reference}]}`),
    );
    expect(applied(graph, { app: "x" })).toEqual([]);
    expect(applied(graph, { "gateway.networking.k8s.io/gateway-name": "g" })).toEqual(["a/p", "a/q"]);
  });

  it("leaves out what the cluster refuses, and says so", () => {
    const graph = graphOf(plane() + policy("p", "a", "{action: DENY}"));
    expect(applied(graph, {})).toEqual([]);
    expect(refusedPolicies(graph)).toMatchObject([
      { policy: { name: "p" }, problems: [{ message: "DENY needs rules" }] },
    ]);
  });

  it("does not decide between definitions that differ, or by a selector that is not known", () => {
    const twice = {
      "one.yaml": plane() + policy("p", "a", "{}"),
      "two.yaml": policy("p", "a", "{rules: [{}]}"),
    };
    expect(applied(graphOf(twice), {})).toEqual(["a/p?", "a/p?"]);
    const same = { ...twice, "two.yaml": policy("p", "a", "{}") };
    expect(applied(graphOf(same), {})).toEqual(["a/p"]);
    expect(
      applied(graphOf(plane() + policy("p", "a", "{selector: {matchLabels: {app: '${APP}'}}}")), {
        app: "x",
      }),
    ).toEqual(["a/p?"]);
  });
});

describe("meshSettings", () => {
  it("reads a ServiceMeshControlPlane", () => {
    const spec = `{version: v2.5, security: {trust: {domain: td, additionalDomains: [old]}, dataPlane: {automtls: false}}, techPreview: {meshConfig: {pathNormalization: {normalization: NONE}, extensionProviders: [{name: web, envoyExtAuthzHttp: {service: s, port: 80}}, {name: rpc, envoyExtAuthzGrpc: {service: s, port: 80}}, {name: logs, envoyOtelAls: {service: s, port: 80}}, {name: half, envoyExtAuthzGrpc: {service: s}}]}}}`;
    const read = settings(graphOf(plane(spec)));
    expect(read).toMatchObject({
      rootNamespace: "root",
      trustDomains: ["td", "old"],
      normalization: "NONE",
      autoMutualTls: false,
      pathTemplates: "no",
      serviceAccounts: "unknown",
      quoted: false,
      detectsProtocols: false,
    });
    expect(["web", "rpc", "logs", "half", "none"].map(read.providerOf)).toEqual([
      "http",
      "grpc",
      "invalid",
      "invalid",
      "invalid",
    ]);
  });

  it("reads an Istio", () => {
    const config =
      "{rootNamespace: rules, trustDomain: td, trustDomainAliases: [x], enableAutoMtls: false, pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}}";
    expect(settings(graphOf(sail(config)))).toMatchObject({
      rootNamespace: "rules",
      trustDomains: ["td", "x"],
      normalization: "DECODE_AND_MERGE_SLASHES",
      autoMutualTls: false,
      pathTemplates: "yes",
      serviceAccounts: "yes",
      quoted: true,
      detectsProtocols: true,
    });
  });

  it("fills in Istio's defaults", () => {
    expect(settings(graphOf(plane()))).toMatchObject({
      trustDomains: ["cluster.local"],
      normalization: "BASE",
      autoMutualTls: true,
    });
  });

  it("knows no providers of a control plane that is elsewhere", () => {
    const graph = graphOf("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", {
      members: { root: ["a"] },
    });
    expect(settings(graph).providerOf("x")).toBe("unknown");
  });
});

describe("homeMesh", () => {
  it("is the mesh of members and of the control plane itself", () => {
    const graph = graphOf(plane());
    expect(homeMesh(graph, "root").state).toBe("in");
    expect(homeMesh(graph, "a").state).toBe("in");
    expect(homeMesh(graph, "c")).toEqual({ state: "out", why: "c is a member of no mesh" });
  });
  it("is not known where control plane or roll are elsewhere", () => {
    const alone = graphOf("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
    expect(homeMesh(alone, "a")).toEqual({
      state: "unknown",
      needs: "the control plane and its member roll",
    });
    expect(homeMesh(alone, "kube-system").state).toBe("out");
    const patched = graphOf(plane().replace("[a, b]", "['${NS}']"));
    expect(homeMesh(patched, "a").state).toBe("unknown");
  });
});

describe("checkToken", () => {
  const authentication = (
    namespace: string,
    rules: string,
    selector = "",
  ): string => `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: ${namespace}}
spec: {${selector}jwtRules: ${rules}}
---
`;
  function check(text: string, token: Parameters<typeof checkToken>[3]): string {
    const graph = graphOf(plane() + text);
    const answer = checkToken(
      graph,
      { namespace: "a", labels: labelsOf({ app: "x" }) },
      settings(graph),
      token,
    );
    if (answer.state === "valid") return `valid${answer.forwarded ? " forwarded" : ""}`;
    return answer.state === "refused" ? `refused ${answer.status}` : answer.state;
  }
  const token = { iss: "me", sub: "s", aud: ["x"] };

  it("takes tokens of the issuers that some RequestAuthentication names", () => {
    expect(check(authentication("a", "[{issuer: me}]"), token)).toBe("valid");
    expect(check(authentication("root", "[{issuer: me, forwardOriginalToken: true}]"), token)).toBe(
      "valid forwarded",
    );
    expect(check(authentication("a", "[{issuer: you}]"), token)).toBe("refused 401");
    expect(check(authentication("a", "[{issuer: me, audiences: [z]}]"), token)).toBe("refused 403");
    expect(check(authentication("a", "[{issuer: me, audiences: [z, x]}]"), token)).toBe("valid");
    expect(check(authentication("a", "[{issuer: me, audiences: [s]}]"), { iss: "me", aud: "s" })).toBe(
      "valid",
    );
    expect(check(authentication("a", "[{issuer: me, audiences: [s]}]"), { iss: "me" })).toBe("refused 403");
  });
  it("looks at nothing where there is none, or no token", () => {
    expect(check("", token)).toBe("none");
    expect(check(authentication("b", "[{issuer: me}]"), token)).toBe("none");
    expect(check(authentication("a", "[{issuer: me}]", "selector: {matchLabels: {app: y}}, "), token)).toBe(
      "none",
    );
    expect(check(authentication("a", "null"), token)).toBe("none");
    expect(check(authentication("a", "[{issuer: me}]"), null)).toBe("none");
  });
});
