import { foreignProfiles, profileTemplate } from "../../src/mesh/control-plane-settings.ts";
import { readString, readStrings, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/profile-unknown",
  summary: "A control plane takes settings from a profile that is not at hand.",
  severity: "info",
  category: "configuration",
  documentation: [integrations("1.4.2")],
  upstream: ["maistra/istio-operator resources/smcp-templates/v2.5"],
  applies: "Service Mesh 2",
  fix: "none",
  reads: [kinds.ServiceMeshControlPlane],
  subjects: (graph) => graph.own(kinds.ServiceMeshControlPlane),
  *check(smcp, graph) {
    if (isServerlessMesh(graph, smcp) === "no")
      return yield notApplicable(`${label(smcp)} is not the mesh of Serverless`);
    const foreign = foreignProfiles(smcp);
    if (foreign === null) return yield undecided("the profiles of the control plane");
    const listed: readonly string[] = valueOr(readStrings(smcp, ["spec", "profiles"]), []);
    const template = valueOr(readString(smcp, ["spec", "template"]), "");
    for (const name of new Set(foreign)) {
      if (profileTemplate(graph, name) !== undefined) continue;
      const path = template === name ? ["spec", "template"] : ["spec", "profiles", listed.indexOf(name)];
      yield fail(
        at(smcp, ...path),
        `profile "${name}" is not one of the operator's own, so what it sets (mutual TLS, ports, labels) is not known here`,
        { advice: `give meshlint the ConfigMap smcp-templates with the key ${name}, as context` },
      );
    }
  },
});
