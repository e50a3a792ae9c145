import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import { idKey, type Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { readSetting } from "./control-plane-settings.ts";
import { labelValue, readList, readString, readStrings, scalarText, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";
import { hostCovers } from "./hosts.ts";
import { kinds } from "./kinds.ts";
import { anyOf } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { once } from "./memo.ts";
import { membership } from "./membership.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** A port of a ServiceEntry; null: not known, or not there. */
export interface EntryPort {
  readonly path: Path;
  readonly number: number | null;
  readonly name: string | null;
  /** As written; absent means that Istio detects it, or takes it for TCP. */
  readonly protocol: Reading<string>;
}

export function portsOf(entry: Resource): readonly EntryPort[] {
  const list = valueOr(readList(entry, ["spec", "ports"]), []);
  return list.map((value, index): EntryPort => {
    const path = ["spec", "ports", index];
    const number = valueAt(value, ["number"]);
    const name = valueAt(value, ["name"]);
    return {
      path,
      number: typeof number === "number" ? number : null,
      name: typeof name === "string" && name !== "" && !isUnknown(name) ? name : null,
      protocol: readString(entry, [...path, "protocol"]),
    };
  });
}

/** Whether every byte on the port is passed on as it comes: TCP, or nothing said. */
export function isPlainTcp({ protocol }: EntryPort): boolean {
  return protocol.state === "absent" || valueOr(protocol, "").toUpperCase() === "TCP";
}

/** Names that an older edition of the documents gives Kafka's ports, each of them once. */
const documentedNames: Readonly<Record<number, string>> = {
  9092: "tcp-plain",
  9093: "tcp-tls",
  9094: "tcp-sasl-tls",
  9095: "tcp-sasl-plain",
  9096: "tcp-noauth",
};

/** A name for a port that no other port has; null if its number is not known. */
export function freePortName({ name, number }: EntryPort, taken: ReadonlySet<string>): string | null {
  if (number === null) return null;
  const documented = documentedNames[number];
  if (documented !== undefined && !taken.has(documented)) return documented;
  return `${name ?? "tcp"}-${number}`;
}

/** A host of a ServiceEntry as it is written, and as it was probably meant. */
export interface EntryHost {
  readonly path: Path;
  readonly text: string;
  /** Without scheme, port and path. */
  readonly bare: string;
}

/** `tcp://kafka.example.com:9092/` without scheme, port and path. */
export function bareHost(text: string): string {
  const rest = text.replace(/^[a-zA-Z][\w+.-]{0,30}:\/\//, "");
  return rest.split(/[:/]/, 1)[0] ?? "";
}

/** The hosts that are known; placeholders are left out. */
export function hostsOf(entry: Resource): readonly EntryHost[] {
  const list = valueOr(readList(entry, ["spec", "hosts"]), []);
  return list.flatMap((value, index): readonly EntryHost[] =>
    typeof value === "string" && !isUnknown(value)
      ? [{ path: ["spec", "hosts", index], text: value, bare: bareHost(value) }]
      : [],
  );
}

function hasOpenHosts(entry: Resource): boolean {
  const list = valueOr(readList(entry, ["spec", "hosts"]), []);
  return list.some(isUnknown);
}

/** The IPv4 address as a number; null for anything else. */
function ipv4(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((value, part) => value * 256 + part, 0);
}

/** Whether a text is an IP address, so that no host of a ServiceEntry can match it. */
export function isAddress(text: string): boolean {
  return ipv4(text) !== null || (/^[0-9a-fA-F:.]+$/.test(text) && text.includes(":"));
}

/** Whether a text is an address or a range of them, as `spec.addresses` takes them. */
export function isAddressOrRange(text: string): boolean {
  const [address = "", length, ...more] = text.split("/");
  if (!isAddress(address) || more.length > 0) return false;
  return (
    length === undefined ||
    (/^\d{1,3}$/.test(length) && Number(length) <= (ipv4(address) === null ? 128 : 32))
  );
}

function rangeHolds(range: string, address: string): boolean {
  if (range === address) return true;
  const [first = "", length] = range.split("/");
  const [start, wanted] = [ipv4(first), ipv4(address)];
  if (start === null || wanted === null || length === undefined) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(start / size) === Math.floor(wanted / size);
}

/** The listed addresses as texts; unknown with a placeholder among them. */
export function addressesOf(entry: Resource): Reading<readonly string[]> {
  return readStrings(entry, ["spec", "addresses"]);
}

/** Whether an entry is for a name that clients use: host names match as they are written, addresses by range. */
export function covers(entry: Resource, host: string): Match {
  if (isAddress(host)) {
    const addresses = addressesOf(entry);
    if (addresses.state === "unknown") return "unknown";
    return valueOr(addresses, []).some((range) => rangeHolds(range, host)) ? "yes" : "no";
  }
  if (hostsOf(entry).some(({ bare }) => hostCovers(bare, host))) return "yes";
  return hasOpenHosts(entry) ? "unknown" : "no";
}

/** The two levels at which a mesh's `meshConfig` stands, or the one of Service Mesh 3. */
const meshConfigs: readonly Path[] = [
  ["spec", "techPreview", "meshConfig"],
  ["spec", "meshConfig"],
  ["spec", "values", "meshConfig"],
];

/** The first value that a control plane of the Serverless mesh sets at one of some paths below `meshConfig`. */
export function meshConfigValue(graph: Graph, ...paths: readonly Path[]): Reading<Value> {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return { state: "absent" };
  for (const { resource } of found.mesh.controlPlanes) {
    for (const root of meshConfigs) {
      for (const path of paths) {
        const reading = readSetting(graph, resource, [...root, ...path]);
        if (reading.state !== "absent") return reading;
      }
    }
  }
  return { state: "absent" };
}

/** `meshConfig.defaultServiceExportTo`: where entries without `exportTo` are seen; everywhere unless set. */
const defaultExport = once((graph: Graph): readonly string[] | null => {
  const reading = meshConfigValue(graph, ["defaultServiceExportTo"]);
  if (reading.state === "unknown") return null;
  const list = reading.state === "value" && isList(reading.value) ? reading.value : [];
  const texts = list.flatMap((value) => scalarText(value) ?? []);
  return texts.length > 0 ? texts : ["*"];
});

/** Where an entry is seen: `*`, `.` and names of namespaces; null: not known. */
export function exportsOf(graph: Graph, entry: Resource): readonly string[] | null {
  const reading = readStrings(entry, ["spec", "exportTo"]);
  if (reading.state === "unknown") return null;
  const own = valueOr(reading, []);
  return own.length > 0 ? own : defaultExport(graph);
}

/**
 * Whether proxies of a namespace see an entry: by its `exportTo`, and because the mesh watches the entry's namespace
 * (istio/istio `pilot/pkg/model/push_context.go`).
 */
export function isVisibleIn(graph: Graph, entry: Resource, namespace: string): Match {
  const exported = exportsOf(graph, entry);
  if (exported === null) return "unknown";
  const here = entry.namespace === namespace;
  if (entry.namespace !== null && !here) {
    const watched = isWatched(graph, entry.namespace);
    if (watched !== "yes") return watched;
  }
  return anyOf(
    exported.map((target): Match => {
      if (target === "*" || target === namespace) return "yes";
      if (target !== ".") return "no";
      if (entry.namespace === null) return "unknown";
      return here ? "yes" : "no";
    }),
  );
}

function isWatched(graph: Graph, namespace: string): Match {
  const found = serverlessMesh(graph);
  if (found.state !== "found" || found.mesh.namespace === namespace) return "yes";
  const { state } = membership(graph, namespace, found.mesh);
  if (state === "unknown") return "unknown";
  return state === "member" ? "yes" : "no";
}

/** Every full definition of a ServiceEntry that proxies of a namespace see, or may see. */
export function entriesFor(
  graph: Graph,
  namespace: string,
): readonly { readonly entry: Resource; readonly visible: "yes" | "unknown" }[] {
  return graph.all(kinds.ServiceEntry).flatMap((entry) => {
    const visible = isVisibleIn(graph, entry, namespace);
    return visible === "no" ? [] : [{ entry, visible }];
  });
}

/** What Istio takes for a protocol, in lower case (istio/istio `pkg/config/protocol/instance.go`). */
export const knownProtocols: ReadonlySet<string> = new Set([
  "grpc",
  "grpc-web",
  "hbone",
  "http",
  "http2",
  "http_proxy",
  "https",
  "mongo",
  "mysql",
  "redis",
  "tcp",
  "tls",
  "udp",
]);

const proxyMetadata = ["defaultConfig", "proxyMetadata"];

/**
 * Whether istiod gives an entry an address of its own, so that its TCP ports are told apart: never with resolution
 * NONE or for a wildcard (istio/istio `pilot/pkg/serviceregistry/serviceentry/controller.go` autoAllocateIPs).
 */
function allocatesAddress(graph: Graph, entry: Resource): boolean {
  const resolution = readString(entry, ["spec", "resolution"]);
  if (resolution.state === "absent" || valueOr(resolution, "") === "NONE") return false;
  if (hostsOf(entry).some(({ bare }) => bare.startsWith("*"))) return false;
  const label = valueOr(labelValue(entry, "networking.istio.io/enable-autoallocate-ip"), "");
  const names = ["ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE"];
  const switched = names.map((name) => meshConfigValue(graph, [...proxyMetadata, name]));
  return (
    label === "true" ||
    switched.every((reading) => reading.state === "value" && scalarText(reading.value) === "true")
  );
}

/** TCP ports on which an entry takes all traffic of the pods that see it: it has no addresses. */
export function capturedPorts(graph: Graph, entry: Resource): readonly number[] {
  const addresses = addressesOf(entry);
  if (addresses.state === "unknown" || valueOr(addresses, []).length > 0) return [];
  if (allocatesAddress(graph, entry)) return [];
  return portsOf(entry).flatMap((port) => (isPlainTcp(port) && port.number !== null ? [port.number] : []));
}

/** Another entry without addresses that takes the same port from the same pods; null if there is none. */
export function portRival(
  graph: Graph,
  entry: Resource,
): { readonly rival: Resource; readonly port: number } | null {
  const { namespace } = entry;
  if (namespace === null) return null;
  const mine = capturedPorts(graph, entry);
  for (const rival of graph.all(kinds.ServiceEntry)) {
    if (idKey(rival) === idKey(entry) || isVisibleIn(graph, rival, namespace) !== "yes") continue;
    const port = capturedPorts(graph, rival).find((number) => mine.includes(number));
    if (port !== undefined) return { rival, port };
  }
  return null;
}
