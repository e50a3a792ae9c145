import { quoteScalar } from "../../src/fix/edits.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList, isMapping, type Path, toJson, type Value, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

interface Entry {
  readonly map: string;
  readonly key: string;
  readonly value: Value;
  readonly path: Path;
}

/** Entries below `spec.config.<map>` that are not strings. What is empty counts as absent. */
function notStrings(operator: Resource): readonly Entry[] {
  const config = valueAt(operator.value, ["spec", "config"]);
  return Object.entries(isMapping(config) ? config : {}).flatMap(([map, entries]) =>
    Object.entries(isMapping(entries) ? entries : {})
      .filter(([, value]) => typeof value !== "string" && value !== null)
      .map(([key, value]): Entry => ({ map, key, value, path: ["spec", "config", map, key] })),
  );
}

function typeOf(value: Value): string {
  if (isList(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  return `the ${typeof value === "boolean" ? "boolean" : "number"} ${toJson(value)}`;
}

export const rule = defineRule({
  id: "serving/config-value-not-string",
  summary: "A value of the operator's configuration is not a string, so the API server refuses the object.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.3"), integrations("1.5")],
  upstream: [
    "openshift-knative/serverless-operator olm-catalog/serverless-operator/manifests/operator_v1beta1_knativeserving_crd.yaml",
  ],
  fix: "safe",
  reads: [...operatorKinds],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.fragments(...operatorKinds),
  *check(operator) {
    for (const { map, key, value, path } of notStrings(operator)) {
      const nested = isList(value) || isMapping(value);
      const edits = nested ? null : quoteScalar(operator, path);
      const title = nested ? "write it as a block string: put | behind the key" : "put the value in quotes";
      yield fail(
        at(operator, ...path),
        `${key} of config ${map} is ${typeOf(value)}; entries of a ConfigMap are strings`,
        {
          explains: path,
          ...(edits ? { fix: { title, safety: "safe" as const, edits } } : { advice: title }),
        },
      );
    }
  },
});
