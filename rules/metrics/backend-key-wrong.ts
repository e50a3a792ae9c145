import { renameKey } from "../../src/fix/edits.ts";
import { moveKey } from "../../src/fix/move.ts";
import { readText, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configMap } from "../../src/mesh/operator-config.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { wrongBackendKey, type WrongBackendKey } from "../../src/mesh/metrics-backend.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { formatVersion } from "../../src/model/version.ts";
import { atKey, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** One key with a dot in place of a mapping; the value of the nested key goes with it. */
function flattened(operator: Resource, { path, right }: WrongBackendKey): readonly Edit[] | null {
  const value = valueOr(readText(operator, [...path, "backend-destination"]), null);
  return value === null ? null : moveKey(operator, path, [...path.slice(0, -1), right], value);
}

export const rule = defineRule({
  id: "metrics/backend-key-wrong",
  summary: "The metrics backend is set by a key that this version of Serverless does not read.",
  severity: "error",
  category: "configuration",
  documentation: [integrations("1.5")],
  upstream: ["openshift-knative/serverless-operator openshift-knative-operator/pkg/monitoring/helpers.go"],
  fix: "safe",
  reads: [kinds.KnativeServing, kinds.KnativeEventing],
  subjects: (graph) => graph.own(kinds.KnativeServing, kinds.KnativeEventing),
  *check(operator, graph) {
    const map = configMap(operator, "observability");
    if (map.state === "unknown") return yield undecided(map.why);
    const wrong = wrongBackendKey(graph, operator);
    if (wrong === null) return;
    if (isPatched(graph, operator))
      return yield undecided(`the patches of ${operator.id.kind} ${operator.name}`);
    const { path, form, right } = wrong;
    if (form === "nested") {
      const message = `metrics is a mapping here, and the API server takes only texts: the key is "${right}"`;
      yield fail(atKey(operator, ...path), message, {
        explains: path,
        ...remedy(`write it as ${right}`, "safe", flattened(operator, wrong)),
      });
      return;
    }
    const version = formatVersion(graph.profile.serverless);
    const message = `Serverless ${version} reads "${right}" and ignores "${path.at(-1)}"`;
    yield fail(atKey(operator, ...path), message, {
      otherEdition: true,
      ...remedy(`rename it to ${right}`, "safe", renameKey(operator, path, right)),
    });
  },
});
