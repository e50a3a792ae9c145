import { currentRegistry, deprecatedImages, deprecatedRegistry } from "../../src/mesh/manifests/images.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "manifest/deprecated-registry",
  summary: "An image comes from the registry that the documents call deprecated.",
  severity: "info",
  category: "hygiene",
  documentation: [architecture("4.2.3")],
  fix: "none",
  reads: [],
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph.set.resources.filter(
      (resource) =>
        resource.standing === "own" && resource.form === "full" && deprecatedImages(resource).length > 0,
    ),
  *check(resource) {
    for (const { path, name } of deprecatedImages(resource))
      yield fail(
        at(resource, ...path),
        `"${name}" comes from ${deprecatedRegistry}, which is deprecated in favour of ${currentRegistry}`,
        { advice: `take it from ${currentRegistry}, for which the cluster's pull secret is enough` },
      );
  },
});
