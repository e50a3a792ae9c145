import { removeKey } from "../../src/fix/edits.ts";
import { moveKey } from "../../src/fix/move.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { atKey, defineRule, fail, remedy } from "../../src/rule/define.ts";
import { integrations, olderIntegrations, printedSo } from "../../src/rule/documents.ts";

const nested = ["spec", "broker", "sink"];
const right = ["spec", "sink"];

function moved(kafka: Resource): readonly Edit[] | null {
  const value = valueAt(kafka.value, nested);
  const broker = valueAt(kafka.value, ["spec", "broker"]);
  // A broker that would be left empty is no broker at all: that is a decision of its own.
  if (value === undefined || Object.keys(Object(broker)).length === 1) return null;
  return moveKey(kafka, nested, right, value);
}

export const rule = defineRule({
  id: "kafka/sink-nested-under-broker",
  summary: "KnativeKafka's sink stands below broker, where the API server drops it.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator olm-catalog/serverless-operator/manifests/operator_v1alpha1_knativekafka_crd.yaml",
    "openshift-knative/serverless-operator knative-operator/pkg/apis/operator/v1alpha1/knativekafka_types.go",
  ],
  fix: "review",
  reads: [kinds.KnativeKafka],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.fragments(kinds.KnativeKafka),
  *check(kafka) {
    if (valueAt(kafka.value, nested) === undefined) return;
    const message = `the API server drops broker.sink, so the sink is not installed whatever it says (${printedSo})`;
    if (valueAt(kafka.value, right) !== undefined) {
      const edits = removeKey(kafka, nested);
      const title = "remove it: spec.sink is there already";
      const said = `the API server drops broker.sink; only spec.sink counts (${printedSo})`;
      yield fail(atKey(kafka, ...nested), said, remedy(title, "review", edits));
      return;
    }
    const edits = moved(kafka);
    const title = "move it to spec.sink";
    yield fail(atKey(kafka, ...nested), message, {
      explains: right,
      ...remedy(title, "review", edits),
    });
  },
});
