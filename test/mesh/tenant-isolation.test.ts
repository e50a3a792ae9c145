import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { selected } from "../../src/mesh/dead-selectors.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { coverage, without } from "../../src/mesh/permission-coverage.ts";
import {
  admits,
  namespaceOfPattern,
  type Permission,
  requestOf,
  witnesses,
} from "../../src/mesh/permissions.ts";
import { isRefusal } from "../../src/mesh/refusals.ts";
import { tenantGroups } from "../../src/mesh/tenant-groups.ts";
import { componentRequirements, systemRequirements } from "../../src/mesh/tenant-requirements.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Value } from "../../src/model/value.ts";
import { repository } from "../shared.ts";
import { graphOf, only } from "../support/graph.ts";

const read = (file: string): string => readFileSync(join(repository, "fixtures/platform", file), "utf8");

function platform(change: (text: string, file: string) => string = (text) => text): Graph {
  const files = ["30-authz-system.yaml", "31-authz-team-alpha.yaml", "32-authz-team-bravo.yaml"];
  return graphOf(Object.fromEntries(files.map((file) => [file, change(read(file), file)])));
}

const toShop: Permission = {
  namespace: "knative-serving",
  component: "activator",
  sources: ["shop"],
  accounts: null,
  operations: [{ hosts: ["*.shop"] }],
  inNameOf: null,
};

const peer = (namespace: string): string => `spiffe://cluster.local/ns/${namespace}/sa/default`;

describe("permissions", () => {
  it.each([
    ["*.shop", "shop"],
    ["*.shop.svc", "shop"],
    ["*.shop.svc.example.org", "shop"],
    ["/shop/*", "shop"],
    ["*", null],
    ["shop.example.org", null],
  ])("%s is for namespace %s", (pattern, namespace) => expect(namespaceOfPattern(pattern)).toBe(namespace));

  it.each([
    ["shop", "page.shop", true],
    ["shop", "page.other", false],
    ["other", "page.shop", false],
  ])("from %s to %s: %s", (namespace, host, expected) => {
    expect(admits(toShop, requestOf({ peer: peer(namespace), host }), new Set())).toBe(expected);
  });

  it("needs a certificate unless it is for anyone", () => {
    const request = requestOf({ host: "page.shop" });
    expect(admits(toShop, request, new Set())).toBe(false);
    expect(admits({ ...toShop, sources: null }, request, new Set())).toBe(true);
  });

  it("lets in other namespaces of the platform where it names one of them", () => {
    const permission = { ...toShop, sources: ["istio-system"] };
    const request = requestOf({ peer: peer("knative-serving-ingress"), host: "page.shop" });
    expect(admits(permission, request, new Set(["istio-system", "knative-serving-ingress"]))).toBe(true);
    expect(admits(permission, request, new Set(["istio-system"]))).toBe(false);
  });

  it("admits every request that stands for it", () => {
    for (const graph of [platform()]) {
      for (const group of tenantGroups(graph)) {
        for (const { permission } of componentRequirements(graph, group)) {
          for (const { request } of witnesses(permission, group.namespaces, "cluster.local"))
            expect(admits(permission, request, new Set())).toBe(true);
        }
      }
    }
  });
});

describe("coverage", () => {
  it("is complete on the platform, whatever the policies are called", () => {
    const graph = platform((text) => text.replaceAll(/name: allow-(?!team)/g, "name: some-"));
    for (const { permission } of systemRequirements(graph))
      expect(coverage(graph, permission, []).state).toBe("covered");
    for (const group of tenantGroups(graph)) {
      for (const { permission } of componentRequirements(graph, group))
        expect(coverage(graph, permission, group.namespaces).state).toBe("covered");
    }
  });

  it("sees a method that is left out, and a placeholder that leaves it open", () => {
    const stateOf = (method: string): string | undefined => {
      const graph = platform((text) => text.replaceAll("- GET", `- ${method}`));
      const probe = systemRequirements(graph).find(({ policy }) => policy.startsWith("allow-probe"));
      return probe && coverage(graph, probe.permission, []).state;
    };
    expect(stateOf("GET")).toBe("covered");
    expect(stateOf("HEAD")).toBe("lacking");
    expect(stateOf('"${METHOD}"')).toBe("unknown");
  });

  it("takes one entry out of lists and mappings", () => {
    const value: Value = { spec: { rules: [{ to: 1 }, { to: 2, from: 3 }] } };
    expect(without(value, ["spec", "rules", 0])).toEqual({ spec: { rules: [{ to: 2, from: 3 }] } });
    expect(without(value, ["spec", "rules", 1, "from"])).toEqual({ spec: { rules: [{ to: 1 }, { to: 2 }] } });
    expect(without(value, ["none", "there"])).toEqual(value);
  });
});

describe("tenants", () => {
  it("are what most lists name: one slip decides nothing", () => {
    const graph = platform((text) =>
      text
        .replace('"*.team-alpha-2.svc"', '"*.team-alpha-3.svc"')
        .replace("- team-alpha-2\n", "- team-alpha-4\n"),
    );
    expect(tenantGroups(graph).map(({ name, namespaces }) => [name, namespaces])).toEqual([
      ["team-alpha", ["team-alpha-1", "team-alpha-2"]],
      ["team-bravo", ["team-bravo-1", "team-bravo-2"]],
    ]);
  });

  it("stay known without a policy for the activator", () => {
    const graph = platform((text) => text.replaceAll("component: activator", "component: activatr"));
    expect(tenantGroups(graph).map(({ name }) => name)).toEqual(["team-alpha", "team-bravo"]);
  });
});

const policy = (labels: string, namespace = "knative-eventing"): string =>
  `apiVersion: security.istio.io/v1beta1\nkind: AuthorizationPolicy\nmetadata: { name: p, namespace: ${namespace} }\nspec: { selector: { matchLabels: ${labels} } }\n`;

describe("selectors", () => {
  it.each([
    ["{ app.kubernetes.io/component: broker-ingress }", { state: "some" }],
    ["{ app: kafka-broker-receiver }", { state: "some" }],
    ["{}", { state: "some" }],
    ["{ app.kubernetes.io/component: job-sink }", { state: "later", component: "job-sink", from: "1.36" }],
    [
      "{ app.kubernetes.io/component: mt-broker-ingress }",
      {
        state: "none",
        key: "app.kubernetes.io/component",
        meant: { key: "app.kubernetes.io/component", value: "broker-ingress" },
      },
    ],
    ["{ app: nothing-like-it-at-all }", { state: "none", key: "app", meant: null }],
    [
      "{ app.kubernetes.io/component: broker-ingress, eventing.knative.dev/brokerRole: ingress }",
      { state: "unknown", needs: "all labels of Knative's pods" },
    ],
  ])("%s", (labels, expected) => {
    const graph = graphOf(policy(labels), { profile: "serverless=1.32" });
    expect(selected(graph, only(graph, kinds.AuthorizationPolicy, "p"))).toEqual(expected);
  });
});

describe("a refusal", () => {
  const spec = (text: string): boolean => {
    const graph = graphOf(
      `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: p, namespace: a }\nspec: ${text}\n`,
    );
    return isRefusal(only(graph, kinds.AuthorizationPolicy, "p"));
  };
  it.each(["{}", "null", "{ action: ALLOW }", "{ rules: [] }", "{ rules: null }", "{ selector: {} }"])(
    "%s refuses",
    (text) => expect(spec(text)).toBe(true),
  );
  it.each([
    "{ action: DENY }",
    "{ rules: [{}] }",
    "{ selector: { matchLabels: { a: b } } }",
    "{ targetRefs: [{ kind: Gateway }] }",
    "text",
  ])("%s does not", (text) => expect(spec(text)).toBe(false));
});
