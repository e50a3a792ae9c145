import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, valueAt } from "../../model/value.ts";
import type { Path, Value } from "../../model/value.ts";
import { isPatched } from "../patches.ts";
import { kinds } from "../kinds.ts";
import { grantsOf, rolesOf, roleKinds } from "./access-roles.ts";
import { type Backend, finalBackends, servers } from "./backends.ts";

/** Annotations by which the service CA of OpenShift, or cert-manager, writes the CA into an object. */
const injectors: readonly RegExp[] = [
  /^service\.(?:alpha|beta)\.openshift\.io\/inject-cabundle$/,
  /^cert-manager\.io\/inject-(?:ca-from|ca-from-secret|apiserver-ca)$/,
  /^certmanager\.k8s\.io\/inject-(?:ca-from|apiserver-ca)$/,
];

/** Whether an object asks for its CA by an annotation. */
export function isInjected(resource: Resource): boolean {
  const annotations = valueAt(resource.value, ["metadata", "annotations"]);
  if (!isMapping(annotations)) return false;
  return Object.entries(annotations).some(
    ([key, value]) => injectors.some((pattern) => pattern.test(key)) && value !== "false" && value !== "",
  );
}

const pem = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;

/** What is wrong with the text of a `caBundle`; `empty`: it holds nothing yet. */
export type BundleFlaw = "empty" | "type" | "pem" | "base64" | "twice" | "content";

/** Null: it is PEM in base64, or not known. */
export function bundleFlaw(value: Value | undefined): BundleFlaw | null {
  if (value === undefined || value === null || value === "") return "empty";
  if (typeof value !== "string") return "type";
  if (isUnknown(value)) return null;
  if (pem.test(value)) return "pem";
  const text = decoded(value);
  if (text === null) return "base64";
  if (pem.test(text)) return null;
  if (text.trim() === "") return "empty";
  return pem.test(decoded(text) ?? "") ? "twice" : "content";
}

/** The text of base64 with line breaks at will; null if it is none. */
function decoded(value: string): string | null {
  const text = value.replaceAll(/\s/g, "");
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? atob(text) : null;
}

const pluralOfKind: Readonly<Record<string, string>> = {
  [kinds.ValidatingWebhookConfiguration]: "validatingwebhookconfigurations",
  [kinds.MutatingWebhookConfiguration]: "mutatingwebhookconfigurations",
  [kinds.ApiService]: "apiservices",
};

/**
 * Whether the back end writes the CA into its configuration itself, as Knative's and Istio's do: `no` only where its
 * pods and their roles are in the set, and no role of the set allows it.
 */
export function writesItself(graph: Graph, backend: Backend): "maybe" | "no" {
  const { from } = backend;
  const needed = {
    group: from.id.group,
    resource: pluralOfKind[from.kind] ?? "",
    verbs: ["update", "patch"],
  };
  const final = finalBackends(graph, backend);
  const pods = servers(graph).filter((server) =>
    final.some(
      ({ namespace, name }) => server.service.namespace === namespace && server.service.name === name,
    ),
  );
  if (pods.length === 0) return "maybe";
  const held = pods.map(({ pod }) => rolesOf(graph, pod));
  if (held.some(({ complete, roles }) => !complete || roles.length === 0)) return "maybe";
  return graph.all(...roleKinds).some((role) => grantsOf(role, needed) !== "no") ? "maybe" : "no";
}

/** Whether the CA of a back end is missing and nothing is known to write it. Undefined: a patch may set it. */
export function lacksBundle(graph: Graph, resource: Resource, client: Path): boolean | undefined {
  if (bundleFlaw(valueAt(resource.value, [...client, "caBundle"])) !== "empty" || isInjected(resource))
    return false;
  return isPatched(graph, resource) ? undefined : true;
}
