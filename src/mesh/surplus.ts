import { knativeWorkloads } from "../graph/derived/knative-workloads.ts";
import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { compilePolicy } from "./authorization/compile.ts";
import { matchesRule } from "./authorization/decide.ts";
import { policyFields } from "./authorization/fields.ts";
import type { PolicyField } from "./authorization/fields.ts";
import type { CompiledRule } from "./authorization/policy.ts";
import type { ProxyRequest } from "./authorization/request.ts";
import { spiffe } from "./authorization/request.ts";
import { appliesTo } from "./authorization/selection.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { oncePer } from "./memo.ts";
import { eventingNamespace, systemNamespaces } from "./namespaces.ts";
import { compiledWithout, settingsFor } from "./permission-coverage.ts";
import {
  admits,
  anyName,
  identityOf,
  labelsOfComponent,
  onBehalfOf,
  type Permission,
  portsOf,
  requestOf,
} from "./permissions.ts";
import { inNameOfHeader } from "./tenant-policies.ts";
import { groupOf, tenantGroups, tenantOfPolicy } from "./tenant-groups.ts";

/** Who gets in although no policy of the documents lets them. */
export type Intruder =
  /** Callers without a certificate as well. */
  | { readonly who: "anyone" }
  /** Any namespace of the mesh. */
  | { readonly who: "any-namespace" }
  | { readonly who: "namespace"; readonly namespace: string }
  | { readonly who: "account"; readonly account: string }
  /** The right caller, with requests that are not its own. */
  | { readonly who: "tenant"; readonly namespace: string };

export interface Surplus {
  /** Position of the rule. */
  readonly rule: number;
  readonly path: Path;
  readonly intruder: Intruder;
  readonly request: ProxyRequest;
  /** Whether the caller has no business there at all, or may call, but not so. */
  readonly wide: "callers" | "requests";
  /** The component that is reached; null: all pods of the namespace. */
  readonly component: string | null;
}

const sample = (text: string): string => text.replaceAll("*", anyName);

function valuesOf(fields: readonly PolicyField[], name: PolicyField["name"]): readonly string[] {
  return fields
    .filter((field) => field.name === name && !field.negated)
    .flatMap(({ values }) => values.map(({ text }) => text));
}

/** Callers that tell apart what a rule lets in: those it names, and some that nobody names. */
function peersFor(
  graph: Graph,
  fields: readonly PolicyField[],
  trustDomain: string,
): readonly (string | null)[] {
  const namespaces = valuesOf(fields, "namespaces").map(sample);
  const tenants = tenantGroups(graph).flatMap((group) => group.namespaces);
  const accounts = [
    anyName,
    ...knativeWorkloads.flatMap(({ serviceAccount, injected }) =>
      injected === "yes" ? (serviceAccount ?? []) : [],
    ),
  ];
  const principals = valuesOf(fields, "principals").map((text) => {
    const [, ...rest] = sample(text).split("/");
    return text.includes("/")
      ? `spiffe://${[trustDomain, ...rest].join("/")}`
      : spiffe(trustDomain, anyName, anyName);
  });
  const all = new Set([anyName, ...namespaces, ...tenants, ...systemNamespaces(graph)]);
  return [
    null,
    ...principals,
    ...[...all].flatMap((namespace) =>
      (namespace === eventingNamespace ? [...new Set(accounts)] : [anyName]).map((account) =>
        spiffe(trustDomain, namespace, account),
      ),
    ),
  ];
}

/** Requests that tell apart what a rule lets in. */
function requestsFor(
  fields: readonly PolicyField[],
  component: string | null,
): readonly Partial<ProxyRequest>[] {
  const hosts = valuesOf(fields, "hosts").map(sample);
  const paths = valuesOf(fields, "paths").map(sample);
  const stated = valuesOf(fields, "ports").map(Number);
  const ports = stated.length > 0 ? stated : [portsOf(component)[0] ?? 8080];
  const header = `request.headers[${inNameOfHeader}]`.toLowerCase();
  const owners = fields
    .filter(({ written, negated }) => written.toLowerCase() === header && !negated)
    .flatMap(({ values }) => values.map(({ text }) => text));
  const targets: readonly Partial<ProxyRequest>[] = [
    { path: `/${anyName}/here` },
    ...hosts.map((host) => ({ host })),
    ...paths.map((path) => ({ path })),
    ...hosts.flatMap((host) => paths.map((path) => ({ host, path }))),
  ];
  return targets.flatMap((target) =>
    [null, ...owners].flatMap((owner) =>
      ["POST", "GET", "DELETE"].flatMap((method) =>
        ports.map((port) => ({ ...target, method, port, headers: onBehalfOf(owner) })),
      ),
    ),
  );
}

function intruderOf(graph: Graph, request: ProxyRequest): Intruder {
  if (request.peer === null) return { who: "anyone" };
  const { namespace, account } = identityOf(request.peer);
  if (namespace === eventingNamespace) return { who: "account", account };
  if (namespace.includes(anyName)) return { who: "any-namespace" };
  const isTenant = tenantGroups(graph).some((group) => group.namespaces.includes(namespace));
  return { who: isTenant ? "tenant" : "namespace", namespace };
}

const worst: readonly Intruder["who"][] = ["anyone", "any-namespace", "namespace", "account", "tenant"];

/**
 * Where a rule is too wide: the value that lets the request in, or the part that lacks a restriction (`source`,
 * `operation`, or the rule itself).
 */
function blame(
  graph: Graph,
  policy: Resource,
  index: number,
  request: ProxyRequest,
  isRight: (request: ProxyRequest) => boolean,
): Pick<Surplus, "path" | "wide"> {
  const fields = [...policyFields(policy)].filter(({ rule, negated }) => rule === index && !negated);
  const stops = (path: Path): boolean => {
    const rule = compiledWithout(graph, policy, path).http.find((other) => other.index === index);
    return rule === undefined || matchesRule(rule, request) !== "yes";
  };
  const base: Path = ["spec", "rules", index];
  const owners = tenantGroups(graph).flatMap(({ namespaces }) => namespaces);
  if (owners.some((owner) => isRight({ ...request, headers: onBehalfOf(owner) }))) {
    const isEmpty = valueAt(policy.value, [...base, "when"]) !== undefined;
    return { path: isEmpty ? [...base, "when"] : base, wide: "requests" };
  }
  const own = isOwnCaller(graph, policy, request);
  const sources = fields.filter(({ name }) => isSourceField(name));
  for (const { values } of own ? [] : sources) {
    const single = values.length === 1 && request.peer !== null && isWild(values[0]?.text ?? "");
    const value = values.find(({ path }) => single || (values.length > 1 && stops(path)));
    if (value) return { path: value.path, wide: "callers" };
  }
  const entryOf = (list: "from" | "to", part: string): Path => {
    const entries = valueAt(policy.value, [...base, list]);
    const count = isList(entries) ? entries.length : 0;
    const which = Array.from({ length: count }, (_, at) => at).find((at) => stops([...base, list, at]));
    if (count === 0) return base;
    const path = [...base, list, which ?? 0, part];
    // A list that says nothing is where the restriction was meant to be.
    const value = valueAt(policy.value, path);
    const empty = isMapping(value)
      ? Object.entries(value).find(([, item]) => isList(item) && item.length === 0)
      : undefined;
    return empty ? [...path, empty[0]] : path;
  };
  const methods = ["GET", "POST"].some((method) => isRight({ ...request, method }));
  const targets = owners.some((owner) =>
    [request.headers, onBehalfOf(owner)].some((headers) =>
      [{ host: `${anyName}.${owner}.svc` }, { path: `/${owner}/${anyName}` }].some((target) =>
        isRight({ ...request, ...target, headers }),
      ),
    ),
  );
  if (!methods && !targets && !own) return { path: entryOf("from", "source"), wide: "callers" };
  const value = fields
    .filter(({ name, values }) => !isSourceField(name) && values.length > 1)
    .flatMap(({ values }) => values)
    .find(({ path }) => stops(path));
  return { path: value?.path ?? entryOf("to", "operation"), wide: "requests" };
}

function isSourceField(name: PolicyField["name"]): boolean {
  return name === "namespaces" || name === "principals" || name === "serviceAccounts";
}

/** Whether the caller is a project of the tenant whose policy it is. */
function isOwnCaller(graph: Graph, policy: Resource, { peer }: ProxyRequest): boolean {
  const tenant = tenantOfPolicy(graph).get(policy);
  if (peer === null || tenant === undefined) return false;
  return groupOf(graph, identityOf(peer).namespace)?.name === tenant;
}

/** A star that stands for any caller: those of hosts and paths belong there. */
function isWild(text: string): boolean {
  return text.includes("*") && !text.startsWith("*.") && !text.startsWith("/");
}

/** The injected components that a policy beside Knative's selects; null for none in particular. */
function componentsOf(policy: Resource): readonly string[] {
  const namespace = policy.namespace ?? "";
  const rows = knativeWorkloads.filter(
    ({ cr, injected, component }) =>
      injected === "yes" &&
      component !== null &&
      (cr === "KnativeServing") === (namespace === servingNamespace),
  );
  const components = new Set(rows.flatMap(({ component }) => component ?? []));
  return [...components].filter(
    (component) => appliesTo(policy, { namespace, labels: labelsOfComponent(component) }) === "yes",
  );
}

function mayCall(rule: CompiledRule, peer: string | null): boolean {
  const fits = (tests: CompiledRule["peers"]): boolean => tests.every((test) => test(peer) !== "no");
  return fits(rule.peers) && (rule.sources.length === 0 || rule.sources.some(({ peers }) => fits(peers)));
}

function find(
  graph: Graph,
  policy: Resource,
  rule: CompiledRule,
  component: string | null,
  isRight: (request: ProxyRequest) => boolean,
): Surplus | null {
  const fields = [...policyFields(policy)].filter((field) => field.rule === rule.index);
  const [trustDomain] = settingsFor(graph, policy.namespace ?? "").trustDomains;
  let found: { readonly request: ProxyRequest; readonly intruder: Intruder } | null = null;
  const requests = requestsFor(fields, component);
  for (const peer of peersFor(graph, fields, trustDomain)) {
    if (!mayCall(rule, peer)) continue;
    for (const parts of requests) {
      const request = requestOf({ ...parts, peer });
      if (matchesRule(rule, request) !== "yes" || isRight(request)) continue;
      const intruder = intruderOf(graph, request);
      const rank = worst.indexOf(intruder.who);
      if (found === null || rank < worst.indexOf(found.intruder.who)) found = { request, intruder };
      break;
    }
  }
  if (found === null) return null;
  return {
    rule: rule.index,
    ...blame(graph, policy, rule.index, found.request, isRight),
    ...found,
    component,
  };
}

interface Question {
  readonly policy: Resource;
  readonly permitted: readonly Permission[];
}

/** What an ALLOW policy beside Knative's components lets in beyond the documents' policies, one finding per rule. */
export const surplus = oncePer(
  (graph: Graph, { policy, permitted }: Question): readonly Surplus[] => {
    const compiled = compilePolicy(policy, settingsFor(graph, policy.namespace ?? ""));
    if (compiled.action !== "ALLOW" || compiled.dryRun) return [];
    const system = new Set([...systemNamespaces(graph)].filter((name) => name !== eventingNamespace));
    const components = componentsOf(policy);
    return compiled.http.flatMap((rule) => {
      const found = components.map((component) => {
        const mine = permitted.filter((permission) => permission.component === component);
        return find(graph, policy, rule, component, (request) => {
          const caller = request.peer === null ? null : identityOf(request.peer);
          return mine.some((permission) => admits(permission, request, system, caller));
        });
      });
      const [first] = found.filter((one) => one !== null);
      if (!first) return [];
      // Right for one component, and too much for another: it is the selector that is too wide.
      return found.includes(null) ? [{ ...first, path: ["spec", "selector"] }] : [first];
    });
  },
  ({ policy }) => policy,
);

/** Callers that a policy in a tenant's own namespace lets in although they are another tenant's, or anybody's. */
export const foreignCallers = oncePer((graph: Graph, policy: Resource): readonly Surplus[] => {
  const compiled = compilePolicy(policy, settingsFor(graph, policy.namespace ?? ""));
  if (compiled.action !== "ALLOW" || compiled.dryRun) return [];
  const mine = tenantGroups(graph).filter(({ namespaces }) => namespaces.includes(policy.namespace ?? ""));
  const others = new Set(
    tenantGroups(graph)
      .filter((group) => !mine.includes(group))
      .flatMap(({ namespaces }) => namespaces)
      // Two tenants that claim one namespace are a mistake of their own.
      .filter((namespace) => !mine.some(({ namespaces }) => namespaces.includes(namespace))),
  );
  const isForeign = (request: ProxyRequest): boolean => {
    if (request.peer === null) return request.port !== 8022;
    const { namespace } = identityOf(request.peer);
    return namespace.includes(anyName)
      ? request.port !== 8022
      : others.has(namespace) && request.port !== 8022;
  };
  return compiled.http.flatMap(
    (rule) => find(graph, policy, rule, null, (request) => !isForeign(request)) ?? [],
  );
});
