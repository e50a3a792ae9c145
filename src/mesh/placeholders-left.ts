import type { Graph } from "../model/graph.ts";
import { placeholderIn, placeholderWithin } from "../model/placeholder.ts";
import { locate, type Resource } from "../model/resource.ts";
import { isMapping, type Path } from "../model/value.ts";
import { walk } from "../model/walk.ts";
import { fileFits } from "./file-text.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";

/** Keys below which text is free: what stands there is data, prose or a template by nature. */
const freeText = new Set([
  "data",
  "stringData",
  "binaryData",
  "annotations",
  "description",
  "args",
  "command",
  "script",
  "template",
  "status",
  "managedFields",
  "format",
  "message",
  "summary",
  "displayName",
  "parameters",
]);
const isFreeText = (key: string): boolean => freeText.has(key) || key.endsWith("Template");

/** Fields that have to be a name, host, number or image: there a token inside the text is a placeholder too. */
const nameFields = new Set([
  "name",
  "namespace",
  "host",
  "hosts",
  "members",
  "credentialName",
  "bootstrapServers",
  "image",
  "secretName",
  "url",
  "uri",
  "numPartitions",
  "replicationFactor",
  "serviceAccountName",
  "cluster",
  "service",
]);

/** A placeholder of an example that nobody replaced. */
export interface LeftPlaceholder {
  readonly path: Path;
  readonly token: string;
}

/** `<words>`, and the sample words of src/model/placeholder.ts. */
const mayBeLeft = fileFits(/<[A-Za-z]|your[-_]|wildcard_certs|change[-_]?me|replace[-_]?me/i);

function leftIn(resource: Resource): readonly LeftPlaceholder[] {
  if (!mayBeLeft(resource)) return [];
  const found: LeftPlaceholder[] = [];
  walk(resource.value, {
    // The pod template of a workload is an object, not text.
    enter: (key, child) => !isFreeText(key) || (key === "template" && isMapping(child)),
    scalar(value, path) {
      if (typeof value !== "string") return;
      const field = path.findLast((step) => typeof step === "string");
      const left = nameFields.has(String(field)) ? placeholderWithin(value) : placeholderIn(value);
      if (left?.kind === "placeholder") found.push({ path: [...path], token: left.token });
    },
  });
  return found;
}

/** Whether a resource's text may hold placeholders; definitions of resources describe their fields by such words. */
export function mayHavePlaceholders(resource: Resource): boolean {
  return resource.standing === "own" && resource.kind !== kinds.CustomResourceDefinition;
}

/** What each resource has to answer for: a token is told once a file, where it stands first. */
const firstOnes = once((graph: Graph): ReadonlyMap<Resource, readonly LeftPlaceholder[]> => {
  const found = graph.set.resources.filter(mayHavePlaceholders).flatMap((resource) =>
    leftIn(resource).map(({ path, token }) => {
      const { file, start } = locate(resource, path);
      return { resource, path, token, start, key: `${file.path}\n${token}` };
    }),
  );
  const first = new Map<string, (typeof found)[number]>();
  for (const left of found)
    if (left.start < (first.get(left.key)?.start ?? Infinity)) first.set(left.key, left);
  const byResource = new Map<Resource, LeftPlaceholder[]>();
  for (const left of first.values())
    byResource.set(left.resource, [...(byResource.get(left.resource) ?? []), left]);
  return byResource;
});

/** The placeholders of a resource that do not stand before it in its file already. */
export function placeholdersLeft(graph: Graph, resource: Resource): readonly LeftPlaceholder[] {
  return firstOnes(graph).get(resource) ?? [];
}
