import type { Mapping } from "../../src/model/value.ts";

/**
 * A definition that takes anything, for kinds whose operators a test server does not have.
 * @param kind in kubectl's notation: `ServiceMeshMemberRoll.maistra.io`
 */
export function permissiveCrd(
  kind: string,
  plural: string,
  versions: readonly string[],
  namespaced = true,
): Mapping {
  const dot = kind.indexOf(".");
  const [name, group] = [kind.slice(0, dot), kind.slice(dot + 1)];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? "Namespaced" : "Cluster",
      names: { kind: name, plural, singular: name.toLowerCase(), listKind: `${name}List` },
      versions: versions.map((version, index) => ({
        name: version,
        served: true,
        storage: index === 0,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      })),
    },
  };
}
