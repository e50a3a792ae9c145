import { replaceScalar } from "../../src/fix/edits.ts";
import { scalarText } from "../../src/mesh/field.ts";
import { parseBool } from "../../src/mesh/go-values.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { overrideEntries, type OverrideEntry } from "../../src/mesh/overrides.ts";
import {
  filteringContainer,
  filteringVariable,
  filteringWorkload,
  resemblesFilteringVariable,
} from "../../src/mesh/secret-filtering.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList, isMapping, type Mapping, type Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, printedSo } from "../../src/rule/documents.ts";

/** Both ingress controllers read the variable, in a container of the same name. */
const workloads: readonly string[] = [filteringWorkload, "net-kourier-controller"];

interface Variable {
  readonly container: string;
  readonly containerPath: Path;
  readonly value: Mapping;
  readonly path: Path;
}

/** Variables of an override that are, or may be meant as, the one of the filter. */
function filteringVariables(entry: OverrideEntry): readonly Variable[] {
  const list = entry.value.env ?? null;
  return (isList(list) ? list : []).flatMap((item, index) => {
    const variables = isMapping(item) ? (item.envVars ?? null) : null;
    if (!isMapping(item) || !isList(variables)) return [];
    const base = [...entry.path, "env", index];
    return variables.flatMap((value, position) =>
      isMapping(value) && typeof value.name === "string" && resemblesFilteringVariable(value.name)
        ? [
            {
              container: typeof item.container === "string" ? item.container : "",
              containerPath: [...base, "container"],
              value,
              path: [...base, "envVars", position],
            },
          ]
        : [],
    );
  });
}

/** As Integrations 1.7 has it in one place. */
const printedName = "ENABLE_SECRET_INFORMER_BY_CERT_UID";

function* checkVariable(serving: Resource, workload: string, variable: Variable): Generator<Judgement> {
  const { container, containerPath, value, path } = variable;
  if (!workloads.includes(workload)) {
    const named = [...path.slice(0, 3), "name"];
    return yield fail(at(serving, ...named), `${workload} does not read ${filteringVariable}`, {
      ...remedy(`use ${filteringWorkload}`, "safe", replaceScalar(serving, named, filteringWorkload)),
    });
  }
  if (value.name !== filteringVariable)
    yield fail(
      at(serving, ...path, "name"),
      `"${String(value.name)}" is no variable that ${workload} reads, which is ${filteringVariable}${value.name === printedName ? ` (${printedSo})` : ""}`,
      remedy(
        `use ${filteringVariable}`,
        "safe",
        replaceScalar(serving, [...path, "name"], filteringVariable),
      ),
    );
  if (isUnknown(container)) yield undecided("the name of the container");
  else if (container !== filteringContainer)
    yield fail(
      at(serving, ...containerPath),
      `${workload} has no container "${container}", and the variable is ignored without a message`,
      remedy(`use ${filteringContainer}`, "safe", replaceScalar(serving, containerPath, filteringContainer)),
    );
  const text = scalarText(value.value ?? null);
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
    for (const entry of overrideEntries(serving)) {
      for (const variable of filteringVariables(entry)) {
        if (entry.name.state === "unknown") yield undecided(entry.name.why);
        else if (entry.name.state === "value") yield* checkVariable(serving, entry.name.value, variable);
      }
    }
  },
});
