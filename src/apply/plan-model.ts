import type { FieldConflict } from "../model/cluster.ts";
import type { Resource } from "../model/resource.ts";
import type { Mapping } from "../model/value.ts";
import type { Change } from "./changes.ts";
import type { StepId } from "./steps.ts";

/** What becomes of an object: `unknown` where the server cannot say before something else is there. */
export type PlannedAction = "create" | "change" | "unchanged";

export interface PlannedObject {
  readonly resource: Resource;
  /** As it is sent; in memory only, a plan's file has its digest. */
  readonly object: Mapping;
  /** SHA-256 of the object's canonical JSON. */
  readonly digest: string;
  readonly file: string;
  readonly line: number;
  readonly action: PlannedAction;
  /** For `change`; values of Secrets are withheld. */
  readonly changes: readonly Change[];
  /** Fields that other managers own: they stop the application unless it is forced. */
  readonly conflicts: readonly FieldConflict[];
  /** Whether the server has said so in a dry run; else its namespace or kind is not there yet. */
  readonly checked: boolean;
  /** What is waited for afterwards; null: nothing. */
  readonly waitsFor: string | null;
}

/** A reason for not applying. */
export interface Refusal {
  readonly message: string;
  /** Document and section, if one says so. */
  readonly section: string | null;
  /** What to do about it. */
  readonly advice: string;
  /** `file:line` of the object, if it is about one. */
  readonly place: string | null;
}

export interface PlannedStep {
  readonly step: StepId;
  readonly objects: readonly PlannedObject[];
}

export interface Plan {
  readonly set: string;
  readonly server: string;
  readonly context: string | null;
  /** Versions that the set was judged by: `serverless=1.32,mesh=2.4`. */
  readonly profile: string;
  readonly steps: readonly PlannedStep[];
  /** None: it can be applied. */
  readonly refusals: readonly Refusal[];
}

/** Everything that a plan would do, in order. */
export function plannedObjects(plan: Plan): readonly PlannedObject[] {
  return plan.steps.flatMap(({ objects }) => objects);
}

/** Whether anything would be created or changed. */
export function hasChanges(plan: Plan): boolean {
  return plannedObjects(plan).some(({ action }) => action !== "unchanged");
}
