import type { Finding } from "./finding.ts";
import type { Location } from "./source.ts";

/** Findings that were there when the baseline was written. Lines are not in it, so that they may move. */
export interface KnownFinding {
  /** Where the findings were. They are the same in another file. */
  readonly file: string;
  readonly rule: string;
  /** As {@link resourceName} tells; null: the finding is about the text of a file. */
  readonly resource: string | null;
  /** The field, as in the finding; empty for the whole resource. */
  readonly path: string;
  /** How many findings of the rule, resource and path there were in the file. */
  readonly count: number;
  readonly reason: string | null;
  /** `YYYY-MM-DD`; the findings count again after this day. */
  readonly until: string | null;
}

/** What a baseline file says; `file` is relative to the working directory. */
export interface BaselineEntry extends KnownFinding {
  readonly at: Location;
}

/** A baseline file, checked. */
export interface Baseline {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  /** What it names as `$schema`, for editors. */
  readonly schema: string | null;
  readonly entries: readonly BaselineEntry[];
}

/** What has become of an entry. */
export interface BaselineUse {
  readonly entry: BaselineEntry;
  /** The findings that it accounts for; suppressed, unless its date has passed. */
  readonly findings: readonly Finding[];
  readonly expired: boolean;
  /** Whether everything that it could be about was judged: then what it has no finding for is gone. */
  readonly sure: boolean;
}

/** What a run says about its baseline. */
export interface BaselineReport {
  readonly path: string;
  readonly uses: readonly BaselineUse[];
}

/** What tells the resource of an entry: `Gateway.networking.istio.io/shop/public`, `Namespace/shop`. */
export function resourceName({ resource }: Pick<Finding, "resource">): string | null {
  if (resource === null) return null;
  const { kind, namespace, name } = resource;
  return [kind, ...(namespace === null ? [] : [namespace]), name].join("/");
}
