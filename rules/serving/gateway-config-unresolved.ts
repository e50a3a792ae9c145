import { setValue } from "../../src/fix/edits.ts";
import { groupedFaults, type ReferenceFault, referenceFaults } from "../../src/mesh/gateway-references.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function describe({ type, gateway, namespaces, meant }: ReferenceFault): string {
  const { role, namespace, name, host, at: place } = gateway;
  const which = role === "local" ? "the local gateway" : "the gateway for external traffic";
  const pods = `its pods are in ${namespaces.join(" and ")}`;
  if (type === "gateway") {
    const others = meant.length > 0 ? `, but ${meant.map(label).join(", ")} is` : "";
    return `${which} is Gateway ${namespace}/${name}, which is not there${others}`;
  }
  if (type === "other-default")
    return `${which} is not configured, so its Service is ${host}, while the other one's is in ${namespaces.join()}`;
  if (type === "service") return `the Service of ${which} is ${host}, which is not there`;
  return place === null
    ? `${which} is not configured, so its Service is ${host}, but ${pods}`
    : `the Service of ${which} is ${host}, but ${pods}`;
}

/** Names the Service that leads to the gateway's pods, where that is one for certain. */
function correction(
  serving: Resource,
  graph: Graph,
  faults: readonly ReferenceFault[],
): ReturnType<typeof remedy> {
  const [fault] = faults;
  const [service, ...others] = fault?.meant ?? [];
  const sure = faults.length === 1 && others.length === 0 && service?.kind === kinds.Service;
  if (fault?.type === "gateway") {
    const key = `${fault.gateway.role === "local" ? "local-gateway" : "gateway"}.<namespace>.<name>`;
    return { advice: service ? `name ${label(service)}` : `name the Gateway that is there, as ${key}` };
  }
  if (!fault?.key || !sure) return { advice: "name the Service of each gateway in spec.config.istio" };
  const title = `name ${label(service)}`;
  const host = `${service.name}.${service.namespace}.svc.${graph.profile.clusterDomain}`;
  const edits = setValue(serving, fault.key, host);
  return remedy(title, "review", edits);
}

export const rule = defineRule({
  id: "serving/gateway-config-unresolved",
  summary: "Knative is told, or left to assume, Gateways or Services that are not the ones of the mesh.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.3")],
  upstream: ["knative-extensions/net-istio pkg/reconciler/ingress/config/istio.go"],
  fix: "review",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving);
    if (used.state === "unknown") return yield undecided(used.needs);
    if (used.state !== "istio") return yield notApplicable(`${used.state} is its ingress`);
    const { faults, needs } = referenceFaults(graph, serving);
    for (const group of groupedFaults(faults)) {
      const [first] = group;
      if (first.gateway.at === null && isPatched(graph, serving)) {
        yield undecided("the patches of the KnativeServing");
        continue;
      }
      const meant = [...new Set(group.flatMap((fault) => fault.meant))];
      yield fail(at(serving, ...first.path), group.map(describe).join("; "), {
        // That the Gateway of this name is missing is no second mistake.
        ...(first.type === "gateway" && { explains: first.path }),
        related: meant
          .filter((resource) => resource.standing !== "derived")
          .map((resource) => ({ at: at(resource, "metadata", "name"), message: "was this meant?" })),
        ...correction(serving, graph, group),
      });
    }
    for (const need of needs) yield undecided(need);
  },
});
