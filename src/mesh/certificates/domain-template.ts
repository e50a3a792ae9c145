import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { configMap } from "../operator-config.ts";

/** How many labels a KnativeServing's template puts before the domain of its services. */
export type TemplateDepth =
  | { readonly state: "default" }
  | { readonly state: "set"; readonly labels: number; readonly template: string; readonly path: Path }
  | { readonly state: "unknown"; readonly needs: string };

/** What the operator writes unless told otherwise (serverless-operator `extension.go`). */
export const operatorTemplate = "{{.Name}}-{{.Namespace}}.{{.Domain}}";

const field = /\{\{-? ?\.(?:Name|Namespace) ?-?\}\}/g;
const ending = /\.\{\{-? ?\.Domain ?-?\}\}$/;

/** Reads `domain-template`, or its older spelling, of the ConfigMap `config-network`. */
export function templateDepth(serving: Resource): TemplateDepth {
  const map = configMap(serving, "network");
  if (map.state === "unknown") return { state: "unknown", needs: map.why };
  if (map.state === "absent") return { state: "default" };
  const { path, entries } = map.value;
  const key = ["domain-template", "domainTemplate"].find((name) => (entries[name] ?? null) !== null);
  if (key === undefined) return { state: "default" };
  const needs = `the host names that ${key} of KnativeServing ${serving.name} makes`;
  const template = entries[key];
  if (typeof template !== "string" || !ending.test(template.trim())) return { state: "unknown", needs };
  const before = template.trim().replace(ending, "").replace(field, "x");
  // Conditions and functions of Go's templates may give either form.
  if (/[{}$<>]/.test(before)) return { state: "unknown", needs };
  return { state: "set", labels: before.split(".").length, template: template.trim(), path: [...path, key] };
}
