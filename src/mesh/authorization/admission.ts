import { oncePerValue } from "../memo.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";
import { addressBlock } from "./address.ts";
import { actionOf, textsOf } from "./compile.ts";
import { attributeOf } from "./conditions.ts";
import { isPathTemplate, isValidPathTemplate } from "./path.ts";

/** Why Istio's webhook refuses a policy. */
export interface AdmissionProblem {
  readonly path: Path;
  /** A clause: "DENY needs rules". */
  readonly message: string;
}

/** A list, mapping or text that a tool or a person fills in later, or of a type that other checks are about. */
const isOpen = (value: Value | undefined): boolean => typeof value === "string" && isUnknown(value);

function isFilled(value: Value | undefined): boolean {
  if (isList(value)) return value.length > 0;
  return value !== undefined && value !== null;
}

const sourceFields = [
  "principals",
  "requestPrincipals",
  "namespaces",
  "serviceAccounts",
  "trustDomains",
  "ipBlocks",
  "remoteIpBlocks",
] as const;
const operationFields = ["hosts", "ports", "methods", "paths"] as const;

function withNot(field: string): readonly [string, string] {
  return [field, `not${field.charAt(0).toUpperCase()}${field.slice(1)}`];
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535;
}

function valueProblem(field: string, value: string): string | null {
  if (isUnknown(value)) return null;
  if (value === "") return `an empty value in ${field}`;
  const kind = field.replace(/^not/, "").toLowerCase();
  if (kind === "ports" || kind === "destination.port") return isPort(value) ? null : `${value} is no port`;
  if (/^(?:remote)?ipblocks$/.test(kind) || kind.endsWith(".ip")) {
    return addressBlock(value) === null ? `${value} is no IP address or CIDR block` : null;
  }
  if (kind !== "paths" || !isPathTemplate(value)) return null;
  return isValidPathTemplate(value) ? null : `${value} is no valid path template`;
}

function* valueProblems(parent: Value, field: string, path: Path): Generator<AdmissionProblem> {
  for (const [index, value] of textsOf(valueAt(parent, [field])).entries()) {
    const message = valueProblem(field, value);
    if (message !== null) yield { path: [...path, field, index], message };
  }
}

/** The mapping of one `from` or `to` entry, or the problem that there is none with content. */
function* partProblems(
  entry: Value,
  part: "source" | "operation",
  fields: readonly string[],
  path: Path,
): Generator<AdmissionProblem> {
  const value = valueAt(entry, [part]);
  if (isOpen(entry) || isOpen(value)) return;
  const names = fields.flatMap(withNot);
  const present = isMapping(value) ? names.filter((name) => isFilled(value[name])) : [];
  if (!isMapping(value) || present.length === 0) {
    yield { path, message: `an empty ${part}` };
    return;
  }
  for (const name of present) yield* valueProblems(value, name, [...path, part]);
  const accounts = withNot("serviceAccounts").some((name) => present.includes(name));
  const others = [...withNot("principals"), ...withNot("namespaces")].some((name) => present.includes(name));
  if (accounts && others) {
    yield { path: [...path, part], message: "serviceAccounts beside namespaces or principals" };
  }
}

function* listProblems(
  rule: Mapping,
  list: "from" | "to",
  check: (entry: Value, path: Path) => Iterable<AdmissionProblem>,
  path: Path,
): Generator<AdmissionProblem> {
  const value = rule[list];
  if (!isList(value)) return;
  if (value.length === 0) yield { path: [...path, list], message: `an empty list in ${list}` };
  for (const [index, entry] of value.entries()) yield* check(entry, [...path, list, index]);
}

function* conditionProblems(entry: Value, path: Path): Generator<AdmissionProblem> {
  if (isOpen(entry)) return;
  const key = valueAt(entry, ["key"]);
  if (typeof key !== "string" || key === "") {
    yield { path: [...path, "key"], message: "a condition without key" };
    return;
  }
  if (!isUnknown(key) && attributeOf(key) === null) yield { path, message: `no attribute ${key}` };
  const lists = ["values", "notValues"] as const;
  if (!lists.some((field) => isFilled(valueAt(entry, [field])))) {
    yield { path, message: `condition ${key} has no values` };
  }
  for (const field of lists) {
    for (const [index, value] of textsOf(valueAt(entry, [field])).entries()) {
      const message = valueProblem(key, value);
      if (message !== null) yield { path: [...path, field, index], message };
    }
  }
}

/** CUSTOM is decided before anybody is authenticated by a token, and by no identity at all. */
function* customProblems(rule: Mapping, path: Path): Generator<AdmissionProblem> {
  const from = isList(rule.from) ? rule.from : [];
  for (const [index, entry] of from.entries()) {
    const source = valueAt(entry, ["source"]);
    const fields = ["principals", "requestPrincipals", "namespaces", "serviceAccounts", "trustDomains"];
    const used = fields.flatMap(withNot).find((name) => textsOf(valueAt(source, [name])).length > 0);
    if (used !== undefined) yield { path: [...path, "from", index], message: `${used} in a CUSTOM policy` };
  }
  const when = isList(rule.when) ? rule.when : [];
  for (const [index, entry] of when.entries()) {
    const key = valueAt(entry, ["key"]);
    if (typeof key === "string" && /^(?:source\.(?:namespace|principal)$|request\.auth\.)/.test(key)) {
      yield { path: [...path, "when", index], message: `${key} in a CUSTOM policy` };
    }
  }
}

function* ruleProblems(rule: Value, custom: boolean, path: Path): Generator<AdmissionProblem> {
  if (!isMapping(rule)) return;
  yield* listProblems(rule, "from", (entry, at) => partProblems(entry, "source", sourceFields, at), path);
  yield* listProblems(rule, "to", (entry, at) => partProblems(entry, "operation", operationFields, at), path);
  const when = isList(rule.when) ? rule.when : [];
  for (const [index, entry] of when.entries()) yield* conditionProblems(entry, [...path, "when", index]);
  if (custom) yield* customProblems(rule, path);
}

function* attachmentProblems(spec: Mapping): Generator<AdmissionProblem> {
  const attached = ["selector", "targetRef", "targetRefs"].filter((field) => {
    const value = spec[field];
    return isList(value) ? value.length > 0 : value !== undefined && value !== null;
  });
  if (attached.length > 1) {
    yield { path: ["spec"], message: `${attached.join(" beside ")}: only one of them may be set` };
  }
  const labels = valueAt(spec, ["selector", "matchLabels"]);
  for (const [key, value] of Object.entries(isMapping(labels) ? labels : {})) {
    const wild = key.includes("*") || (typeof value === "string" && value.includes("*"));
    if (wild) yield { path: ["spec", "selector", "matchLabels", key], message: "a wildcard in the selector" };
  }
}

function* actionProblems(resource: Resource, spec: Mapping): Generator<AdmissionProblem> {
  const action = actionOf(resource);
  if (action === null) {
    if (!isUnknown(spec.action)) yield { path: ["spec", "action"], message: "an unknown action" };
    return;
  }
  if ((action === "DENY" || action === "CUSTOM") && !isFilled(spec.rules)) {
    yield { path: ["spec", "action"], message: `${action} needs rules` };
  }
  const provider = valueAt(spec, ["provider", "name"]);
  const named = typeof provider === "string" && provider !== "";
  if (action === "CUSTOM" && !named && !isOpen(spec.provider))
    yield { path: ["spec", "provider"], message: "CUSTOM needs a provider" };
  if (action !== "CUSTOM" && isMapping(spec.provider)) {
    yield { path: ["spec", "provider"], message: `a provider with action ${action}` };
  }
  const dryRun = valueAt(resource.value, ["metadata", "annotations", "istio.io/dry-run"]);
  if (dryRun !== undefined && (action === "CUSTOM" || action === "AUDIT")) {
    yield { path: ["metadata", "annotations", "istio.io/dry-run"], message: `dry-run with action ${action}` };
  }
}

/**
 * Why the webhook refuses an AuthorizationPolicy (istio/istio `pkg/config/validation/validation.go`
 * ValidateAuthorizationPolicy): such an object never exists in a cluster. Empty for one that it takes.
 */
export const admissionProblems = oncePerValue((resource): readonly AdmissionProblem[] => {
  const spec = valueAt(resource.value, ["spec"]);
  if (!isMapping(spec)) return [];
  const custom = actionOf(resource) === "CUSTOM";
  const rules = isList(spec.rules) ? spec.rules : [];
  return [
    ...attachmentProblems(spec),
    ...actionProblems(resource, spec),
    ...rules.flatMap((rule, index) => [...ruleProblems(rule, custom, ["spec", "rules", index])]),
  ];
});
