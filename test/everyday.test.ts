import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { everydayKinds } from "../rules/everyday-kinds.ts";
import { restingRules } from "../rules/everyday.ts";
import { rules } from "../rules/index.ts";
import { rulesFor } from "../rules/load.ts";
import { everydayIndex } from "../scripts/catalogue.ts";
import { parseDocuments } from "../src/load/parse.ts";
import { toResources } from "../src/load/resources.ts";
import { json } from "../src/report/json.ts";
import { repository } from "./shared.ts";
import { casesOf, type FixtureCase, readFolder } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";

const kindsOf = ({ files }: Pick<FixtureCase, "files">): readonly string[] =>
  files.flatMap((file) => parseDocuments(file)).flatMap((each) => toResources(each).map(({ kind }) => kind));

const everydayCases = rules
  .flatMap(({ id }) => casesOf(id))
  .filter(({ config, base, live }) => config === null && base === null && live === null)
  .filter((fixture) => kindsOf(fixture).every((kind) => everydayKinds.has(kind)));

describe("rules for a repository without the platform", () => {
  it("are sorted out anew whenever a rule changes what it reads (npm run docs)", () => {
    expect(readFileSync(join(repository, "rules/everyday.ts"), "utf8")).toBe(everydayIndex(rules));
  });

  it("leave a good part of the rules out, and none unnamed", async () => {
    const some = await rulesFor(everydayKinds);
    expect(some.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    expect(restingRules.length).toBeGreaterThan(rules.length / 3);
    const others = await rulesFor([...everydayKinds, "ServiceMeshControlPlane.maistra.io"]);
    expect(others).toBe(rules);
  });

  it("say of the example for applications what all rules say", async () => {
    const files = readFolder(join(repository, "fixtures/app-broken"));
    const catalogue = await rulesFor(kindsOf({ files }));
    expect(catalogue).not.toBe(rules);
    expect(json(lintMemory(files, { catalogue }))).toBe(json(lintMemory(files)));
  });

  it.each(everydayCases.map((fixture) => [`${fixture.rule} ${fixture.name}`, fixture] as const))(
    "say of %s what all rules say",
    async (_name, { files }) => {
      const catalogue = await rulesFor(kindsOf({ files }));
      expect(json(lintMemory(files, { catalogue }))).toBe(json(lintMemory(files)));
    },
  );
});
