import { addLabels, replaceLabels } from "../../src/fix/labels.ts";
import { readMap, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { localSelection } from "../../src/mesh/local-selection.ts";
import { ownLocalServices } from "../../src/mesh/local-service.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { type Mapping, plainText } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations, printedSo } from "../../src/rule/documents.ts";

const path = ["spec", "selector"] as const;

/** What the documents print beside Gateways that select `knative: ingressgateway`. */
const printedSelector = "istio: ingressgateway";

const selectorOf = (resource: Resource): Mapping => valueOr(readMap(resource, path), {});

const written = (selector: Mapping): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}: ${plainText(value)}`)
    .join(", ");

function repair(
  service: Resource,
  [gateway]: readonly Resource[],
  write: typeof addLabels,
): Partial<Problem> {
  if (!gateway) return {};
  const wanted = selectorOf(gateway);
  const edits = Object.keys(wanted).length === 0 ? null : write(service, path, wanted);
  const title = `select what ${label(gateway)} selects ("${written(wanted)}")`;
  return remedy(title, "review", edits);
}

export const rule = defineRule({
  id: "gateway/local-service-selector",
  summary: "The Service of the local gateway selects other pods than the local Gateway.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: [
    "maistra/istio-operator resources/helm/v2.5/gateways/istio-ingress/values.yaml",
    "maistra/istio-operator resources/helm/v2.5/gateways/istio-ingress/templates/service.yaml",
  ],
  fix: "review",
  reads: [kinds.Service],
  subjects(graph) {
    const answer = ownLocalServices(graph);
    return answer.state === "found" ? answer.services : unsettled(answer);
  },
  *check(service, graph) {
    const picked = localSelection(graph, service);
    if (picked.state === "unknown") return yield undecided(picked.needs);
    if (picked.state === "no-pods")
      return yield notApplicable("the local gateway selects no pods, which is reported there");
    const { gateways, away, extra } = picked;
    const selector = written(selectorOf(service));
    if (extra.length > 0)
      yield fail(
        at(service, ...path),
        `"${selector}" also matches the pods of ${extra.join(", ")}, where the local gateway does not listen${selector === printedSelector ? ` (${printedSo})` : ""}`,
        { severity: "warning", ...repair(service, gateways, addLabels) },
      );
    if (away === null) return;
    const there = away.join(" or ");
    const reason = there && `: these are in ${there}, the Service is in ${service.namespace}`;
    yield fail(
      at(service, ...path),
      `the Service selects ${(selector && `"${selector}"`) || "nothing"}, which matches no pod of the local gateway${reason}`,
      {
        related: gateways.map((gateway) => ({
          at: at(gateway, ...path),
          message: `${label(gateway)} selects "${written(selectorOf(gateway))}"`,
        })),
        ...(there
          ? { advice: `move the Service to ${there}, where the gateway's pods are` }
          : repair(service, gateways, replaceLabels)),
      },
    );
  },
});
