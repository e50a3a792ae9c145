import { replaceScalar } from "../../src/fix/edits.ts";
import { readString } from "../../src/mesh/field.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "managementState"];

/** Groups of custom resources have a domain; those of Kubernetes itself are no operators' resources. */
const isCustom = (group: string): boolean => group.includes(".") && !group.endsWith(".k8s.io");

export const rule = defineRule({
  id: "operator/unmanaged",
  summary: "An operator is told to leave its resource alone, which nobody supports.",
  severity: "error",
  varies: true,
  category: "support",
  documentation: [architecture("2.3")],
  fix: "review",
  reads: [],
  candidates: "each",
  subjects: (graph) =>
    graph.resources.filter(
      ({ standing, form, id }) => standing === "own" && form === "full" && isCustom(id.group),
    ),
  *check(resource) {
    const state = readString(resource, path);
    if (state.state === "unknown") return yield undecided(state.why);
    if (state.state === "absent") return yield notApplicable("it names no management state");
    const more = remedy("set it to Managed", "review", replaceScalar(resource, path, "Managed"));
    // Operators compare the text as it stands: other spellings mean something else, or are refused.
    if (state.value === "Unmanaged")
      yield fail(
        at(resource, ...path),
        `managementState is "Unmanaged": the operator no longer looks after ${resource.id.kind} ${resource.name}, and updates may break it`,
        more,
      );
    if (state.value === "Removed")
      yield fail(
        at(resource, ...path),
        `managementState is "Removed": the operator takes away what ${resource.id.kind} ${resource.name} stands for`,
        { severity: "info", ...more },
      );
  },
});
