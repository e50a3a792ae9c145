import {
  documentProblems,
  entries,
  items,
  profileAt,
  profileProblems,
  tenantsAt,
  texts,
  unknownRules,
  whereIs,
} from "../config/check.ts";
import { differences, placeOf, problemAt, textAt } from "../config/conform.ts";
import { parseDocuments } from "../load/parse.ts";
import { folderOf, joinPath } from "../load/sets/paths.ts";
import type { ManifestDocument } from "../model/document.ts";
import type { Severity } from "../model/finding.ts";
import { positionAt, type SourceFile } from "../model/source.ts";
import { isMapping, type Path, valueAt } from "../model/value.ts";
import type { CallVerdict } from "../simulate/answer.ts";
import { readMutation } from "./read-mutation.ts";
import { readRequest } from "./read-request.ts";
import type {
  Expectation,
  ExpectedRequest,
  FindingPattern,
  Placed,
  SubjectSpec,
  Test,
  TestFile,
} from "./test-file.ts";
import { testShape } from "./test-shape.ts";

export type TestFileReading =
  | { readonly file: TestFile }
  /** `prod.meshtest.yaml:4:9: message`, one for everything that is wrong. */
  | { readonly problems: readonly string[] };

/**
 * Reads a test file; everything that is wrong with it is told with its place.
 *
 * @param rules ids of the rules that there are
 */
export function readTestFile(source: SourceFile, rules: readonly string[]): TestFileReading {
  const [document, second] = parseDocuments(source).filter(({ value }) => value !== null);
  if (!document) return { problems: [`${source.path}:1:1: there are no tests: tests: is missing`] };
  const problems = [...documentProblems(document)];
  if (second) problems.push(problemAt(second, second.span, "a test file is a single document"));
  if (problems.length === 0) problems.push(...differences(document, testShape, [], "the file"));
  if (problems.length > 0) return { problems: inOrder(problems) };
  const reader = new TestReader(document, rules);
  const file = reader.file();
  return reader.problems.length > 0 ? { problems: inOrder(reader.problems) } : { file };
}

/** By line and column, as somebody reads them who puts the file right. */
function inOrder(problems: readonly string[]): readonly string[] {
  const place = (problem: string): number => {
    const [, line = "", column = ""] = /:(\d+):(\d+): /.exec(problem) ?? [];
    return Number(line) * 1e6 + Number(column);
  };
  return problems.toSorted((a, b) => place(a) - place(b));
}

/** Reads a document that has the right shape, and collects what its shape does not show. */
class TestReader {
  readonly problems: string[] = [];
  readonly #document: ManifestDocument;
  readonly #rules: readonly string[];

  constructor(document: ManifestDocument, rules: readonly string[]) {
    this.#document = document;
    this.#rules = rules;
  }

  file(): TestFile {
    const document = this.#document;
    this.problems.push(...profileProblems(document, ["profile"]));
    const today = this.#text(["today"]);
    if (today !== null && new Date(`${today}T00:00:00Z`).toISOString().slice(0, 10) !== today)
      this.#wrong(["today"], `there is no day ${today}`);
    const tests = items(document, ["tests"]).map((path) => this.#test(path));
    if (tests.length === 0) this.#wrong(["tests"], "there are no tests");
    this.#requireDistinct(tests);
    const subject = this.#subject();
    const tenants = tenantsAt(document, ["tenants"]);
    return {
      path: document.file.path,
      subject,
      profile: profileAt(document, ["profile"]),
      tenants: tenants.length === 0 ? null : tenants,
      today,
      tests,
    };
  }

  #requireDistinct(tests: readonly Test[]): void {
    const seen = new Map<string, number>();
    for (const [index, { name, line }] of tests.entries()) {
      const first = seen.get(name);
      if (first !== undefined)
        this.#wrong(
          ["tests", index, "name"],
          `there are two tests named ${JSON.stringify(name)}, see line ${first}`,
        );
      else seen.set(name, line);
    }
  }

  #wrong(path: Path, message: string, part: "key" | "value" = "value"): void {
    this.problems.push(problemAt(this.#document, placeOf(this.#document, path, part), message));
  }

  #text(path: Path): string | null {
    return textAt(this.#document, path);
  }

  #flag(path: Path): boolean {
    return valueAt(this.#document.value, path) === true;
  }

  #has(path: Path): boolean {
    return valueAt(this.#document.value, path) !== undefined;
  }

  #where(path: Path): string {
    return whereIs(this.#document, path);
  }

  #placed(path: Path): readonly Placed[] {
    const single = this.#text(path);
    if (single !== null) return [{ text: single, where: this.#where(path) }];
    return items(this.#document, path).flatMap((item) => {
      const text = this.#text(item);
      return text === null ? [] : [{ text, where: this.#where(item) }];
    });
  }

  #rulesAt(path: Path): readonly string[] {
    const patterns = this.#placed(path).map(({ text, where }) => ({ pattern: text, where }));
    this.problems.push(...unknownRules(patterns, this.#rules));
    return patterns.map(({ pattern }) => pattern);
  }

  #subject(): SubjectSpec {
    const name = this.#text(["set"]);
    if (name !== null) {
      for (const key of ["context", "complete"])
        if (this.#has([key]))
          this.#wrong([key], `${key} belongs to manifests; a set has its own in meshlint.yaml`, "key");
      return { type: "set", name, where: this.#where(["set"]) };
    }
    const paths = this.#placed(["manifests"]);
    if (paths.length === 0) this.#wrong(["manifests"], "manifests names no file");
    return {
      type: "manifests",
      paths,
      context: this.#placed(["context"]),
      complete: this.#flag(["complete"]),
    };
  }

  #test(path: Path): Test {
    const { start } = placeOf(this.#document, [...path, "name"]);
    return {
      name: this.#text([...path, "name"]) ?? "",
      line: positionAt(this.#document.file, start).line,
      expectation: this.#expectation(path),
    };
  }

  #expectation(path: Path): Expectation {
    if (this.#has([...path, "findings"])) return this.#findings([...path, "findings"]);
    if (this.#has([...path, "reach"])) return { kind: "reach", requests: this.#reach([...path, "reach"]) };
    if (this.#has([...path, "isolated"])) {
      const at = [...path, "isolated"];
      const tenants = this.#text(at) === null ? this.#placed(at) : null;
      if (tenants !== null && tenants.length < 2) this.#wrong(at, "isolated names two tenants or more");
      return { kind: "isolated", tenants };
    }
    if (this.#has([...path, "mutations"])) {
      const at = [...path, "mutations"];
      if (this.#text(at) !== null || this.#has([...at, "documented"])) return this.#documented(at);
      const mutations = items(this.#document, at).map((item) => this.#mutation(item));
      if (mutations.length === 0) this.#wrong(at, "mutations names no change");
      return { kind: "mutations", mutations };
    }
    const at = [...path, "snapshot"];
    return { kind: "snapshot", path: this.#file(at), where: this.#where(at) };
  }

  #documented(path: Path): Expectation {
    const resources = this.#placed([...path, "documented"]).map(({ text }) => text);
    const narrowed = this.#has([...path, "documented"]) && !resources.includes("all");
    if (narrowed && resources.length === 0)
      this.#wrong([...path, "documented"], "documented names no object");
    const score = this.#text([...path, "score"]);
    return {
      kind: "documented",
      resources: narrowed ? resources : null,
      oneIn: Number(this.#text([...path, "oneIn"]) ?? 1),
      score: score === null ? null : Number(score),
    };
  }

  /** A path of the file, as seen from the working directory. */
  #file(path: Path): string {
    return joinPath(folderOf(this.#document.file.path), this.#text(path) ?? "");
  }

  #findings(path: Path): Expectation {
    const nothing = { kind: "findings", among: [], includes: [], excludes: [], markers: false } as const;
    if (this.#text(path) === "none") return { ...nothing, exact: [] };
    const value = valueAt(this.#document.value, path);
    const keys = isMapping(value) ? Object.keys(value) : [];
    if (!keys.some((key) => key !== "among"))
      this.#wrong(
        path,
        "findings expects nothing: it has to be none, or to have exact, includes, excludes or markers",
      );
    return {
      kind: "findings",
      among: this.#rulesAt([...path, "among"]),
      exact: keys.includes("exact") ? this.#patterns([...path, "exact"]) : null,
      includes: this.#patterns([...path, "includes"]),
      excludes: this.#patterns([...path, "excludes"]),
      markers: this.#flag([...path, "markers"]),
    };
  }

  #patterns(path: Path): readonly FindingPattern[] {
    return items(this.#document, path).map((item) => this.#pattern(item));
  }

  #pattern(path: Path): FindingPattern {
    const single = this.#text(path);
    const at = (key: string): string | null => this.#text([...path, key]);
    const number = (key: string): number | null => (at(key) === null ? null : Number(at(key)));
    const rulePath = single === null ? [...path, "rule"] : path;
    const [rule = null] = this.#rulesAt(rulePath);
    const keys = ["rule", "resource", "severity", "file", "line", "message"];
    if (single === null && keys.every((key) => at(key) === null))
      this.#wrong(path, `an entry has to have one of ${keys.join(", ")}`);
    return {
      rule,
      resource: at("resource"),
      severity: at("severity") as Severity | null,
      file: at("file") === null ? null : this.#file([...path, "file"]),
      line: number("line"),
      message: at("message"),
      count: number("count"),
      where: this.#where(path),
    };
  }

  #reach(path: Path): readonly ExpectedRequest[] {
    const document = this.#document;
    const listed = items(document, path).map((item): ExpectedRequest => {
      const status = this.#text([...item, "status"]);
      return {
        ...readRequest(document, item),
        expect: this.#text([...item, "expect"]) as CallVerdict,
        status: status === null ? null : Number(status),
        by: this.#text([...item, "by"]),
        where: this.#where(item),
      };
    });
    const requests = [...listed, ...this.#table(path)];
    if (requests.length === 0) this.#wrong(path, "reach names no request");
    return requests;
  }

  #table(path: Path): readonly ExpectedRequest[] {
    const targets = texts(this.#document, [...path, "targets"]);
    const { options } = readRequest(this.#document, path);
    return entries(this.#document, [...path, "callers"]).flatMap(([from, row]) => {
      const cells = items(this.#document, row);
      if (cells.length !== targets.length)
        this.#wrong(row, `${from} has ${cells.length} verdicts, and there are ${targets.length} targets`);
      return targets.flatMap((to, index): readonly ExpectedRequest[] => {
        const cell = cells[index];
        if (cell === undefined) return [];
        const expect = this.#text(cell) as CallVerdict;
        return [{ from, to, options, expect, status: null, by: null, where: this.#where(cell) }];
      });
    });
  }

  #mutation(path: Path): ReturnType<typeof readMutation>["mutation"] {
    const caughtBy = this.#rulesAt([...path, "caughtBy"]);
    const { mutation, problems } = readMutation(this.#document, path, caughtBy);
    this.problems.push(...problems);
    return mutation;
  }
}
