import { appendItem } from "../../src/fix/edits.ts";
import { readList } from "../../src/mesh/field.ts";
import { isolation, namedAt } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isExcludedNamespace, membership } from "../../src/mesh/membership.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { at, atKey, defineSetRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const members = ["spec", "members"];

export const rule = defineSetRule({
  id: "tenant/namespace-not-member",
  summary: "A tenant's namespace is no member of the mesh, so that no policy holds there.",
  severity: "error",
  category: "membership",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/smmr.yaml"],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    const home = serverlessMesh(graph);
    if (home.state === "found") return null;
    return undecided(home.state === "unknown" ? home.needs : "the control plane and its member roll");
  },
  *check(graph) {
    const found = isolation(graph);
    const home = serverlessMesh(graph);
    if (found.state === "no" || home.state !== "found") return;
    const { mesh } = home;
    for (const group of found.tenants) {
      for (const namespace of group.namespaces) {
        const answer = membership(graph, namespace, mesh);
        if (answer.state === "unknown") yield undecided(answer.needs);
        if (answer.state !== "not-member") continue;
        const message = `namespace ${namespace} of tenant ${group.name} is no member of ${meshName(mesh)}: its pods get no sidecar that would enforce policies`;
        const named = namedAt(graph, group, namespace);
        const by = named
          ? [{ at: at(named.resource, ...named.path), message: "names it as the tenant's" }]
          : [];
        const roll = mesh.rolls.find(
          (candidate) => candidate.standing === "own" && readList(candidate, members).state === "value",
        );
        if (roll && !isExcludedNamespace(namespace)) {
          const edits = appendItem(roll, members, namespace);
          const title = `add ${namespace} to the members of the mesh`;
          yield fail(atKey(roll, ...members), message, { related: by, ...remedy(title, "review", edits) });
        } else if (named) {
          const advice = isExcludedNamespace(namespace)
            ? "give the tenant another namespace; this one can never be a member"
            : `make ${namespace} a member of the mesh`;
          yield fail(at(named.resource, ...named.path), message, { advice });
        }
      }
    }
  },
});
