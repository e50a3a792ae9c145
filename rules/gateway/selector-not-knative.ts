import { renameKey, setValue } from "../../src/fix/edits.ts";
import { familyOfProfile } from "../../src/mesh/control-planes.ts";
import { readMap, readText } from "../../src/mesh/field.ts";
import { countWorkloads, otherIngress, ownKnativeGateways } from "../../src/mesh/gateway-scope.ts";
import { gatewayWorkloads, workloadsOf } from "../../src/mesh/gateway-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import { label } from "../../src/model/resource.ts";
import { plainText } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

const key = "knative";
const value = "ingressgateway";
/** Labels of the product's own set-up for Service Mesh 3. */
const ownKeys = ["knative-ingress-gateway", "knative-local-gateway"];

export const rule = defineRule({
  id: "gateway/selector-not-knative",
  summary: "A Gateway of Knative selects pods by another label than knative: ingressgateway.",
  severity: "warning",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.2"), olderIntegrations("1.3")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/gateway.yaml"],
  applies: "Serverless >= 1.31",
  documentedFrom: "1.31",
  fix: "review",
  reads: [kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    if (!holds(facts.mutualLocalGateway, graph.profile))
      return notApplicable("up to Serverless 1.30 the documents print istio: ingressgateway");
    return ownKnativeGateways(graph);
  },
  *check(gateway, graph) {
    const path = ["spec", "selector"];
    const selector = readMap(gateway, path);
    const actual = readText(gateway, [...path, key]);
    if (selector.state === "unknown") return yield undecided(selector.why);
    if (actual.state === "unknown") return yield undecided(actual.why);
    if (selector.state === "absent" || Object.keys(selector.value).length === 0)
      return yield notApplicable(`${label(gateway)} selects nothing by label`);
    if (actual.state === "value" && actual.value === value) return;
    const picked = workloadsOf(graph, gateway);
    if (picked.state === "known" && picked.workloads.length === 0)
      return yield notApplicable(`${label(gateway)} selects no gateway at all`);
    const keys = Object.keys(selector.value);
    const isDefault = keys.length === 1 && selector.value.istio === value;
    const byHand = picked.workloads.every((workload) => workload.controlPlane === null);
    // Service Mesh 3 makes no gateway by itself: whoever wrote the label meant this one.
    const meant = !isDefault || (byHand && familyOfProfile(graph.profile) === "ossm3");
    const known = keys.some((name) => ownKeys.includes(name) && selector.value[name] === value);
    const alone = known || (meant && countWorkloads(picked.workloads) === 1);
    if (!alone && picked.state === "unknown" && meant) return yield undecided(picked.needs);

    const labelled = gatewayWorkloads(graph).some(({ labels }) => labels.entries.get(key) === value);
    const edits = isDefault
      ? renameKey(gateway, [...path, "istio"], key)
      : setValue(gateway, [...path, key], value);
    const title = `select ${key}: ${value}`;
    const shown = Object.entries(selector.value).map(([name, text]) => `${name}: ${plainText(text)}`);
    const spot = isDefault ? at(gateway, ...path, "istio") : at(gateway, ...path, key);
    const why =
      picked.workloads.length > 0
        ? "which one ingress gateway alone carries"
        : "a label of the set-up for Service Mesh 3";
    const effect = alone
      ? `, ${why}, where the documents have knative: ingressgateway`
      : ", so every ingress gateway with this label serves the routes of Knative";
    yield fail(spot, `${label(gateway)} selects ${shown.join(", ")}${effect}`, {
      ...(alone && { severity: "info" as const }),
      otherEdition: isDefault,
      ...(labelled && edits && !alone
        ? { fix: { title, safety: "review" as const, edits } }
        : { advice: `give the ingress gateway of Knative the label ${key}: ${value} and ${title}` }),
    });
  },
});
