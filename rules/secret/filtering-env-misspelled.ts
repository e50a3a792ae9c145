import { replaceScalar } from "../../src/fix/edits.ts";
import { scalarText } from "../../src/mesh/field.ts";
import {
  type FilteringVariable,
  filteringVariables,
  filteringWorkloads,
} from "../../src/mesh/filtering-variables.ts";
import { parseBool } from "../../src/mesh/go-values.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { filteringContainer, filteringVariable, filteringWorkload } from "../../src/mesh/secret-filtering.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement, Problem } from "../../src/rule/define.ts";
import { integrations, printedSo } from "../../src/rule/documents.ts";

/** As Integrations 1.7 has it in one place. */
const printedName = "ENABLE_SECRET_INFORMER_BY_CERT_UID";

/** A text of the override that has to be another one. */
function wrong(serving: Resource, path: Path, right: string, message: string): Problem {
  return fail(
    at(serving, ...path),
    message,
    remedy(`use ${right}`, "safe", replaceScalar(serving, path, right)),
  );
}

function* check(serving: Resource, workload: string, variable: FilteringVariable): Generator<Judgement> {
  const { container, containerPath, name, path } = variable;
  if (!filteringWorkloads.includes(workload)) {
    const message = `${workload} does not read ${filteringVariable}`;
    return yield wrong(serving, [...path.slice(0, 3), "name"], filteringWorkload, message);
  }
  if (name !== filteringVariable) {
    const printed = name === printedName ? ` (${printedSo})` : "";
    const message = `"${name}" is no variable that ${workload} reads, which is ${filteringVariable}${printed}`;
    yield wrong(serving, [...path, "name"], filteringVariable, message);
  }
  if (isUnknown(container)) yield undecided("the name of the container");
  else if (container !== filteringContainer) {
    const message = `${workload} has no container "${container}", and the variable is ignored without a message`;
    yield wrong(serving, containerPath, filteringContainer, message);
  }
  const text = scalarText(variable.value);
  if (isUnknown(text)) yield undecided(`the value of ${filteringVariable}`);
  else if (text === undefined || parseBool(text) === null)
    yield fail(
      at(serving, ...path, "value"),
      text === undefined
        ? `${filteringVariable} has no value`
        : `${JSON.stringify(text)} is no boolean, and the controller filters Secrets without labelling its own`,
      { advice: 'write "true" or "false"' },
    );
}

export const rule = defineRule({
  id: "secret/filtering-env-misspelled",
  summary: "The variable that makes Istio's controller filter Secrets is misspelt, misplaced, or no boolean.",
  severity: "error",
  category: "configuration",
  documentation: [integrations("1.7")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/secretinformerfiltering.go",
    "knative-extensions/net-istio pkg/reconciler/informerfiltering/util.go",
  ],
  fix: "safe",
  reads: [kinds.KnativeServing],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving) {
    for (const variable of filteringVariables(serving)) {
      const { workload } = variable;
      if (workload.state === "unknown") yield undecided(workload.why);
      if (workload.state === "value") yield* check(serving, workload.value, variable);
    }
  },
});
