import { isEarlier } from "../../src/mesh/apply-order.ts";
import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Where none is named, the only one that the webhook takes is meant; null: it is not known. */
function namespaceOf(operator: Resource): string | null {
  const written = read(operator, ["metadata", "namespace"]);
  return operator.namespace ?? (written.state === "absent" ? eventingNamespace : null);
}

export const rule = defineRule({
  id: "operator/kafka-needs-eventing",
  summary: "A KnativeKafka has no KnativeEventing in its namespace, or comes before it.",
  severity: "error",
  category: "ordering",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator knative-operator/pkg/webhook/knativekafka/webhook_validating.go",
  ],
  fix: "none",
  reads: [kinds.KnativeKafka],
  subjects: (graph) => graph.own(kinds.KnativeKafka),
  *check(kafka, graph) {
    const namespace = namespaceOf(kafka);
    if (namespace === null) return yield undecided("the namespace of the KnativeKafka");
    const all = graph.all(kinds.KnativeEventing);
    const beside = all.filter((eventing) => namespaceOf(eventing) === namespace);
    if (beside.length === 0) {
      const open = all.some((eventing) => namespaceOf(eventing) === null);
      if (open || graph.fragments(kinds.KnativeEventing).length > all.length)
        return yield undecided("the KnativeEventing, and its namespace");
      const [other] = all;
      const found = other === undefined ? "" : ` (${other.name} is in ${namespaceOf(other) ?? ""})`;
      return yield fail(
        at(kafka),
        `there is no KnativeEventing in ${namespace}${found}, and the webhook refuses a KnativeKafka without one`,
        {
          ...(other && {
            related: [{ at: at(other, "metadata", "namespace"), message: "the KnativeEventing" }],
          }),
          advice: `add a KnativeEventing to ${namespace}`,
        },
      );
    }
    const own = beside.filter(({ standing }) => standing === "own");
    const [first] = own;
    if (first === undefined || own.length < beside.length) return;
    const order = isEarlier(graph, kafka, own);
    if (order.state === "unknown") return yield undecided("the order of KnativeKafka and KnativeEventing");
    if (order.state !== "earlier") return;
    const { by, describe } = order.order;
    yield fail(
      at(kafka),
      `the KnativeKafka is applied ${describe(kafka)}, before the KnativeEventing ${describe(first)}, and the webhook refuses it there`,
      {
        ...(by === "names" && { severity: "info" as const }),
        related: [{ at: at(first), message: "the KnativeEventing" }],
        advice: "apply the KnativeEventing first",
      },
    );
  },
});
