import { describe, expect, it } from "vitest";
import { addNamespace, undefinedNamespaces } from "../../../src/mesh/manifests/undefined-namespaces.ts";
import { graphOf, only } from "../../support/graph.ts";

const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;
const config = (name: string, home: string) =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${home}}\n`;

describe("namespaces that nothing defines", () => {
  it("are told once, with the number of their objects", () => {
    const graph = graphOf(
      namespace("shop") + config("a", "store") + config("b", "store") + config("c", "shop"),
    );
    const { uses, defined, open } = undefinedNamespaces(graph);
    expect(uses.map((use) => [use.namespace, use.resource.name, use.objects])).toEqual([["store", "a", 2]]);
    expect(defined?.name).toBe("shop");
    expect(open).toBe(false);
  });

  it("are open where a name is not known", () => {
    expect(undefinedNamespaces(graphOf(namespace('"${NS}"'))).open).toBe(true);
    const { unplaced } = undefinedNamespaces(graphOf(namespace("shop") + config("a", '"${NS}"')));
    expect(unplaced?.name).toBe("a");
    expect(undefinedNamespaces(graphOf(namespace("shop") + config("a", "$ns"))).uses).toEqual([]);
  });

  it("are not those that Argo CD makes", () => {
    const application = (options: string) =>
      `---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: store, namespace: openshift-gitops}\nspec: {destination: {namespace: store}, syncPolicy: {syncOptions: ${options}}}\n`;
    const uses = (options: string) =>
      undefinedNamespaces(graphOf(application(options) + config("a", "store"))).uses.length;
    expect(uses("[CreateNamespace=true]")).toBe(0);
    expect(uses("[]")).toBe(1);
  });
});

describe("a Namespace to add", () => {
  const edits = (path: string, text: string) => {
    const graph = graphOf({ [path]: text });
    return addNamespace(only(graph, "Namespace", "shop"), "store")?.map((edit) => edit.text) ?? null;
  };

  it("stands behind another one", () => {
    const added = '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: "store"\n';
    expect(edits("a.yaml", namespace("shop"))).toEqual([added]);
    expect(edits("a.yaml", namespace("shop").trimEnd())).toEqual([`\n${added}`]);
    expect(edits("a.yaml", namespace("shop").replaceAll("\n", "\r\n"))).toEqual([
      added.replaceAll("\n", "\r\n"),
    ]);
  });

  it("is none in JSON, or without another one", () => {
    const json = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}';
    expect(edits("a.json", json)).toBeNull();
    expect(addNamespace(null, "store")).toBeNull();
  });
});
