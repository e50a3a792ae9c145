import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { parseYaml } from "./control-plane-settings.ts";
import { readText } from "./field.ts";
import type { OperatorConfigMap } from "./operator-config.ts";

/** Keys of `config-istio` that name Gateways: one key each, or a list (net-istio 1.14). */
export const gatewayPrefixes = ["gateway.", "local-gateway."] as const;
export const gatewayLists = ["external-gateways", "local-gateways"] as const;

/** Something in `config-istio` that net-istio does not take, and where. */
export interface FormatFault {
  readonly path: Path;
  readonly message: string;
  /** How to put it right, in one phrase. */
  readonly advice: string;
}

const advices = {
  key: "write the key as gateway.<namespace>.<name> or local-gateway.<namespace>.<name>",
  host: "write the host as <service>.<namespace>.svc.<cluster domain>",
  list: "list entries with namespace, name and service, one of them without labelSelector, in a block string",
} as const;

/** As Kubernetes checks the name of an object (RFC 1123 subdomain); net-istio allows one dot at the end. */
export function isDnsSubdomain(text: string): boolean {
  const name = text.replace(/\.$/, "");
  return (
    name.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(name)
  );
}

function hostFault(text: string): string | null {
  if (text === "") return "names no Service";
  return isDnsSubdomain(text) ? null : `is ${JSON.stringify(text)}, which is no host name of a Service`;
}

/** The keys of one Gateway each. */
export function oldKeys(map: OperatorConfigMap): readonly string[] {
  return Object.keys(map.entries).filter((key) => gatewayPrefixes.some((prefix) => key.startsWith(prefix)));
}

/** The keys of lists that say anything: an empty text is as good as none. */
export function listKeys(map: OperatorConfigMap): readonly (typeof gatewayLists)[number][] {
  return gatewayLists.filter((key) => {
    const value = Object.hasOwn(map.entries, key) ? map.entries[key] : null;
    return value !== null && value !== "";
  });
}

/** What is wrong with the keys of the old form (net-istio `pkg/reconciler/ingress/config/istio.go`). */
export function oldFormFaults(serving: Resource, map: OperatorConfigMap): readonly FormatFault[] {
  return oldKeys(map).flatMap((key): readonly FormatFault[] => {
    const path = [...map.path, key];
    const gateway = key.slice(key.indexOf(".") + 1);
    if (gateway === "" || gateway.startsWith(".") || gateway.endsWith("."))
      return [{ path, message: `the key ${key} names no Gateway`, advice: advices.key }];
    const host = readText(serving, path);
    if (host.state === "unknown") return [];
    const fault = hostFault(host.state === "value" ? host.value : "");
    return fault === null ? [] : [{ path, message: `the value of ${key} ${fault}`, advice: advices.host }];
  });
}

function entryFault(entry: Value): string | null {
  if (!isMapping(entry)) return "has an entry that is no mapping";
  for (const field of ["namespace", "name", "service"]) {
    const value = entry[field] ?? "";
    if (typeof value !== "string" || value === "") return `has an entry without ${field}`;
    if (field !== "service" || isUnknown(value)) continue;
    const fault = hostFault(value);
    if (fault !== null) return `has an entry whose service ${fault}`;
  }
  return null;
}

/** Whether a list of Gateways is there and has no entry: mesh-only mode, where the version knows it. */
export function isEmptyList(value: Value | undefined): boolean {
  const list = typeof value === "string" ? parseYaml(value) : value;
  return Array.isArray(list) && list.length === 0;
}

function listFault(list: unknown, takesNone: boolean): string | null {
  if (!Array.isArray(list)) return "is no YAML list of Gateways";
  const entries: readonly Value[] = list;
  if (entries.length === 0)
    return takesNone ? null : "is an empty list, which net-istio does not take before mesh-only mode";
  const [fault] = entries.map(entryFault).filter((found) => found !== null);
  if (fault !== undefined) return fault;
  const open = entries.filter((entry) => isMapping(entry) && (entry.labelSelector ?? null) === null);
  return open.length === 1
    ? null
    : `has ${open.length} entries without labelSelector; exactly one is expected`;
}

/**
 * What is wrong with the keys of the new form.
 * @param takesNone whether the version may know empty lists, which mean no Gateway at all
 */
export function newFormFaults(
  serving: Resource,
  map: OperatorConfigMap,
  takesNone: boolean,
): readonly FormatFault[] {
  return listKeys(map).flatMap((key): readonly FormatFault[] => {
    const path = [...map.path, key];
    const value = map.entries[key] ?? null;
    if (typeof value === "object")
      return [
        {
          path,
          message: `${key} is written as YAML, not as the text that a ConfigMap takes`,
          advice: advices.list,
        },
      ];
    const text = readText(serving, path);
    if (text.state !== "value") return [];
    const fault = listFault(parseYaml(text.value), takesNone);
    return fault === null ? [] : [{ path, message: `${key} ${fault}`, advice: advices.list }];
  });
}
