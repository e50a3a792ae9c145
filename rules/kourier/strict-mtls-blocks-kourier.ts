import { kinds } from "../../src/mesh/kinds.ts";
import { isKourierInMesh, kourierMesh, queuePorts } from "../../src/mesh/kourier.ts";
import { strictCauses } from "../../src/mesh/kourier-strict.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "kourier/strict-mtls-blocks-kourier",
  summary: "Mutual TLS is strict for services behind Kourier, which has no certificate of the mesh.",
  severity: "error",
  category: "mTLS",
  documentation: [integrations("1.4.2"), integrations("1.6")],
  upstream: ["openshift-knative/serverless-operator docs/service-mesh/serving/mesh.md"],
  fix: "none",
  reads: [kinds.KnativeService, kinds.PeerAuthentication, kinds.ServiceMeshControlPlane],
  applicable(graph) {
    const active = kourierMesh(graph);
    if (active.state === "none") return notApplicable(active.why);
    return active.state === "unknown" ? undecided(active.needs) : null;
  },
  *check(graph) {
    const active = kourierMesh(graph);
    const inMesh = isKourierInMesh(graph);
    if (inMesh === "yes") return;
    if (inMesh === "unknown") return yield undecided("whether Kourier and the activator have sidecars");
    if (active.state !== "active") return;
    const { causes, needs } = strictCauses(graph, active.namespaces);
    for (const need of needs) yield undecided(need);
    for (const { place, services } of causes) {
      const [first] = services;
      const others = services.length === 1 ? "" : ` and ${services.length - 1} more`;
      yield fail(
        at(place.resource, ...place.path),
        `mutual TLS is strict for ${label(first)}${others}, and Kourier and the activator, which call it, have no certificate of the mesh`,
        {
          related: services
            .filter((service) => service !== place.resource)
            .map((service) => ({ at: at(service), message: "a service with a sidecar" })),
          advice: `make ports ${queuePorts.join(", ")} of the services' pods PERMISSIVE, or the mesh as a whole`,
        },
      );
    }
  },
});
