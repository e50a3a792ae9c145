import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createColors } from "picocolors";
import { canonical, digestOf, manifestOf } from "../../src/apply/manifest-object.ts";
import { makePlan } from "../../src/apply/plan.ts";
import { differencesFrom, planJson, readPlanFile } from "../../src/apply/plan-json.ts";
import { planMarkdown } from "../../src/apply/plan-markdown.ts";
import { type Plan, plannedObjects } from "../../src/apply/plan-model.ts";
import { planText } from "../../src/apply/plan-text.ts";
import { inApplyOrder, stepOf } from "../../src/apply/steps.ts";
import { ClusterError } from "../../src/model/cluster.ts";
import { UsageError } from "../../src/model/errors.ts";
import { label } from "../../src/model/resource.ts";
import type { Mapping } from "../../src/model/value.ts";
import { repository } from "../shared.ts";
import { FakeCluster, type FakeOptions } from "../support/fake-cluster.ts";
import { readFolder } from "../support/fixture-cases.ts";
import { graphOf } from "../support/graph.ts";

const plain = createColors(false);
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const service = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ port: 80 }] }
`;
const live = (spec: Mapping): Mapping => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "cart", namespace: "shop", uid: "1", resourceVersion: "7" },
  spec,
  status: { loadBalancer: {} },
});

function plan(files: string, options: FakeOptions = {}, force = false): Promise<Plan> {
  const objects = [namespace, ...(options.objects ?? [])];
  return makePlan(new FakeCluster({ ...options, objects }), graphOf(files), { findings: [], force });
}

const summary = (made: Plan): readonly string[] =>
  plannedObjects(made).map(({ action, resource }) => `${action} ${label(resource)}`);
const reasons = ({ refusals }: Plan): readonly string[] => refusals.map(({ message }) => message);

describe("what becomes of an object", () => {
  it("is created where it is not there", async () => {
    const made = await plan(service);
    expect(summary(made)).toEqual(["create Service shop/cart"]);
    expect(made.refusals).toEqual([]);
  });

  it("is left alone where the server has it so, whatever the server keeps beside it", async () => {
    const spec = { selector: { app: "cart" }, ports: [{ port: 80, protocol: "TCP" }], clusterIP: "10.0.0.1" };
    expect(summary(await plan(service, { objects: [live(spec)] }))).toEqual(["unchanged Service shop/cart"]);
  });

  it("is changed in the fields that differ", async () => {
    const made = await plan(service, { objects: [live({ selector: { app: "old" } })] });
    const [changed] = plannedObjects(made);
    expect(changed?.action).toBe("change");
    expect(planText(made, plain)).toContain('      spec.selector.app: "old" -> "cart"\n');
    expect(planMarkdown(made)).toContain('! spec.selector.app: "old" -> "cart"');
  });

  it("is one that others own parts of", async () => {
    const conflicts = { "Service cart": [{ manager: "argocd", field: ".spec.selector" }] };
    const made = await plan(service, { objects: [live({ selector: { app: "x" } })], conflicts });
    expect(reasons(made)).toEqual(["argocd owns fields of Service shop/cart: spec.selector"]);
    const forced = await plan(service, { objects: [live({ selector: { app: "x" } })], conflicts }, true);
    expect(forced.refusals).toEqual([]);
  });

  it("is one that the server refuses, with its reasons", async () => {
    const why = new ClusterError("invalid", "check Service shop/cart: Service is invalid", {
      status: 422,
      causes: [{ field: "spec.ports", message: "Required value" }],
    });
    const made = await plan(service, { refuses: { "Service cart": why } });
    expect(reasons(made)).toEqual([
      "check Service shop/cart: Service is invalid; spec.ports: Required value",
    ]);
    expect(made.refusals[0]?.place).toBe("all.yaml:3");
  });

  it("never tells a value of a Secret", async () => {
    const secret = (value: string) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", namespace: "shop" },
      data: { password: value, same: "c2FtZQ==" },
    });
    const made = await plan(JSON.stringify(secret("bmV3LXBsYW50ZWQ=")), {
      objects: [secret("b2xkLXBsYW50ZWQ=")],
    });
    expect(summary(made)).toEqual(["change Secret shop/db"]);
    for (const text of [planText(made, plain), planMarkdown(made), planJson(made)]) {
      expect(text).toContain("data.password");
      expect(text).not.toMatch(/LXBsYW50ZWQ|planted|c2FtZQ/);
    }
  });
});

describe("a set that is not fit to be applied", () => {
  it.each([
    [
      "several definitions",
      `${service}---\n${service}`,
      /Service shop\/cart is defined 2 times, also at all\.yaml:8/,
    ],
    [
      "a namespace that is not known",
      service.replace(", namespace: shop", ""),
      /the namespace of Service cart is not known/,
    ],
    [
      "a placeholder",
      service.replace("app: cart", "app: <your-app>"),
      /"<your-app>" at spec\.selector\.app is a placeholder/,
    ],
    [
      "a variable",
      service.replace("app: cart", 'app: "${APP}"'),
      /"\$\{APP\}" at spec\.selector\.app is a variable/,
    ],
    ["no name", service.replace("name: cart, ", ""), /Service has no name/],
    [
      "a namespace that nobody makes",
      service.replaceAll("shop", "other"),
      /the namespace of Service other\/cart does not exist/,
    ],
    [
      "a kind that is not served",
      service.replace("v1\nkind: Service", "v9\nkind: Widget"),
      /the cluster serves no v9 Widget/,
    ],
  ])("has %s", async (_what, files, message) => {
    const made = await plan(files);
    expect(reasons(made).join("\n")).toMatch(message);
    expect(planText(made, plain)).toContain("Not to be applied: ");
  });

  it("is fit where the set brings namespace and kind itself", async () => {
    const files = `{apiVersion: v1, kind: Namespace, metadata: {name: other}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec: { group: example.com, names: { kind: Widget } }
---
{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: other}}
`;
    const kinds = ["v1 Namespace*", "apiextensions.k8s.io/v1 CustomResourceDefinition*"];
    const made = await plan(files, { kinds });
    expect(made.refusals).toEqual([]);
    expect(made.steps.map(({ step }) => step)).toEqual(["namespaces", "definitions", "workloads"]);
    expect(plannedObjects(made).map(({ checked }) => checked)).toEqual([true, true, false]);
  });
});

describe("what a live cluster forbids", () => {
  const roll = (home: string): string =>
    `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: ${home}}, spec: {members: [knative-serving]}}\n`;
  const plane = (version: string): string =>
    `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: mesh}, spec: {version: ${version}}}\n`;
  const kinds = [
    "v1 Namespace*",
    "maistra.io/v1 ServiceMeshMemberRoll",
    "maistra.io/v2 ServiceMeshControlPlane",
  ];
  const beside = (files: string, context: string): Promise<Plan> =>
    makePlan(
      new FakeCluster({ kinds, objects: [{ ...namespace, metadata: { name: "mesh" } }] }),
      graphOf(files, { context, live: true, complete: true }),
      { findings: [], force: false },
    );

  it("is to take Serverless to another mesh", async () => {
    expect(reasons(await beside(roll("mesh"), roll("istio-system")))).toEqual([
      "knative-serving is a member of the mesh in istio-system, and ServiceMeshMemberRoll mesh/default would take it over",
    ]);
    expect(reasons(await beside(roll("mesh"), roll("mesh")))).toEqual([]);
  });

  it("is to lower the version of a control plane", async () => {
    expect(reasons(await beside(plane("v2.4"), plane("v2.5")))).toEqual([
      "ServiceMeshControlPlane mesh/basic lowers spec.version from v2.5 to v2.4",
    ]);
    expect(reasons(await beside(plane("v2.5"), plane("v2.4")))).toEqual([]);
  });
});

describe("the documents' order", () => {
  const files = Object.fromEntries(
    readFolder(join(repository, "fixtures/platform"))
      .filter(({ path }) => path.endsWith(".yaml"))
      .map(({ path, text }) => [path, text]),
  );
  const graph = graphOf(files);
  const ordered = inApplyOrder(graph, graph.set.resources);
  const at = (text: string): number => ordered.findIndex((resource) => label(resource) === text);

  it.each([
    ["Namespace knative-serving", "Subscription openshift-serverless/serverless-operator"],
    ["Subscription openshift-serverless/serverless-operator", "ServiceMeshControlPlane istio-system/basic"],
    ["ExternalSecret istio-system/wildcard-certs", "ServiceMeshControlPlane istio-system/basic"],
    ["ServiceMeshControlPlane istio-system/basic", "ServiceMeshMemberRoll istio-system/default"],
    ["ServiceMeshMemberRoll istio-system/default", "Gateway knative-serving/knative-ingress-gateway"],
    ["Service istio-system/knative-local-gateway", "KnativeServing knative-serving/knative-serving"],
    ["KnativeServing knative-serving/knative-serving", "KnativeEventing knative-eventing/knative-eventing"],
    ["KnativeEventing knative-eventing/knative-eventing", "KnativeKafka knative-eventing/knative-kafka"],
    ["ServiceEntry knative-eventing/kafka-cluster", "KnativeKafka knative-eventing/knative-kafka"],
    [
      "AuthorizationPolicy team-alpha-1/allow-from-knative-and-istio",
      "AuthorizationPolicy knative-serving/deny-all-by-default",
    ],
    ["AuthorizationPolicy knative-serving/deny-all-by-default", "Service team-alpha-1/test-webapp"],
    ["ClusterDomainClaim shop.example.org", "DomainMapping team-alpha-1/shop.example.org"],
    ["Service team-alpha-1/test-webapp", "Trigger team-alpha-1/test-webapp"],
    ["Broker team-alpha-1/default", "Trigger team-alpha-1/test-webapp"],
  ])("has %s before %s", (first, second) => {
    expect(at(first), first).toBeGreaterThanOrEqual(0);
    expect(at(second), second).toBeGreaterThanOrEqual(0);
    expect(at(first)).toBeLessThan(at(second));
  });

  it("does not depend on the order of files", () => {
    const reversed = graphOf(files, { reverse: true });
    expect(inApplyOrder(reversed, reversed.set.resources).map(label)).toEqual(ordered.map(label));
    expect(stepOf(graph, ordered[0] ?? graph.set.resources[0] ?? fail())).toBe("namespaces");
  });
});

function fail(): never {
  throw new Error("the platform is empty");
}

describe("a plan's file", () => {
  it("tells what has changed since", async () => {
    const made = await plan(service);
    const file = readPlanFile(planJson(made));
    expect(differencesFrom(file, made)).toEqual([]);
    expect(differencesFrom(file, await plan(service.replace("port: 80", "port: 81")))).toEqual([
      "v1 Service shop/cart has changed since it was planned",
    ]);
    expect(differencesFrom(file, await plan(service.replaceAll("cart", "till")))).toEqual([
      "v1 Service shop/cart was planned, and is gone",
      "v1 Service shop/till was not planned",
    ]);
    expect(differencesFrom(file, { ...made, server: "https://other", profile: "mesh=2.6" })).toHaveLength(2);
  });

  it("is for the cluster as it was: what is there meanwhile is another matter, unless the plan made it", async () => {
    const file = readPlanFile(planJson(await plan(service)));
    const other = await plan(service, { objects: [live({ selector: { app: "other" } })] });
    expect(differencesFrom(file, other)).toEqual([
      "v1 Service shop/cart was to be created, and would be changed: the cluster has another one now",
    ]);
    const done = { selector: { app: "cart" }, ports: [{ port: 80, protocol: "TCP" }] };
    expect(differencesFrom(file, await plan(service, { objects: [live(done)] }))).toEqual([]);
  });

  it.each([
    "",
    "[]",
    "{}",
    '{"version":2,"steps":[]}',
    '{"version":1,"steps":[{"objects":[1]}],"server":"","set":"","profile":""}',
  ])("is not %j", (text) => {
    expect(() => readPlanFile(text)).toThrow(UsageError);
  });
});

describe("what is sent", () => {
  it("has its namespace, the keys that the API would add, and no status", () => {
    const graph = graphOf(`${service}status: { x: 1 }\n`.replace(", namespace: shop", ""), {
      namespace: "team",
    });
    const [resource] = graph.set.resources;
    if (!resource) throw new Error("no resource");
    expect(manifestOf(resource)).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "cart", namespace: "team" },
      spec: { selector: { app: "cart" }, ports: [{ port: 80, protocol: "TCP" }] },
    });
  });

  it("has a digest that does not depend on how it is written", async () => {
    const [a, b] = await Promise.all(
      [
        { x: 1, y: [true, null] },
        { y: [true, null], x: 1 },
      ].map((value) => digestOf(canonical(value))),
    );
    expect(a).toBe(b);
    expect(a).toMatch(/^[0-9a-f]{64}$/);
  });
});
