import { rules } from "../../rules/index.ts";
import { nodeCertificates } from "../../src/certificates/node-reader.ts";
import { checkConfig } from "../../src/config/check.ts";
import { type Platform, platformOf } from "../../src/harness/platform.ts";
import { readTestFile } from "../../src/harness/read-test-file.ts";
import type { TestRun } from "../../src/harness/result.ts";
import { runTests } from "../../src/harness/run.ts";
import type { Goldens } from "../../src/harness/snapshot.ts";
import { emptyConfig } from "../../src/model/config.ts";
import type { SourceFile } from "../../src/model/source.ts";

const ids = rules.map(({ id }) => id);

/** Some files as the one set that tests are about. */
export function platformIn(files: Readonly<Record<string, string>>, config: string | null = null): Platform {
  return platformOf({
    files: Object.entries(files).map(([path, text]): SourceFile => ({ path, text })),
    fileStates: [],
    config: config === null ? emptyConfig : checkConfig({ path: "meshlint.yaml", text: config }, rules),
    configFolder: ".",
    options: {
      profile: {},
      rules: [],
      skip: [],
      severities: [],
      strict: false,
      sets: [],
      shownPaths: ["."],
      named: [],
    },
    catalogue: rules,
    contextFiles: [],
    certificates: nodeCertificates,
    now: new Date("2026-11-20T00:00:00Z"),
  });
}

/** What is wrong with the text of a test file. */
export function problemsOf(text: string): readonly string[] {
  const reading = readTestFile({ path: "a.meshtest.yaml", text }, ids);
  return "problems" in reading ? reading.problems : [];
}

export const noGoldens: Goldens = {
  read: () => null,
  write: null,
  seenFrom: (_folder, path) => path,
  diff: (before, after) => [`- ${before}`, `+ ${after}`],
};

/** Runs the tests of a text, that of `tests:`, on a platform. */
export function runText(
  platform: Platform,
  tests: string,
  more: { readonly filter?: string; readonly bail?: boolean; readonly goldens?: Goldens } = {},
): TestRun {
  const text = `set: all\ntests:\n${tests}`;
  const reading = readTestFile({ path: "tests/a.meshtest.yaml", text }, ids);
  if ("problems" in reading) throw new Error(reading.problems.join("\n"));
  const { filter = null, bail = false, goldens = noGoldens } = more;
  return runTests([{ file: reading.file, platform }], { filter, bail, goldens });
}
