import { describe, expect, test } from "vitest";
import {
  annotation,
  labelValue,
  read,
  readBoolean,
  readList,
  readMap,
  readNumber,
  readString,
  readStrings,
  readText,
  valueOr,
} from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf, only } from "../support/graph.ts";

const graph = graphOf(`
apiVersion: v1
kind: ConfigMap
metadata:
  name: fields
  annotations: { bare: true, number: 5, text: "true", list: [1], var: "\${X}" }
spec:
  flag: true
  text: word
  number: 4
  nothing: null
  list: [a, b]
  holes: [a, "<your-name>"]
  mixed: [a, 1]
  map: { a: 1 }
  placeholder: <your-value>
  variable: "\${NS}-x"
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: svc, namespace: shop, labels: { outer: "1" } }
spec:
  template:
    metadata: { labels: { inner: true } }
    spec: { containers: [{ image: x }] }
`);
const map = only(graph, kinds.ConfigMap, "fields");

describe("reading a field", () => {
  test("tells value, absence and what is not known apart", () => {
    expect(read(map, ["spec", "text"])).toEqual({ state: "value", value: "word" });
    expect(read(map, ["spec", "list", 1])).toEqual({ state: "value", value: "b" });
    expect(read(map, ["spec", "other", "deeper"])).toEqual({ state: "absent" });
    expect(read(map, ["spec", "list", 7])).toEqual({ state: "absent" });
    expect(read(map, ["spec", "nothing"])).toEqual({ state: "absent" });
    expect(read(map, ["spec", "constructor"])).toEqual({ state: "absent" });
    expect(read(map, ["spec", "placeholder"]).state).toBe("unknown");
    expect(read(map, ["spec", "placeholder", "below"]).state).toBe("unknown");
    expect(read(map, ["spec", "variable"]).state).toBe("unknown");
    expect(read(map, ["spec", "text", "below"]).state).toBe("unknown");
    expect(read(map, ["spec", "map", 0]).state).toBe("unknown");
    expect(read(map, ["spec", "list", "below"]).state).toBe("unknown");
  });
  test("takes a value of the wrong type for unknown, and says which field", () => {
    const wrong = readBoolean(map, ["spec", "text"]);
    expect(wrong).toEqual({ state: "unknown", why: "spec.text of ConfigMap fields as a boolean" });
    expect(readString(map, ["spec", "flag"]).state).toBe("unknown");
    expect(readNumber(map, ["spec", "text"]).state).toBe("unknown");
    expect(readMap(map, ["spec", "list"]).state).toBe("unknown");
    expect(readList(map, ["spec", "map"]).state).toBe("unknown");
    expect(readStrings(map, ["spec", "text"]).state).toBe("unknown");
    expect(readStrings(map, ["spec", "mixed"]).state).toBe("unknown");
    expect(readStrings(map, ["spec", "holes"]).state).toBe("unknown");
    expect(readText(map, ["spec", "list"]).state).toBe("unknown");
  });
  test("reads each type", () => {
    expect(valueOr(readBoolean(map, ["spec", "flag"]), false)).toBe(true);
    expect(valueOr(readString(map, ["spec", "text"]), "")).toBe("word");
    expect(valueOr(readNumber(map, ["spec", "number"]), 0)).toBe(4);
    expect(valueOr(readMap(map, ["spec", "map"]), {})).toEqual({ a: 1 });
    expect(valueOr(readList(map, ["spec", "mixed"]), [])).toEqual(["a", 1]);
    expect(valueOr(readStrings(map, ["spec", "list"]), [])).toEqual(["a", "b"]);
    expect(valueOr(readString(map, ["spec", "absent"]), "else")).toBe("else");
  });
  test("concludes nothing from what a patch fragment leaves out", () => {
    const patched = graphOf("", {
      patches: { "p.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: p}, data: {a: b}}" },
    });
    const [patch] = patched.fragments(kinds.ConfigMap);
    if (!patch) throw new Error("no fragment");
    expect(read(patch, ["data", "a"]).state).toBe("value");
    expect(read(patch, ["data", "c"]).state).toBe("unknown");
  });
});

describe("annotations and labels", () => {
  test("read bare scalars as their text", () => {
    expect(annotation(map, "bare")).toEqual({ state: "value", value: "true" });
    expect(annotation(map, "text")).toEqual({ state: "value", value: "true" });
    expect(annotation(map, "number")).toEqual({ state: "value", value: "5" });
    expect(annotation(map, "list").state).toBe("unknown");
    expect(annotation(map, "var").state).toBe("unknown");
    expect(annotation(map, "none").state).toBe("absent");
  });
  test("of a template are not those of the object, and include a controller's", () => {
    const service = only(graph, kinds.KnativeService, "svc");
    const [pod] = graph.podsOf(service);
    if (!pod) throw new Error("no pod");
    expect(labelValue(service, "outer").state).toBe("value");
    expect(labelValue(pod, "outer").state).toBe("absent");
    expect(labelValue(pod, "inner")).toEqual({ state: "value", value: "true" });
    expect(labelValue(pod, "serving.knative.dev/service")).toEqual({ state: "value", value: "svc" });
  });
});
