import type { Severity } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { oncePer } from "./memo.ts";
import { label, type Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { read } from "./field.ts";
import type { BootstrapAddress, BootstrapList } from "./kafka-bootstrap.ts";
import { dataPlaneNamespace, listsOfKafka } from "./kafka-bootstrap.ts";
import {
  addressesFor,
  egressSeverity,
  isCovered,
  kafkaEntriesFor,
  meansOneOf,
  meantHost,
} from "./kafka-egress.ts";
import { kinds } from "./kinds.ts";
import { eventingNamespace } from "./namespaces.ts";
import { covers, entriesFor, isAddress, isVisibleIn, knownProtocols, portsOf } from "./service-entries.ts";
import type { EntryHost, EntryPort } from "./service-entries.ts";

type Open = { readonly needs: string };

/** The field of a bootstrap list that a ServiceEntry has to serve, and how bad it is that it does not. */
interface Unserved {
  readonly list: BootstrapList;
  readonly address: BootstrapAddress;
  readonly severity: Severity;
}

export interface HostGap extends Unserved {
  /** The host of the entry that was meant for it; null: none. */
  readonly meant: EntryHost | null;
}

/** The entry that a host is missing in: the one with the most likely name for it, else the first for Kafka. */
const speaker = oncePer((graph: Graph, host: string): Resource | undefined => {
  const addresses = addressesFor(graph, eventingNamespace).map(({ address }) => address);
  const entries = kafkaEntriesFor(graph, eventingNamespace)
    .filter(({ entry, visible }) => visible === "yes" && meansOneOf(graph, entry, addresses))
    .map(({ entry }) => entry);
  return entries.find((entry) => meantHost(graph, entry, host) !== null) ?? entries[0];
});

/** The hosts of the bootstrap lists that no ServiceEntry covers, as far as this one is to name them. */
export function hostGaps(graph: Graph, entry: Resource): readonly (HostGap | Open)[] {
  const seen = new Set<string>();
  return addressesFor(graph, eventingNamespace).flatMap(({ list, address }): readonly (HostGap | Open)[] => {
    const { host } = address;
    if (seen.has(host) || isAddress(host) || speaker(graph, host) !== entry) return [];
    seen.add(host);
    const covered = isCovered(graph, eventingNamespace, host);
    if (covered === "unknown") return [{ needs: `the ServiceEntry for ${host}` }];
    if (covered === "yes") return [];
    const severity = egressSeverity(graph, host);
    if (typeof severity === "object") return [severity];
    return [{ list, address, severity, meant: meantHost(graph, entry, host) }];
  });
}

export type PortFault =
  /** No entry for the host has the port; `name` is one that is free, or null. */
  | (Unserved & { readonly type: "absent"; readonly name: string | null })
  /** The entry has it with a protocol that Kafka does not speak. */
  | (Unserved & { readonly type: "protocol"; readonly port: EntryPort; readonly protocol: string });

const isUsable = (protocol: string): boolean => ["TCP", "TLS"].includes(protocol.toUpperCase());

function portFault(
  graph: Graph,
  entry: Resource,
  entries: readonly Resource[],
  { list, address }: Omit<Unserved, "severity">,
): PortFault | Open | null {
  const { host, port } = address;
  const severity = egressSeverity(graph, host);
  if (typeof severity === "object") return severity;
  const listed = entries.flatMap(portsOf);
  if (!listed.some(({ number }) => number === port)) {
    const open = entries.find((other) => read(other, ["spec", "ports"]).state === "unknown");
    if (open || listed.some(({ number }) => number === null))
      return { needs: `the ports of ${label(open ?? entry)}` };
    const name = `tcp-${port}`;
    const isTaken = listed.some((other) => other.name === name);
    return { type: "absent", list, address, severity, name: isTaken ? null : name };
  }
  const own = portsOf(entry).find(({ number }) => number === port);
  if (!own || own.protocol.state !== "value") return null;
  const protocol = own.protocol.value;
  if (isUsable(protocol) || !knownProtocols.has(protocol.toLowerCase())) return null;
  return { type: "protocol", list, address, severity, port: own, protocol };
}

/**
 * What is wrong with Kafka's ports in the ServiceEntries for its hosts, the first of the set's own speaking for all. A
 * protocol that Istio does not know at all is no fault of these.
 */
export function portFaults(graph: Graph, entry: Resource): readonly (PortFault | Open)[] {
  const seen = new Set<number>();
  return addressesFor(graph, eventingNamespace).flatMap((use) => {
    const { host, port } = use.address;
    const entries = entriesFor(graph, eventingNamespace)
      .filter((other) => other.visible === "yes" && covers(other.entry, host) === "yes")
      .map((other) => other.entry);
    if (seen.has(port) || entries.find(({ standing }) => standing === "own") !== entry) return [];
    seen.add(port);
    return portFault(graph, entry, entries, use) ?? [];
  });
}

/** A host of a KnativeKafka that no ServiceEntry which its pods see is for. */
export interface UnservedHost {
  readonly host: string;
  readonly path: Path;
  readonly severity: Severity;
  /** An entry of the set that is for the host, but that the pods do not see. */
  readonly hidden: Resource | null;
}

/** The hosts without an entry; none where an entry for Kafka is there and leaves hosts out, which is another fault. */
export function unservedHosts(graph: Graph, kafka: Resource): readonly (UnservedHost | Open)[] {
  const namespace = dataPlaneNamespace(kafka);
  const addresses = listsOfKafka(graph, kafka).flatMap((list) => list.addresses);
  const all = addressesFor(graph, namespace).map(({ address }) => address);
  const entries = kafkaEntriesFor(graph, namespace);
  if (entries.some(({ entry, visible }) => visible === "yes" && meansOneOf(graph, entry, all))) return [];
  const seen = new Set<string>();
  return addresses.flatMap(({ host, path }): readonly (UnservedHost | Open)[] => {
    if (seen.has(host)) return [];
    seen.add(host);
    const covered = isCovered(graph, namespace, host);
    if (covered === "unknown") return [{ needs: `the namespaces that see the ServiceEntry for ${host}` }];
    if (covered === "yes") return [];
    const severity = egressSeverity(graph, host);
    if (typeof severity === "object") return [severity];
    const hidden = graph
      .own(kinds.ServiceEntry)
      .find((entry) => covers(entry, host) === "yes" && isVisibleIn(graph, entry, namespace) === "no");
    return [{ host, path, severity, hidden: hidden ?? null }];
  });
}
