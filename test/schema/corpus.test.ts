import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import { formatPath } from "../../src/model/value.ts";
import { hasSchema, validate } from "../../src/schema/validate.ts";
import { repository, shared } from "../shared.ts";

function resourcesBelow(folder: string) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((path) => parseDocuments({ path, text: readFileSync(join(folder, path), "utf8") }))
    .flatMap((document) => toResources(document, { namespace: null, form: "full", standing: "own" }))
    .filter(hasSchema);
}

const problemsBelow = (folder: string): readonly string[] =>
  resourcesBelow(folder).flatMap((resource) =>
    validate(resource).map(
      (problem) => `${resource.kind} ${resource.name}: ${problem.type} ${formatPath(problem.path)}`,
    ),
  );

describe("manifests that are right", () => {
  it("our own platform fixture has no problem", () => {
    const folder = join(repository, "fixtures", "platform");
    expect(resourcesBelow(folder).length).toBeGreaterThan(20);
    expect(problemsBelow(folder)).toEqual([]);
  });

  const corpus = shared("corpus");
  it.skipIf(corpus === null)("real sets have none either (needs the shared corpus)", () => {
    const folder = String(corpus);
    expect(resourcesBelow(folder).length).toBeGreaterThan(150);
    expect(problemsBelow(folder)).toEqual([]);
  });
});
