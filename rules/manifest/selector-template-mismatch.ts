import { read, readMap } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { labelsOf, matchesSelector } from "../../src/mesh/label-match.ts";
import { once } from "../../src/mesh/memo.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { isMapping, type Mapping, toJson } from "../../src/model/value.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture, integrations, kubernetes } from "../../src/rule/documents.ts";

const workloads = [kinds.Deployment, kinds.StatefulSet, kinds.DaemonSet, kinds.ReplicaSet] as const;

const templateLabels = ["spec", "template", "metadata", "labels"] as const;

/** Names of workloads that a patch may change: only the rendered object tells what is compared there. */
const patched = once((graph) => {
  const patches = graph.fragments(...workloads).filter((resource) => resource.form === "patch");
  return new Set(patches.map((patch) => `${patch.kind} ${patch.name}`));
});

/** Patches, and labels that Kustomize adds to selectors and pods alike. */
const isRendered = (graph: Graph, { kind, name, rendering }: Resource): boolean =>
  rendering?.labels === true || patched(graph).has(`${kind} ${name}`) || patched(graph).has(`${kind} `);

/** An empty selector would take in every pod, also in this form: `matchLabels: {}`. */
const isEmpty = (selector: Mapping): boolean =>
  Object.values(selector).every(
    (part) => part === null || (typeof part === "object" && Object.keys(part).length === 0),
  );

export const rule = defineRule({
  id: "manifest/selector-template-mismatch",
  summary: "The selector of a workload is missing or does not match the labels of its own pods.",
  severity: "error",
  category: "schema",
  documentation: [integrations("2.4"), architecture("6.5"), kubernetes("Deployments, Selector")],
  upstream: ["kubernetes/kubernetes pkg/apis/apps/validation/validation.go"],
  fix: "none",
  reads: [...workloads],
  subjects: (graph) => graph.own(...workloads),
  *check(resource, graph) {
    const selector = readMap(resource, ["spec", "selector"]);
    if (selector.state === "unknown") return yield undecided(selector.why);
    if (isRendered(graph, resource)) return yield undecided(`${label(resource)} as Kustomize renders it`);
    if (selector.state === "absent" || isEmpty(selector.value)) {
      yield fail(
        at(resource, "spec", "selector"),
        `${label(resource)} has no selector, so the API server refuses it`,
        {
          advice: "select the labels of the pod template under spec.selector.matchLabels",
        },
      );
      return;
    }
    const labels = read(resource, templateLabels);
    if (labels.state === "unknown") return yield undecided(labels.why);
    const carried = labels.state === "value" && isMapping(labels.value) ? labels.value : {};
    const match = matchesSelector(selector.value, labelsOf(carried));
    if (match === "unknown") return yield undecided(`the labels of the pods of ${label(resource)}`);
    if (match === "yes") return;
    yield fail(
      at(resource, "spec", "selector"),
      `the selector does not match the pod template's labels ${toJson(carried)}, so the API server refuses ${label(resource)}`,
      {
        related: [{ at: at(resource, ...templateLabels), message: "the labels of the pods" }],
        advice: "give selector and pod template the same labels",
      },
    );
  },
});
