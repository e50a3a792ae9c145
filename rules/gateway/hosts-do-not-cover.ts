import { appendItem, replaceScalar } from "../../src/fix/edits.ts";
import { hostCoverage, type HostGap, limitedHost, writtenHosts } from "../../src/mesh/gateway-hosts.ts";
import { isSelective, otherIngress, ownKnativeGateways, rolesOf } from "../../src/mesh/gateway-scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** At most three, so that a message stays a sentence. */
function some(items: readonly string[]): string {
  const unique = [...new Set(items)];
  const rest = unique.length - 3;
  return unique.slice(0, 3).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function related(gaps: readonly HostGap[]): NonNullable<Problem["related"]> {
  const [of] = gaps.flatMap((gap) => gap.of ?? []);
  return of ? [{ at: at(of, "metadata", "name"), message: `${label(of)} is not served` }] : [];
}

function namespaceProblem(gateway: Resource, all: readonly HostGap[]): Problem | null {
  const gaps = all.filter((gap) => gap.cause === "namespace");
  const limited = limitedHost(gateway);
  if (!limited || gaps.length === 0) return null;
  const { text, path, namespace, host } = limited;
  const edits = replaceScalar(gateway, path, host);
  return fail(
    at(gateway, ...path),
    `host "${text}" takes routes of namespace ${namespace} only, but Knative's are in ${some(gaps.flatMap((gap) => gap.namespace ?? []))}`,
    { related: related(gaps), ...remedy(`write the host without a namespace: "${host}"`, "review", edits) },
  );
}

function hostProblem(gateway: Resource, all: readonly HostGap[]): Problem | null {
  const gaps = all.filter((gap) => gap.cause === "host");
  const hosts = writtenHosts(gateway);
  const [first] = hosts;
  if (!first || gaps.length === 0) return null;
  const path = first.path.slice(0, -1);
  const names = some(gaps.flatMap((gap) => gap.name ?? []));
  const message = `the hosts ${some(hosts.map((host) => host.text))} do not cover ${names}`;
  return fail(at(gateway, ...path), message, {
    related: related(gaps),
    ...remedy('add the host "*", as the documents have it', "review", appendItem(gateway, path, "*")),
  });
}

export const rule = defineRule({
  id: "gateway/hosts-do-not-cover",
  summary: "The hosts of a Gateway of Knative leave out names or namespaces of Knative Services.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: [
    "istio/istio pilot/pkg/model/push_context.go",
    "istio/istio pkg/config/host",
    "knative-extensions/net-istio pkg/reconciler/ingress/resources/virtual_service.go",
  ],
  fix: "review",
  reads: [kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    return other === null ? ownKnativeGateways(graph) : notApplicable(other);
  },
  *check(gateway, graph) {
    const roles = rolesOf(graph, gateway);
    if (roles.length === 0) return yield notApplicable("only services that a label picks use this Gateway");
    for (const role of roles) {
      const { gaps, needs } = hostCoverage(graph, gateway, role);
      if (gaps.length > 0 && isSelective(graph, role)) {
        yield undecided("which services use the other Gateways of the KnativeServing");
        continue;
      }
      const problems = [namespaceProblem(gateway, gaps), hostProblem(gateway, gaps)];
      yield* problems.filter((problem) => problem !== null);
      if (needs !== null) yield undecided(needs);
    }
  },
});
