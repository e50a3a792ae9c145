import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";
import { readString } from "../field.ts";
import type { Reading } from "../field.ts";
import { kinds } from "../kinds.ts";

export const webhookKinds = [
  kinds.ValidatingWebhookConfiguration,
  kinds.MutatingWebhookConfiguration,
] as const;

/** One entry of a webhook configuration. */
export interface Webhook {
  readonly configuration: Resource;
  readonly path: Path;
  readonly value: Mapping;
  /** `webhook "pods.example.org"`, or `webhook 2` where it has no name. */
  readonly label: string;
}

/** The webhooks of a configuration; entries that are no mappings are refused by the API server anyway. */
export function webhooksOf(configuration: Resource): readonly Webhook[] {
  const list = valueAt(configuration.value, ["webhooks"]);
  return (isList(list) ? list : []).flatMap((value, index): readonly Webhook[] => {
    if (!isMapping(value)) return [];
    const label = typeof value.name === "string" ? JSON.stringify(value.name) : String(index + 1);
    return [{ configuration, path: ["webhooks", index], value, label: `webhook ${label}` }];
  });
}

export const isValidating = ({ configuration }: Webhook): boolean =>
  configuration.kind === kinds.ValidatingWebhookConfiguration;

/**
 * What happens to requests while the server cannot be called; the default of v1 is `Fail`, that of v1beta1 was
 * `Ignore` (Kubernetes documentation, dynamic admission control).
 */
export function failurePolicyOf({ configuration, path }: Webhook): Reading<string> {
  const written = readString(configuration, [...path, "failurePolicy"]);
  if (written.state !== "absent") return written;
  return { state: "value", value: configuration.version === "v1beta1" ? "Ignore" : "Fail" };
}

/** What a webhook is asked about that a cluster cannot start without. */
export type Coverage = "pods" | "namespaces" | "everything";

const textsAt = (value: Value, key: string): readonly string[] => {
  const list = valueAt(value, [key]);
  return (isList(list) ? list : []).filter((item) => typeof item === "string");
};

const hasAny = (texts: readonly string[], ...wanted: readonly string[]): boolean =>
  wanted.some((text) => texts.includes(text));

/** What one rule of a webhook covers when such objects are created; subresources (`pods/exec`) are no objects. */
function coverageOfRule(rule: Value): readonly Coverage[] {
  const operations = textsAt(rule, "operations").map((text) => text.toUpperCase());
  const isCore =
    hasAny(textsAt(rule, "apiGroups"), "", "*") && hasAny(textsAt(rule, "apiVersions"), "v1", "*");
  if (!isCore || !hasAny(operations, "CREATE", "*")) return [];
  const resources = textsAt(rule, "resources");
  const scope = valueAt(rule, ["scope"]);
  const all = hasAny(resources, "*", "*/*");
  if (all && scope !== "Cluster") return ["everything"];
  const found: Coverage[] = [];
  if (resources.includes("pods") && scope !== "Cluster") found.push("pods");
  if ((all || resources.includes("namespaces")) && scope !== "Namespaced") found.push("namespaces");
  return found;
}

/** What a webhook is asked about when Pods, Namespaces, or any objects are created. */
export function coverageOf({ value }: Webhook): readonly Coverage[] {
  const rules = valueAt(value, ["rules"]);
  return [...new Set((isList(rules) ? rules : []).flatMap(coverageOfRule))];
}
