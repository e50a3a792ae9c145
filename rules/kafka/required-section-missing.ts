import { setValue } from "../../src/fix/edits.ts";
import { readMap } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { formatPath, type Path, valueAt } from "../../src/model/value.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Problem, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const sections = ["channel", "source", "sink", "broker"] as const;
const required: readonly string[] = ["channel", "source"];

function missing(kafka: Resource, path: Path): Problem {
  const edits = setValue(kafka, path, false);
  const title = "add enabled: false, or true to install it";
  const place = path.slice(0, -1);
  const absent = (valueAt(kafka.value, place) ?? null) === null;
  return fail(
    at(kafka, ...(absent ? place : path)),
    `${formatPath(absent ? place : path)} is missing; the API server demands it`,
    remedy(title, "review", edits),
  );
}

export const rule = defineRule({
  id: "kafka/required-section-missing",
  summary:
    "A KnativeKafka lacks channel, source, or the switch of one of its parts, so the API server refuses it.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator olm-catalog/serverless-operator/manifests/operator_v1alpha1_knativekafka_crd.yaml",
  ],
  fix: "review",
  reads: [kinds.KnativeKafka],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.own(kinds.KnativeKafka),
  *check(kafka) {
    const spec = readMap(kafka, ["spec"]);
    if (spec.state === "unknown") return;
    if (spec.state === "absent") {
      yield fail(at(kafka, "spec"), "spec is missing; the API server demands its channel and source", {
        advice: "add spec.channel and spec.source, each with enabled",
      });
      return;
    }
    for (const section of sections) {
      const map = readMap(kafka, ["spec", section]);
      // Values of another type: schema/wrong-type.
      if (map.state === "unknown" || (map.state === "absent" && !required.includes(section))) continue;
      const path = ["spec", section, "enabled"];
      if ((valueAt(kafka.value, path) ?? null) === null) yield missing(kafka, path);
    }
  },
});
