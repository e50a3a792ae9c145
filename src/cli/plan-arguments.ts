import { parseProfileOption } from "../graph/profile.ts";
import { UsageError } from "../model/errors.ts";
import { given, type ParsedLine, single, values } from "./parse.ts";
import type { PlanRequest } from "./plan-project.ts";

/** What plan and apply are about. */
export function planRequest(line: ParsedLine): PlanRequest {
  const [path = ".", ...others] = line.operands;
  if (others.length > 0)
    throw new UsageError(`one set at a time: give one path, not ${line.operands.length}`);
  return {
    path,
    config: single(line, "config"),
    set: single(line, "set"),
    profile: values(line, "profile")
      .map(parseProfileOption)
      .reduce((all, more) => ({ ...all, ...more }), {}),
    force: given(line, "force-conflicts"),
  };
}
