import { checkDocumented } from "./documented.ts";
import { checkFindings } from "./findings.ts";
import type { Platform } from "./platform.ts";
import { checkIsolated, checkReach } from "./reach.ts";
import type { Checked, TestResult, TestRun } from "./result.ts";
import type { Test, TestFile } from "./test-file.ts";
import { checkMutations } from "./mutations.ts";
import { checkSnapshot, type Goldens } from "./snapshot.ts";

/** A test file with the set that it is about. */
export interface ReadyFile {
  readonly file: TestFile;
  readonly platform: Platform;
}

export interface RunOptions {
  /** Run tests whose name holds this text, in whatever case; null: all. */
  readonly filter: string | null;
  /** Stop at the first test that fails. */
  readonly bail: boolean;
  readonly goldens: Goldens;
}

function checked(file: TestFile, test: Test, platform: Platform, goldens: Goldens): Checked {
  const { expectation } = test;
  const where = `${file.path}:${test.line}`;
  switch (expectation.kind) {
    case "findings":
      return checkFindings(platform, expectation, where);
    case "reach":
      return checkReach(platform, expectation);
    case "isolated":
      return checkIsolated(platform, expectation, where);
    case "mutations":
      return checkMutations(platform, expectation);
    case "documented":
      return checkDocumented(platform, expectation, where);
    case "snapshot":
      return checkSnapshot(platform, expectation, file.path, goldens);
  }
}

/** Whether a test is asked for by `--filter`. */
export function isWanted(test: Test, filter: string | null): boolean {
  return filter === null || test.name.toLowerCase().includes(filter.toLowerCase());
}

/** Runs the tests of some files, in their order. */
export function runTests(files: readonly ReadyFile[], { filter, bail, goldens }: RunOptions): TestRun {
  const wanted = files.flatMap(({ file, platform }) =>
    file.tests.filter((test) => isWanted(test, filter)).map((test) => ({ file, platform, test })),
  );
  const results: TestResult[] = [];
  for (const { file, platform, test } of wanted) {
    const { failures, note = null, details = [] } = checked(file, test, platform, goldens);
    const { name, line } = test;
    results.push({ file: file.path, line, name, ok: failures.length === 0, failures, note, details });
    if (bail && failures.length > 0) break;
  }
  const crashes = new Set(files.map(({ platform }) => platform)).values();
  return {
    results,
    left: wanted.length - results.length,
    crashes: [...crashes].flatMap((platform) => platform.crashes()),
  };
}
