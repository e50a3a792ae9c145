import { readDuration } from "../apply/duration.ts";
import type { PartOfPlan } from "../apply/select.ts";
import { type StepId, steps } from "../apply/steps.ts";
import { UsageError } from "../model/errors.ts";
import { given, type ParsedLine, single, values } from "./parse.ts";

export interface ApplyArguments extends PartOfPlan {
  /** The file of `--plan`. */
  readonly plan: string | null;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly recordNamespace: string | null;
  readonly quiet: boolean;
}

const isStep = (id: string): id is StepId => steps.some((step) => step.id === id);

/** The options of `apply` beside those that it shares with `plan`. */
export function applyArguments(line: ParsedLine): ApplyArguments {
  const time = single(line, "timeout");
  const timeout = readDuration(time ?? "10m");
  if (timeout === null || timeout === 0)
    throw new UsageError(`--timeout takes a time such as 90s, 10m or 1h, not "${time}"`);
  const recordNamespace = single(line, "record-namespace");
  if (recordNamespace !== null && !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(recordNamespace))
    throw new UsageError(`--record-namespace: "${recordNamespace}" is no name of a namespace`);
  return {
    plan: single(line, "plan"),
    yes: given(line, "yes"),
    dryRun: given(line, "dry-run"),
    wait: !given(line, "no-wait"),
    timeout,
    steps: values(line, "step").filter(isStep),
    only: values(line, "only"),
    recordNamespace,
    quiet: given(line, "quiet"),
  };
}
