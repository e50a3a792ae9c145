import { kinds, operatorKinds } from "../../src/mesh/kinds.ts";
import { type PreviewFeature, previewFeatures } from "../../src/mesh/preview-features.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations, peerPods } from "../../src/rule/documents.ts";

const documents = {
  tenants: integrations("2"),
  "eventing-mesh": olderIntegrations("1.3"),
  "peer-pods": peerPods("3"),
  "service-mesh-3": integrations("1.1"),
} as const satisfies Record<PreviewFeature["name"], unknown>;

export const rule = defineRule({
  id: "operator/tech-preview-feature",
  summary: "The set uses a feature that is a technology preview in the configured version.",
  severity: "info",
  category: "support",
  documentation: Object.values(documents),
  fix: "none",
  reads: [kinds.AuthorizationPolicy, ...operatorKinds, kinds.PeerPodConfig],
  options: {
    accepted: {
      default: [],
      schema: { type: "array", items: { enum: Object.keys(documents) }, uniqueItems: true },
      description: "Features that are generally available for you, or whose preview state is accepted.",
    },
  },
  subjects: (graph) => previewFeatures(graph).map((feature) => feature.at.resource),
  *check(resource, graph, { options }) {
    const { accepted } = options;
    for (const feature of previewFeatures(graph)) {
      if (feature.at.resource !== resource) continue;
      const { name, state } = feature;
      if (Array.isArray(accepted) && accepted.includes(name)) yield notApplicable(`${name} is accepted`);
      else if (state === "unknown") yield undecided(feature.needs);
      else if (state === "preview")
        yield fail(
          at(resource, ...feature.at.path),
          `${feature.what} is a technology preview in ${feature.version}`,
          {
            documentation: [documents[name]],
            advice: "expect no support in production, or accept it in the rule's options",
          },
        );
    }
  },
});
