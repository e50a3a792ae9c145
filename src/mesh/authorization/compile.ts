import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Value } from "../../model/value.ts";
import type { Resource } from "../../model/resource.ts";
import { scalarText } from "../field.ts";
import { parseBool } from "../go-values.ts";
import {
  check,
  hostTest,
  methodTest,
  pathTest,
  portTest,
  remoteIpTest,
  requestPrincipalTest,
  sourceIpTest,
  valuesTest,
} from "./checks.ts";
import { attributeOf } from "./conditions.ts";
import {
  namespacePattern,
  principalPattern,
  serviceAccountPattern,
  trustDomainPattern,
  withTrustDomains,
} from "./peer-pattern.ts";
import type { PeerTest } from "./peer-pattern.ts";
import { actions } from "./policy.ts";
import type {
  Action,
  Check,
  CompiledPolicy,
  CompiledRule,
  Feature,
  PolicySettings,
  Source,
} from "./policy.ts";

/** The texts of a list; numbers count as the API server would refuse them elsewhere (`ports: [80]`). */
export function textsOf(value: Value | undefined): readonly string[] {
  return isList(value) ? value.flatMap((item) => scalarText(item) ?? []) : [];
}

function entries(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

/** What a compilation needs to know about where it is. */
interface Reading {
  readonly settings: PolicySettings;
  readonly namespace: string;
  readonly protocol: "http" | "tcp";
  readonly action: Action;
}

/** Thrown inside this file only: the rule has no reading on this filter chain. */
const dropped = Symbol("dropped");
type Dropped = typeof dropped;

/** An HTTP-only field on a TCP chain: an ALLOW rule with it is dropped as a whole, elsewhere the field is. */
function httpOnly(
  reading: Reading,
  present: boolean,
  checks: () => readonly Check[],
): readonly Check[] | Dropped {
  if (!present || reading.protocol === "http") return checks();
  return reading.action === "ALLOW" ? dropped : [];
}

function notKey(field: string): string {
  return `not${field.charAt(0).toUpperCase()}${field.slice(1)}`;
}

function fieldOf(parent: Mapping, field: string): readonly [readonly string[], readonly string[]] {
  return [textsOf(parent[field]), textsOf(parent[notKey(field)])];
}

const pass = (): "unknown" => "unknown";

function peersOf(
  [values, notValues]: readonly [readonly string[], readonly string[]],
  compile: (value: string) => PeerTest,
  feature: Feature = "yes",
): readonly PeerTest[] {
  const test = valuesTest(values, notValues, feature === "yes" ? compile : () => pass);
  return test === null ? [] : [test];
}

/** `cluster.local/…` stands for every trust domain of the mesh, in both lists. */
function expandedPrincipals(
  lists: readonly [readonly string[], readonly string[]],
  settings: PolicySettings,
): readonly [readonly string[], readonly string[]] {
  const expand = (list: readonly string[]): readonly string[] =>
    list.flatMap((value) => withTrustDomains(value, settings.trustDomains));
  return [expand(lists[0]), expand(lists[1])];
}

function sourceOf(source: Mapping, reading: Reading): Source | Dropped {
  const { settings, namespace } = reading;
  const peers: PeerTest[] = [
    ...peersOf(expandedPrincipals(fieldOf(source, "principals"), settings), (value) =>
      principalPattern(value, settings.quoted),
    ),
    ...peersOf(fieldOf(source, "namespaces"), (value) => namespacePattern(value, settings.quoted)),
    ...peersOf(
      fieldOf(source, "serviceAccounts"),
      (value) => serviceAccountPattern(value, namespace),
      settings.serviceAccounts,
    ),
    ...peersOf(fieldOf(source, "trustDomains"), trustDomainPattern, settings.trustDomainsField),
  ];
  const [values, notValues] = fieldOf(source, "requestPrincipals");
  const token = httpOnly(reading, values.length + notValues.length > 0, () =>
    check(valuesTest(values, notValues, requestPrincipalTest), "the request's token"),
  );
  if (token === dropped) return dropped;
  const addresses = (field: string, compile: typeof sourceIpTest, needs: string): readonly Check[] =>
    check(valuesTest(...fieldOf(source, field), compile), needs);
  const checks = [
    ...token,
    ...addresses("ipBlocks", sourceIpTest, "the address of the caller"),
    ...addresses("remoteIpBlocks", remoteIpTest, "the address of the client"),
  ];
  return { peers, checks };
}

function operationOf(operation: Mapping, reading: Reading): readonly Check[] | Dropped {
  const { settings } = reading;
  const http = ["hosts", "methods", "paths"].some((field) =>
    fieldOf(operation, field).some((list) => list.length > 0),
  );
  const checks = httpOnly(reading, http, () => [
    ...check(valuesTest(...fieldOf(operation, "hosts"), hostTest), "the address in the Host header"),
    ...check(valuesTest(...fieldOf(operation, "methods"), methodTest), "the method"),
    ...check(
      valuesTest(...fieldOf(operation, "paths"), (value) => pathTest(value, settings)),
      "how this version of Istio reads the path",
    ),
  ]);
  if (checks === dropped) return dropped;
  return [...checks, ...check(valuesTest(...fieldOf(operation, "ports"), portTest), "the port")];
}

interface Conditions {
  readonly peers: readonly PeerTest[];
  readonly conditions: readonly Check[];
}

/** `when`: a key that Istio does not know drops the rule; an entry without values is dropped itself. */
function conditionsOf(rule: Mapping, reading: Reading): Conditions | Dropped {
  const { settings } = reading;
  const peers: PeerTest[] = [];
  const conditions: Check[] = [];
  for (const entry of entries(rule.when)) {
    const attribute = attributeOf(scalarText(valueAt(entry, ["key"]) ?? "") ?? "");
    if (attribute === null) return dropped;
    const lists = [textsOf(valueAt(entry, ["values"])), textsOf(valueAt(entry, ["notValues"]))] as const;
    if (attribute.about === "namespace") {
      peers.push(...peersOf(lists, (value) => namespacePattern(value, settings.quoted)));
    } else if (attribute.about === "principal") {
      const expanded = expandedPrincipals(lists, settings);
      peers.push(...peersOf(expanded, (value) => principalPattern(value, settings.quoted)));
    } else {
      const present = attribute.httpOnly && lists.some((list) => list.length > 0);
      const checks = httpOnly(reading, present, () =>
        check(valuesTest(...lists, attribute.compile), attribute.needs),
      );
      if (checks === dropped) return dropped;
      conditions.push(...checks);
    }
  }
  return { peers, conditions };
}

function ruleOf(rule: Value, index: number, reading: Reading): CompiledRule | null {
  if (!isMapping(rule)) return null;
  const when = conditionsOf(rule, reading);
  if (when === dropped) return null;
  const sources: Source[] = [];
  for (const entry of entries(rule.from)) {
    const source = valueAt(entry, ["source"]);
    const compiled = sourceOf(isMapping(source) ? source : {}, reading);
    if (compiled === dropped) return null;
    sources.push(compiled);
  }
  const operations: (readonly Check[])[] = [];
  for (const entry of entries(rule.to)) {
    const operation = valueAt(entry, ["operation"]);
    const compiled = operationOf(isMapping(operation) ? operation : {}, reading);
    if (compiled === dropped) return null;
    operations.push(compiled);
  }
  return { index, sources, operations, ...when };
}

export function actionOf(resource: Resource): Action | null {
  const action = valueAt(resource.value, ["spec", "action"]) ?? "ALLOW";
  return actions.find((known) => known === action) ?? null;
}

/** Whether a policy makes shadow rules only: they are logged, and never enforced. */
export function isDryRun(resource: Resource): boolean {
  const dryRun = scalarText(valueAt(resource.value, ["metadata", "annotations", "istio.io/dry-run"]) ?? null);
  return parseBool(dryRun ?? "") === true;
}

/**
 * An AuthorizationPolicy as Istio compiles it (istio/istio `pilot/pkg/security/authz/model/model.go`,
 * `builder/builder.go`): once for HTTP filter chains, once for TCP. What the webhook refuses is another question
 * (`admissionProblems`).
 */
export function compilePolicy(
  resource: Resource,
  settings: PolicySettings,
  { ambiguous = false }: { readonly ambiguous?: boolean } = {},
): CompiledPolicy {
  const namespace = resource.namespace ?? "";
  const action = actionOf(resource) ?? "ALLOW";
  const rules = entries(valueAt(resource.value, ["spec", "rules"]));
  const compiled = (protocol: "http" | "tcp"): readonly CompiledRule[] =>
    rules.flatMap((rule, index) => ruleOf(rule, index, { settings, namespace, protocol, action }) ?? []);
  return {
    resource,
    namespace,
    action,
    provider: scalarText(valueAt(resource.value, ["spec", "provider", "name"]) ?? null) ?? null,
    dryRun: isDryRun(resource),
    http: compiled("http"),
    tcp: compiled("tcp"),
    ambiguous,
  };
}

/** Whether a policy has the action ALLOW and no rule, so that it allows nothing. */
export function allowsNothing(policy: Resource): boolean {
  const rules = valueAt(policy.value, ["spec", "rules"]) ?? null;
  const isNone = rules === null || (isList(rules) && rules.length === 0);
  return isNone && actionOf(policy) === "ALLOW";
}

/** Whether one of the rules is `{}`: everything, whoever asks. */
export function hasEmptyRule(policy: Resource): boolean {
  const rules = valueAt(policy.value, ["spec", "rules"]);
  return isList(rules) && rules.some((rule) => isMapping(rule) && Object.keys(rule).length === 0);
}
