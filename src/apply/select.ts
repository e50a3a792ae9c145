import { ruleMatches } from "../engine/settings.ts";
import { type Plan, type PlannedObject, plannedObjects } from "./plan-model.ts";
import type { StepId } from "./steps.ts";

/** A part of a plan. */
export interface PartOfPlan {
  /** Empty: all. */
  readonly steps: readonly StepId[];
  /** Patterns of `Kind`, `Kind/name` or `Kind/namespace/name`, with `*` for any characters; empty: all. */
  readonly only: readonly string[];
}

/** What a pattern may call an object: its kind with or without its group, and its name with or without namespace. */
function namesOf({ resource }: PlannedObject): readonly string[] {
  const { id, kind, namespace, name } = resource;
  return [id.kind, kind].flatMap((each) => [
    each,
    `${each}/${name}`,
    ...(namespace === null ? [] : [`${each}/${namespace}/${name}`]),
  ]);
}

const fits = (pattern: string, object: PlannedObject): boolean =>
  namesOf(object).some((name) => ruleMatches(pattern.toLowerCase(), name.toLowerCase()));

/** The steps and objects of a plan that are asked for, in its order. */
export function partOf(plan: Plan, { steps, only }: PartOfPlan): Plan {
  return {
    ...plan,
    steps: plan.steps
      .filter(({ step }) => steps.length === 0 || steps.includes(step))
      .map(({ step, objects }) => ({
        step,
        objects: objects.filter(
          (object) => only.length === 0 || only.some((pattern) => fits(pattern, object)),
        ),
      }))
      .filter(({ objects }) => objects.length > 0),
  };
}

/** Patterns that no object of a plan fits: a slip of the pen. */
export function idlePatterns(plan: Plan, only: readonly string[]): readonly string[] {
  const objects = plannedObjects(plan);
  return only.filter((pattern) => !objects.some((object) => fits(pattern, object)));
}
