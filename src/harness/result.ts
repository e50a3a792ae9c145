import type { Crash } from "../model/report.ts";

/** One expectation that does not hold. */
export interface Failure {
  readonly expected: string;
  readonly got: string;
  /** Where in the manifests: `mesh.yaml:4:9`; null: nowhere in particular. */
  readonly at: string | null;
  /** Where the test file says so: `prod.meshtest.yaml:12:9`. */
  readonly where: string;
  /** What the files differ in, line by line with `-` and `+`. */
  readonly diff?: readonly string[];
}

export interface TestResult {
  /** Relative to the working directory. */
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly ok: boolean;
  readonly failures: readonly Failure[];
  /** What a person should know of a test that passes. */
  readonly note: string | null;
  /** More of that, line by line. */
  readonly details: readonly string[];
}

export interface TestRun {
  readonly results: readonly TestResult[];
  /** Tests that were not run, for --bail. */
  readonly left: number;
  /** Rules that crashed: bugs. */
  readonly crashes: readonly Crash[];
}

/** What a test of some kind came to. */
export interface Checked {
  readonly failures: readonly Failure[];
  readonly note?: string;
  readonly details?: readonly string[];
}
