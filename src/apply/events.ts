import { ClusterError } from "../model/cluster.ts";
import type { Mapping } from "../model/value.ts";
import { oneLine, textAt } from "./conditions.ts";
import type { PlannedObject } from "./plan-model.ts";
import type { Sending } from "./sending.ts";

/** Events about cluster-scoped objects live here. */
const homeOfClusterScoped = "default";

function timeOf(event: Mapping): string {
  return (
    textAt(event, "lastTimestamp") ||
    textAt(event, "series", "lastObservedTime") ||
    textAt(event, "eventTime") ||
    textAt(event, "metadata", "creationTimestamp")
  );
}

/**
 * The last Event about an object, `FailedCreate: exceeded quota…`; null: there is none. Undefined: Events may not be
 * read.
 */
export async function lastEvent(
  { cluster }: Sending,
  { resource }: PlannedObject,
): Promise<string | null | undefined> {
  try {
    const kind = (await cluster.kinds()).find((each) => each.kind === "Event" && each.group === "");
    if (!kind) return undefined;
    const events = await cluster.list(kind, {
      namespace: resource.namespace ?? homeOfClusterScoped,
      fieldSelector: `involvedObject.name=${resource.name},involvedObject.kind=${resource.id.kind}`,
    });
    const last = events.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1)).at(-1);
    return last ? oneLine(`${textAt(last, "reason")}: ${textAt(last, "message")}`) : null;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    // Nobody is stopped by a missing Event.
    return error.problem === "forbidden" ? undefined : null;
  }
}
