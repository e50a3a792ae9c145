import { replaceScalar } from "../../src/fix/edits.ts";
import { formatPath } from "../../src/model/value.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations, kubernetes } from "../../src/rule/documents.ts";
import { hasSchema, schemaKinds, validate } from "../../src/schema/validate.ts";
import { valueWords } from "../../src/schema/wording.ts";

function rangeWords(minimum: number | null, maximum: number | null): string {
  if (minimum === null) return `at most ${maximum}`;
  return maximum === null ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
}

export const rule = defineRule({
  id: "schema/value-not-allowed",
  summary: "A value is none of those that its field may have, or outside its range.",
  severity: "error",
  category: "schema",
  documentation: [kubernetes("API concepts, field validation"), integrations("1.4.2")],
  fix: "review",
  reads: schemaKinds,
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph.set.resources.filter((resource) => resource.standing === "own" && hasSchema(resource)),
  *check(resource) {
    for (const problem of validate(resource)) {
      if (problem.type === "out-of-range") {
        const { path, value, minimum, maximum } = problem;
        const message = `${formatPath(path)} is ${value}; a number ${rangeWords(minimum, maximum)} is expected`;
        yield fail(at(resource, ...path), message, { explains: path });
      } else if (problem.type === "not-allowed") {
        const { path, value, allowed, nearest } = problem;
        const shown = valueWords(resource, value) ?? "none of the known values";
        const known = allowed.map((name) => (name === "" ? '""' : name)).join(", ");
        const title = nearest === null ? null : `write ${nearest}`;
        const edits = nearest === null ? null : replaceScalar(resource, path, nearest);
        yield fail(at(resource, ...path), `${formatPath(path)} is ${shown}; allowed are ${known}`, {
          explains: path,
          ...(title === null
            ? {}
            : edits
              ? { fix: { title, safety: "review" as const, edits } }
              : { advice: title }),
        });
      }
    }
  },
});
