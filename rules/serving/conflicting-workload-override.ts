import { removeKey } from "../../src/fix/edits.ts";
import { readList, valueOr } from "../../src/mesh/field.ts";
import { kinds, operatorKinds } from "../../src/mesh/kinds.ts";
import { overrideEntries, type OverrideSetting, settingsOf } from "../../src/mesh/overrides.ts";
import type { Resource } from "../../src/model/resource.ts";
import { toJson } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

interface Conflict {
  readonly workload: string;
  /** `label sidecar.istio.io/inject`. */
  readonly what: string;
  readonly overruled: OverrideSetting;
  readonly counts: OverrideSetting;
}

const words = { labels: "label", annotations: "annotation", env: "environment variable" } as const;

/** Settings of one workload that a later entry gives another value. */
function conflicts(operator: Resource): readonly Conflict[] {
  const before = new Map<string, OverrideSetting>();
  const found: Conflict[] = [];
  for (const entry of overrideEntries(operator)) {
    if (entry.name.state !== "value") continue;
    const workload = entry.name.value;
    for (const [form, settings] of Object.entries(settingsOf(operator, entry))) {
      for (const [key, counts] of settings) {
        const id = JSON.stringify([workload, form, key]);
        const overruled = before.get(id);
        before.set(id, counts);
        if (overruled === undefined || toJson(overruled.value) === toJson(counts.value)) continue;
        const what = `${words[form as keyof typeof words]} ${key}`;
        found.push({ workload, what, overruled, counts });
      }
    }
  }
  return found;
}

export const rule = defineRule({
  id: "serving/conflicting-workload-override",
  summary:
    "Two overrides of one workload give the same setting different values, of which only the later counts.",
  severity: "warning",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.4.3"), integrations("1.7")],
  upstream: ["knative/operator pkg/apis/operator/base/common.go"],
  fix: "review",
  reads: [...operatorKinds],
  candidates: "each",
  subjects: (graph) => graph.own(...operatorKinds),
  *check(operator) {
    for (const { workload, what, overruled, counts } of conflicts(operator)) {
      const title = "remove the setting that does not count";
      const edits = overruled.path.at(-1) === "value" ? null : removeKey(operator, overruled.path);
      yield fail(
        at(operator, ...overruled.path),
        `${what} of ${workload} is ${toJson(overruled.value)} here, but a later override makes it ${toJson(counts.value)}`,
        {
          related: [{ at: at(operator, ...counts.path), message: "this one counts" }],
          ...(edits ? { fix: { title, safety: "review" as const, edits } } : { advice: title }),
        },
      );
    }
    const [old, current] = ["deployments", "workloads"].map((list) => readList(operator, ["spec", list]));
    if (operator.kind !== kinds.KnativeKafka && old && current) {
      const both = valueOr(old, []).length > 0 && valueOr(current, []).length > 0;
      if (both)
        yield fail(
          atKey(operator, "spec", "deployments"),
          "overrides stand in workloads and in its deprecated twin deployments",
          { severity: "info", advice: "move the entries to workloads, which count last" },
        );
    }
    const open = overrideEntries(operator).find(({ name }) => name.state === "unknown");
    if (open?.name.state === "unknown") yield undecided(open.name.why);
  },
});
