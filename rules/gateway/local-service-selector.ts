import { renameKey, replaceScalar, setValues } from "../../src/fix/edits.ts";
import { readMap, valueOr } from "../../src/mesh/field.ts";
import { gatewayWorkloads, servicePicks, workloadsOf } from "../../src/mesh/gateway-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { localGatewaysBehind, ownLocalServices } from "../../src/mesh/local-service.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Graph } from "../../src/model/graph.ts";
import { idKey, label, type Resource } from "../../src/model/resource.ts";
import type { Mapping, Value } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["spec", "selector"] as const;

const selectorOf = (resource: Resource): Mapping => valueOr(readMap(resource, path), {});

const written = (selector: Mapping): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(", ");

/** Edits that let the Service select what the Gateway selects; null where more than one label would have to go. */
function aligned(service: Resource, gateway: Resource, narrow: boolean): readonly Edit[] | null {
  const wanted = Object.entries(selectorOf(gateway));
  const given = Object.keys(selectorOf(service));
  if (wanted.length === 0) return null;
  if (narrow || given.length === 0)
    return setValues(
      service,
      wanted.map(([key, value]): readonly [readonly string[], Value] => [[...path, key], value]),
    );
  const [[key, value] = ["", null]] = wanted;
  const [old = ""] = given;
  if (wanted.length > 1 || given.length > 1 || typeof value !== "string") return null;
  const renamed = renameKey(service, [...path, old], key);
  const replaced = replaceScalar(service, [...path, old], value);
  return renamed && replaced && [...renamed, ...replaced];
}

function repair(service: Resource, [gateway]: readonly Resource[], narrow: boolean) {
  if (!gateway) return {};
  const edits = aligned(service, gateway, narrow);
  const title = `select what ${label(gateway)} selects ("${written(selectorOf(gateway))}")`;
  return edits ? { fix: { title, safety: "review" as const, edits } } : { advice: title };
}

/** Why no pod is selected, where the namespace alone is the reason. */
function reason(graph: Graph, service: Resource, gateways: readonly Resource[]): string {
  const namespaces = gateways
    .flatMap((gateway) => workloadsOf(graph, gateway).workloads)
    .map(({ namespace }) => namespace ?? "");
  const here = service.namespace ?? "";
  if (namespaces.includes(here)) return "";
  return `, whose pods are in ${[...new Set(namespaces)].join(" and ")}, not in ${here}`;
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
      yield fail(
        at(service, ...path),
        `the Service selects ${empty ? "nothing" : `"${written(selector)}"`}, which matches no pod of the local gateway${reason(graph, service, gateways)}`,
        {
          related: gateways.map((gateway) => ({
            at: at(gateway, ...path),
            message: `${label(gateway)} selects "${written(selectorOf(gateway))}"`,
          })),
          ...repair(service, reason(graph, service, gateways) === "" ? gateways : [], false),
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
      { severity: "warning", ...repair(service, gateways, true) },
    );
  },
});
