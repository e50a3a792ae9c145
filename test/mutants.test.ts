import { readFileSync } from "node:fs";
import { join } from "node:path";
import picomatch from "picomatch";
import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import type { Report } from "../src/model/report.ts";
import type { SourceFile } from "../src/model/source.ts";
import { rules } from "../rules/index.ts";
import { repository } from "./shared.ts";
import { readFolder } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";
import { isCaughtBy, type Mutant, type Mutation, mutantsOf, mutations } from "./support/mutants.ts";

/**
 * Why a mutant may live:
 * - default applies: what is left means the same, or the operator's default is right too
 * - also accepted: the catalogue, or meshlint's design, takes this form as well
 * - not documented: no document asks for it, or any value will do
 * - other group: a rule of the catalogue that is not built yet is going to find it; the note names it
 */
const reasons = ["default applies", "also accepted", "not documented", "other group"] as const;

interface Exception {
  /** Globs over file names. */
  readonly files: readonly string[];
  /** Indexes of documents in the files; all of them if absent. */
  readonly documents?: readonly number[];
  /** Globs over paths, with `/` between keys, `:` for a slash in a key and `.` for the whole object. */
  readonly paths: readonly string[];
  readonly mutations?: readonly Mutation[];
  readonly reason: (typeof reasons)[number];
  readonly note: string;
}

const exceptions: readonly Exception[] = parse(
  readFileSync(join(repository, "test/mutants/exceptions.yaml"), "utf8"),
);
const platform = readFolder(join(repository, "fixtures", "platform"));
const app = readFolder(join(repository, "fixtures", "app"));

const globbed = (mutant: Mutant): string =>
  mutant.path.length === 0 ? "." : mutant.path.map((step) => String(step).replaceAll("/", ":")).join("/");

const glob = (patterns: readonly string[]): ((text: string) => boolean) =>
  picomatch([...patterns], { dot: true });

/** The parts of an exception, each to be needed by itself: `path spec/type`. */
const partsOf = ({ files, documents = [], paths, mutations: wanted = [] }: Exception): readonly string[] => [
  ...files.map((text) => `file ${text}`),
  ...documents.map((index) => `document ${index}`),
  ...paths.map((text) => `path ${text}`),
  ...wanted.map((mutation) => `mutation ${mutation}`),
];

const matchers = exceptions.map((exception) => {
  const { files, documents, paths, mutations: wanted } = exception;
  const fileGlobs = files.map((text) => [`file ${text}`, glob([text])] as const);
  const pathGlobs = paths.map((text) => [`path ${text}`, glob([text])] as const);
  return {
    exception,
    /** The parts that some mutant needed. */
    needed: new Set<string>(),
    /** The parts that fit, or null if the exception does not. */
    fit(mutant: Mutant): readonly string[] | null {
      if (documents && !documents.includes(mutant.document)) return null;
      if (wanted && !wanted.includes(mutant.mutation)) return null;
      const inFiles = fileGlobs.filter(([, fits]) => fits(mutant.file));
      const inPaths = pathGlobs.filter(([, fits]) => fits(globbed(mutant)));
      if (inFiles.length === 0 || inPaths.length === 0) return null;
      const names = [...inFiles, ...inPaths].map(([name]) => name);
      return [...names, `document ${mutant.document}`, `mutation ${mutant.mutation}`];
    },
  };
});

const replaced = (files: readonly SourceFile[], mutant: Mutant): readonly SourceFile[] =>
  files.map((file) => (file.path === mutant.file ? { path: file.path, text: mutant.text } : file));

const appConfig: SourceFile = {
  path: "meshlint.yaml",
  text: "sets: [{ name: app, path: app, context: [{ path: platform/*.yaml, complete: true }] }]",
};
const appFiles = app.map(({ path, text }) => ({ path: `app/${path}`, text }));

const lintPlatform = (mutant: Mutant): Report => lintMemory(replaced(platform, mutant));
/** The application as its own repository, with the platform as context; without its only object nothing is to lint. */
const lintApp = (mutant: Mutant): Report =>
  lintMemory(mutant.mutation === "remove object" ? appFiles : replaced(appFiles, mutant), {
    config: appConfig,
    contextFiles: [{ source: "platform/*.yaml", files: platform }],
  });

/**
 * The second tenant's policies mirror the first's, and the first's repeat one another: of theirs only one
 * mutant in so many is tried, a fixed choice, so that the whole takes seconds.
 */
const oneIn: Readonly<Record<string, number>> = {
  "30-authz-system.yaml": 2,
  "31-authz-team-alpha.yaml": 6,
  "32-authz-team-bravo.yaml": 25,
};

/** The mutants of a file that are neither caught where they are nor on the list, with what is said of them. */
function escaped(file: SourceFile, lint: (mutant: Mutant) => Report): readonly string[] {
  const lines: string[] = [];
  for (const mutant of mutantsOf(file, oneIn[file.path])) {
    const { findings, crashes } = lint(mutant);
    if (crashes.length > 0) lines.push(`${mutant.name}: ${crashes.map(({ rule }) => rule).join()} crashes`);
    if (findings.some((finding) => isCaughtBy(mutant, finding))) continue;
    let excused = false;
    for (const matcher of matchers) {
      const parts = matcher.fit(mutant);
      if (!parts) continue;
      excused = true;
      for (const part of parts) matcher.needed.add(part);
    }
    if (excused) continue;
    const elsewhere = findings.map(({ rule, at, path }) => `${rule} at ${at.file.path} ${path}`);
    lines.push(`${mutant.name}: ${elsewhere.length === 0 ? "survives" : `only ${elsewhere.join(", ")}`}`);
  }
  return lines;
}

// Thousands of mutants are linted one by one.
vi.setConfig({ testTimeout: 900_000 });

describe("mutants", () => {
  it("of nothing at all are none: the platform and the application are clean", () => {
    const nothing = { file: "", text: "" } as Mutant;
    expect(lintPlatform(nothing).findings).toEqual([]);
    expect(lintApp(nothing).findings).toEqual([]);
  });

  it.each(platform.map((file) => [file.path, file] as const))(
    "of the platform's %s: none survives without a reason",
    (_path, file) => {
      expect(escaped(file, lintPlatform)).toEqual([]);
    },
  );

  it.each(appFiles.map((file) => [file.path, file] as const))(
    "of the application's %s: none survives without a reason",
    (_path, file) => {
      expect(escaped(file, lintApp)).toEqual([]);
    },
  );

  it("have only exceptions with a reason of the list", () => {
    for (const { reason, note, paths, mutations: wanted = [] } of exceptions) {
      const where = paths.join();
      expect(reasons, where).toContain(reason);
      expect(note.length, where).toBeGreaterThan(20);
      for (const mutation of wanted) expect(mutations).toContain(mutation);
    }
  });

  it("have no exception for a rule that is built by now", () => {
    const built = new Set(rules.map((rule) => rule.id));
    const named = exceptions
      .filter(({ reason }) => reason === "other group")
      .map(({ note }) => note.match(/\b[a-z]+\/[a-z0-9-]+/g) ?? []);
    expect(named.filter((ids) => ids.every((id) => built.has(id)))).toEqual([]);
  });

  it("have no exception of which a part is needed by none", () => {
    const idle = matchers.flatMap(({ exception, needed }) =>
      partsOf(exception)
        .filter((part) => !needed.has(part))
        .map((part) => `${part} of ${exception.files.join()} ${exception.paths.join()}`),
    );
    expect(idle, "take out of test/mutants/exceptions.yaml").toEqual([]);
  });
});
