import { replaceScalar, setValue } from "../../src/fix/edits.ts";
import { read } from "../../src/mesh/field.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import { firstOfItsKind, homeOfOperator, servedApiVersion } from "../../src/mesh/operator-resources.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["metadata", "namespace"];

function* checkNamespace(operator: Resource): Generator<Judgement> {
  const home = homeOfOperator(operator);
  const written = read(operator, path);
  if (operator.namespace === null && written.state !== "absent")
    return yield undecided(`the namespace of ${operator.id.kind} ${operator.name}`);
  if (operator.namespace === home) return;
  const title = `set the namespace to ${home}`;
  // A Kustomization or an Application may give it another one than its own text does.
  const isOwn = written.state !== "value" || written.value === operator.namespace;
  const more = remedy(title, "safe", isOwn ? setValue(operator, path, home) : null);
  if (operator.namespace === null)
    return yield fail(
      at(operator, ...path),
      `no namespace is named: applied in any project but ${home}, the webhook refuses it (the fragments that the documents print lack it, too)`,
      { severity: "info", ...more },
    );
  yield fail(
    at(operator, ...path),
    `${operator.id.kind} is in namespace ${operator.namespace}, and the webhook takes it in ${home} only`,
    more,
  );
}

function* checkSingle(operator: Resource, graph: Graph): Generator<Judgement> {
  const first = firstOfItsKind(graph, operator);
  if (!first) return;
  yield fail(
    at(operator, "metadata", "name"),
    `this is a second ${operator.id.kind} beside ${label(first)}, and the webhook takes one only`,
    {
      related: [{ at: at(first, "metadata", "name"), message: "the other one" }],
      advice: "keep one of them",
    },
  );
}

export const rule = defineRule({
  id: "operator/install-location",
  summary:
    "A resource of the Serverless operator is where, or of a version that, the operator does not take.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator knative-operator/pkg/webhook/knativekafka/webhook_validating.go",
    "openshift-knative/serverless-operator knative-operator/pkg/webhook/knativeserving/webhook_validating.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/extension.go",
  ],
  fix: "safe",
  reads: [...operatorKinds],
  candidates: "each",
  subjects: (graph) => graph.own(...operatorKinds),
  *check(operator, graph) {
    yield* checkNamespace(operator);
    yield* checkSingle(operator, graph);
    const wanted = servedApiVersion(operator);
    if (operator.apiVersion === wanted) return;
    yield fail(
      at(operator, "apiVersion"),
      `the operator does not serve version ${operator.version} of ${operator.id.kind}`,
      remedy(`use ${wanted}`, "review", replaceScalar(operator, ["apiVersion"], wanted)),
    );
  },
});
