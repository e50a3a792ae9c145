import { replaceScalar } from "../../src/fix/edits.ts";
import { otherIngress, ownKnativeGateways } from "../../src/mesh/gateway-scope.ts";
import { isMisdirected } from "../../src/mesh/gateway-references.ts";
import { istioServings } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { localGateways } from "../../src/mesh/knative-gateways.ts";
import { localService } from "../../src/mesh/local-service.ts";
import { isToldForSail } from "../../src/mesh/sail-gateways.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineSetRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "gateway/local-service-missing",
  summary: "The Service behind the local gateway does not exist where Knative looks for it.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.2"), olderIntegrations("1.3")],
  upstream: [
    "knative-extensions/net-istio config/203-local-gateway.yaml",
    "knative-extensions/net-istio pkg/reconciler/ingress/config/istio.go",
  ],
  fix: "review",
  reads: [kinds.KnativeServing, kinds.Gateway],
  applicable(graph) {
    const other = otherIngress(graph);
    return other === null ? null : notApplicable(other);
  },
  *check(graph) {
    const answer = localService(graph);
    if (answer.state === "unknown") return yield undecided(answer.needs);
    if (answer.state === "found") return;
    if (isToldForSail(graph, "local service"))
      return yield notApplicable("Service Mesh 3 brings no gateway, which is reported");
    if (istioServings(graph).some((serving) => isMisdirected(graph, serving, "local")))
      return yield notApplicable(
        "the KnativeServing names another Service than the gateway's, which is reported",
      );
    const { wanted, gateway } = answer;
    const service = gateway?.service;
    const named = service ? graph.own(kinds.Service).filter(({ name }) => name === service.name) : [];
    // Without its namespace a Service counts as the one that is wanted, so these are elsewhere for certain.
    const [misplaced] = named;
    if (service && misplaced) {
      const path = ["metadata", "namespace"];
      const edits = replaceScalar(misplaced, path, service.namespace);
      const title = `put the Service into ${service.namespace}`;
      return yield fail(
        at(misplaced, ...path),
        `${label(misplaced)} is in another namespace than Knative looks in: the local gateway is ${gateway.host}`,
        {
          related: gateway.at
            ? [{ at: at(gateway.at.resource, ...gateway.at.path), message: "names the Service" }]
            : [],
          ...remedy(title, "review", edits),
        },
      );
    }
    const own = gateway?.at?.resource.standing === "own" ? gateway.at : null;
    const [speaker] = [...(gateway?.resources ?? localGateways(graph)), ...ownKnativeGateways(graph)].filter(
      (resource) => resource.standing === "own",
    );
    const [serving] = graph.own(kinds.KnativeServing);
    const resource = speaker ?? serving;
    const place = own ?? (resource && { resource, path: ["metadata", "name"] });
    if (!place) return yield notApplicable("no object of the set needs the Service");
    yield fail(
      at(place.resource, ...place.path),
      gateway
        ? `${wanted}, through which cluster-local calls reach the local gateway, is not there`
        : "no Service leads to the local gateway: cluster-local calls of Knative Services go nowhere",
      {
        advice:
          "create the Service knative-local-gateway in the namespace of the gateway's pods, port 80 to the port of the local gateway",
      },
    );
  },
});
