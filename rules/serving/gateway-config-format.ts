import { ingressClass } from "../../src/mesh/ingress-class.ts";
import {
  isEmptyList,
  listKeys,
  newFormFaults,
  oldFormFaults,
  oldKeys,
} from "../../src/mesh/gateway-config.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configMap } from "../../src/mesh/operator-config.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { formatVersion } from "../../src/model/version.ts";
import { at, atKey, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "serving/gateway-config-format",
  summary:
    "The configuration of Knative's Gateways has a form that Istio's controller refuses or does not know.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [integrations("1.4.3")],
  upstream: ["knative-extensions/net-istio pkg/reconciler/ingress/config/istio.go"],
  fix: "none",
  reads: [kinds.KnativeServing],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving);
    if (used.state === "kourier" || used.state === "other")
      return yield notApplicable(`${used.state} is its ingress`);
    const config = configMap(serving, "istio");
    if (config.state === "unknown") return yield undecided(config.why);
    if (config.state === "absent") return;
    const map = config.value;
    const lists = listKeys(map);
    const [list] = lists;
    const old = oldKeys(map);

    if (list !== undefined && old.length > 0) {
      yield fail(
        atKey(serving, ...map.path, list),
        `${list} and ${old[0]} name Gateways in two forms, which Istio's controller refuses together`,
        {
          related: [{ at: atKey(serving, ...map.path, ...old.slice(0, 1)), message: "the other form" }],
          advice: "keep one form only",
        },
      );
    }
    if (list !== undefined && !holds(facts.gatewayListKeys, graph.profile)) {
      const version = formatVersion(graph.profile.serverless);
      return yield fail(
        atKey(serving, ...map.path, list),
        `Serverless ${version} does not know ${lists.join(" and ")} (known from 1.34 on) and uses the default Gateways instead`,
        {
          otherEdition: true,
          advice: "use the keys gateway.<namespace>.<name> and local-gateway.<namespace>.<name>",
        },
      );
    }
    const mayBeEmpty = holds(facts.maybeMeshOnly, graph.profile);
    for (const { path, message, advice } of [
      ...oldFormFaults(serving, map),
      ...newFormFaults(serving, map, mayBeEmpty),
    ]) {
      yield fail(at(serving, ...path), message, { explains: path, advice });
    }
    if (mayBeEmpty && lists.some((key) => isEmptyList(map.entries[key])))
      yield undecided("whether net-istio is newer than 1.21, which takes no empty list");
    const open = [...old, ...lists].find((key) => isUnknown(map.entries[key]));
    if (open !== undefined) yield undecided(`the value of ${open}`);
  },
});
