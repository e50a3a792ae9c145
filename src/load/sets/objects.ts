import type { ManifestDocument } from "../../model/document.ts";
import { isInstallConfig } from "../../model/install-config.ts";
import { isSecurityTemplate } from "../../model/security-template.ts";
import { idKey, type Resource } from "../../model/resource.ts";
import { isObject, toResources } from "../resources.ts";
import type { Part } from "./draft.ts";
import { isKustomization } from "./kustomize.ts";

/** Whether a document holds an object of the API, or several, or what the installer makes a cluster of. */
export function isManifest(document: ManifestDocument): boolean {
  const { value } = document;
  return (
    isInstallConfig(value) || isSecurityTemplate(value) || (isObject(value) && !isKustomization(document))
  );
}

/** The resources of a part. A kustomization itself is none: it never reaches a cluster. */
export function resourcesOf(part: Part, standing: "own" | "context" = "own"): readonly Resource[] {
  if (isKustomization(part.document)) return [];
  return toResources(part.document, {
    namespace: part.fallback,
    overrideNamespace: part.namespace,
    form: part.form,
    standing,
    rendering: part.rendering,
  });
}

const known = new WeakMap<Part, readonly string[]>();

/** Texts that are equal for full definitions of one object. */
export function idsOf(part: Part): readonly string[] {
  const before = known.get(part);
  if (before) return before;
  const named = part.form === "patch" ? [] : resourcesOf(part).filter(({ name }) => name !== "");
  const ids = named.map(idKey);
  known.set(part, ids);
  return ids;
}

/** The documents and objects of some parts, to see whether others are the same. */
export class Footprint {
  readonly #documents = new Set<ManifestDocument>();
  readonly #ids = new Set<string>();

  constructor(parts: readonly Part[]) {
    this.add(parts);
  }

  add(parts: readonly Part[]): void {
    for (const part of parts) {
      this.#documents.add(part.document);
      for (const id of idsOf(part)) this.#ids.add(id);
    }
  }

  hasDocument(part: Part): boolean {
    return this.#documents.has(part.document);
  }

  /** Whether a part is in there, or defines an object that is. */
  meets(part: Part): boolean {
    return this.#documents.has(part.document) || idsOf(part).some((id) => this.#ids.has(id));
  }
}
