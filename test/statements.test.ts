import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rules } from "../rules/index.ts";
import { catalogueIds, reservedGroups } from "../scripts/catalogue-ids.ts";
import { statedDocuments } from "../src/rule/statements/documents.ts";
import { shared } from "./shared.ts";

const statements = statedDocuments.flatMap((document) => document.statements);
const stated = new Set(statements.flatMap((statement) => statement.rules));
const known = new Set(rules.map((rule) => rule.id));
const groupOf = (id: string): string => id.slice(0, id.indexOf("/"));

describe("the statements of the documents", () => {
  it("have ids that are used once, and stand in the order of their sections", () => {
    const ids = statements.map((statement) => statement.id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    for (const document of statedDocuments) {
      const sections = document.statements.map((statement) => statement.section);
      const ordered = sections.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
      expect(sections, document.id).toEqual(ordered);
    }
  });

  it.each(statements.map((statement) => [statement.id, statement] as const))(
    "%s is judged by a rule, or says why by none",
    (id, { text, heading, section, check, rules: judges, reason }) => {
      expect(text).toMatch(/^\S.*\.$/);
      expect(heading).toMatch(/^\S.*[^.]$/);
      expect(id).toMatch(new RegExp(`^S\\d-${section.replaceAll(".", "\\.")}-\\d\\d$`));
      if (check === "manifest") expect(judges, "manifests show it, so a rule has to").not.toEqual([]);
      if (check === "none") expect(judges).toEqual([]);
      if (judges.length === 0) expect(reason).not.toBeNull();
      else expect(reason).toBeNull();
      expect(new Set(judges).size).toBe(judges.length);
    },
  );

  it("name rules of the catalogue only", () => {
    expect([...stated].filter((id) => !catalogueIds.includes(id))).toEqual([]);
  });

  it("name rules that exist", () => {
    expect([...stated].filter((id) => !known.has(id)).sort()).toEqual([]);
  });

  it.each(rules.filter((rule) => !reservedGroups.includes(groupOf(rule.id))).map((rule) => [rule.id, rule]))(
    "%s enforces one of them, or names the code that it rests on",
    (id, rule) => {
      if (!stated.has(id)) expect(rule.upstream ?? []).not.toEqual([]);
    },
  );
});

describe("the catalogue", () => {
  it("is there as a whole, and nothing beside it but reserved groups", () => {
    const documented = [...known].filter((id) => !reservedGroups.includes(groupOf(id)));
    expect(documented.filter((id) => !catalogueIds.includes(id))).toEqual([]);
    expect(catalogueIds.filter((id) => !known.has(id)).sort()).toEqual([]);
  });
});

const documentsFile = shared("documents.json");
const requirementsFile = shared("requirements.md");

interface Source {
  readonly id: string;
  readonly section: string;
  readonly kind: string;
  readonly check: string;
  readonly rules: readonly string[];
}

describe.skipIf(documentsFile === null || requirementsFile === null)(
  "compared with the shared papers (skipped without them)",
  () => {
    it("every statement of the documents is here, with its kind and its rules, in words of its own", () => {
      const source: {
        documents: readonly { id: string; statements: readonly (Source & { statement: string })[] }[];
      } = JSON.parse(readFileSync(documentsFile ?? "", "utf8"));
      const facts = ({ id, section, kind, check, rules: judges }: Source): Source => ({
        id,
        section,
        kind,
        check,
        rules: judges,
      });
      const byId = (a: Source, b: Source): number => (a.id < b.id ? -1 : 1);
      const theirs = source.documents.flatMap((document) => document.statements);
      expect(statements.map(facts).sort(byId)).toEqual(theirs.map(facts).sort(byId));
      expect(statedDocuments.map((document) => document.id)).toEqual(source.documents.map(({ id }) => id));
      const words = new Set(theirs.map((statement) => statement.statement));
      expect(statements.filter((statement) => words.has(statement.text))).toEqual([]);
    });

    it("the catalogue has the ids of the index", () => {
      const text = readFileSync(requirementsFile ?? "", "utf8");
      const index = text.slice(text.indexOf("## 9. Index"));
      const ids = [...index.matchAll(/^\| ([a-z]+\/[a-z0-9-]+) \|/gm)].map((match) => match[1]);
      expect(catalogueIds.toSorted()).toEqual(ids.sort());
    });
  },
);
