import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { readText, valueOr } from "./field.ts";
import { ports } from "./knative-ports.ts";

/** Ports that callers without a certificate are meant to reach: metrics, and the kubelet's drain hook. */
export const portsForAll: readonly number[] = [ports.secureMetrics, ports.queueAdmin, ports.metrics];

/** A `tls.mode` by which sidecars call without a certificate of the mesh. */
export interface PlainTls {
  readonly mode: "DISABLE" | "SIMPLE";
  readonly path: Path;
}

/** Every `tls.mode` of a traffic policy: for all ports, and for single ones that are not meant for all callers. */
function modesIn(rule: Resource, policy: Path): readonly Path[] {
  const levels = valueAt(rule.value, [...policy, "portLevelSettings"]);
  const single = (isList(levels) ? [...levels.entries()] : []).filter(
    ([, level]) => !portsForAll.includes(Number(valueAt(level, ["port", "number"]))),
  );
  return [
    [...policy, "tls", "mode"],
    ...single.map(([index]) => [...policy, "portLevelSettings", index, "tls", "mode"]),
  ];
}

/** Where a DestinationRule, or one of its subsets, takes mutual TLS of the mesh away from its clients. */
export function plainTls(rule: Resource): readonly PlainTls[] {
  const subsets = valueAt(rule.value, ["spec", "subsets"]);
  const policies: readonly Path[] = [
    ["spec", "trafficPolicy"],
    ...(isList(subsets) ? [...subsets.keys()] : []).map((index) => [
      "spec",
      "subsets",
      index,
      "trafficPolicy",
    ]),
  ];
  return policies
    .flatMap((policy) => modesIn(rule, policy))
    .flatMap((path): readonly PlainTls[] => {
      const mode = valueOr(readText(rule, path), "");
      return mode === "DISABLE" || mode === "SIMPLE" ? [{ mode, path }] : [];
    });
}
