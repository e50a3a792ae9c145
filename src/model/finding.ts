import type { Resource } from "./resource.ts";
import type { Location, SourceFile } from "./source.ts";

export const severities = ["info", "warning", "error"] as const;
export type Severity = (typeof severities)[number];

/** Replace the text between two offsets of a file. */
export interface Edit {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `safe`: the right value follows from the rule alone. `review`: a person decides. */
export interface Fix {
  readonly title: string;
  readonly safety: "safe" | "review";
  readonly edits: readonly Edit[];
}

export interface Related {
  readonly at: Location;
  readonly message: string;
}

/** A document of the product's book: `section` as printed there. */
export interface Documentation {
  readonly title: string;
  readonly section: string;
}

export interface Suppression {
  readonly by: "comment" | "config" | "baseline";
  readonly reason: string;
  readonly until: string | null;
}

/** One place where a rule fails. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly sets: readonly string[];
  readonly at: Location;
  /** The field that the finding is about, as it would stand in the resource; empty for a whole file. */
  readonly path: string;
  readonly resource: Resource | null;
  readonly related: readonly Related[];
  readonly documentation: readonly Documentation[];
  readonly fix: Fix | null;
  readonly suppressed: Suppression | null;
}

export const verdicts = ["not-applicable", "pass", "undecided", "fail"] as const;
/** Later ones win when the verdict of a set is made of those of its subjects. */
export type Verdict = (typeof verdicts)[number];
