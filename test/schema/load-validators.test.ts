import { join } from "node:path";
import { expect, it } from "vitest";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { loadValidators, validate } from "../../src/schema/validate.ts";
import { repository } from "../shared.ts";
import { readFolder } from "../support/fixture-cases.ts";

const files = ["platform", "broken", "rules/schema", "rules/manifest"]
  .flatMap((folder) => readFolder(join(repository, "fixtures", folder)))
  .filter(({ path }) => /\.ya?ml$/.test(path));

/** What is wrong with each object of some files; resources are made anew, since answers are kept by resource. */
const problemsIn = (sources: readonly SourceFile[]) =>
  sources.map((file) => parseDocuments(file).flatMap((document) => toResources(document).map(validate)));

it("finds the same problems with compiled validators as without", async () => {
  const without = problemsIn(files);
  expect(without.flat(2).length, "some objects do not fit").toBeGreaterThan(20);
  await loadValidators();
  expect(problemsIn(files)).toEqual(without);
});
