import type { ManifestDocument } from "./document.ts";
import type { Finding, Verdict } from "./finding.ts";
import type { Resource } from "./resource.ts";
import type { SourceFile, Span } from "./source.ts";
import type { Path } from "./value.ts";

/** A line of a file, with what stands there. */
export interface ExplainedPlace {
  readonly file: SourceFile;
  readonly line: number;
  readonly document: ManifestDocument;
  /** Null for a document that is no object, or cannot be read. */
  readonly resource: Resource | null;
  /** The field of the resource (of the document, where there is none) that stands here; empty for all of it. */
  readonly path: Path;
  /** The part of the file that the field takes up. */
  readonly span: Span;
}

/** What one rule says about the object at a place, in the sets that agree about it. */
export interface Opinion {
  readonly rule: string;
  /** One sentence that states the defect. */
  readonly summary: string;
  readonly verdict: Verdict;
  readonly sets: readonly string[];
  /** For `undecided`: what would decide it. */
  readonly needs: string | null;
  readonly reason: string;
  readonly findings: readonly Finding[];
}

/** Why the rules say what they say about one place. */
export interface Explanation {
  readonly place: ExplainedPlace;
  /** The sets that hold the file. */
  readonly sets: readonly string[];
  /** Of the rules that looked at this object: failed first, then undecided, passed, not applicable. */
  readonly opinions: readonly Opinion[];
  /** Findings at other objects that name this one as related. */
  readonly pointers: readonly Finding[];
  /** How many rules look at other objects only. */
  readonly others: number;
}
