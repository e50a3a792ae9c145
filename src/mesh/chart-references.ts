import type { Graph } from "../model/graph.ts";
import type { ManifestDocument } from "../model/document.ts";
import { isUnknown } from "../model/placeholder.ts";
import { isList, isMapping } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { fileFits } from "./file-text.ts";
import { once } from "./memo.ts";

/** A place that names the chart of tenants' policies with a version. */
export interface ChartReference {
  readonly document: ManifestDocument;
  readonly path: Path;
  readonly version: string;
}

const chartName = /^(?:redhat-)?knative-istio-authz$/;

const mayName = fileFits(/knative-istio-authz/);

function* references(document: ManifestDocument, value: Value, path: Path): Generator<ChartReference> {
  if (isList(value)) {
    for (const [index, item] of value.entries()) yield* references(document, item, [...path, index]);
    return;
  }
  if (!isMapping(value)) return;
  const name = [value.name, value.chart].find((text) => typeof text === "string" && chartName.test(text));
  const key = ["version", "targetRevision"].find((field) => typeof value[field] === "string");
  if (name !== undefined && key !== undefined) {
    const version = String(value[key]);
    if (!isUnknown(version)) yield { document, path: [...path, key], version };
  }
  for (const [step, item] of Object.entries(value)) yield* references(document, item, [...path, step]);
}

/** Kustomizations, Applications and charts that have the tenants' policies rendered. */
export const chartReferences = once((graph: Graph): readonly ChartReference[] =>
  graph.set.documents
    .filter(mayName)
    .flatMap((document) => [...references(document, document.value ?? null, [])]),
);
