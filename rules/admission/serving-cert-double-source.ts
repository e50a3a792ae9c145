import { certificateRequestOf, makersOf } from "../../src/mesh/admission/serving-certificates.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label } from "../../src/model/resource.ts";
import { at, atKey, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "admission/serving-cert-double-source",
  summary:
    "A serving certificate is made by hand and requested from the service CA too, or requested in the old way.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [architecture("6.5")],
  upstream: ["openshift/service-ca-operator README.md"],
  fix: "none",
  reads: [kinds.Service],
  subjects: (graph) => graph.own(kinds.Service).filter((service) => certificateRequestOf(service) !== null),
  *check(service, graph) {
    const request = certificateRequestOf(service);
    if (request === null) return;
    const makers = makersOf(graph, service.namespace, request.secret);
    const certain = makers.filter(({ namespace }) => namespace !== null && namespace === service.namespace);
    const [first] = certain;
    if (first) {
      yield fail(
        at(service, ...request.path),
        `Secret ${request.secret} is asked of the service CA, which leaves alone what it did not make, and ${label(first)} makes it too${request.isAlpha ? ", as in the printed example" : ""}`,
        {
          related: certain.map((maker) => ({ at: at(maker, "metadata", "name"), message: "made here" })),
          advice: "remove one of them; with the annotation, the CA of the callers is the service CA",
        },
      );
      return;
    }
    if (request.isAlpha)
      yield fail(
        atKey(service, ...request.path),
        "the annotation of the printed example is the deprecated alpha form",
        { severity: "warning", advice: "use service.beta.openshift.io/serving-cert-secret-name" },
      );
    if (makers.length > 0)
      yield undecided(`the namespace of Service ${service.name} and of Secret ${request.secret}`);
  },
});
