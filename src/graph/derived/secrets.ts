import type { Kind, Resource } from "../../model/resource.ts";
import { valueAt } from "../../model/value.ts";
import type { Path } from "../../model/value.ts";
import { derivedResource } from "./derived-resource.ts";

/** Kinds that make a Secret, and the field that names it; without one it has their own name. */
const nameFields: ReadonlyMap<Kind, { readonly path: Path; readonly required: boolean }> = new Map([
  ["Certificate.cert-manager.io", { path: ["spec", "secretName"], required: true }],
  ["ExternalSecret.external-secrets.io", { path: ["spec", "target", "name"], required: false }],
  ["SealedSecret.bitnami.com", { path: ["spec", "template", "metadata", "name"], required: false }],
]);

export const secretSourceKinds: readonly Kind[] = [...nameFields.keys()];

/** The Secret that a Certificate, ExternalSecret or SealedSecret makes. Its content is not known: it is a fragment. */
export function deriveFromSecretSource(source: Resource): readonly Resource[] {
  const field = nameFields.get(source.kind);
  if (!field) return [];
  const written = valueAt(source.value, field.path);
  const named = typeof written === "string" && written !== "";
  if (!named && field.required) return [];
  return [
    derivedResource({
      parent: source,
      path: named ? field.path : ["metadata", "name"],
      by: `the controller of ${source.id.kind}`,
      apiVersion: "v1",
      kind: "Secret",
      namespace: source.namespace,
      name: named ? written : source.name,
      body: {},
      form: "patch",
    }),
  ];
}
