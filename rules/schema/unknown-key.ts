import { renameKey } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { formatPath, isMapping, valueAt, type Path } from "../../src/model/value.ts";
import { atKey, defineRule, fail, remedy } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";
import { placeOfKey } from "../../src/schema/describe.ts";
import { hasSchema, schemaKinds, validate } from "../../src/schema/validate.ts";

/** Keys that another rule reports with more to say about them. */
function isReportedElsewhere({ kind, value }: Resource, path: Path): boolean {
  const text = path.join(".");
  // kafka/sink-nested-under-broker
  if (kind === kinds.KnativeKafka) return text === "spec.broker.sink";
  // service/annotation-wrong-level
  if (kind !== kinds.KnativeService || !/^spec\.template\.spec\.(metadata|annotations|labels)$/.test(text))
    return false;
  const misplaced = valueAt(value, path);
  const maps = [misplaced, valueAt(misplaced, ["annotations"]), valueAt(misplaced, ["labels"])];
  return maps.some(
    (map) => isMapping(map) && Object.keys(map).some((key) => key.startsWith("sidecar.istio.io/")),
  );
}

/** What the author meant, as far as that can be told. */
function meant(
  resource: Resource,
  path: Path,
  nearest: string | null,
): { readonly path: Path; readonly title: string; readonly edits: readonly Edit[] | null } | null {
  if (nearest !== null) {
    const right = [...path.slice(0, -1), nearest];
    return { path: right, title: `rename it to ${nearest}`, edits: renameKey(resource, path, nearest) };
  }
  const right = placeOfKey(resource, path);
  return right && { path: right, title: `move it to ${formatPath(right)}`, edits: null };
}

export const rule = defineRule({
  id: "schema/unknown-key",
  summary: "A key is not known at its place, so the setting has no effect.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [
    kubernetes("API concepts, field validation"),
    kubernetes("Custom resources, field pruning"),
  ],
  fix: "review",
  reads: schemaKinds,
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph.set.resources.filter((resource) => resource.standing === "own" && hasSchema(resource)),
  *check(resource) {
    for (const problem of validate(resource)) {
      if (problem.type !== "unknown-key" || isReportedElsewhere(resource, problem.path)) continue;
      const { path, nearest, preserved } = problem;
      // In a patch null takes a key away.
      if (resource.form === "patch" && valueAt(resource.value, path) === null) continue;
      const effect = preserved
        ? "the API server keeps it, nothing reads it"
        : "the API server refuses or drops it";
      const right = meant(resource, path, nearest);
      yield fail(atKey(resource, ...path), `${formatPath(path)} is no known field; ${effect}`, {
        ...(preserved && { severity: "warning" }),
        ...(right && { explains: right.path }),
        ...(right && remedy(right.title, "review", right.edits)),
      });
    }
  },
});
