import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Mapping, type Value } from "../model/value.ts";

/**
 * Lists whose keys the API defaults, by the field that holds them: older servers take server-side apply only where the
 * key is written (kubernetes/kubernetes issue of `x-kubernetes-list-map-keys` with a default).
 */
const keyed: Readonly<Record<string, string>> = { ports: "protocol" };

const isPort = (item: Mapping): boolean => item.port !== undefined || item.containerPort !== undefined;

/** The same value with `protocol: TCP` on each port of Services and containers that names none. */
function withListKeys(value: Value): Value {
  if (isList(value)) return value.map(withListKeys);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const below = withListKeys(item);
      const field = Object.hasOwn(keyed, key) ? keyed[key] : undefined;
      if (field === undefined || !isList(below)) return [key, below];
      const ports = below.map((port) =>
        isMapping(port) && isPort(port) && port[field] === undefined ? { ...port, [field]: "TCP" } : port,
      );
      return [key, ports];
    }),
  );
}

/** Kinds of Kubernetes itself whose ports are lists with keys; ports of Istio's kinds are none. */
const withPorts =
  /^(?:Service|Pod|ReplicationController|[A-Za-z]+\.apps|[A-Za-z]+\.batch|Service\.serving\.knative\.dev)$/;

/** What is sent for a resource: with its namespace, without status, and with the list keys that the API would add. */
export function manifestOf({ value, kind, namespace, scope }: Resource): Mapping {
  const { status: _status, ...rest } = value;
  const metadata = isMapping(rest.metadata ?? null) ? rest.metadata : {};
  const placed =
    scope === "namespace" && namespace !== null && isMapping(metadata)
      ? { ...metadata, namespace }
      : metadata;
  const object: Mapping = { ...rest, ...(placed !== undefined && { metadata: placed }) };
  const sent = withPorts.test(kind) ? withListKeys(object) : object;
  return isMapping(sent) ? sent : object;
}

/** JSON with sorted keys: the same for the same object, however it is written. */
export function canonical(value: Value): string {
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (isMapping(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(",")}}`;
  }
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

/** SHA-256 in hexadecimal digits. */
export async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
