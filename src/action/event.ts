import { readFileSync } from "node:fs";
import { isMapping, type Value, valueAt } from "../model/value.ts";

/**
 * Whether a webhook's payload is about a pull request from another repository. Its author can change every file,
 * the config included, so nothing outside the checkout may be reached through them.
 */
export function isForkEvent(payload: Value): boolean {
  if (!isMapping(valueAt(payload, ["pull_request"]))) return false;
  const head = valueAt(payload, ["pull_request", "head", "repo", "full_name"]);
  // The head repository is null once it has been deleted.
  return head !== valueAt(payload, ["pull_request", "base", "repo", "full_name"]);
}

/** The same for the event file of a runner; false where there is none, as for a schedule. */
export function isFork(eventFile: string | undefined): boolean {
  if (eventFile === undefined || eventFile === "") return false;
  return isForkEvent(JSON.parse(readFileSync(eventFile, "utf8")));
}
