import { describe, expect, test } from "vitest";
import { applyEdits } from "../../src/fix/edits.ts";
import { addLabels, replaceLabels } from "../../src/fix/labels.ts";
import type { Mapping } from "../../src/model/value.ts";
import { graphOf } from "../support/graph.ts";

const path = ["spec", "selector"];

function changed(selector: string, wanted: Mapping, change: typeof addLabels): string | null {
  const text = `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n${selector}`;
  const [service] = graphOf(text).own("Service");
  const edits = service ? change(service, path, wanted) : null;
  return edits && applyEdits(text, edits).slice(text.indexOf("spec:") + 6);
}

describe("labels of a selector", () => {
  const one = "  selector:\n    app: web # the pods\n";
  test("are added", () => {
    expect(changed(one, { tier: "front" }, addLabels)).toBe(`${one}    tier: front\n`);
    expect(changed(one, { app: "shop" }, addLabels)).toBe(one.replace("web", "shop"));
  });
  test("are replaced one by one, added or removed", () => {
    expect(changed(one, { tier: "front" }, replaceLabels)).toBe("  selector:\n    tier: front # the pods\n");
    expect(changed(one, { app: "web", tier: "front" }, replaceLabels)).toBe(`${one}    tier: front\n`);
    expect(changed(`${one}    a: b\n    c: d\n`, { app: "web" }, replaceLabels)).toBe(one);
    expect(changed("  type: ClusterIP\n", { app: "web" }, replaceLabels)).toBe(
      "  type: ClusterIP\n  selector:\n    app: web\n",
    );
  });
  test("stay where more would have to change", () => {
    expect(changed(one, { a: "b", c: "d" }, replaceLabels)).toBeNull();
    expect(changed(`${one}    a: b\n`, { c: "d" }, replaceLabels)).toBeNull();
    expect(changed(one, { c: 1 }, replaceLabels)).toBeNull();
  });
  test("stay where an anchor shares them", () => {
    const shared = "  selector: &labels\n    app: web\n    a: b\n  other: *labels\n";
    expect(changed(shared, { app: "web" }, replaceLabels)).toBeNull();
    expect(
      changed("  selector: &labels\n    app: web\n  other: *labels\n", { c: "d" }, replaceLabels),
    ).toBeNull();
  });
});
