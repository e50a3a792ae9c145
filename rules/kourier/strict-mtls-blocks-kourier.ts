import { excludesPort, podExcludesPort } from "../../src/mesh/excluded-ports.ts";
import { type Place, valueOr } from "../../src/mesh/field.ts";
import { injection } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isKourierInMesh, kourierMesh, type KourierNamespace, queuePorts } from "../../src/mesh/kourier.ts";
import { workloadMode } from "../../src/mesh/mtls.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineSetRule, fail, notApplicable, undecided, type Undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** What makes the ports of queue-proxy refuse plain callers; null: nothing does. */
function strictAt(graph: Graph, pod: PodTemplate, home: KourierNamespace): Place | Undecided | null {
  const injected = injection(graph, pod);
  if (injected.state === "unknown") return undecided(injected.needs);
  if (injected.state === "no") return null;
  for (const port of queuePorts) {
    const planes = home.mesh.controlPlanes.map((plane) => plane.resource);
    const own = podExcludesPort(pod, port);
    const excluded =
      own.state === "value"
        ? own.value
        : planes.some((plane) => valueOr(excludesPort(graph, plane, port), false));
    if (excluded) continue;
    const mode = workloadMode(graph, pod, home.mesh, port);
    if (mode.state === "unknown") return undecided(mode.needs);
    if (mode.mode === "STRICT") return mode.at ?? { resource: pod.resource, path: pod.metadata };
  }
  return null;
}

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
    // One setting is one cause, however many services it concerns.
    const found = new Map<string, { readonly place: Place; readonly services: Resource[] }>();
    for (const home of active.state === "active" ? active.namespaces : []) {
      for (const pod of home.services.flatMap((service) => graph.podsOf(service))) {
        const strict = strictAt(graph, pod, home);
        if (strict === null) continue;
        if ("verdict" in strict) {
          yield strict;
          continue;
        }
        const { resource } = pod;
        const own = [strict.resource, resource].find(({ standing }) => standing === "own");
        if (own === undefined) continue;
        const place = own === strict.resource ? strict : { resource, path: pod.metadata };
        const key = label(own) + own.kind;
        const group = found.get(key) ?? { place, services: [] };
        found.set(key, group);
        group.services.push(resource);
      }
    }
    for (const { place, services } of found.values()) {
      const [first] = services;
      if (!first) continue;
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
