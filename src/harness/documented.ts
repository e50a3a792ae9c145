import { caused } from "../engine/caused.ts";
import { resourceMatches } from "../engine/resource-pattern.ts";
import { UsageError } from "../model/errors.ts";
import { sourceOf } from "../model/resource.ts";
import type { SourceFile } from "../model/source.ts";
import { isCaughtBy, type Mutant, mutantsOf } from "./mutants.ts";
import type { Platform } from "./platform.ts";
import type { Checked, Failure } from "./result.ts";
import type { DocumentedTest } from "./test-file.ts";

/** What became of all changes. */
export interface Score {
  readonly mutants: number;
  readonly caught: number;
  /** `11-smcp.yaml#0 spec.version flip`: what nobody notices, or only where it leads nobody to the change. */
  readonly survivors: readonly string[];
}

/** Groups of rules that take most of the time: they are asked for what the others do not notice. */
const slow = ["tenant/*", "policy/*"];

function isCaught(platform: Platform, mutant: Mutant): boolean {
  const files = platform.input.files.map((file): SourceFile =>
    file.path === mutant.file ? { path: file.path, text: mutant.text } : file,
  );
  const after = platform.with(files);
  const noticed = (skip: readonly string[]): boolean => {
    const known = platform
      .skipping(skip)
      .report()
      .findings.map((finding) => ({ ...finding, suppressed: null }));
    return caused(after.skipping(skip).findings(), known).some((finding) => isCaughtBy(mutant, finding));
  };
  try {
    return noticed(slow) || noticed([]);
  } catch (error) {
    // Without its only object there is no set: nothing is left that could notice.
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/**
 * Changes each key, scalar and object of a set's own files in each way in which people get it wrong: left out, another
 * value, misspelt, of another type, a level too high. A change is noticed if a finding that it causes leads to it.
 */
export function scoreOf(
  platform: Platform,
  { resources, oneIn }: Pick<DocumentedTest, "resources" | "oneIn">,
): Score {
  const { set } = platform.graph();
  const wanted = set.resources.filter(
    (resource) => resources === null || resources.some((pattern) => resourceMatches(pattern, resource)),
  );
  const documents = new Set(wanted.map((resource) => sourceOf(resource, []).document));
  const all = resources === null ? new Set(set.documents) : documents;
  const files = new Set([...all].map(({ file }) => file));
  const isAsked = ({ file, document }: Mutant): boolean =>
    [...all].some((one) => one.file.path === file && one.index === document);
  const survivors: string[] = [];
  let mutants = 0;
  for (const file of files) {
    for (const mutant of mutantsOf(file, oneIn)) {
      if (!isAsked(mutant)) continue;
      mutants++;
      if (!isCaught(platform, mutant)) survivors.push(mutant.name);
    }
  }
  return { mutants, caught: mutants - survivors.length, survivors };
}

/** Whether enough documented changes are noticed; those that survive are told in any case. */
export function checkDocumented(platform: Platform, test: DocumentedTest, where: string): Checked {
  const { mutants, caught, survivors } = scoreOf(platform, test);
  if (mutants === 0) {
    const expected = `an object ${test.resources?.join(" or ") ?? "of the set"}`;
    return { failures: [{ expected, got: "there is none to change", at: null, where }] };
  }
  const score = Math.floor((caught * 1000) / mutants) / 10;
  const got = `${caught} of ${mutants} documented changes noticed, ${score} %`;
  if (test.score === null || score >= test.score) return { failures: [], note: got, details: survivors };
  const diff = survivors.map((name) => `+ survives: ${name}`);
  const failure: Failure = {
    expected: `${test.score} % of documented changes noticed`,
    got,
    at: null,
    where,
    diff,
  };
  return { failures: [failure] };
}
