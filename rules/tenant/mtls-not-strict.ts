import { anchor, isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { namespaceMode } from "../../src/mesh/mtls.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { componentExists } from "../../src/mesh/tenant-requirements.ts";
import type { Graph } from "../../src/model/graph.ts";
import { formatPath } from "../../src/model/value.ts";
import { at, defineSetRule, fail, notApplicable, type Spot, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function namespacesOf(graph: Graph): readonly string[] {
  const found = isolation(graph);
  const eventing = componentExists(graph, "imc-dispatcher").state === "no" ? [] : [eventingNamespace];
  const tenants = found.state === "yes" ? found.tenants.flatMap(({ namespaces }) => namespaces) : [];
  return [...new Set([servingNamespace, ...eventing, ...tenants])];
}

export const rule = defineSetRule({
  id: "tenant/mtls-not-strict",
  summary: "Tenants are told apart by certificates, but a namespace also takes callers without one.",
  severity: "error",
  category: "mTLS",
  documentation: [integrations("2.3")],
  upstream: ["istio/istio pilot/pkg/security/authz/model/generator.go"],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    const home = serverlessMesh(graph);
    if (home.state === "found") return null;
    return undecided(home.state === "unknown" ? home.needs : "the control plane, which sets the mode");
  },
  *check(graph) {
    const home = serverlessMesh(graph);
    if (home.state !== "found") return;
    const weak = new Map<string, { spot: Spot; mode: string; namespaces: string[] }>();
    for (const namespace of namespacesOf(graph)) {
      const mode = namespaceMode(graph, namespace, home.mesh);
      if (mode.state === "unknown") yield undecided(mode.needs);
      if (mode.state !== "known" || mode.mode === "STRICT") continue;
      // A context's object decides, or nothing at all: then it is said at a policy that is void.
      const place = mode.at?.resource.standing === "own" ? mode.at : anchor(graph, null);
      if (place === null) continue;
      const key = `${place.resource.namespace} ${place.resource.kind} ${place.resource.name} ${formatPath(place.path)}`;
      const known = weak.get(key);
      if (known) known.namespaces.push(namespace);
      else
        weak.set(key, { spot: at(place.resource, ...place.path), mode: mode.mode, namespaces: [namespace] });
    }
    for (const { spot, mode, namespaces } of weak.values()) {
      const verb = namespaces.length === 1 ? "takes" : "take";
      yield fail(
        spot,
        `mutual TLS is ${mode}: ${namespaces.join(", ")} ${verb} callers without a certificate, and policies that tell tenants apart by it have nothing to go by`,
        { advice: `make mutual TLS STRICT in ${meshName(home.mesh)} as a whole` },
      );
    }
  },
});
