import { replaceScalar } from "../../src/fix/edits.ts";
import { knownWorkload, namedContainers, workloadNames } from "../../src/mesh/known-workloads.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import { overrideEntries, type OverrideEntry } from "../../src/mesh/overrides.ts";
import { nearest } from "../../src/model/nearest.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement, Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Offers the nearest of the right names, if one is near. */
function rename(operator: Resource, path: Path, name: string, known: readonly string[]): Partial<Problem> {
  const meant = nearest(name, known);
  if (meant === null) return { advice: `use one of ${known.join(", ")}` };
  return remedy(`use ${meant}`, "review", replaceScalar(operator, path, meant));
}

function* checkContainers(operator: Resource, entry: OverrideEntry, name: string): Generator<Judgement> {
  const containers = knownWorkload(operator, name)?.containers ?? [];
  for (const { container, path } of namedContainers(entry)) {
    if (isUnknown(container)) yield undecided("the name of the container");
    else if (!containers.includes(container))
      yield fail(
        at(operator, ...path),
        `${name} has no container "${container}", and the setting is ignored without a message`,
        rename(operator, path, container, containers),
      );
  }
}

export const rule = defineRule({
  id: "operator/unknown-workload-override",
  summary: "An override names a workload or a container that the operator does not run, and does nothing.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("1.4.3"), integrations("1.7")],
  upstream: [
    "knative/operator pkg/reconciler/common/workload_override.go",
    "openshift-knative/serverless-operator openshift-knative-operator/cmd/operator/kodata",
  ],
  fix: "review",
  reads: [...operatorKinds],
  candidates: "each",
  subjects: (graph) => graph.own(...operatorKinds),
  *check(operator) {
    for (const entry of overrideEntries(operator)) {
      const path = [...entry.path, "name"];
      if (entry.name.state === "unknown") {
        yield undecided(entry.name.why);
        continue;
      }
      const name = entry.name.state === "value" ? entry.name.value : "";
      if (name === "")
        yield fail(
          at(operator, ...path),
          "the override names no workload, and is ignored without a message",
          {
            advice: "name the workload",
          },
        );
      else if (knownWorkload(operator, name) === null)
        yield fail(
          at(operator, ...path),
          `${operator.id.kind} has no workload "${name}", and the override is ignored without a message`,
          rename(operator, path, name, workloadNames(operator)),
        );
      else yield* checkContainers(operator, entry, name);
    }
  },
});
