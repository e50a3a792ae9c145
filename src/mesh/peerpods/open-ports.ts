import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { label } from "../../model/resource.ts";
import { type Path, plainText, toJson, type Value, valueAt } from "../../model/value.ts";
import { type Place, readText, type Reading } from "../field.ts";
import { once } from "../memo.ts";
import { isPatched } from "../patches.ts";
import { covers, names, type PortRule, portRules } from "./port-rules.ts";
import { configMapOf, hasPeerPods } from "./settings.ts";

/** The port of the agent in the pod's machine, and the one that the document opens for the tunnel. */
export const ports = { agent: 15150, tunnel: 9000 } as const;
/** The port of the tunnel where nothing sets another one. */
export const usualTunnelPort = 4789;

/** A flaw of the rules that open the ports of peer pods. */
export interface Flaw {
  readonly at: Place;
  readonly message: string;
  readonly advice: string;
}

/** Whether the security groups of the set are those of peer pods' workers. */
export const opensPeerPods = once((graph: Graph): boolean => {
  const rules = portRules(graph);
  return (
    rules.some((rule) => names(rule, ports.agent)) ||
    (hasPeerPods(graph) === "yes" && rules.some((rule) => names(rule, ports.tunnel)))
  );
});

/** The port of the tunnel as the ConfigMap of peer pods sets it; absent: the set has no such ConfigMap. */
export function tunnelPort(graph: Graph): Reading<number> & { readonly at?: Place } {
  const map = configMapOf(graph);
  if (map === null) return { state: "absent" };
  const path = ["data", "VXLAN_PORT"];
  const written = readText(map, path);
  if (written.state === "unknown") return written;
  if (written.state === "absent" && isPatched(graph, map))
    return { state: "unknown", why: `VXLAN_PORT of ConfigMap ${map.name}` };
  const text = written.state === "value" ? written.value.trim() : "";
  if (text === "") return { state: "value", value: usualTunnelPort, at: { resource: map, path } };
  if (!/^\d{1,5}$/.test(text)) return { state: "unknown", why: `VXLAN_PORT of ConfigMap ${map.name}` };
  return { state: "value", value: Number(text), at: { resource: map, path } };
}

const text = (value: Value | undefined): string => (typeof value === "string" ? value.toLowerCase() : "");

/** Azure's rules let in what comes with these words only. */
const admits = (rule: PortRule): boolean =>
  rule.cloud === "aws" ||
  (["", "inbound"].includes(text(rule.field("direction")?.value)) &&
    ["", "allow"].includes(text(rule.field("access")?.value)));

const carries = (rule: PortRule, protocol: "tcp" | "udp"): boolean =>
  rule.protocol === protocol || rule.protocol === "all" || rule.protocol === null;

function* agentFlaws(rules: readonly PortRule[]): Generator<Flaw> {
  const { agent, tunnel } = ports;
  const open = rules.filter((rule) => covers(rule, agent) && admits(rule));
  if (open.some((rule) => carries(rule, "tcp"))) return;
  const [udp] = open.filter((rule) => names(rule, agent));
  const [other] = rules.filter((rule) => names(rule, tunnel));
  if (udp)
    yield {
      at: { resource: udp.resource, path: udp.protocolPath },
      message: `port ${agent} is not opened for TCP, which the agent in the pod's machine speaks`,
      advice: "set the protocol to TCP",
    };
  else if (other && !rules.some((rule) => names(rule, agent)))
    yield {
      at: other,
      message: `port ${tunnel} of peer pods is opened and port ${agent} of the agent in their machines is not`,
      advice: `open TCP port ${agent} between the workers too`,
    };
}

function* tunnelFlaws(graph: Graph, rules: readonly PortRule[]): Generator<Flaw> {
  const wanted = tunnelPort(graph);
  if (wanted.state === "unknown") return;
  const port = wanted.state === "value" ? wanted.value : ports.tunnel;
  const printed = rules.filter((rule) => names(rule, ports.tunnel));
  if (port !== ports.tunnel && printed.length > 0 && wanted.state === "value" && wanted.at) {
    const [rule] = printed;
    const own = wanted.at.resource.standing === "own";
    const place: Place | undefined = own ? wanted.at : rule;
    if (place)
      yield {
        at: place,
        message: `the tunnel of peer pods uses port ${port}${port === usualTunnelPort ? ", the default of VXLAN_PORT," : ""} and the security group opens ${ports.tunnel}`,
        advice: `set VXLAN_PORT to "${ports.tunnel}", or open UDP port ${port}`,
      };
  } else if (!rules.some((rule) => covers(rule, port) && admits(rule) && carries(rule, "udp"))) {
    const [agent] = rules.filter((rule) => names(rule, ports.agent));
    if (printed.length === 0 && agent)
      yield {
        at: agent,
        message: `port ${ports.agent} of peer pods is opened and port ${port} of their tunnel is not`,
        advice: `open UDP port ${port} between the workers too`,
      };
  }
  const [tcp] = printed.filter((rule) => rule.protocol === "tcp" || rule.protocol === "other");
  if (tcp && !rules.some((rule) => covers(rule, ports.tunnel) && admits(rule) && carries(rule, "udp")))
    yield {
      at: { resource: tcp.resource, path: tcp.protocolPath },
      message: `port ${ports.tunnel} is opened for TCP only, as the printed example wrongly does: the tunnel of peer pods is VXLAN, which runs over UDP`,
      advice: "set the protocol to UDP",
    };
}

const anywhere: readonly string[] = ["*", "any", "internet", "0.0.0.0/0"];

const sideFields = (side: "source" | "destination") =>
  ({
    groups: [`${side}applicationsecuritygroups`, `${side}applicationsecuritygroupids`],
    prefixes: [`${side}addressprefix`, `${side}addressprefixes`],
  }) as const;

const isNamed = (rule: PortRule, side: "source" | "destination"): boolean =>
  Object.values(sideFields(side))
    .flat()
    .some((name) => rule.field(name) !== undefined);

function prefixOf(
  rule: PortRule,
  side: "source" | "destination",
): { readonly path: Path; readonly text: string } | null {
  const { groups, prefixes } = sideFields(side);
  const [field] = prefixes.flatMap((name) => rule.field(name) ?? []);
  if (field === undefined || groups.some((name) => rule.field(name) !== undefined)) return null;
  const values = Array.isArray(field.value) ? (field.value as readonly Value[]) : [field.value];
  if (values.some((value) => typeof value !== "string" || isUnknown(value))) return null;
  return { path: field.path, text: values.map(text).toSorted().join(", ") };
}

const required = ["direction", "access", "priority"] as const;
const right = { direction: "Inbound", access: "Allow" } as const;

/** What one rule has not, or has otherwise than what lets something in. */
function* fieldFlaws(rule: PortRule): Generator<Flaw> {
  const { resource } = rule;
  const missing: string[] = required.filter((name) => rule.field(name) === undefined);
  for (const side of ["source", "destination"] as const)
    if (!isNamed(rule, side)) missing.push(`${side}AddressPrefix`);
  if (missing.length > 0)
    yield {
      at: rule,
      message: `the rule for port ${rule.from} has no ${missing.join(", ")}, without which Azure refuses it`,
      advice: "let each rule in from and to the subnet of the workers, with a priority of its own",
    };
  for (const name of ["direction", "access"] as const) {
    const field = rule.field(name);
    if (field && !isUnknown(field.value) && text(field.value) !== right[name].toLowerCase())
      yield {
        at: { resource, path: field.path },
        message: `the rule for port ${rule.from} has ${name} ${toJson(field.value)}, so it lets nothing in`,
        advice: `set ${name} to ${right[name]}`,
      };
  }
}

function* subnetFlaws(rule: PortRule): Generator<Flaw> {
  const { resource } = rule;
  const [source, destination] = [prefixOf(rule, "source"), prefixOf(rule, "destination")];
  const wide = [source, destination].find((side) => side !== null && anywhere.includes(side.text));
  const advice = "set source and destination to the subnet of the workers";
  if (wide)
    yield {
      at: { resource, path: wide.path },
      message: `the rule for port ${rule.from} names ${toJson(wide.text)} where the subnet of the workers belongs`,
      advice,
    };
  else if (source && destination && source.text !== destination.text)
    yield {
      at: { resource, path: destination.path },
      message: `the rule for port ${rule.from} goes from ${source.text} to ${destination.text}, and peer pods talk within the subnet of the workers`,
      advice,
    };
}

/** Security groups take each priority once in a direction. */
function priorityOf(
  rule: PortRule,
): { readonly key: string; readonly field: Place; readonly shown: string } | null {
  const priority = rule.field("priority");
  if (priority === undefined || isUnknown(priority.value)) return null;
  const shown = plainText(priority.value);
  const key = JSON.stringify([groupOf(rule), text(rule.field("direction")?.value), shown]);
  return { key, field: { resource: rule.resource, path: priority.path }, shown };
}

function* azureFlaws(rules: readonly PortRule[]): Generator<Flaw> {
  // A rule for several ports is one rule.
  const own = new Map(
    rules
      .filter(({ cloud }) => cloud === "azure")
      .map((rule) => [`${label(rule.resource)} ${toJson(rule.path)}`, rule]),
  );
  const taken = new Set<string>();
  const isOurs = (rule: PortRule): boolean => names(rule, ports.agent) || names(rule, ports.tunnel);
  const [ours, others] = [
    [...own.values()].filter(isOurs),
    [...own.values()].filter((rule) => !isOurs(rule)),
  ];
  for (const rule of others) taken.add(priorityOf(rule)?.key ?? "");
  for (const rule of ours) {
    yield* fieldFlaws(rule);
    const priority = priorityOf(rule);
    if (priority && taken.has(priority.key))
      yield {
        at: priority.field,
        message: `priority ${priority.shown} is that of another rule of the security group already, which Azure refuses`,
        advice: "give each rule a priority of its own",
      };
    if (priority) taken.add(priority.key);
    yield* subnetFlaws(rule);
  }
}

/** What tells rules of one security group: the object that lists them, or the group that a rule of its own names. */
function groupOf(rule: PortRule): string {
  const { resource, path } = rule;
  const named = rule.field("networksecuritygroupname") ?? rule.field("networksecuritygroupnameref");
  const owner = valueAt(resource.value, ["spec", "owner", "name"]);
  if (typeof path.at(-1) === "number" && path.length > 2)
    return toJson([resource.name, ...path.slice(0, -1)]);
  return toJson(named?.value ?? owner ?? [resource.name, ...path]);
}

/** Everything that is wrong with the rules that open the ports of peer pods. */
export const portFlaws = once((graph: Graph): readonly Flaw[] => {
  const rules = portRules(graph);
  return [...agentFlaws(rules), ...tunnelFlaws(graph, rules), ...azureFlaws(rules)];
});

/** Whether some rule's protocol is left open. */
export const hasOpenProtocol = (graph: Graph): boolean =>
  portRules(graph).some(
    (rule) => rule.protocol === null && (names(rule, ports.agent) || names(rule, ports.tunnel)),
  );
