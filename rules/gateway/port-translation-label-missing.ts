import { setValue } from "../../src/fix/edits.ts";
import { annotation, annotationPlace, labelPlace, labelValue } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ownLocalServices } from "../../src/mesh/local-service.ts";
import { translatedPort } from "../../src/mesh/port-translation.ts";
import { noTranslationKey } from "../../src/mesh/resolved-port.ts";
import { at, defineRule, fail, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

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
    return answer.state === "found" ? answer.services : unsettled(answer);
  },
  *check(service, graph) {
    const found = labelValue(service, noTranslationKey);
    if (found.state === "unknown") return yield undecided(found.why);
    if (found.state === "value" && found.value === "true") return;
    const translated = translatedPort(graph, service);
    if (translated.state === "unknown") return yield undecided(translated.needs);
    if (translated.state === "none") return;

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
    yield fail(
      at(service, ...(misplaced ? annotationPlace(service, noTranslationKey).path : path)),
      `${misplaced ? `"${noTranslationKey}" is an annotation, and istiod reads the label` : `the label "${noTranslationKey}" is missing`}: Gateways on port ${translated.port} of the same pods get the target port of this Service`,
      more,
    );
  },
});
