import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { mistakenGateway } from "../../src/mesh/mistaken-gateway.ts";
import { gatewayNamespaces } from "../../src/mesh/namespaces.ts";
import { type Intruder, surplus } from "../../src/mesh/surplus.ts";
import { anyName } from "../../src/mesh/permissions.ts";
import { sharedNamespaces, tenantOfPolicy } from "../../src/mesh/tenant-groups.ts";
import { permittedToComponents } from "../../src/mesh/tenant-requirements.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function who(intruder: Intruder): string {
  switch (intruder.who) {
    case "anyone":
      return "anyone, with or without a certificate";
    case "any-namespace":
      return "every namespace of the mesh";
    case "account":
      return intruder.account === anyName
        ? "every service account of knative-eventing"
        : `${intruder.account} of knative-eventing`;
    case "namespace":
      return `namespace ${intruder.namespace}`;
    case "tenant":
      return `namespace ${intruder.namespace}`;
  }
}

export const rule = defineRule({
  id: "tenant/system-policy-too-broad",
  summary: "A policy lets more reach a component that tenants share than the documents' policies do.",
  severity: "error",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_resources/authorization-policies/setup",
    "openshift-knative/knative-istio-authz-chart templates",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    return graph
      .own(kinds.AuthorizationPolicy)
      .filter(({ namespace }) => namespace === null || sharedNamespaces.includes(namespace));
  },
  *check(policy, graph) {
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    const found = isolation(graph);
    if (found.state === "no") return;
    const ofTenant = tenantOfPolicy(graph).has(policy);
    const permitted = permittedToComponents(graph, found.tenants);
    for (const { path, intruder, component, wide } of surplus(graph, { policy, permitted })) {
      // Between tenants it is tenant/cross-tenant-access.
      if (ofTenant && intruder.who !== "account" && intruder.who !== "tenant") continue;
      if (ofTenant && intruder.who === "tenant" && namesTenant(path)) continue;
      if (intruder.who === "namespace") {
        const gateways = gatewayNamespaces(graph);
        if (gateways.state === "unknown") {
          yield undecided(gateways.needs);
          continue;
        }
        // The documents' namespace of the gateway, where it is another one: tenant/istio-namespace-mismatch.
        if (mistakenGateway(graph, policy)) continue;
      }
      yield fail(
        at(policy, ...path),
        `${policy.name} lets ${who(intruder)} ${wide === "callers" ? `call ${component}` : `send ${component} requests that it has no need of`}`,
        { advice: "let in the callers and requests that the documents name, and no others" },
      );
    }
  },
});

/** A value that names a project, of another tenant. */
function namesTenant(path: readonly (string | number)[]): boolean {
  return typeof path.at(-1) === "number" && path.length > 4;
}
