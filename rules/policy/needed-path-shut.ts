import { kinds } from "../../src/mesh/kinds.ts";
import { tenantsOf } from "../../src/mesh/tenants.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { hasSelector } from "../../src/simulate/policy-endpoints.ts";
import { isRule, type NeededPath, shutPaths, speakerOf } from "../../src/simulate/needed-paths.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Permissions of the documented set that are missing are findings of the rules about tenants. */
function isOfTenants(graph: Graph, { hop, kind, service }: NeededPath, speaker: Resource): boolean {
  if (isRule(hop)) return false;
  const tenant = tenantsOf(graph, service.namespace ?? "").length > 0;
  if (hop.role === "activator") return kind === "gateway" || tenant;
  return hop.role === "gateway" ? !hasSelector(speaker) : tenant;
}

/** Whether the set has the policies of a namespace, so that none of another repository may open what is shut. */
function hasAll(graph: Graph, { namespace }: Resource): boolean {
  const own = graph.own(kinds.Namespace).some(({ name }) => name === namespace);
  return own || graph.owns("mesh") || graph.owns("tenants");
}

const rank = ({ severity }: NeededPath): number => (severity === "error" ? 0 : 1);

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

export const rule = defineRule({
  id: "policy/needed-path-shut",
  summary: "Policies refuse requests that Knative itself has to make.",
  severity: "error",
  varies: true,
  category: "availability",
  documentation: [integrations("2.3")],
  upstream: [
    "knative/serving pkg/activator/net/revision_backends.go",
    "knative/serving pkg/networking/constants.go",
    "knative-extensions/net-istio pkg/reconciler/ingress/lister.go",
    "istio/istio pilot/pkg/security/authz/builder/builder.go",
  ],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  subjects: (graph) => graph.own(kinds.AuthorizationPolicy),
  *check(policy, graph) {
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    const mine = shutPaths(graph).filter(
      (path) => speakerOf(path) === policy && !isOfTenants(graph, path, policy),
    );
    const open = mine.find(({ hop }) => hop.verdict === "UNCERTAIN");
    const shut = mine.filter(({ hop }) => hop.verdict === "DENY");
    const [first, ...others] = shut.toSorted((a, b) => rank(a) - rank(b));
    if (!first) {
      if (open) yield undecided(`whether policies let through ${open.what}: ${open.hop.because}`);
      return;
    }
    const byDefault = !isRule(first.hop);
    if (byDefault && !hasAll(graph, policy))
      return yield undecided(`the other policies of namespace ${policy.namespace}`);
    const path = (byDefault ? ["spec", "rules"] : first.hop.by?.path) ?? ["spec"];
    const permissions = unique(shut.map(({ permission }) => permission)).join("; ");
    yield fail(
      at(policy, ...path),
      byDefault
        ? `policies refuse ${first.what}: neither ${label(policy)} nor another one allows ${first.permission}`
        : `the rule refuses ${first.what}`,
      {
        severity: first.severity,
        related: others.map(({ what, service }) => ({ at: at(service), message: `shut as well: ${what}` })),
        advice: byDefault
          ? `add an ALLOW rule for ${permissions}`
          : `narrow the rule, so that it leaves out ${permissions}`,
      },
    );
  },
});
