import { makeProfile, parseProfileOption } from "../../src/graph/profile.ts";
import type { Profile } from "../../src/model/profile.ts";
import { setOf } from "../support/graph.ts";

/** The profile of `--profile TEXT`, with nothing detected. */
export function profileOf(text: string): Profile {
  const set = setOf({});
  return makeProfile({ ...set, profile: { option: parseProfileOption(text), config: {} } });
}
