import type { Kind, Resource } from "../../model/resource.ts";
import { valueAt } from "../../model/value.ts";
import type { Path } from "../../model/value.ts";
import { derivedResource } from "./derived-resource.ts";

/** A kind that makes a Secret, and the field that names it; unless it is required, the source's own name counts. */
export interface SecretSource {
  readonly kind: Kind;
  readonly nameField: Path;
  readonly required: boolean;
}

export const secretSources: readonly SecretSource[] = [
  { kind: "Certificate.cert-manager.io", nameField: ["spec", "secretName"], required: true },
  { kind: "ExternalSecret.external-secrets.io", nameField: ["spec", "target", "name"], required: false },
  {
    kind: "SealedSecret.bitnami.com",
    nameField: ["spec", "template", "metadata", "name"],
    required: false,
  },
];

/** The Secret that a Certificate, ExternalSecret or SealedSecret makes. Its content is not known: it is a fragment. */
export function deriveSecret(source: Resource, { nameField, required }: SecretSource): readonly Resource[] {
  const written = valueAt(source.value, nameField);
  const named = typeof written === "string" && written !== "";
  if (!named && required) return [];
  return [
    derivedResource({
      parent: source,
      path: named ? nameField : ["metadata", "name"],
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
