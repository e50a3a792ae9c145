import { read } from "../../src/mesh/field.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { gatewaysOf } from "../../src/mesh/knative-gateways.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { isMapping, type Value, valueAt } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, notApplicable } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const overrides = [
  { key: "knative-ingress-gateway", role: "external" },
  { key: "knative-local-gateway", role: "local" },
] as const;

const isEqual = (a: Value | undefined, b: Value | undefined): boolean =>
  JSON.stringify(a ?? null, plain) === JSON.stringify(b ?? null, plain);
const plain = (_key: string, value: unknown): unknown =>
  typeof value === "bigint"
    ? String(value)
    : typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value;

/** Whether a Gateway has other settings than an override that is meant for it. */
function disagrees(gateway: Resource, override: Value): boolean {
  return ["selector", "servers"].some((field) => {
    const wanted = valueAt(override, [field]) ?? null;
    return wanted !== null && !isEqual(wanted, valueAt(gateway.value, ["spec", field]));
  });
}

export const rule = defineRule({
  id: "gateway/operator-override-ineffective",
  summary: "A setting for Gateways in the KnativeServing does nothing on OpenShift.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("1.4.2")],
  upstream: [
    "knative/operator pkg/reconciler/knativeserving/ingress/istio.go",
    "openshift-knative/serverless-operator openshift-knative-operator/hack/update-manifests.sh",
  ],
  fix: "none",
  selfContained: true,
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving).state;
    if (used === "kourier" || used === "other") return yield notApplicable(`${used} is its ingress`);
    for (const { key, role } of overrides) {
      const path = ["spec", "ingress", "istio", key];
      const override = read(serving, path);
      const empty =
        override.state === "value" && isMapping(override.value) && Object.keys(override.value).length === 0;
      if (override.state === "absent" || empty) continue;
      const others = gatewaysOf(graph, role).filter(
        (gateway) => override.state === "value" && disagrees(gateway, override.value),
      );
      const differ =
        others.length > 0 ? `; ${others.map(label).join(" and ")} says something else, and counts` : "";
      yield fail(
        atKey(serving, ...path),
        `${key} changes a Gateway that the operator ships, and on OpenShift it ships none, so this does nothing${differ}`,
        {
          related: others.map((gateway) => ({ at: at(gateway, "spec"), message: "what counts" })),
          advice: "write the settings into the Gateway itself, and leave them out here",
        },
      );
    }
  },
});
