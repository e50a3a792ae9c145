import type { Graph } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath } from "../model/value.ts";
import type { Place } from "./field.ts";
import { knativeUses } from "./gateway-scope.ts";
import { kinds } from "./kinds.ts";
import type { KnativeGateway } from "./knative-gateways.ts";

/** Gateways that may have been meant: of the same name elsewhere, else of a similar name that nothing uses. */
function meant(graph: Graph, { namespace, name }: KnativeGateway): readonly Resource[] {
  const all = graph.all(kinds.Gateway);
  const same = all.filter((gateway) => gateway.name === name);
  if (same.length > 0) return same;
  const free = all.filter(
    (gateway) => gateway.namespace === namespace && knativeUses(graph, gateway).length === 0,
  );
  const near = nearest(
    name,
    free.map((gateway) => gateway.name),
  );
  return free.filter(
    (other) => other.name === near || other.name.startsWith(name) || name.startsWith(other.name),
  );
}

/** Gateways that Knative gives its routes to and that do not exist, by the field that names them. */
export interface MissingGateways {
  readonly place: Place;
  readonly gateways: readonly KnativeGateway[];
  /** Gateways that may have been meant. */
  readonly meant: readonly Resource[];
}

export interface MissingAnswer {
  readonly missing: readonly MissingGateways[];
  /** What would tell whether more are missing. */
  readonly needs: readonly string[];
}

/** Those of some Gateways of Knative that nobody has. */
export function missingGateways(
  graph: Graph,
  gateways: readonly KnativeGateway[],
  placeOf: (gateway: KnativeGateway) => Place,
): MissingAnswer {
  const needs: string[] = [];
  const groups = new Map<string, { place: Place; gateways: KnativeGateway[] }>();
  const layer = graph.owns("gateways") ? "gateways" : "serverless";
  for (const gateway of gateways) {
    const target = graph.find(kinds.Gateway, gateway.namespace, gateway.name, layer);
    if (target.state === "outside") needs.push(target.why);
    if (target.state !== "absent") continue;
    const place = placeOf(gateway);
    const group = groups.get(formatPath(place.path)) ?? { place, gateways: [] };
    group.gateways.push(gateway);
    groups.set(formatPath(place.path), group);
  }
  const missing = Array.from(groups.values(), (group) => ({
    ...group,
    meant: group.gateways.flatMap((gateway) => meant(graph, gateway)),
  }));
  return { missing, needs };
}
