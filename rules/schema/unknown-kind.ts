import { replaceScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isCapitalsPlaceholder, isUnknown } from "../../src/model/placeholder.ts";
import type { Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Problem, remedy } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";
import { problemOfKind } from "../../src/schema/known-kinds.ts";

/** Kinds that the set itself, or its context, brings along. */
function isDefined(graph: Graph, { id }: Resource): boolean {
  return graph
    .all(kinds.CustomResourceDefinition)
    .some(
      ({ value }) =>
        valueAt(value, ["spec", "group"]) === id.group &&
        valueAt(value, ["spec", "names", "kind"]) === id.kind,
    );
}

/** `write x` with its edit, where somebody has to look at it. */
function write(resource: Resource, key: "apiVersion" | "kind", text: string | null): Partial<Problem> {
  if (text === null) return {};
  return remedy(`write ${text}`, "review", replaceScalar(resource, [key], text));
}

export const rule = defineRule({
  id: "schema/unknown-kind",
  summary: "No API has a kind of this name in this group and version.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [kubernetes("API concepts, resource types")],
  fix: "review",
  reads: [],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.set.resources.filter(({ standing }) => standing === "own"),
  *check(resource, graph) {
    const { apiVersion, id } = resource;
    const problem = problemOfKind(apiVersion, id.kind);
    if (!problem || isDefined(graph, resource)) return;
    if ([apiVersion, id.kind].some((text) => isUnknown(text) || isCapitalsPlaceholder(text))) return;
    if (problem.type === "kind") {
      const { nearest, elsewhere } = problem;
      const known = elsewhere.length > 0 || nearest !== null;
      const [only] = elsewhere;
      const where =
        elsewhere.length > 0
          ? `; ${elsewhere.join(" and ")} ${only === elsewhere.at(-1) ? "has" : "have"} one`
          : "";
      yield fail(at(resource, "kind"), `${apiVersion} has no kind ${id.kind}${where}`, {
        // A group may have got new kinds since this list was made.
        ...(known ? {} : { severity: "warning" as const }),
        ...(elsewhere.length > 1
          ? { advice: "write the apiVersion of the one that is meant" }
          : only === undefined
            ? write(resource, "kind", nearest)
            : write(resource, "apiVersion", only)),
      });
    } else if (problem.type === "group") {
      const right = `${problem.nearest}/${resource.version}`;
      yield fail(
        at(resource, "apiVersion"),
        `there is no known API group ${id.group}; ${problem.nearest} has the kind ${id.kind}`,
        write(resource, "apiVersion", right),
      );
    } else {
      const { malformed, nearest, versions } = problem;
      const right = nearest === null ? null : id.group === "" ? nearest : `${id.group}/${nearest}`;
      yield fail(
        at(resource, "apiVersion"),
        `${id.kind} has no version ${resource.version}; known are ${versions.join(", ")}`,
        { ...(malformed ? {} : { severity: "warning" as const }), ...write(resource, "apiVersion", right) },
      );
    }
  },
});
