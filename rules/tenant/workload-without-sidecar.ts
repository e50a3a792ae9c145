import { injectionInMesh } from "../../src/mesh/injection.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds, workloadKinds } from "../../src/mesh/kinds.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { podsOfService } from "../../src/mesh/service-ports.ts";
import { groupOf } from "../../src/mesh/tenant-groups.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "tenant/workload-without-sidecar",
  summary: "A workload in a tenant's namespace has no sidecar, so that no policy protects it.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [integrations("2.2")],
  upstream: ["istio/istio pilot/pkg/networking/plugin/authz/authorization.go"],
  fix: "review",
  reads: [...workloadKinds],
  subjects(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    return graph
      .own(...workloadKinds)
      .filter((workload) => !isOwned(workload))
      .filter(({ namespace }) => namespace === null || groupOf(graph, namespace) !== undefined);
  },
  *check(workload, graph) {
    if (workload.namespace === null) return yield undecided("the namespace of the workload");
    const tenant = groupOf(graph, workload.namespace)?.name ?? "";
    for (const pod of graph.podsOf(workload)) {
      const asked = injectionInMesh(graph, pod);
      if (asked.state === "unknown") yield undecided(asked.needs);
      if (asked.state !== "no") continue;
      const service = graph
        .all(kinds.Service)
        .find((other) => other.namespace === pod.namespace && podsOfService(graph, other).includes(pod));
      const kind = workload.id.kind;
      yield fail(
        at(asked.at.resource, ...asked.at.path),
        service
          ? `${kind} ${workload.name} of tenant ${tenant} has no sidecar (${asked.reason}): anyone may call it through Service ${service.name}, whatever the policies say`
          : `${kind} ${workload.name} of tenant ${tenant} has no sidecar (${asked.reason}): the services of the mesh refuse its calls`,
        {
          ...(service
            ? { related: [{ at: at(service, "spec", "selector"), message: "leads callers to it" }] }
            : { severity: "warning" as const }),
          advice: 'set the label sidecar.istio.io/inject of the pods to "true"',
        },
      );
    }
  },
});
