import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import { actionOf } from "../mesh/authorization/compile.ts";
import type { PolicyField } from "../mesh/authorization/fields.ts";
import { isHttpOnly, listAt, policyFields } from "../mesh/authorization/fields.ts";
import { exclusion } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ServedPort, TcpPort } from "./policy-endpoints.ts";
import {
  behindServicePort,
  hasSelector,
  policyEndpoints,
  servicePorts,
  tcpPorts,
} from "./policy-endpoints.ts";

/** A rule with fields of HTTP, and the ports on which a proxy reads it without them. */
export interface TcpRule {
  readonly rule: number;
  /** The first of them. */
  readonly field: PolicyField;
  readonly ports: readonly [TcpPort, ...TcpPort[]];
}

/** The ports that a rule names; null: any, or not known. */
function namedPorts(policy: Resource, rule: number): ReadonlySet<number> | null {
  const operations = listAt(valueAt(policy.value, ["spec", "rules", rule]), "to");
  const lists = operations.map((entry) => listAt(valueAt(entry, ["operation"]), "ports"));
  if (lists.length === 0 || lists.some((list) => list.length === 0)) return null;
  const numbers = lists.flat().map(Number);
  return numbers.some(Number.isNaN) ? null : new Set(numbers);
}

/** Whether a rule leaves out ports, in a way that is looked at by nobody here. */
function leavesOutPorts(policy: Resource, rule: number): boolean {
  const value = valueAt(policy.value, ["spec", "rules", rule]);
  const not = listAt(value, "to").some((entry) => {
    const operation = valueAt(entry, ["operation"]);
    return isMapping(operation) && operation.notPorts !== undefined;
  });
  return not || listAt(value, "when").some((entry) => valueAt(entry, ["key"]) === "destination.port");
}

function enforces({ sidecar }: Endpoint): boolean {
  return sidecar.state === "yes";
}

/** The rules of a policy with fields of HTTP: each once, by the first of these. */
function httpRules(policy: Resource): readonly PolicyField[] {
  const first = new Map<number, PolicyField>();
  for (const field of policyFields(policy)) {
    if (isHttpOnly(field) && !first.has(field.rule)) first.set(field.rule, field);
  }
  return [...first.values()];
}

/**
 * ALLOW rules that no request can match, since all ports of the selected pods that they are about are TCP: a rule
 * with a field of HTTP is dropped there as a whole (istio/istio `pilot/pkg/security/authz/model/model.go`). Ports
 * in no Service are not known, so that only rules count whose pods are named by a selector.
 */
export function rulesDroppedOnTcp(graph: Graph, policy: Resource): readonly TcpRule[] {
  const { selected, open } = policyEndpoints(graph, policy);
  if (actionOf(policy) !== "ALLOW" || !hasSelector(policy)) return [];
  if (selected.length === 0 || open.length > 0 || !selected.every(enforces)) return [];
  return httpRules(policy).flatMap((field): readonly TcpRule[] => {
    const { rule } = field;
    if (leavesOutPorts(policy, rule)) return [];
    const wanted = namedPorts(policy, rule);
    const found: TcpPort[] = [];
    for (const endpoint of selected) {
      const targets = wanted ?? new Set(servicePorts(graph, endpoint).map(({ target }) => target));
      const tcp = tcpPorts(graph, endpoint);
      if (targets.size === 0) return [];
      if (![...targets].every((target) => tcp.some((port) => port.target === target))) return [];
      found.push(...tcp.filter(({ target }) => targets.has(target)));
    }
    const [first, ...rest] = found;
    return first === undefined ? [] : [{ rule, field, ports: [first, ...rest] }];
  });
}

/**
 * DENY rules that deny more than they say: on a TCP port the fields of HTTP are dropped and the rest of the rule
 * stays (semantics as above).
 */
export function rulesWidenedOnTcp(graph: Graph, policy: Resource): readonly TcpRule[] {
  if (actionOf(policy) !== "DENY") return [];
  const endpoints = policyEndpoints(graph, policy).selected.filter(enforces);
  return httpRules(policy).flatMap((field): readonly TcpRule[] => {
    const { rule } = field;
    if (leavesOutPorts(policy, rule)) return [];
    const wanted = namedPorts(policy, rule);
    const [first, ...rest] = endpoints
      .flatMap((endpoint) => tcpPorts(graph, endpoint))
      .filter(({ endpoint, target }) => exclusion(graph, endpoint, target).state === "no")
      .filter(({ target }) => wanted === null || wanted.has(target));
    return first === undefined ? [] : [{ rule, field, ports: [first, ...rest] }];
  });
}

/** A number in `ports` that is a Service's port and no port of the pods. */
export interface DeadPort {
  readonly field: PolicyField;
  readonly text: string;
  readonly path: PolicyField["values"][number]["path"];
  readonly served: ServedPort;
}

/** Only where a selector names the pods, and all of them listen on another port. */
export function deadPorts(graph: Graph, policy: Resource): readonly DeadPort[] {
  const { selected, open } = policyEndpoints(graph, policy);
  if (!hasSelector(policy) || selected.length === 0 || open.length > 0) return [];
  return policyFields(policy)
    .filter(({ name }) => name === "ports")
    .flatMap((field) =>
      field.values.flatMap(({ text, path }): readonly DeadPort[] => {
        const served = selected.map((endpoint) => behindServicePort(graph, endpoint, Number(text)));
        const [first] = served;
        return first && !served.includes(null) ? [{ field, text, path, served: first }] : [];
      }),
    );
}
