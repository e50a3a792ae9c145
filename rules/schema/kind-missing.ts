import type { ManifestDocument } from "../../src/model/document.ts";
import { incompleteObjects } from "../../src/model/incomplete-object.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isList, isMapping, toJson, valueAt, type Value } from "../../src/model/value.ts";
import { defineDocumentRule, fail } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const isKustomization = ({ file, value }: ManifestDocument): boolean =>
  /^(?:kustomization\.ya?ml|Kustomization)$/.test(nameOf(file.path)) ||
  ["Kustomization", "Component"].some((kind) => valueAt(value, ["kind"]) === kind);

const shown = (value: Value | undefined): string =>
  typeof value === "object" && value !== null ? "a mapping or list" : toJson(value);

function* textsIn(value: Value | undefined): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isList(value)) for (const item of value) yield* textsIn(item);
  else if (isMapping(value)) yield* textsIn(valueAt(value, ["path"]));
}

/** Kustomize finds out itself what a patch is for, so that a patch need not say all of it. */
function isPatchFile(document: ManifestDocument, graph: Graph): boolean {
  return graph.set.documents
    .filter(isKustomization)
    .some(({ value }) =>
      ["patches", "patchesStrategicMerge", "transformers", "generators"]
        .flatMap((key) => [...textsIn(valueAt(value, [key]))])
        .some((path) => nameOf(path) === nameOf(document.file.path)),
    );
}

export const rule = defineDocumentRule({
  id: "schema/kind-missing",
  summary: "An object lacks its `apiVersion` or its `kind`, so nobody can tell what it is.",
  severity: "error",
  category: "schema",
  documentation: [kubernetes("Objects in Kubernetes, required fields")],
  fix: "none",
  reads: [],
  selfContained: true,
  candidates: "each",
  *check(document, graph) {
    for (const { path, value, lacks, insteadOf } of incompleteObjects(document.value)) {
      if (isKustomization(document) || isPatchFile(document, graph)) return;
      const there = lacks === "kind" ? "apiVersion" : "kind";
      const said = isUnknown(value[there]) ? "" : ` beside ${there} ${toJson(value[there])}`;
      const { places, file, span } = document;
      const instead =
        insteadOf === null
          ? places.value([...path, there])
          : insteadOf === lacks
            ? places.value([...path, lacks])
            : places.key([...path, insteadOf]);
      const message =
        insteadOf === lacks
          ? `${lacks} is ${shown(value[lacks])}, no name${said}; nobody can tell what the object is`
          : `${lacks} is missing${said}; nobody can tell what the object is`;
      yield fail({ location: { file, ...(instead ?? span) } }, message, {
        advice:
          insteadOf === null || insteadOf === lacks ? `add ${lacks}` : `rename ${insteadOf} to ${lacks}`,
      });
    }
  },
});
