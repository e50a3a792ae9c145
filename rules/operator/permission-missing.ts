import { type Access, accessesOf, isAllowed } from "../../src/mesh/access-reviews.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const place = ({ namespace }: Access): string => (namespace === null ? "all namespaces" : namespace);
const what = ({ resource, group, name }: Access): string =>
  [group === "" ? resource : `${resource}.${group}`, name ?? ""].join(" ").trim();

export const rule = defineRule({
  id: "operator/permission-missing",
  summary: "Whoever applies the set may not do what that takes.",
  severity: "error",
  category: "permissions",
  documentation: [
    integrations("1.1"),
    integrations("1.3"),
    integrations("1.5"),
    integrations("1.6"),
    integrations("1.7"),
  ],
  upstream: [
    "maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/memberroll.go",
    "maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/member.go",
  ],
  fix: "none",
  live: true,
  reads: [],
  subjects: (graph) => graph.resources.filter(({ standing, form }) => standing === "own" && form === "full"),
  *check(resource, graph) {
    const answered = accessesOf(graph, resource).map((access) => ({
      access,
      allowed: isAllowed(graph, access),
    }));
    const denied = answered.filter(({ allowed }) => allowed === false);
    // One finding for all verbs that its own kind takes.
    const own = denied.filter(({ access }) => access.path.length === 0).map(({ access }) => access.verb);
    for (const { access } of denied) {
      const isOwn = access.path.length === 0;
      if (isOwn && access.verb !== own[0]) continue;
      yield fail(
        at(resource, ...access.path),
        `the acting user may not ${(isOwn ? own : [access.verb]).join(", ")} ${what(access)} in ${place(access)}, which ${label(resource)} takes`,
        { advice: "apply it as a cluster administrator, or have a role granted" },
      );
    }
    if (answered.some(({ allowed }) => allowed === undefined))
      yield undecided("the answers of the cluster's access reviews");
  },
});
