import { describe, expect, it } from "vitest";
import { applyOrders, isEarlier } from "../../src/mesh/apply-order.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { type Files, graphOf } from "../support/graph.ts";

const map = (name: string, more = "") => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: shop${more} }
`;
const wave = (text: string) => `, annotations: { argocd.argoproj.io/sync-wave: ${text} }`;

function find(graph: Graph, name: string): Resource {
  const found = graph.all("ConfigMap").find((resource) => resource.name === name);
  if (!found) throw new Error(name);
  return found;
}

/** What is known of a and b: whether a is applied too early for b. */
function ask(files: Files): string {
  const graph = graphOf(files);
  const order = isEarlier(graph, find(graph, "a"), [find(graph, "b")]);
  return order.state === "earlier" ? order.order.by : order.state;
}

describe("sync waves", () => {
  it("are numbers, and 0 where none is named", () => {
    expect(ask(`${map("a")}---${map("b", wave('"1"'))}`)).toBe("waves");
    expect(ask(`${map("a", wave('"-2"'))}---${map("b", wave('"-1"'))}`)).toBe("waves");
    expect(ask(`${map("a", wave('"10"'))}---${map("b", wave('"9"'))}`)).toBe("fine");
    expect(ask(`${map("a", wave('"1"'))}---${map("b", wave('"1"'))}`)).toBe("fine");
  });

  it("that are variables tell nothing", () => {
    expect(ask(`${map("a", wave('"${WAVE}"'))}---${map("b", wave('"1"'))}`)).toBe("unknown");
    expect(ask(`${map("a")}---${map("b", wave("first"))}`)).toBe("unknown");
  });

  it("count more than numbers of files", () => {
    const files = { "1-a.yaml": map("a", wave('"2"')), "2-b.yaml": map("b", wave('"1"')) };
    expect(ask(files)).toBe("fine");
  });
});

describe("numbers of files", () => {
  it("count inside one folder", () => {
    expect(ask({ "x/1-a.yaml": map("a"), "x/2-b.yaml": map("b") })).toBe("names");
    expect(ask({ "x/1-a.yaml": map("a"), "y/2-b.yaml": map("b") })).toBe("fine");
    // Folders with numbers are chapters as often as steps.
    expect(ask({ "1-x/9_a.yaml": map("a"), "2-y/10_b.yaml": map("b") })).toBe("fine");
    expect(ask({ "2-a.yaml": map("a"), "b.yaml": map("b") })).toBe("fine");
  });

  it("of files that define one object again are alternatives", () => {
    expect(ask({ "1-a.yaml": map("a"), "2-both.yaml": `${map("a")}---${map("b")}` })).toBe("fine");
  });
});

describe("commands", () => {
  const task = (script: string) => `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: install, namespace: ci }
spec: { steps: [{ name: apply, script: ${JSON.stringify(script)} }] }
`;
  const files = (script: string) => ({
    "config/a.yaml": map("a"),
    "config/b.yaml": map("b"),
    "task.yaml": task(script),
  });

  it("of oc and kubectl are read in their order", () => {
    expect(ask(files("oc apply -f config/a.yaml\noc apply -f config/b.yaml"))).toBe("commands");
    expect(ask(files("kubectl create -f=a.yaml && kubectl apply --filename b.yaml"))).toBe("commands");
    expect(ask(files("oc apply -f a.yaml,b.yaml"))).toBe("commands");
    expect(ask(files("oc apply -f b.yaml -f a.yaml"))).toBe("fine");
  });

  it("that do something else, or apply one thing, are no order", () => {
    expect(ask(files("oc delete -f a.yaml -f b.yaml"))).toBe("fine");
    expect(ask(files("cat a.yaml b.yaml | oc apply -f -"))).toBe("fine");
    expect(ask(files("oc apply -f config/"))).toBe("fine");
    expect(ask(files("oc apply -f a.yaml -f other.yaml"))).toBe("fine");
  });
});

it("without any of these no order is written down", () => {
  const graph = graphOf({
    "a.yaml": map("a"),
    "b.yaml": map("b"),
    "kustomization.yaml": "resources: [b.yaml, a.yaml]",
  });
  expect(applyOrders(graph)).toEqual([]);
});
