import { renameKey } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configMap } from "../../src/mesh/operator-config.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { atKey, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

interface Default {
  readonly what: string;
  /** Spellings of the key; empty: any entry of the map. */
  readonly keys: readonly string[];
}

/** What the operator writes into the maps of a KnativeServing, always under their short names. */
const defaults: Readonly<Record<string, readonly Default[]>> = {
  deployment: [{ what: "the image of queue-proxy", keys: ["queue-sidecar-image", "queueSidecarImage"] }],
  network: [
    { what: "the ingress class", keys: ["ingress-class", "ingress.class"] },
    { what: "the template of host names", keys: ["domain-template", "domainTemplate"] },
    { what: "https as the scheme of URLs", keys: ["default-external-scheme", "defaultExternalScheme"] },
  ],
  observability: [
    {
      what: "the backend of metrics",
      keys: ["metrics.backend-destination", "metrics-protocol", "request-metrics-protocol"],
    },
  ],
  domain: [{ what: "the domain of the cluster's routes", keys: [] }],
};

export const rule = defineRule({
  id: "operator/config-full-name-drops-defaults",
  summary: "A configuration map is written with its full name, which makes the operator's own defaults void.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.4.3"), integrations("1.5")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/extension.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/common/config.go",
    "knative/operator pkg/reconciler/common/config_maps.go",
  ],
  fix: "review",
  reads: [kinds.KnativeServing],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    for (const [name, written] of Object.entries(defaults)) {
      const map = configMap(serving, name);
      if (map.state === "unknown") yield undecided(map.why);
      if (map.state !== "value" || !map.value.full) continue;
      const { path, entries } = map.value;
      const set = Object.keys(entries).filter((key) => !key.startsWith("_"));
      const lost = written.filter(({ keys }) =>
        keys.length === 0 ? set.length === 0 : !keys.some((key) => set.includes(key)),
      );
      if (lost.length === 0) continue;
      if (isPatched(graph, serving)) {
        yield undecided(`the patches of KnativeServing ${serving.name}`);
        continue;
      }
      const effect = name === "deployment" ? ", and no revision can start" : "";
      const title = map.value.void === null ? `name it ${name}` : `move its entries into ${name}`;
      yield fail(
        atKey(serving, ...path),
        `config-${name} makes void what the operator writes into ${name}: ${lost.map(({ what }) => what).join(", ")}${effect} (the documents print ${name}, and do not say why)`,
        {
          ...(name !== "deployment" && { severity: "warning" as const }),
          ...remedy(title, "review", renameKey(serving, path, name)),
        },
      );
    }
  },
});
