import type { BaselineReport } from "./baseline.ts";
import type { ManifestDocument } from "./document.ts";
import type { Finding, Verdict } from "./finding.ts";
import type { Profile } from "./profile.ts";
import type { Resource } from "./resource.ts";
import type { Layer } from "./set.ts";
import type { Span } from "./source.ts";

/** What a rule says about one subject of a set, and why. */
export interface SubjectVerdict {
  readonly verdict: Verdict;
  /** Null for a rule about documents or about the set as a whole. */
  readonly resource: Resource | null;
  readonly document: ManifestDocument | null;
  /** For `undecided`: what would decide it. */
  readonly needs: string | null;
  /** Why, where a rule has more to say than that it passes. */
  readonly reason?: string;
}

export interface RuleVerdict {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly subjects: readonly SubjectVerdict[];
}

export interface SetReport {
  readonly name: string;
  readonly path: string;
  readonly profile: Profile;
  readonly owns: readonly Layer[];
  readonly verdicts: readonly RuleVerdict[];
}

/** A file that was not read as manifests, or that could not be read. */
export interface FileState {
  readonly path: string;
  readonly state: "skipped" | "unreadable";
  /** `Helm template`, `values file`, `binary`, …: the same words for the same reason, so that they can be counted. */
  readonly reason: string;
  /** Where reading stopped, if that can be told. */
  readonly at?: Span;
}

/** A rule that crashed: a bug in meshlint (exit 3), never a finding. */
export interface Crash {
  readonly rule: string;
  readonly set: string;
  readonly subject: string | null;
  readonly error: unknown;
}

/** Everything a lint run found out. Formats, exit codes and the Action are made from this and nothing else. */
export interface Report {
  readonly sets: readonly SetReport[];
  /** Sorted by file, line, column, rule; suppressed ones included and marked. */
  readonly findings: readonly Finding[];
  readonly files: readonly FileState[];
  readonly crashes: readonly Crash[];
  /** Only where there is a baseline. */
  readonly baseline?: BaselineReport;
  readonly counts: {
    readonly files: number;
    readonly documents: number;
    readonly resources: number;
    /** Template variables (`${NS}`, `{{ … }}`, `@X@`) that stand for unknown values. */
    readonly variables: number;
  };
}
