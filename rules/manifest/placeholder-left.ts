import { kinds } from "../../src/mesh/kinds.ts";
import { once } from "../../src/mesh/memo.ts";
import { placeholderIn, placeholderWithin } from "../../src/model/placeholder.ts";
import { locate, type Resource } from "../../src/model/resource.ts";
import { isMapping, type Path } from "../../src/model/value.ts";
import { walk } from "../../src/model/walk.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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

interface Left {
  readonly path: Path;
  readonly token: string;
}

function leftIn(resource: Resource): readonly Left[] {
  const found: Left[] = [];
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

const isOwnManifest = (resource: Resource): boolean =>
  resource.standing === "own" && resource.kind !== kinds.CustomResourceDefinition;

/** What each resource has to answer for: a token is told once a file, where it stands first. */
const firstOnes = once((graph) => {
  const found = graph.set.resources.filter(isOwnManifest).flatMap((resource) =>
    leftIn(resource).map(({ path, token }) => {
      const { file, start } = locate(resource, path);
      return { resource, path, token, start, key: `${file.path}\n${token}` };
    }),
  );
  const first = new Map<string, (typeof found)[number]>();
  for (const left of found)
    if (left.start < (first.get(left.key)?.start ?? Infinity)) first.set(left.key, left);
  const byResource = new Map<Resource, (typeof found)[number][]>();
  for (const left of first.values())
    byResource.set(left.resource, [...(byResource.get(left.resource) ?? []), left]);
  return byResource;
});

export const rule = defineRule({
  id: "manifest/placeholder-left",
  summary: "A placeholder of an example was not replaced by a value.",
  severity: "warning",
  varies: true,
  category: "hygiene",
  documentation: [integrations("1.1")],
  fix: "none",
  reads: [],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.set.resources.filter(isOwnManifest),
  *check(resource, graph, { strict }) {
    for (const { path, token } of firstOnes(graph).get(resource) ?? []) {
      yield fail(at(resource, ...path), `"${token}" is a placeholder, not a value`, {
        ...(strict && { severity: "error" as const }),
        advice: "replace it by your own value",
      });
    }
  },
});
