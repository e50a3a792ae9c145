import { drainAccess } from "../../src/mesh/drain-access.ts";
import { anchor, isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { shortfall } from "../../src/mesh/shortfalls.ts";
import { namespaceRequirements, type Requirement } from "../../src/mesh/tenant-requirements.ts";
import type { TenantGroup } from "../../src/mesh/tenant-groups.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Severity } from "../../src/model/finding.ts";
import { at, defineSetRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Null: no policy helps, and it is said of the control plane (mesh/drain-port-not-excluded). */
const severities = { open: "warning", plain: "error", strict: null } as const;

/** @returns whether there is no such policy at all */
function* require(
  graph: Graph,
  group: TenantGroup,
  namespace: string,
  requirement: Requirement,
  severity: Severity | null,
): Generator<Judgement, boolean> {
  if (severity === null) return false;
  const found = shortfall(graph, { requirement, tenant: group.namespaces });
  if (found.state === "unknown") yield undecided(found.needs);
  if (found.state !== "lacking" || found.extent !== "all") return false;
  const { policy, what } = requirement;
  const name = `AuthorizationPolicy ${namespace}/${policy}`;
  const advice = `add ${name}, or let all of the tenant's be written: meshlint new tenant ${group.name}`;
  if (found.near) {
    const { near } = found;
    yield fail(
      at(near.policy, ...near.path),
      `${near.policy.name} in ${near.policy.namespace} does not let in what it has to: ${what}`,
      { severity, advice },
    );
    return false;
  }
  const place = anchor(graph, group, namespace);
  if (place === null) return true;
  yield fail(
    at(place.resource, ...place.path),
    `namespace ${namespace} of tenant ${group.name} has no policy by which ${what} (${policy} in the documents)`,
    { severity, advice },
  );
  return true;
}

export const rule = defineSetRule({
  id: "tenant/namespace-policy-missing",
  summary:
    "A tenant's namespace has no policy that says who may call it, or none for the hook that ends a pod.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/knative-istio-authz-chart templates/common-allow-knative-to-ns.yaml",
    "openshift-knative/knative-istio-authz-chart templates/serving-allow-wait-for-drain.yaml",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    return found.state === "no" ? notApplicable(found.why) : null;
  },
  *check(graph) {
    const found = isolation(graph);
    if (found.state === "no") return;
    for (const group of found.tenants) {
      for (const namespace of group.namespaces) {
        const { callers, events, drain } = namespaceRequirements(graph, group, namespace);
        // One policy has the rules for both.
        const isAbsent = yield* require(graph, group, namespace, callers, "error");
        if (!isAbsent) yield* require(graph, group, namespace, events, "error");
        yield* require(graph, group, namespace, drain, severities[drainAccess(graph, namespace)]);
      }
    }
  },
});
