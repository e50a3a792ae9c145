import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCases, runCases } from "../../src/simulate/cases.ts";
import type { Value } from "../../src/model/value.ts";
import { shared } from "../shared.ts";
import { graphOf } from "../support/graph.ts";

const folder = shared("authz-cases");
const scenarios =
  folder === null
    ? []
    : readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);

describe.skipIf(folder === null)("verdicts of the shared cases (skipped where they are not at hand)", () => {
  it.each(scenarios)("%s", (name) => {
    const path = join(folder ?? "", name);
    const graph = graphOf(readFileSync(join(path, "manifests.yaml"), "utf8"));
    const cases: Value = JSON.parse(readFileSync(join(path, "cases.json"), "utf8"));
    const results = runCases(graph, readCases(cases, "cases.json"));
    const wrong = results
      .filter((result) => !result.ok)
      .map(({ name: title, answer, expect: wanted }) => ({
        title,
        wanted,
        got: answer.verdict,
        because: answer.because,
      }));
    expect(wrong).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
  });
});
