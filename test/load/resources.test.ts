import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/load/parse.ts";
import { type ResourceOptions, toResources } from "../../src/load/resources.ts";
import { showDocuments } from "../../src/load/show.ts";
import { locate } from "../../src/model/resource.ts";
import { positionAt } from "../../src/model/source.ts";
import { toJson } from "../../src/model/value.ts";

const resources = (text: string, options?: ResourceOptions) =>
  parseDocuments({ path: "a.yaml", text }).flatMap((document) => toResources(document, options));

describe("resources", () => {
  it("have a group, a version, a kind and a scope", () => {
    const text = [
      "{apiVersion: networking.istio.io/v1beta1, kind: Gateway, metadata: {name: g, namespace: ns}}",
      "{apiVersion: v1, kind: Service, metadata: {name: s}}",
      "{apiVersion: v1, kind: Namespace, metadata: {name: ns, namespace: ignored}}",
      "{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sRequired, metadata: {name: c}}",
    ].join("\n---\n");
    expect(
      resources(text).map(({ kind, version, scope, namespace, name, id }) => [
        kind,
        version,
        scope,
        namespace,
        name,
        id.group,
      ]),
    ).toEqual([
      ["Gateway.networking.istio.io", "v1beta1", "namespace", "ns", "g", "networking.istio.io"],
      ["Service", "v1", "namespace", null, "s", ""],
      ["Namespace", "v1", "cluster", null, "ns", ""],
      ["K8sRequired.constraints.gatekeeper.sh", "v1beta1", "cluster", null, "c", "constraints.gatekeeper.sh"],
    ]);
  });

  it("are the items of a List, each at its place", () => {
    const text =
      "apiVersion: v1\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n- 5\n" +
      "- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret, metadata: {name: s}}]}\nkind: List\n";
    const found = resources(text);
    expect(
      found.map(({ kind, name, origin }) => [kind, name, origin.from === "document" && origin.base]),
    ).toEqual([
      ["Pod", "p", ["items", 0]],
      ["Secret", "s", ["items", 2, "items", 0]],
    ]);
    const at = found.map((resource) => locate(resource, ["metadata", "name"]));
    expect(at.map((place) => positionAt(place.file, place.start).line)).toEqual([3, 5]);
  });

  it("of other lists are their items, unless these are no objects", () => {
    expect(
      resources(
        "apiVersion: apps/v1\nkind: DeploymentList\nitems: [{apiVersion: apps/v1, kind: Deployment}]\n",
      ),
    ).toMatchObject([{ kind: "Deployment.apps", name: "" }]);
    expect(
      resources("apiVersion: shop.example.com/v1\nkind: PriceList\nitems: [{price: 1}]\n"),
    ).toMatchObject([{ kind: "PriceList.shop.example.com" }]);
    expect(resources("apiVersion: v1\nkind: List\nitems: []\n")).toEqual([]);
    expect(resources("apiVersion: v1\nkind: List\n")).toEqual([]);
  });

  it.each([
    "kind: Pod\n",
    "apiVersion: 1\nkind: Pod\n",
    "apiVersion: v1\nkind: [Pod]\n",
    "- a\n",
    "text\n",
    "a: [\n",
    "",
    "apiVersion: ''\nkind: Pod\n",
  ])("are none in %j", (text) => expect(resources(text)).toEqual([]));

  it.each([
    ["{name: a}", null, null],
    ["{name: a}", "given", "given"],
    ["{name: a, namespace: own}", "given", "own"],
    ["{name: a, namespace: ''}", "given", "given"],
    ["{name: a, namespace: ~}", "given", "given"],
    ["{name: a, namespace: <your-namespace>}", "given", null],
    ["{name: a, namespace: '${NS}'}", "given", null],
    ["{name: a, namespace: 5}", "given", null],
    ["text", "given", "given"],
  ])("with metadata %s and a default of %s are in %s", (metadata, namespace, expected) => {
    const [found] = resources(`apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\n`, { namespace });
    expect(found?.namespace).toBe(expected);
    expect(found?.id.namespace).toBe(expected);
  });

  it("take a namespace that replaces their own", () => {
    const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: own}\n";
    expect(resources(text, { overrideNamespace: "other" })[0]?.namespace).toBe("other");
    expect(resources(text, { overrideNamespace: null })[0]?.namespace).toBeNull();
    const [patch] = resources(text, { form: "patch", standing: "context" });
    expect([patch?.form, patch?.standing]).toEqual(["patch", "context"]);
  });

  it.each([
    ["{generateName: build-}", "build-*"],
    ["{name: '', generateName: build-}", "build-*"],
    ["{name: <name>}", "<name>"],
    ["{name: 5}", "5"],
    ["{name: [a]}", ""],
    ["{}", ""],
    ["[]", ""],
  ])("with metadata %s are named %j", (metadata, name) => {
    expect(resources(`apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\n`)[0]?.name).toBe(name);
  });
});

describe("what show prints", () => {
  const show = (text: string, places = false) =>
    JSON.parse(toJson(showDocuments(parseDocuments({ path: "a.yaml", text }), { places }))) as {
      documents: Record<string, unknown>[];
    };

  it("has every document, with the line on which it begins", () => {
    expect(show("---\n# c\n\na: yes\n---\n---\n--- # d\n# e\n  b: 1\n---\nc: [\n").documents).toEqual([
      { file: "a.yaml", index: 0, line: 4, value: { a: true }, error: null },
      { file: "a.yaml", index: 1, line: 6, value: null, error: null },
      { file: "a.yaml", index: 2, line: 9, value: { b: 1 }, error: null },
      { file: "a.yaml", index: 3, line: 11, value: null, error: expect.stringContaining("not closed") },
    ]);
  });

  it("keeps the digits of long integers", () => {
    const shown = toJson(
      showDocuments(parseDocuments({ path: "a", text: "a: 9007199254740993\n" }), { places: false }),
    );
    expect(shown).toContain("9007199254740993");
  });

  it("has the place of every key", () => {
    expect(show("a:\n- b: 'c'\n", true).documents[0]?.["places"]).toEqual([
      { path: "a", key: span(1, 1, 1, 2), value: span(2, 1, 2, 9) },
      { path: "a[0]", key: span(2, 3, 2, 9), value: span(2, 3, 2, 9) },
      { path: "a[0].b", key: span(2, 3, 2, 4), value: span(2, 6, 2, 9) },
    ]);
  });

  it("hides what Secrets hold", () => {
    const last = "metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: 'HUSH', a: b}}";
    const secret = `apiVersion: v1\nkind: Secret\n${last}\ndata: {k: HUSH}\nstringData: {l: HUSH}\ntype: Opaque\n`;
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, data: HUSH, metadata: {}}\n- HUSHED\n`;
    const odd = "apiVersion: v1\nkind: Secret\ndata:\nmetadata: x\n";
    const shown = show(`${secret}---\n${list}---\n${odd}`).documents;
    expect(JSON.stringify(shown)).not.toContain('"HUSH"');
    expect(shown[0]?.["value"]).toMatchObject({
      data: { k: "(hidden)" },
      type: "Opaque",
      metadata: { annotations: { a: "b" } },
    });
    expect(shown[1]?.["value"]).toMatchObject({ items: [{ data: "(hidden)" }, "HUSHED"] });
    expect(shown[2]?.["value"]).toMatchObject({ data: null, metadata: "(hidden)" });
  });

  it("hides what Secrets hold under misspelt and misplaced keys", () => {
    const text = [
      "apiVersion: v1",
      "kind: Secret",
      "type: [HUSH]",
      "stringDat: { password: HUSH, __proto__: HUSH }",
      "metadata:",
      "  name: shop",
      "  labels: { app: shop }",
      "  data: { password: HUSH }",
      "  annotations: HUSH-not-a-map",
    ].join("\n");
    const [shown] = show(text).documents;
    expect(JSON.stringify(shown)).not.toContain('"HUSH"');
    expect(shown?.["value"]).toMatchObject({ metadata: { name: "shop", labels: { app: "shop" } } });
  });
});

function span(line: number, column: number, endLine: number, endColumn: number) {
  return { line, column, endLine, endColumn };
}
