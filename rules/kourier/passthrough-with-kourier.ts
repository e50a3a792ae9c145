import { removeKey } from "../../src/fix/edits.ts";
import { annotation, annotationPlace } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { hasOwnCertificate, kourierListensTls } from "../../src/mesh/kourier-tls.ts";
import { kourierMesh } from "../../src/mesh/kourier.ts";
import { passthroughKey } from "../../src/mesh/passthrough.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "kourier/passthrough-with-kourier",
  summary:
    "A service asks for a pass-through Route while Kourier, its ingress, has no certificate to answer with.",
  severity: "warning",
  category: "routing",
  documentation: [integrations("1.6")],
  upstream: [
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "review",
  reads: [kinds.KnativeService, kinds.DomainMapping],
  subjects(graph) {
    const active = kourierMesh(graph);
    if (active.state === "none" || active.state === "unknown") return unsettled(active);
    return graph.own(kinds.KnativeService, kinds.DomainMapping);
  },
  *check(resource, graph) {
    const meant = meantForIstio(graph, resource);
    if (meant.state === "yes") return yield notApplicable(meant.because);
    // Its presence counts, whatever its value.
    if (annotation(resource, passthroughKey).state === "absent") return;
    if (hasOwnCertificate(graph, resource)) return;
    const listens = kourierListensTls(graph);
    if (listens.state === "unknown") return yield undecided(listens.why);
    if (listens.state === "value" && listens.value) return;
    const { path } = annotationPlace(resource, passthroughKey);
    yield fail(
      at(resource, ...path),
      "its Route passes TLS through to Kourier, which has no certificate and does not listen for it, so every handshake fails",
      remedy("remove the annotation", "review", removeKey(resource, path)),
    );
  },
});
