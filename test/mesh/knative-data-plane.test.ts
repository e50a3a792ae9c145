import { describe, expect, test } from "vitest";
import {
  dataPlane,
  operatorPods,
  overrideList,
  overridePath,
  preferredForm,
} from "../../src/mesh/data-plane.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { settingsOf, overrideEntries } from "../../src/mesh/overrides.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { graphOf, only, type GraphOptions } from "../support/graph.ts";

const serving = (spec: string): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } }, ${spec} }
---`;
const smcp = `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: { version: v2.5 }
---`;
const roll = (...members: readonly string[]): string => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [${members.join()}] }
---`;

const planeOf = (text: string, options: GraphOptions = {}) => {
  const graph = graphOf(text, options);
  return dataPlane(graph, only(graph, kinds.KnativeServing, "knative-serving"));
};

describe("the data plane of Serving", () => {
  test("two workloads that the list lacks are one gap, with an entry for each", () => {
    const { gaps, needs } = planeOf(serving("workloads: [{name: webhook}]") + smcp + roll("knative-serving"));
    expect(needs).toEqual([]);
    expect(gaps).toEqual([
      {
        workloads: ["activator", "autoscaler"],
        cause: "not-requested",
        reason: "nothing asks for a sidecar",
        path: ["spec", "workloads"],
        request: {
          how: "entries",
          form: "annotation",
          list: ["spec", "workloads"],
          entries: [
            { name: "activator", annotations: { [injectKey]: "true" } },
            { name: "autoscaler", annotations: { [injectKey]: "true" } },
          ],
        },
      },
    ]);
  });

  test("the form follows the versions", () => {
    const form = (profile: string, mesh = ""): string => {
      const graph = graphOf(serving("") + mesh, { profile });
      const [first] = operatorPods(graph, only(graph, kinds.KnativeServing, "knative-serving"));
      if (!first) throw new Error("no pods");
      return preferredForm(graph, first.pod);
    };
    expect(form("serverless=1.34,mesh=2.5")).toBe("annotation");
    expect(form("serverless=1.35,mesh=2.5")).toBe("label");
    expect(form("serverless=1.35,mesh=2.1")).toBe("annotation");
    expect(form("serverless=1.34,mesh=3.0")).toBe("label");
    expect(form("serverless=1.34,mesh=2.5", smcp)).toBe("annotation");
  });

  test("a namespace outside the mesh is a gap unless a member roll is there to say so", () => {
    const asking = serving(
      `workloads: [{name: activator, labels: {${injectKey}: "true"}}, {name: autoscaler, labels: {${injectKey}: "true"}}]`,
    );
    const { gaps } = planeOf(asking + smcp);
    expect(gaps.map(({ workloads, cause, path, request }) => ({ workloads, cause, path, request }))).toEqual([
      {
        workloads: ["activator", "autoscaler"],
        cause: "not-member",
        path: ["metadata", "namespace"],
        request: null,
      },
    ]);
    expect(planeOf(asking + smcp + roll("other")).gaps).toEqual([]);
  });

  test("patches may add what is missing", () => {
    const patch = (name: string, namespace = "knative-serving"): string =>
      `apiVersion: operator.knative.dev/v1beta1\nkind: KnativeServing\nmetadata: {name: ${name}, namespace: ${namespace}}\n`;
    const text = serving("") + smcp + roll("knative-serving");
    expect(planeOf(text, { patches: { "p.yaml": patch("knative-serving") } }).gaps).toEqual([]);
    expect(planeOf(text, { patches: { "p.yaml": patch("other") } }).gaps).toHaveLength(1);
    expect(planeOf(text, { patches: { "p.yaml": patch("knative-serving", "other") } }).gaps).toHaveLength(1);
    const graph = graphOf(text, { patches: { "p.yaml": patch('""') } });
    expect(isPatched(graph, only(graph, kinds.KnativeServing, "knative-serving"))).toBe(true);
  });
});

describe("the place of an override", () => {
  const graph = graphOf(
    serving(`deployments: [{name: a, labels: {x: "1"}}, {name: b}], workloads: [{name: a, replicas: 2}]`),
  );
  const operator = only(graph, kinds.KnativeServing, "knative-serving");
  const at = (workload: string, form: "label" | "annotation", key: string): string =>
    overridePath(operator, workload, form, key).path.join(".");
  test("is the setting, the map, the entry or the list", () => {
    expect(at("a", "label", "x")).toBe("spec.deployments.0.labels.x");
    expect(at("a", "label", "y")).toBe("spec.deployments.0.labels.y");
    expect(at("a", "annotation", "y")).toBe("spec.workloads.0");
    expect(at("b", "label", "y")).toBe("spec.deployments.1");
    expect(at("c", "label", "y")).toBe("spec.workloads");
  });
  test("KnativeKafka has no deployments", () => {
    const kafka = graphOf(`
apiVersion: operator.serverless.openshift.io/v1alpha1
kind: KnativeKafka
metadata: { name: knative-kafka, namespace: knative-eventing }
spec: { deployments: [{ name: a }] }
`);
    expect(overrideList(only(kafka, kinds.KnativeKafka, "knative-kafka"))).toEqual(["spec", "workloads"]);
  });
  test("entries tell their own settings", () => {
    const [first] = overrideEntries(operator);
    if (!first) throw new Error("no entry");
    expect([...settingsOf(operator, first).labels.keys()]).toEqual(["x"]);
    expect(settingsOf(operator, first).env.size).toBe(0);
  });
});
