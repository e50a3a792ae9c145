import { setValue } from "../../src/fix/edits.ts";
import {
  annotation,
  annotationPlace,
  labelPlace,
  labelValue,
  readList,
  valueOr,
} from "../../src/mesh/field.ts";
import { serversOf } from "../../src/mesh/gateway-servers.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { podsBehind } from "../../src/mesh/local-port.ts";
import { localGatewaysBehind, ownLocalServices } from "../../src/mesh/local-service.ts";
import { noTranslationKey, targetPort } from "../../src/mesh/resolved-port.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isMapping, plainText, type Value } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

/** Whether istiod would turn a Gateway's port into another one; undefined: a named target port is not known. */
function translates(graph: Graph, service: Resource, entry: Value): boolean | undefined {
  if (!isMapping(entry)) return false;
  const pods = localGatewaysBehind(graph, service).flatMap((gateway) => podsBehind(graph, service, gateway));
  const targets = (pods.length > 0 ? pods : [null]).map((target) => targetPort(entry, target));
  return targets.includes(undefined) ? undefined : targets.some((target) => target !== entry.port);
}

/** The local gateway itself is written with the Service's port, so the translation is what makes it listen. */
function isWanted(graph: Graph, service: Resource, entry: Value): boolean {
  return localGatewaysBehind(graph, service).some((gateway) =>
    valueOr(serversOf(gateway), []).some(
      ({ number }) => isMapping(entry) && number.state === "value" && number.value === entry.port,
    ),
  );
}

export const rule = defineRule({
  id: "gateway/port-translation-label-missing",
  summary: "The Service of the local gateway does not keep istiod from translating the ports of Gateways.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.2"), olderIntegrations("1.3")],
  upstream: ["istio/istio pilot/pkg/model/gateway.go"],
  fix: "safe",
  reads: [kinds.Service],
  subjects(graph) {
    const answer = ownLocalServices(graph);
    if (answer.state === "unknown") return undecided(answer.needs);
    return answer.state === "none" ? notApplicable(answer.why) : answer.services;
  },
  *check(service, graph) {
    const found = labelValue(service, noTranslationKey);
    if (found.state === "unknown") return yield undecided(found.why);
    if (found.state === "value" && found.value === "true") return;
    const ports = readList(service, ["spec", "ports"]);
    if (ports.state === "unknown") return yield undecided(ports.why);
    const entries = valueOr(ports, []).filter((entry) => !isWanted(graph, service, entry));
    const entry = entries.find((port) => translates(graph, service, port) === true);
    if (entry === undefined) {
      const open = entries.some((port) => translates(graph, service, port) === undefined);
      return open ? yield undecided(`the number of the target port of Service ${service.name}`) : undefined;
    }

    const { path } = labelPlace(service, noTranslationKey);
    const edits = setValue(service, path, "true");
    const title = 'set the label to "true"';
    const more = remedy(title, "safe", edits);
    if (found.state === "value")
      return yield fail(
        at(service, ...path),
        `the label has the value "${found.value}", but istiod only looks whether it is there: ports are not translated`,
        { severity: "warning", ...more },
      );
    const misplaced = annotation(service, noTranslationKey).state !== "absent";
    const port = isMapping(entry) ? plainText(entry.port) : "";
    yield fail(
      at(service, ...(misplaced ? annotationPlace(service, noTranslationKey).path : path)),
      `${misplaced ? `"${noTranslationKey}" is an annotation, and istiod reads the label` : `the label "${noTranslationKey}" is missing`}: Gateways on port ${port} of the same pods get the target port of this Service`,
      more,
    );
  },
});
