import { replaceScalar } from "../../src/fix/edits.ts";
import { policyFields } from "../../src/mesh/authorization/fields.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { groupOf, namespaceLists, sharedNamespaces } from "../../src/mesh/tenant-groups.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isAssumed } from "../../src/model/profile.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const lastLabel = (domain: string): string => domain.slice(domain.lastIndexOf(".") + 1);

/** Names that other hosts end in, and which ones. */
function endings(graph: Graph): ReadonlyMap<string, string> {
  const { clusterDomain, ingressDomain } = graph.profile;
  return new Map([
    ...(ingressDomain === null
      ? []
      : [[lastLabel(ingressDomain), `every external host, as ${ingressDomain} does`] as const]),
    ["svc", "the short host of every Service, which ends in .svc"],
    ["local", "every host that ends in cluster.local"],
    [lastLabel(clusterDomain), `every full host of a Service, as ${clusterDomain} does`],
  ]);
}

export const rule = defineRule({
  id: "tenant/host-pattern-overmatch",
  summary: "The host patterns of a tenant cover other hosts as well, or have blanks in them.",
  severity: "warning",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/knative-istio-authz-chart templates"],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    return graph
      .own(kinds.AuthorizationPolicy)
      .filter(
        ({ namespace }) =>
          namespace !== null &&
          (sharedNamespaces.includes(namespace) || groupOf(graph, namespace) !== undefined),
      );
  },
  *check(policy, graph) {
    const covers = endings(graph);
    const said = new Set<string>();
    for (const { by, entries } of namespaceLists(graph, policy)) {
      if (by !== "hosts") continue;
      for (const { namespace, path } of entries) {
        const what = covers.get(namespace);
        if (what === undefined || said.has(namespace)) continue;
        said.add(namespace);
        yield fail(
          at(policy, ...path),
          `"*.${namespace}" is meant for namespace ${namespace}, and covers ${what}`,
          { advice: "give the tenant a namespace of another name" },
        );
      }
    }
    for (const { written, values } of policyFields(policy)) {
      for (const { text, path } of values) {
        if (!/\s/.test(text) || text.trim() === "") continue;
        const right = text.replaceAll(/\s/g, "");
        const edits = replaceScalar(policy, path, right);
        yield fail(
          at(policy, ...path),
          `${JSON.stringify(text)} in ${written} has a blank, and matches nothing (the chart's README prints its list of namespaces so)`,
          {
            ...remedy(`write ${JSON.stringify(right)}`, "review", edits),
            explains: path,
          },
        );
      }
    }
    const { profile } = graph;
    if (profile.ingressDomain === null && isAssumed(profile, "ingressDomain") && mayEndADomain(policy, graph))
      yield undecided("the domain of the cluster's routes");
  },
});

/** Names that look like the last label of a domain. */
function mayEndADomain(policy: Parameters<typeof namespaceLists>[1], graph: Graph): boolean {
  return namespaceLists(graph, policy).some(
    ({ by, entries }) =>
      by === "hosts" &&
      entries.some(({ namespace }) =>
        /^(?:com|org|net|io|dev|de|cloud|corp|lan|internal|test|example)$/.test(namespace),
      ),
  );
}
