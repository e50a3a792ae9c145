import type { Resource } from "../../src/model/resource.ts";
import { formatPath, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations, kubernetes } from "../../src/rule/documents.ts";
import { hasSchema, schemaKinds, validate } from "../../src/schema/validate.ts";

/** Only an object that lists neither a name nor the beginning of one; other types are told by schema/wrong-type. */
function isNameless({ form, name, value }: Resource): boolean {
  const written = valueAt(value, ["metadata", "name"]) ?? null;
  return form === "full" && name === "" && (written === null || written === "");
}

export const rule = defineRule({
  id: "schema/missing-field",
  summary: "A field that the API server demands is missing.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [kubernetes("API concepts, field validation"), integrations("1.4.2")],
  fix: "none",
  reads: schemaKinds,
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph.set.resources.filter((resource) => resource.standing === "own" && hasSchema(resource)),
  *check(resource) {
    if (isNameless(resource)) {
      // Profiles of operators and input of other tools look so: nobody means to apply them.
      const isInput = valueAt(resource.value, ["metadata"]) === undefined;
      yield fail(
        at(resource, "metadata", "name"),
        isInput
          ? "metadata is missing; an object without a name cannot be applied"
          : "metadata.name is missing; the API server demands it",
        { ...(isInput && { severity: "warning" as const }), explains: ["metadata", "name"] },
      );
    }
    for (const problem of validate(resource)) {
      if (problem.type !== "missing") continue;
      const path = [...problem.path, problem.key];
      yield fail(at(resource, ...path), `${formatPath(path)} is missing; the API server demands it`, {
        explains: path,
      });
    }
  },
});
