import { readBoolean, readList, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isMapping, type Value } from "../../src/model/value.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "overrides"];

/** `Deployment openshift-monitoring/prometheus-operator`. */
function nameOf(entry: Value): string {
  if (!isMapping(entry)) return "a component";
  const { kind, namespace, name } = entry;
  const parts = [namespace, name].filter((part) => typeof part === "string" && part !== "");
  return [typeof kind === "string" ? kind : "object", parts.join("/")].join(" ").trim();
}

export const rule = defineRule({
  id: "operator/cvo-override",
  summary:
    "A component is taken away from the Cluster Version Operator, which blocks updates of the cluster.",
  severity: "error",
  varies: true,
  category: "support",
  documentation: [architecture("2.3")],
  fix: "none",
  reads: [kinds.ClusterVersion],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.ClusterVersion),
  *check(version) {
    const overrides = readList(version, path);
    if (overrides.state === "unknown") return yield undecided(overrides.why);
    for (const [index, entry] of valueOr(overrides, []).entries()) {
      const field = [...path, index, "unmanaged"];
      const unmanaged = readBoolean(version, field);
      if (unmanaged.state === "unknown") yield undecided(unmanaged.why);
      if (unmanaged.state !== "value") continue;
      yield unmanaged.value
        ? fail(
            at(version, ...field),
            `${nameOf(entry)} is unmanaged: the cluster cannot be updated and is not supported`,
            { advice: "remove the override" },
          )
        : fail(at(version, ...field), `the override of ${nameOf(entry)} does nothing, since it is managed`, {
            severity: "info",
            advice: "remove the override",
          });
    }
  },
});
