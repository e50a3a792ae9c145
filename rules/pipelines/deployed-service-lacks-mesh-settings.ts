import { scriptKinds } from "../../src/mesh/embedded-scripts.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { deployedServices } from "../../src/mesh/pipelines/deployed-services.ts";
import { addFlags, missingSettings } from "../../src/mesh/pipelines/missing-settings.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "pipelines/deployed-service-lacks-mesh-settings",
  summary: "A step makes a Knative Service by kn without the settings that the mesh needs.",
  severity: "warning",
  category: "mTLS",
  documentation: [integrations("4.2"), integrations("1.4.4"), integrations("2.4")],
  upstream: ["knative/client docs/cmd/kn_service_create.md"],
  fix: "review",
  reads: scriptKinds,
  subjects(graph) {
    if (ingress(graph).state === "kourier") return notApplicable("the KnativeServing uses kourier");
    return [...deployedServices(graph).keys()];
  },
  *check(resource, graph) {
    for (const made of deployedServices(graph).get(resource) ?? []) {
      const meant = meantForIstio(graph, made.service);
      if (meant.state === "unknown") {
        yield undecided(meant.needs);
        continue;
      }
      if (meant.state === "no") {
        yield notApplicable(meant.because);
        continue;
      }
      const { flags, needs } = missingSettings(graph, made);
      for (const open of needs) yield undecided(open);
      if (flags.length === 0) continue;
      const title = `add ${flags.join(" and ")}`;
      yield fail(
        made.spot([]),
        `kn makes a service of the mesh without ${flags.join(" and ")}`,
        remedy(title, "review", addFlags(made, flags)),
      );
    }
  },
});
