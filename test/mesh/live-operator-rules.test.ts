import { describe, expect, it } from "vitest";
import { rule as notReady } from "../../rules/operator/not-ready.ts";
import { rule as permissionMissing } from "../../rules/operator/permission-missing.ts";
import type { Rule } from "../../src/rule/define.ts";
import { graphOf, type GraphOptions } from "../support/graph.ts";

/** What a rule says about every subject, as text; live rules are left out by the engine without a cluster. */
function judged(rule: Rule, files: string, options: GraphOptions): readonly string[] {
  const graph = graphOf(files, options);
  const context = { options: {}, now: new Date(0), strict: false, base: null, certificates: null };
  const subjects = rule.subjects(graph, context);
  if ("verdict" in subjects) return [subjects.verdict];
  return Array.from(subjects).flatMap((subject) =>
    Array.from(rule.check(subject, graph, context), (said) => {
      if (said.verdict === "fail") return `fail: ${said.message}`;
      return said.verdict === "undecided" ? `undecided: ${said.needs}` : said.verdict;
    }),
  );
}

const serving = `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: {}
`;

const crd = (status: string) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: knativeservings.operator.knative.dev }
spec: { group: operator.knative.dev, names: { kind: KnativeServing, plural: knativeservings } }
status: { conditions: [{ type: Established, status: "${status}" }] }
`;

const csv = (phase: string) => `
apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata: { name: serverless-operator.v1.32.0, namespace: openshift-serverless }
status: { phase: ${phase} }
`;

const subscription = `
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: { name: serverless-operator, namespace: openshift-serverless }
spec: { channel: stable, name: serverless-operator }
`;

describe("operator/not-ready", () => {
  const ask = (context: string, files = serving) =>
    judged(notReady, files, { context, complete: context === "" ? [] : true });

  it("wants the CRD and a version of the operator that has succeeded", () => {
    expect(ask(`${crd("True")}---${csv("Succeeded")}`)).toEqual([]);
    expect(ask(`${crd("True")}---${csv("Installing")}`)).toEqual([
      "fail: serverless-operator is in phase Installing, and nothing in the set installs it first",
    ]);
    expect(ask(crd("True"))).toEqual([
      "fail: serverless-operator is not installed, and nothing in the set installs it first",
    ]);
    expect(ask(`${crd("False")}---${csv("Succeeded")}`)).toEqual([
      "fail: the CRD of KnativeServing is not established, and nothing in the set installs it first",
    ]);
    expect(ask(csv("Succeeded"))).toEqual([
      "fail: the cluster has no CRD for KnativeServing, and nothing in the set installs it first",
    ]);
  });

  it("takes the operator for granted that the set itself installs", () => {
    expect(ask(csv("Failed"), `${serving}---${subscription}`)).toEqual([]);
  });

  it("is undecided without the cluster's objects", () => {
    expect(ask("")).toEqual(["undecided: the CRD of KnativeServing, and the state of serverless-operator"]);
  });
});

const review = (attributes: string, allowed: boolean, index: number) => `
apiVersion: authorization.k8s.io/v1
kind: SelfSubjectAccessReview
metadata: { name: review-${index} }
spec: { resourceAttributes: { ${attributes} } }
status: { allowed: ${String(allowed)} }
`;
const reviews = (...list: readonly (readonly [string, boolean])[]) =>
  list.map(([attributes, allowed], index) => review(attributes, allowed, index)).join("---");

describe("operator/permission-missing", () => {
  const own = (group: string, resource: string, namespace: string) =>
    ["get", "create", "patch"].map(
      (verb) =>
        [`verb: ${verb}, group: ${group}, resource: ${resource}, namespace: ${namespace}`, true] as const,
    );

  it("names the verbs that are refused, once for the object", () => {
    const of = "group: operator.knative.dev, resource: knativeservings, namespace: knative-serving";
    const context = reviews(
      [`verb: get, ${of}`, true],
      [`verb: create, ${of}`, false],
      [`verb: patch, ${of}`, false],
    );
    expect(judged(permissionMissing, serving, { context })).toEqual([
      "fail: the acting user may not create, patch knativeservings.operator.knative.dev in knative-serving, which KnativeServing knative-serving/knative-serving takes",
    ]);
  });

  it("is undecided about what nobody asked, and takes an answer for all namespaces", () => {
    expect(judged(permissionMissing, serving, {})).toEqual([
      "undecided: the answers of the cluster's access reviews",
    ]);
    const all = ["get", "create", "patch"].map(
      (verb) => [`verb: ${verb}, group: operator.knative.dev, resource: knativeservings`, true] as const,
    );
    expect(judged(permissionMissing, serving, { context: reviews(...all) })).toEqual([]);
  });

  it("asks for pods in the namespaces that a roll newly lists", () => {
    const roll = (members: string, more = "") => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [${members}]${more} }
`;
    const pods = (namespace: string) => `verb: update, resource: pods${namespace}`;
    const context = `${roll("shop")}---${reviews(
      ...own("maistra.io", "servicemeshmemberrolls", "istio-system"),
      [pods(", namespace: blog"), false],
      [pods(""), false],
    )}`;
    expect(judged(permissionMissing, roll("shop, blog"), { context, live: true })).toEqual([
      "fail: the acting user may not update pods in blog, which ServiceMeshMemberRoll istio-system/default takes",
    ]);
    expect(judged(permissionMissing, roll('"*"'), { context, live: true })).toEqual([
      "fail: the acting user may not update pods in all namespaces, which ServiceMeshMemberRoll istio-system/default takes",
    ]);
    expect(
      judged(permissionMissing, roll("", ", memberSelectors: [{ matchLabels: { mesh: a } }]"), { context }),
    ).toEqual([
      "fail: the acting user may not update pods in all namespaces, which ServiceMeshMemberRoll istio-system/default takes",
    ]);
  });

  it("asks for the use of the control plane that a ServiceMeshMember names", () => {
    const member = `
apiVersion: maistra.io/v1
kind: ServiceMeshMember
metadata: { name: default, namespace: shop }
spec: { controlPlaneRef: { name: basic, namespace: istio-system } }
`;
    const use =
      "verb: use, group: maistra.io, resource: servicemeshcontrolplanes, namespace: istio-system, name: basic";
    const context = reviews(...own("maistra.io", "servicemeshmembers", "shop"), [use, false]);
    expect(judged(permissionMissing, member, { context })).toEqual([
      "fail: the acting user may not use servicemeshcontrolplanes.maistra.io basic in istio-system, which ServiceMeshMember shop/default takes",
    ]);
  });

  it("knows the plurals of kinds without a CRD", () => {
    const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: a, namespace: shop }
spec: { podSelector: {} }
---
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: a, namespace: shop }
spec: {}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: a, namespace: shop }
spec: {}
`;
    const context = reviews(
      ...own("networking.k8s.io", "networkpolicies", "shop"),
      ...own("networking.istio.io", "gateways", "shop"),
      ...own("networking.k8s.io", "ingresses", "shop"),
    );
    expect(judged(permissionMissing, policy, { context })).toEqual([]);
  });
});
