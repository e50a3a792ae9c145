import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";
import { type Reading, readString } from "./field.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { configValue } from "./operator-config.ts";
import { workloadOverride } from "./overrides.ts";

/** Whether a DomainMapping, or one that leads to a Knative Service, brings a certificate for Kourier. */
export function hasOwnCertificate(graph: Graph, resource: Resource): boolean {
  const brings = (mapping: Resource): boolean =>
    readString(mapping, ["spec", "tls", "secretName"]).state !== "absent";
  if (resource.kind === kinds.DomainMapping) return brings(resource);
  return graph
    .all(kinds.DomainMapping)
    .some(
      (mapping) =>
        mapping.namespace === resource.namespace &&
        valueAt(mapping.value, ["spec", "ref", "name"]) === resource.name &&
        brings(mapping),
    );
}

/**
 * Whether Kourier's gateway takes TLS for all hosts: external domains get certificates, or it has one of its own
 * (knative-extensions/net-kourier `pkg/config`). One candidate of the KnativeServing that does is enough.
 */
export const kourierListensTls = once((graph: Graph): Reading<boolean> => {
  const servings = graph.all(kinds.KnativeServing);
  const readings = servings.map((serving) =>
    configValue(serving, "network", "external-domain-tls", "auto-tls"),
  );
  const isOn = readings.some(
    (reading) => reading.state === "value" && ["enabled", "true"].includes(reading.value.toLowerCase()),
  );
  const ownSecret = servings.some((serving) =>
    workloadOverride(serving, "net-kourier-controller").env.has("controller/CERTS_SECRET_NAME"),
  );
  if (isOn || ownSecret) return { state: "value", value: true };
  const open = readings.find((reading) => reading.state === "unknown");
  return open?.state === "unknown" ? open : { state: "value", value: false };
});
