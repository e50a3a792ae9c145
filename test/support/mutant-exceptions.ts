import { readFileSync } from "node:fs";
import { join } from "node:path";
import picomatch from "picomatch";
import { parse } from "yaml";
import type { Finding } from "../../src/model/finding.ts";
import { repository } from "../shared.ts";
import type { MutantSet } from "./mutant-sets.ts";
import { isCaughtBy, type Mutant, type Mutation, mutantsOf } from "./mutants.ts";

/**
 * Why a mutant may live:
 * - default applies: what is left means the same, or the operator's default is right too
 * - also accepted: the catalogue, or meshlint's design, takes this form as well
 * - not documented: no document asks for it, or any value will do
 * - found elsewhere: it does not live; the rule of the entry finds it, at the object that suffers from it
 */
export const reasons = ["default applies", "also accepted", "not documented", "found elsewhere"] as const;

export interface Exception {
  /** Globs over the names of sets; all of them if absent. */
  readonly sets?: readonly string[];
  /** Globs over kinds in kubectl's notation. */
  readonly kinds: readonly string[];
  /** Globs over the names of objects; all of them if absent. */
  readonly names?: readonly string[];
  /** Globs over paths, with `/` between keys, `:` for a slash in a key and `.` for the whole object. */
  readonly paths: readonly string[];
  readonly mutations?: readonly Mutation[];
  readonly reason: (typeof reasons)[number];
  /** The rule that has to find the mutant all the same; with "found elsewhere" only. */
  readonly rule?: string;
  readonly note: string;
}

const globbed = (mutant: Mutant): string =>
  mutant.path.length === 0 ? "." : mutant.path.map((step) => String(step).replaceAll("/", ":")).join("/");

type Part = readonly [name: string, fits: (text: string) => boolean];

const parts = (label: string, patterns: readonly string[]): readonly Part[] =>
  patterns.map((text) => [`${label} ${text}`, picomatch([text], { dot: true })]);

/** One exception with the memory of which of its parts some mutant has needed. */
class Matcher {
  readonly exception: Exception;
  readonly #parts: readonly (readonly [readonly Part[], (set: MutantSet, mutant: Mutant) => string])[];
  readonly #needed = new Set<string>();

  constructor(exception: Exception) {
    this.exception = exception;
    const { sets, kinds, names, paths, mutations } = exception;
    this.#parts = [
      ...(sets ? [[parts("set", sets), (set: MutantSet) => set.name] as const] : []),
      [parts("kind", kinds), (_: MutantSet, { object }: Mutant) => object.kind] as const,
      ...(names ? [[parts("name", names), (_: MutantSet, { object }: Mutant) => object.name] as const] : []),
      [parts("path", paths), (_: MutantSet, mutant: Mutant) => globbed(mutant)] as const,
      ...(mutations
        ? [[parts("mutation", mutations), (_: MutantSet, { mutation }: Mutant) => mutation] as const]
        : []),
    ];
  }

  /** Whether the exception is for a mutant; if so, its parts that fit have been needed. */
  excuses(set: MutantSet, mutant: Mutant, findings: readonly Finding[]): boolean {
    const { rule } = this.exception;
    if (rule !== undefined && !findings.some((finding) => finding.rule === rule)) return false;
    const fitting = this.#parts.map(([alternatives, textOf]) => {
      const text = textOf(set, mutant);
      return alternatives.filter(([, fits]) => fits(text));
    });
    if (fitting.some((alternatives) => alternatives.length === 0)) return false;
    for (const [name] of fitting.flat()) this.#needed.add(name);
    return true;
  }

  /** The parts that no mutant needed. */
  idle(): readonly string[] {
    const { kinds, paths } = this.exception;
    return this.#parts
      .flatMap(([alternatives]) => alternatives.map(([name]) => name))
      .filter((name) => !this.#needed.has(name))
      .map((name) => `${name} of ${kinds.join()} ${paths.join()}`);
  }
}

/** How many mutants there are of one set, and what becomes of them. */
export interface Tally {
  mutants: number;
  caught: number;
  readonly excused: Map<string, number>;
}

/** A list of exceptions of `test/mutants`, with the memory of what of it has been needed. */
export class Exceptions {
  readonly all: readonly Exception[];
  readonly #matchers: readonly Matcher[];

  /** @param file `platform.yaml` */
  constructor(file: string) {
    this.all = parse(readFileSync(join(repository, "test", "mutants", file), "utf8"));
    this.#matchers = this.all.map((exception) => new Matcher(exception));
  }

  /** The reason of the first exception for a mutant; every one that fits counts as needed. */
  reasonFor(set: MutantSet, mutant: Mutant, findings: readonly Finding[]): string | null {
    const fitting = this.#matchers.filter((matcher) => matcher.excuses(set, mutant, findings));
    return fitting[0]?.exception.reason ?? null;
  }

  idle(): readonly string[] {
    return this.#matchers.flatMap((matcher) => matcher.idle());
  }
}

/**
 * The mutants of one file of a set that are neither caught where they are nor on a list, with what is said of them.
 * @param oneIn one mutant in so many is made
 */
export function escaped(
  set: MutantSet,
  path: string,
  lists: readonly Exceptions[],
  oneIn = 1,
  tally: Tally = { mutants: 0, caught: 0, excused: new Map() },
): readonly string[] {
  const file = set.files.find((other) => other.path === path);
  if (!file) throw new Error(`${set.name} has no file ${path}`);
  const lines: string[] = [];
  for (const mutant of mutantsOf(file, oneIn)) {
    tally.mutants++;
    const { findings, crashes } = set.lint(mutant);
    if (crashes.length > 0) lines.push(`${mutant.name}: ${crashes.map(({ rule }) => rule).join()} crashes`);
    if (findings.some((finding) => isCaughtBy(mutant, finding))) {
      tally.caught++;
      continue;
    }
    const [reason] = lists
      .map((list) => list.reasonFor(set, mutant, findings))
      .filter((found) => found !== null);
    if (reason !== undefined) {
      tally.excused.set(reason, (tally.excused.get(reason) ?? 0) + 1);
      continue;
    }
    const elsewhere = findings.map(({ rule, at, path: where }) => `${rule} at ${at.file.path} ${where}`);
    lines.push(`${mutant.name}: ${elsewhere.length === 0 ? "survives" : `only ${elsewhere.join(", ")}`}`);
  }
  return lines;
}
