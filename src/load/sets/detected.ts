import type { ManifestDocument } from "../../model/document.ts";
import { type Draft, type Part, plainPart, shortName } from "./draft.ts";
import type { Kustomizations } from "./kustomize.ts";

/** A set that the tree shows by itself, with what lies beside it and may well be in the same cluster. */
export interface DetectedDraft extends Draft {
  readonly context: readonly Part[];
}

export function detectedDrafts(
  documents: readonly ManifestDocument[],
  root: string,
  kustomizations: Kustomizations,
): readonly DetectedDraft[] {
  const drafts = kustomizations.roots.map((folder): DetectedDraft => ({
    name: shortName(folder),
    path: folder,
    parts: kustomizations.build(folder),
    appliedAsWhole: true,
    context: [],
  }));
  const listed = new Set(drafts.flatMap((draft) => draft.parts.map((part) => part.document)));
  const rest = documents.filter(
    (document) => !listed.has(document) && !kustomizations.data.has(document.file.path),
  );
  if (rest.length === 0) return drafts;
  return [
    ...drafts,
    {
      name: drafts.length === 0 ? shortName(root) : "rest",
      path: root,
      parts: rest.map((document) => plainPart(document)),
      appliedAsWhole: false,
      context: [],
    },
  ];
}
