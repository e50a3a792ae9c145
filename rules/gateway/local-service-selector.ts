import { addLabels, replaceLabels } from "../../src/fix/labels.ts";
import { readMap, valueOr } from "../../src/mesh/field.ts";
import { gatewayWorkloads, servicePicks, workloadsOf } from "../../src/mesh/gateway-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { localGatewaysBehind, ownLocalServices } from "../../src/mesh/local-service.ts";
import type { Graph } from "../../src/model/graph.ts";
import { idKey, label, type Resource } from "../../src/model/resource.ts";
import { type Mapping, plainText } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["spec", "selector"] as const;

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

/** The namespaces of the local gateway's pods, if the Service is in none of them. */
function elsewhere(graph: Graph, service: Resource, gateways: readonly Resource[]): readonly string[] {
  const namespaces = gateways
    .flatMap((gateway) => workloadsOf(graph, gateway).workloads)
    .flatMap(({ namespace }) => namespace ?? []);
  return service.namespace === null || namespaces.includes(service.namespace) ? [] : [...new Set(namespaces)];
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
    if (answer.state === "unknown") return undecided(answer.needs);
    return answer.state === "none" ? notApplicable(answer.why) : answer.services;
  },
  *check(service, graph) {
    const gateways = localGatewaysBehind(graph, service);
    if (gateways.length === 0) return yield undecided("the local gateway");
    const selected = gateways.map((gateway) => workloadsOf(graph, gateway));
    const targets = selected.flatMap(({ workloads }) => workloads);
    if (targets.length === 0) {
      const open = selected.find(({ state }) => state === "unknown");
      return yield open?.state === "unknown"
        ? undecided(open.needs)
        : notApplicable("the local gateway selects no pods, which is reported there");
    }

    const selector = selectorOf(service);
    const picks = targets.map((target) => servicePicks(service, target));
    if (!picks.includes("yes")) {
      if (picks.includes("unknown"))
        return yield undecided(`the namespace and the selector of Service ${service.name}`);
      const empty = Object.keys(selector).length === 0;
      const away = elsewhere(graph, service, gateways).join(" or ");
      const reason =
        away === "" ? "" : `: these are in ${away}, the Service is in ${service.namespace ?? ""}`;
      yield fail(
        at(service, ...path),
        `the Service selects ${empty ? "nothing" : `"${written(selector)}"`}, which matches no pod of the local gateway${reason}`,
        {
          related: gateways.map((gateway) => ({
            at: at(gateway, ...path),
            message: `${label(gateway)} selects "${written(selectorOf(gateway))}"`,
          })),
          ...(away === ""
            ? repair(service, gateways, replaceLabels)
            : { advice: `move the Service to ${away}, where the gateway's pods are` }),
        },
      );
      return;
    }
    const known = new Set(targets.map(({ resource }) => idKey(resource)));
    const extra = gatewayWorkloads(graph).filter(
      (workload) => !known.has(idKey(workload.resource)) && servicePicks(service, workload) === "yes",
    );
    if (extra.length === 0 || selected.some(({ state }) => state === "unknown")) return;
    const names = [...new Set(extra.map(({ resource }) => resource.name))].join(", ");
    yield fail(
      at(service, ...path),
      `"${written(selector)}" also matches the pods of ${names}, where the local gateway does not listen`,
      { severity: "warning", ...repair(service, gateways, addLabels) },
    );
  },
});
