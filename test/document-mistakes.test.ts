import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogueIds } from "../scripts/catalogue-ids.ts";
import { casesOfMistake, rulesPage, saidTo } from "../scripts/catalogue-pages.ts";
import { documentMistakes } from "../scripts/document-mistakes.ts";
import { casesOf } from "./support/fixture-cases.ts";
import { shared } from "./shared.ts";

describe("the documents' own mistakes", () => {
  it("are numbered without a gap", () => {
    const numbers = documentMistakes.map((_, index) => `M-${String(index + 1).padStart(2, "0")}`);
    expect(documentMistakes.map(({ id }) => id)).toEqual(numbers);
  });

  it.each(documentMistakes.map((mistake) => [mistake.id, mistake] as const))(
    "%s is caught in a case that has it as printed, or says why no manifest shows it",
    (_id, mistake) => {
      const { caught, note } = mistake;
      if (caught.length === 0) return expect(note).toMatch(/\S/);
      for (const { rule } of caught) expect(catalogueIds).toContain(rule);
      const cases = casesOfMistake(mistake);
      for (const { rule, case: name } of caught) {
        const named = cases.some((fixture) => fixture.rule === rule && fixture.name === name);
        expect(named, `${rule} has no case ${name}`).toBe(true);
      }
      for (const fixture of cases) {
        expect(fixture.name).toMatch(/printed/);
        const said = saidTo(fixture);
        if (fixture.outcome !== "fail") {
          expect(said).toBeNull();
          continue;
        }
        const words = `${said?.message}; ${said?.title}`;
        expect(words, "it says that the example is printed so").toMatch(/print|documents|book/);
        expect(said?.title, "it says what is right").toMatch(/\S/);
      }
    },
  );
});

describe("the table of the whole catalogue", () => {
  it("has every rule of the catalogue, with its cases", () => {
    const page = rulesPage();
    for (const id of catalogueIds) {
      expect(page, id).toContain(`| [${id}](../rules/${id}.md) |`);
      if (casesOf(id).length > 0) expect(page, id).toContain(`](../fixtures/rules/${id}/`);
    }
  });
});

const requirements = shared("requirements.md");

describe.skipIf(requirements === null)("compared with the shared papers (skipped without them)", () => {
  it("no mistake is left out", () => {
    const text = readFileSync(requirements ?? "", "utf8");
    const ids = [...text.matchAll(/^\| (M-\d\d) \|/gm)].map((match) => match[1]);
    expect(documentMistakes.map(({ id }) => id)).toEqual(ids);
  });
});
