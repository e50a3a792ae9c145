import type { Resource } from "../model/resource.ts";
import { ruleMatches } from "./settings.ts";

/** `Kind/namespace/name`, or `Kind/name` for any namespace; `*` stands for any characters. */
export function resourceMatches(wanted: string, resource: Resource): boolean {
  const steps = wanted.split("/");
  const kind = steps[0] ?? "";
  const name = steps.at(-1) ?? "";
  const namespace = steps.length > 2 ? (steps[1] ?? "") : null;
  return (
    (ruleMatches(kind, resource.id.kind) || ruleMatches(kind, resource.kind)) &&
    (namespace === null || (resource.namespace !== null && ruleMatches(namespace, resource.namespace))) &&
    ruleMatches(name, resource.name)
  );
}
