import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/load/parse.ts";
import { readCases, runCases } from "../../src/simulate/cases.ts";
import { repository } from "../shared.ts";
import { graphOf } from "../support/graph.ts";

const folder = join(repository, "fixtures", "authorization");
const scenarios = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe("verdicts of fixtures/authorization", () => {
  it.each(scenarios)("%s", (name) => {
    const read = (file: string): string => readFileSync(join(folder, name, file), "utf8");
    const [document] = parseDocuments({ path: "cases.yaml", text: read("cases.yaml") });
    const results = runCases(graphOf(read("manifests.yaml")), readCases(document?.value, "cases.yaml"));
    const wrong = results
      .filter((result) => !result.ok)
      .map(({ name: title, answer, expect: wanted }) => [title, wanted, answer.verdict, answer.because]);
    expect(wrong).toEqual([]);
    expect(results.length).toBeGreaterThan(1);
  });
});
