import type { Severity } from "../model/finding.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import type { Path, Value } from "../model/value.ts";
import { isDnsLabel } from "./hosts.ts";
import { isExcludedNamespace } from "./membership.ts";
import { operatorNamespace } from "./namespaces.ts";

/** The members of a roll. */
export const rollMembers: Path = ["spec", "members"];

/** What the webhook refuses about a member roll, or what has no effect in it. */
export interface RollFlaw {
  readonly path: Path;
  readonly message: string;
  /** Imperative phrase. */
  readonly advice: string;
  /** Absent: the webhook refuses it. */
  readonly severity?: Severity;
  /** The entry that it repeats. */
  readonly other?: Path;
  /** Taking the entry out is all that has to be done. */
  readonly removable?: boolean;
}

/** What the webhook refuses about name and place of a roll. */
export function placeFlaws(roll: Resource): readonly RollFlaw[] {
  const flaws: RollFlaw[] = [];
  if (roll.name !== "default" && !isUnknown(roll.name))
    flaws.push({
      path: ["metadata", "name"],
      message: `the roll is called "${roll.name}", and the webhook takes no name but "default"`,
      advice: 'call it "default"',
    });
  if (roll.namespace === operatorNamespace)
    flaws.push({
      path: ["metadata", "namespace"],
      message: "the roll stands in the operator's own namespace, which the webhook refuses",
      advice: "move it to the namespace of the control plane",
    });
  return flaws;
}

function entryFlaw(roll: Resource, entry: string, entries: readonly Value[]): Omit<RollFlaw, "path"> | null {
  if (entry === "*") {
    const message = '"*" stands beside other entries, which the webhook refuses';
    return entries.length > 1 ? { message, advice: 'keep either "*" or the names' } : null;
  }
  if (!isDnsLabel(entry))
    return {
      message: `"${entry}" is no name that a namespace can have`,
      advice: "use the exact name of a namespace",
    };
  if (isExcludedNamespace(entry)) {
    const message = `"${entry}" belongs to the platform and never becomes a member`;
    return { message, advice: "remove the entry", severity: "warning" };
  }
  if (entry !== roll.namespace) return null;
  const message = `"${entry}" is the control plane's own namespace, which is no member`;
  return { message, advice: "remove the entry", severity: "info", removable: true };
}

/**
 * What is wrong with single entries of a roll (maistra/istio-operator
 * `pkg/controller/servicemesh/webhooks/validation/memberroll.go`). Entries of other types are findings of the
 * schema, placeholders of their own rule.
 */
export function entryFlaws(roll: Resource, entries: readonly Value[]): readonly RollFlaw[] {
  return entries.flatMap((entry, index): readonly RollFlaw[] => {
    if (typeof entry !== "string" || isUnknown(entry)) return [];
    const path = [...rollMembers, index];
    const first = entries.indexOf(entry);
    if (first < index) {
      const message = `"${entry}" stands twice in the roll, which the webhook refuses`;
      const other = [...rollMembers, first];
      return [{ path, message, advice: "remove the second one", other, removable: true }];
    }
    const flaw = entryFlaw(roll, entry, entries);
    return flaw ? [{ path, ...flaw }] : [];
  });
}
