import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isolation } from "../../src/simulate/isolation.ts";
import { matrix } from "../../src/simulate/matrix.ts";
import { reach } from "../../src/simulate/reach.ts";
import type { CallOptions } from "../../src/simulate/parties.ts";
import { repository } from "../shared.ts";
import { graphOf } from "../support/graph.ts";

const folder = join(repository, "fixtures", "platform");
const files = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
);
const graph = graphOf(files);

function ask(from: string, to: string, options: CallOptions = {}): string {
  const { answer } = reach(graph, from, to, options);
  return `${answer.verdict} ${answer.status ?? "-"}`;
}

describe("the calls of Integrations 2.4 on fixtures/platform", () => {
  const curl = "team-alpha-1/curl";
  it("come out as printed there", () => {
    expect(ask(curl, "http://test-webapp.team-alpha-1/")).toBe("ALLOW 200");
    expect(ask(curl, "https://test-webapp-team-alpha-1.apps.example.com")).toBe("ALLOW 200");
    expect(ask(curl, "http://test-webapp.team-bravo-1")).toBe("DENY 403");
    expect(ask(curl, "https://test-webapp-team-bravo-1.apps.example.com")).toBe("ALLOW 200");
  });

  it("go through the activator, and name its policies", () => {
    const { answer } = reach(graph, curl, "team-bravo-1/test-webapp");
    expect(answer.routes.map(({ name }) => name)).toEqual(["through the activator", "straight to a pod"]);
    expect(answer.decisive).toMatchObject({
      role: "activator",
      peer: "spiffe://cluster.local/ns/team-alpha-1/sa/default",
      port: 8012,
    });
    expect(answer.decisive?.considered.map(({ resource }) => resource.name)).toContain("deny-all-by-default");
    expect(answer.remedy).toContain("an ALLOW rule for the activator");
  });

  it("tell callers without a sidecar apart", () => {
    expect(ask(curl, "team-alpha-1/test-webapp", { noSidecar: true })).toBe("MTLS_REQUIRED -");
    expect(ask("team-alpha-2", "team-alpha-1/test-webapp")).toBe("ALLOW 200");
    expect(ask("team-bravo-2", "team-alpha-1/test-webapp", { serviceAccount: "robot" })).toBe("DENY 403");
  });

  it("reach brokers by the paths of the tenant only", () => {
    const broker = "http://kafka-broker-ingress.knative-eventing.svc.cluster.local";
    expect(ask(curl, `${broker}/team-alpha-1/default`, { method: "POST" })).toBe("ALLOW 200");
    expect(ask(curl, `${broker}/team-bravo-1/default`, { method: "POST" })).toBe("DENY 403");
    expect(ask(curl, "knative-eventing/kafka-broker-ingress", { path: "/team-alpha-1/x" })).toBe("ALLOW 200");
  });

  it("are about what is in the set", () => {
    expect(() => ask(curl, "team-bravo-1/test-webap")).toThrow("did you mean test-webapp?");
    expect(() => ask("team-alpha-1/crul", "team-bravo-1/test-webapp")).toThrow("did you mean curl?");
    expect(() => ask(curl, "http://nobody.example.org")).toThrow("no service of the set has the host");
    expect(() => ask("a/b/c", "team-bravo-1/test-webapp")).toThrow("FROM is external");
    expect(() => ask(curl, "test-webapp")).toThrow("TO is a URL or NAMESPACE/NAME");
    expect(() => ask(curl, "http://")).toThrow("is no URL");
    expect(() => ask(curl, "team-alpha-1/curl")).toThrow("which port");
    expect(() => ask(curl, "knative-eventing/kafka-broker-ingress", { port: 81 })).toThrow("no port 81");
  });
});

describe("the matrix of fixtures/platform", () => {
  const rows = (by: "tenant" | "namespace" | "service"): readonly string[] =>
    matrix(graph, by).pairs.map(
      ({ from, to, call, url, events }) =>
        `${from} ${to} ${[call, url, events].map((outcome) => outcome?.verdict ?? "-").join(" ")}`,
    );

  it("separates the tenants by internal names and events, not by external URLs", () => {
    expect(rows("tenant")).toEqual([
      "team-alpha team-alpha ALLOW ALLOW ALLOW",
      "team-alpha team-bravo DENY ALLOW DENY",
      "team-bravo team-alpha DENY ALLOW DENY",
      "team-bravo team-bravo ALLOW ALLOW ALLOW",
      "external team-alpha - ALLOW -",
      "external team-bravo - ALLOW -",
    ]);
    expect(isolation(graph)).toMatchObject({ checked: true, leaks: [] });
  });

  it("names what forged headers may open, unless the activator's policies look at them", () => {
    const bypass = "(team-alpha -> team-bravo, team-bravo -> team-alpha)";
    expect(isolation(graph).notes).toEqual([expect.stringContaining(bypass)]);
    const guard = (of: string, other: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: guard-${of}, namespace: knative-serving}
spec:
  action: DENY
  selector: {matchLabels: {app.kubernetes.io/component: activator}}
  rules:
    - from: [{source: {namespaces: ["${of}-*"]}}]
      when: [{key: "request.headers[Knative-Serving-Namespace]", values: ["${other}-*"]}]
`;
    const half = graphOf({ ...files, "guard.yaml": guard("team-alpha", "team-bravo") });
    expect(isolation(half).notes).toEqual([expect.stringContaining("(team-bravo -> team-alpha)")]);
    const both = { "a.yaml": guard("team-alpha", "team-bravo"), "b.yaml": guard("team-bravo", "team-alpha") };
    expect(isolation(graphOf({ ...files, ...both }))).toEqual({ checked: true, leaks: [], notes: [] });
  });

  it("has a row per namespace, and per workload", () => {
    expect(rows("namespace")).toContain("team-alpha-1 team-alpha-2 ALLOW ALLOW ALLOW");
    expect(rows("namespace")).toContain("team-alpha-1 team-bravo-2 DENY ALLOW DENY");
    expect(rows("service")).toContain("team-alpha-1/curl team-alpha-2/gpu-hello ALLOW ALLOW ALLOW");
    expect(rows("service")).toContain("team-bravo-1/test-webapp team-alpha-1/test-webapp DENY ALLOW DENY");
  });

  it("shows a hole, and the policy that makes it", () => {
    const hole = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: hole, namespace: team-bravo-1}
spec: {rules: [{from: [{source: {namespaces: ["team-alpha*"]}}]}]}
`;
    const { checked, leaks } = isolation(graphOf({ ...files, "hole.yaml": hole }));
    expect(checked).toBe(true);
    expect(leaks).toMatchObject([
      {
        from: "team-alpha",
        to: "team-bravo",
        by: "call",
        outcome: { verdict: "ALLOW", from: "team-alpha-1" },
      },
    ]);
    expect(leaks[0]?.outcome.by?.resource.name).toBe("hole");
  });

  it("cannot tell tenants apart that it does not know", () => {
    expect(isolation(graphOf("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"))).toEqual({
      checked: false,
      leaks: [],
      notes: [],
    });
    expect(matrix(graphOf("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"), "tenant")).toMatchObject(
      {
        pairs: [],
        notes: [expect.stringContaining("no tenant is known")],
      },
    );
  });
});
