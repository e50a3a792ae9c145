import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Resource } from "../../src/model/resource.ts";
import { label } from "../../src/model/resource.ts";
import { graphOf, only } from "../support/graph.ts";

const configMap = (name: string, namespace?: string, note = ""): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
${namespace === undefined ? "" : `  namespace: ${namespace}\n`}data: { note: "${note}" }
`;

const labels = (resources: readonly Resource[]): readonly string[] => resources.map(label);

describe("lists of resources", () => {
  it("are sorted by namespace, name and place", () => {
    const graph = graphOf({
      "b.yaml": [configMap("z", "two"), configMap("a", "two", "in b")].join("---\n"),
      "a.yaml": [configMap("a", "two", "in a"), configMap("z", "one"), configMap("loose")].join("---\n"),
    });
    expect(labels(graph.all("ConfigMap"))).toEqual([
      "ConfigMap loose",
      "ConfigMap one/z",
      "ConfigMap two/a",
      "ConfigMap two/a",
      "ConfigMap two/z",
    ]);
    expect(graph.named("ConfigMap", "two", "a").map((found) => found.value.data)).toEqual([
      { note: "in a" },
      { note: "in b" },
    ]);
  });

  it("keep the items of a List in their order", () => {
    const items = ["first", "second"].map((note) =>
      JSON.parse(`{
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "team" }, "data": { "note": "${note}" }
    }`),
    );
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const found = graphOf(list, { reverse: true }).all("ConfigMap");
    expect(found.map((resource) => resource.value.data)).toEqual([{ note: "first" }, { note: "second" }]);
  });

  it("hold several kinds in one order, each once", () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: team }\n";
    const graph = graphOf([configMap("b", "team"), secret].join("---\n"));
    expect(labels(graph.all("ConfigMap", "Secret", "ConfigMap"))).toEqual([
      "Secret team/a",
      "ConfigMap team/b",
    ]);
    expect(graph.all("Pod")).toEqual([]);
  });

  it("cannot be changed", () => {
    const graph = graphOf(configMap("a", "team"));
    for (const list of [graph.resources, graph.all("ConfigMap"), graph.own("ConfigMap"), graph.edges]) {
      expect(Object.isFrozen(list)).toBe(true);
    }
  });

  it("do not depend on the order of files and documents", () => {
    const name = fc.constantFrom("a", "b", "c");
    const namespace = fc.constantFrom("one", "two", undefined);
    const kind = fc.constantFrom("ConfigMap", "Secret", "Service");
    const object = fc.record({ name, namespace, kind, file: fc.constantFrom("x.yaml", "y.yaml") });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 12 }), (objects) => {
        const files: Record<string, string> = {};
        for (const [index, { name, namespace, kind, file }] of objects.entries()) {
          const text = configMap(name, namespace, String(index)).replace("ConfigMap", kind);
          files[file] = files[file] === undefined ? text : `${files[file]}---\n${text}`;
        }
        const seen = (reverse: boolean) => {
          const graph = graphOf(files, { reverse });
          return [graph.resources, graph.all("Secret", "Service"), graph.named("Secret", "one", "a")].map(
            (list) => list.map((resource) => resource.value),
          );
        };
        expect(seen(true)).toEqual(seen(false));
      }),
    );
  });
});

describe("standing and form", () => {
  const graph = graphOf(
    { "own.yaml": configMap("a", "team", "own") },
    {
      patches: { "patch.yaml": configMap("a", "team", "patch") },
      context: { "a-context.yaml": configMap("a", "team", "context") },
    },
  );
  const notes = (list: readonly Resource[]) => list.map((resource) => resource.value.data);

  it("all: full definitions, the set's own before the context's", () => {
    expect(notes(graph.all("ConfigMap"))).toEqual([{ note: "own" }, { note: "context" }]);
  });
  it("own: full definitions of the set", () => {
    expect(notes(graph.own("ConfigMap"))).toEqual([{ note: "own" }]);
  });
  it("fragments: those of the set with its patches", () => {
    expect(notes(graph.fragments("ConfigMap"))).toEqual([{ note: "own" }, { note: "patch" }]);
  });
  it("resources: everything", () => {
    expect(graph.resources).toHaveLength(3);
  });
});

describe("named", () => {
  const graph = graphOf([configMap("a"), configMap("a", "team"), configMap("a", "other")].join("---\n"));

  it("gives the namespace's own candidates first, then those that may be there", () => {
    expect(labels(graph.named("ConfigMap", "team", "a"))).toEqual(["ConfigMap team/a", "ConfigMap a"]);
  });
  it("gives every namespace's where the namespace is not known", () => {
    expect(graph.named("ConfigMap", null, "a")).toHaveLength(3);
  });
  it("finds objects without a namespace", () => {
    const cluster = graphOf("apiVersion: v1\nkind: Namespace\nmetadata: { name: team }\n");
    expect(labels(cluster.named("Namespace", null, "team"))).toEqual(["Namespace team"]);
  });
});

describe("find", () => {
  const secret =
    "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: { name: tls, namespace: team }\n";

  it("finds all candidates", () => {
    const found = graphOf(secret).find("Secret", "team", "tls", null);
    expect(found).toMatchObject({ state: "found", resources: [{ name: "tls" }] });
  });
  it("says that an object of an owned layer is absent", () => {
    expect(graphOf(secret).find("Secret", "team", "other", "certificates")).toEqual({ state: "absent" });
  });
  it("cannot say so for a layer that is not the set's", () => {
    const target = graphOf(configMap("a", "team")).find("Secret", "team", "tls", "certificates");
    expect(target).toEqual({
      state: "outside",
      why: "Secret team/tls, which neither the set nor its context holds",
    });
  });
  it("trusts a context that is complete", () => {
    const complete = graphOf(configMap("a", "team"), { complete: true });
    expect(complete.find("Secret", "team", "tls", null)).toEqual({ state: "absent" });
    const layers = graphOf(configMap("a", "team"), { complete: ["certificates"] });
    expect(layers.find("Secret", "team", "tls", "certificates")).toEqual({ state: "absent" });
    expect(layers.find("Secret", "team", "tls", null).state).toBe("outside");
  });
  it("concludes nothing from a namespace that is not known", () => {
    const target = graphOf(secret).find("Secret", null, "other", "certificates");
    expect(target).toEqual({ state: "outside", why: "the namespace of Secret other" });
    const namespace = graphOf(secret, { complete: true }).find("Namespace", null, "team", null);
    expect(namespace).toEqual({ state: "absent" });
  });
  it("takes a patch for a sign that the object exists", () => {
    const graph = graphOf(secret, {
      patches: { "patch.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: other, namespace: team }\n" },
    });
    expect(graph.find("Secret", "team", "other", "certificates")).toEqual({
      state: "outside",
      why: "Secret team/other, whose full definition is not in the set",
    });
  });
});

describe("owns", () => {
  const object = (apiVersion: string, kind: string, more = ""): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: default, namespace: knative-serving }\n${more}`;
  const gateway = (name: string): string =>
    `apiVersion: networking.istio.io/v1beta1\nkind: Gateway\nmetadata: { name: ${name}, namespace: shop }\n`;
  const serving = (config: string): string =>
    object("operator.knative.dev/v1beta1", "KnativeServing", `spec: { config: { ${config} } }\n`);

  it.each([
    ["mesh", object("maistra.io/v1", "ServiceMeshMemberRoll")],
    ["mesh", object("sailoperator.io/v1", "Istio")],
    ["serverless", object("operator.knative.dev/v1beta1", "KnativeEventing")],
    ["kafka", object("operator.serverless.openshift.io/v1alpha1", "KnativeKafka")],
    ["tenants", object("security.istio.io/v1beta1", "AuthorizationPolicy")],
    ["certificates", object("v1", "Secret", "type: kubernetes.io/tls\n")],
    ["certificates", object("cert-manager.io/v1", "Certificate")],
    ["nodes", object("machineconfiguration.openshift.io/v1", "MachineConfigPool")],
    ["peerpods", object("kataconfiguration.openshift.io/v1", "KataConfig")],
    ["gateways", gateway("knative-local-gateway")],
    ["gateways", [gateway("mine"), serving("istio: { gateway.shop.mine: a.b.svc }")].join("---\n")],
    ["gateways", [gateway("mine"), serving("istio: { local-gateway.mine: a.b.svc }")].join("---\n")],
    [
      "gateways",
      [
        gateway("mine"),
        serving(
          'config-istio: { external-gateways: "- namespace: shop\\n  name: mine\\n  service: a.b.svc" }',
        ),
      ].join("---\n"),
    ],
  ] as const)("%s, with one of its objects", (layer, yaml) => {
    expect(graphOf(yaml).owns(layer)).toBe(true);
  });

  it.each([
    [
      "tenants",
      object("security.istio.io/v1beta1", "AuthorizationPolicy").replace("knative-serving", "shop"),
    ],
    ["certificates", object("v1", "Secret", "type: Opaque\n")],
    ["gateways", gateway("mine")],
    [
      "gateways",
      [gateway("mine"), serving("istio: { gateway.shop.other: a.b.svc, external-gateways: 1 }")].join(
        "---\n",
      ),
    ],
    [
      "gateways",
      object("gateway.networking.k8s.io/v1", "Gateway").replace("default", "knative-local-gateway"),
    ],
    ["admission", configMap("a", "team")],
  ] as const)("%s, not with other objects", (layer, yaml) => {
    const graph = graphOf(yaml);
    expect(graph.owns(layer)).toBe(false);
    expect(graph.owns(layer)).toBe(false);
  });

  it("asks the config, and leaves out fragments and context", () => {
    const roll = object("maistra.io/v1", "ServiceMeshMemberRoll");
    expect(graphOf("", { owns: ["mesh"] }).owns("mesh")).toBe(true);
    expect(graphOf("", { tenants: [{ name: "a", namespaces: ["a"] }] }).owns("tenants")).toBe(true);
    expect(graphOf("", { patches: { "p.yaml": roll } }).owns("mesh")).toBe(false);
    expect(graphOf("", { context: roll }).owns("mesh")).toBe(false);
    expect(graphOf("", { context: roll, complete: true }).owns("mesh")).toBe(true);
  });
});

describe("data of a manifest", () => {
  it("may be named like JavaScript's own", () => {
    const graph = graphOf(configMap("constructor", "__proto__"));
    expect(only(graph, "ConfigMap", "constructor").namespace).toBe("__proto__");
    expect(graph.all("constructor")).toEqual([]);
    expect(graph.pods("constructor")).toEqual([]);
  });
});
