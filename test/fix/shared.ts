import { applyEdits } from "../../src/fix/edits.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import type { ManifestDocument } from "../../src/model/document.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isMapping, type Path, type Value } from "../../src/model/value.ts";

/** The documents of a text, as the linter reads them. */
export function read(text: string, path = "file.yaml"): readonly ManifestDocument[] {
  return parseDocuments({ path, text });
}

/** A resource that is a document, or a part of it. */
export function resourceOf(document: ManifestDocument, base: Path = []): Resource {
  return {
    id: { group: "", kind: "Thing", namespace: null, name: "thing" },
    kind: "Thing",
    apiVersion: "v1",
    version: "v1",
    scope: "namespace",
    namespace: null,
    name: "thing",
    value: isMapping(document.value) ? document.value : {},
    origin: { from: "document", document, base },
    form: "full",
    standing: "own",
  };
}

/** The first document of a text as a resource. */
export function resource(text: string, path = "file.yaml"): Resource {
  const [document] = read(text, path);
  if (!document) throw new Error("no document");
  return resourceOf(document);
}

/** The text after edits; null if they cannot be made. */
export function edited(text: string, edits: readonly Edit[] | null): string | null {
  return edits && applyEdits(text, edits);
}

export function valueOf(text: string, index = 0): Value | undefined {
  const document = read(text)[index];
  if (document?.error) throw new Error(`${document.error.message}\n${text}`);
  return document?.value;
}
