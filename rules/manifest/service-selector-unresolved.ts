import { kinds } from "../../src/mesh/kinds.ts";
import { serviceSelection } from "../../src/mesh/manifests/service-selection.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { label } from "../../src/model/resource.ts";
import { isMapping, plainText, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { architecture, integrations } from "../../src/rule/documents.ts";

const path = ["spec", "selector"] as const;

export const rule = defineRule({
  id: "manifest/service-selector-unresolved",
  summary: "The selector of a Service picks no pod of its namespace.",
  severity: "warning",
  category: "routing",
  documentation: [architecture("4.3.1"), integrations("1.4.2")],
  fix: "none",
  reads: [kinds.Service],
  subjects: (graph) => graph.own(kinds.Service).filter((service) => !isOwned(service)),
  *check(service, graph) {
    const found = serviceSelection(graph, service);
    if (found.state === "picks") return;
    if (found.state === "left") return yield notApplicable(found.because);
    if (found.state === "unknown") return yield undecided(found.needs);
    const { namesake } = found;
    const selector = valueAt(service.value, path);
    const wanted = Object.entries(isMapping(selector) ? selector : {})
      .map(([key, value]) => `${key}: ${plainText(value)}`)
      .join(", ");
    const namespace = service.namespace ?? "";
    yield fail(
      at(service, ...path),
      `no pod of namespace ${namespace} has ${wanted}${namesake ? `, and those of ${label(namesake.resource)} have other labels` : ""}, so the Service leads nowhere`,
      {
        related: namesake
          ? [{ at: at(namesake.resource, ...namesake.metadata, "labels"), message: "the labels of its pods" }]
          : [],
        advice: "select labels of the pod template",
      },
    );
  },
});
