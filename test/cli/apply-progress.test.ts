import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/apply/plan.ts";
import { plannedObjects, type PlannedObject } from "../../src/apply/plan-model.ts";
import type { RunEvent } from "../../src/apply/run-model.ts";
import { Progress } from "../../src/cli/apply-progress.ts";
import { FakeCluster } from "../support/fake-cluster.ts";
import { graphOf } from "../support/graph.ts";

async function objects(count: number): Promise<readonly PlannedObject[]> {
  const files = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: `s${n}`, namespace: "shop" } }),
  ).join("\n---\n");
  const shop = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const cluster = new FakeCluster({ objects: [shop] });
  return plannedObjects(await makePlan(cluster, graphOf(files), { findings: [], force: false }));
}

const plain = createColors(false);

function told(columns: number | null, events: readonly RunEvent[]): string {
  let text = "";
  const progress = new Progress({ write: (more) => (text += more) }, columns, plain);
  for (const event of events) progress.onEvent(event);
  progress.end();
  return text;
}

const step = (count: number): RunEvent => ({
  type: "step",
  step: "serving",
  number: 2,
  of: 5,
  objects: count,
});
const waiting = (object: PlannedObject | undefined, elapsed: number, what: string): RunEvent => ({
  type: "waiting",
  step: "serving",
  elapsed,
  limit: 600_000,
  open: object ? [{ object, what, failed: false, event: "Pulled: image" }] : [],
});

describe("progress in a log", () => {
  it("has a line for each step, object and, now and then, for what is waited for", async () => {
    const [object] = await objects(1);
    if (!object) throw new Error("nothing is planned");
    const text = told(null, [
      step(1),
      { type: "checking", objects: 1 },
      { type: "applied", object },
      ...[0, 2000, 5000, 16_000].map((elapsed) => waiting(object, elapsed, "still starting")),
      { type: "ready", object, elapsed: 20_000 },
      { type: "step-done", step: "serving" },
    ]);
    expect(text).toBe(
      [
        "[2/5] Knative Serving (serving, 1 object)",
        "  created   Service shop/s0",
        "  waiting   0 s of 10 min",
        "            Service shop/s0: still starting [Pulled: image]",
        "  waiting   16 s of 10 min",
        "            Service shop/s0: still starting [Pulled: image]",
        "  ready     Service shop/s0 after 20 s",
        "",
      ].join("\n"),
    );
  });

  it("counts many objects instead of naming them", async () => {
    const many = await objects(40);
    const text = told(null, [step(40), ...many.map((object) => ({ type: "applied", object }) as const)]);
    expect(text).toBe("[2/5] Knative Serving (serving, 40 objects)\n  40 objects applied\n");
    const open = many.map((object) => ({ object, what: "x", failed: true, event: null }));
    const listed = told(null, [{ type: "waiting", step: "serving", elapsed: 0, limit: 1000, open }]);
    expect(listed).toContain("Service shop/s0: fails: x");
    expect(listed).toContain("and 35 more");
  });

  it("repeats no trouble", () => {
    const trouble = { type: "trouble", message: "no answer" } as const;
    expect(told(null, [trouble, trouble, trouble])).toBe("  trying again: no answer\n");
  });

  it("keeps control characters of a server away from terminals", async () => {
    const [object] = await objects(1);
    for (const columns of [null, 200]) {
      const text = told(columns, [waiting(object, 0, "a\u001b]0;evil\u0007b")]);
      expect(text).not.toContain("\u001b]");
      expect(text).not.toContain("\u0007");
    }
  });
});

describe("progress on a terminal", () => {
  it("is one line that changes and fits, and is gone in the end", async () => {
    const [object] = await objects(1);
    const text = told(40, [waiting(object, 1000, "x".repeat(100)), waiting(object, 2000, "y")]);
    const frames = text.split("\r\u001b[2K");
    expect(frames).toHaveLength(3);
    expect(frames[0]).toHaveLength(39);
    expect(frames[0]).toMatch(/^ {2}waiting 1 s of 10 min: Service/);
    expect(frames[2]).toBe("");
    expect(text).not.toContain("\n");
  });
});
