import type { Severity } from "../model/finding.ts";
import type { Tenant } from "../model/set.ts";
import type { ProfileKey } from "../model/profile.ts";
import type { Mapping, Path, Value } from "../model/value.ts";
import type { CallVerdict } from "../simulate/answer.ts";
import type { CallOptions } from "../simulate/parties.ts";

/** What a file tests: a set of the project, or manifests that make one set. */
export type SubjectSpec =
  | { readonly type: "set"; readonly name: string; readonly where: string }
  | {
      readonly type: "manifests";
      /** Files, folders and globs, relative to the test file, with their places. */
      readonly paths: readonly Placed[];
      readonly context: readonly Placed[];
      readonly complete: boolean;
    };

/** A text of a test file and where it stands (`prod.meshtest.yaml:4:9`). */
export interface Placed {
  readonly text: string;
  readonly where: string;
}

/** Which findings are meant; null: any. */
export interface FindingPattern {
  readonly rule: string | null;
  readonly resource: string | null;
  readonly severity: Severity | null;
  /** Relative to the working directory. */
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string | null;
  readonly count: number | null;
  readonly where: string;
}

export interface FindingsTest {
  readonly kind: "findings";
  /** Globs of rules; empty: all. */
  readonly among: readonly string[];
  readonly exact: readonly FindingPattern[] | null;
  readonly includes: readonly FindingPattern[];
  readonly excludes: readonly FindingPattern[];
  readonly markers: boolean;
}

export interface Request {
  readonly from: string;
  readonly to: string;
  readonly options: CallOptions;
}

export interface ExpectedRequest extends Request {
  readonly expect: CallVerdict;
  readonly status: number | null;
  readonly by: string | null;
  readonly where: string;
}

export interface ReachTest {
  readonly kind: "reach";
  readonly requests: readonly ExpectedRequest[];
}

export interface IsolatedTest {
  readonly kind: "isolated";
  /** Null: all that there are. */
  readonly tenants: readonly Placed[] | null;
}

export interface PatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  /** Steps of a JSON pointer. */
  readonly path: readonly string[];
  readonly from: readonly string[] | null;
  readonly value: Value;
}

export type Change =
  | { readonly type: "delete" }
  | { readonly type: "set"; readonly values: readonly (readonly [Path, Value])[] }
  | { readonly type: "merge"; readonly patch: Mapping }
  | { readonly type: "patch"; readonly operations: readonly PatchOperation[] };

export interface Mutation {
  readonly name: string;
  readonly resource: string;
  readonly change: Change;
  /** Globs of rules; empty: none is expected. */
  readonly caughtBy: readonly string[];
  readonly verdict: (Request & { readonly expect: CallVerdict | null }) | null;
  readonly where: string;
}

export interface MutationsTest {
  readonly kind: "mutations";
  readonly mutations: readonly Mutation[];
}

/** Every documented change that applies to the manifests. */
export interface DocumentedTest {
  readonly kind: "documented";
  /** Patterns of objects; null: all of the set. */
  readonly resources: readonly string[] | null;
  /** One change in so many is tried. */
  readonly oneIn: number;
  /** How many of 100 have to be noticed; null: the score is only told. */
  readonly score: number | null;
}

export interface SnapshotTest {
  readonly kind: "snapshot";
  /** Relative to the working directory. */
  readonly path: string;
  readonly where: string;
}

export type Expectation =
  FindingsTest | ReachTest | IsolatedTest | MutationsTest | DocumentedTest | SnapshotTest;

export interface Test {
  readonly name: string;
  readonly line: number;
  readonly expectation: Expectation;
}

/** A `*.meshtest.yaml`, checked. */
export interface TestFile {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  readonly subject: SubjectSpec;
  readonly profile: Readonly<Partial<Record<ProfileKey, string>>>;
  /** Null: those of the config. */
  readonly tenants: readonly Tenant[] | null;
  /** `YYYY-MM-DD`; null: the day of the run. */
  readonly today: string | null;
  readonly tests: readonly Test[];
}
