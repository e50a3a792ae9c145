import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt, type Mapping, type Path, type Value } from "../model/value.ts";
import { readString, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";

/** istiod gives a gateway its TLS Secrets if the gateway's own account may do this with them. */
const neededVerbs = ["get", "list", "watch"] as const;

export type SecretAccess =
  | { readonly state: "yes" }
  /** The verbs that no role gives. */
  | { readonly state: "no"; readonly lacking: readonly string[] }
  | { readonly state: "unknown"; readonly needs: string };

/** ClusterRoles of every cluster that hold the right to read Secrets. */
const knownRoles: ReadonlySet<string> = new Set(["admin", "cluster-admin", "edit"]);

const listAt = (value: Value, key: string): readonly Value[] => {
  const list = valueAt(value, [key]) ?? null;
  return isList(list) ? list : [];
};

function isSubject(subject: Mapping, binding: Resource, namespace: string, account: string): boolean {
  if (subject.kind === "Group")
    return ["system:authenticated", "system:serviceaccounts", `system:serviceaccounts:${namespace}`].includes(
      String(subject.name),
    );
  // Without a namespace it is meant to be the binding's own.
  const there = subject.namespace ?? binding.namespace;
  return subject.kind === "ServiceAccount" && subject.name === account && there === namespace;
}

/** The verbs on Secrets that a role gives. */
function verbsOf(role: Resource): readonly string[] {
  const rules = listAt(role.value, "rules").filter(isMapping);
  const about = (rule: Mapping, key: string, wanted: string): boolean =>
    listAt(rule, key).some((entry) => entry === wanted || entry === "*");
  return rules
    .filter((rule) => about(rule, "apiGroups", "") && about(rule, "resources", "secrets"))
    .flatMap((rule) => listAt(rule, "verbs").map(String));
}

function rolesOf(graph: Graph, binding: Resource): readonly Resource[] | "all" | { readonly needs: string } {
  const kind = String(valueAt(binding.value, ["roleRef", "kind"]) ?? "");
  const name = String(valueAt(binding.value, ["roleRef", "name"]) ?? "");
  if (kind === "ClusterRole" && knownRoles.has(name)) return "all";
  const target =
    kind === "ClusterRole"
      ? graph.find(kinds.ClusterRole, null, name, null)
      : graph.find(kinds.Role, binding.namespace, name, "gateways");
  if (target.state === "found") return target.resources;
  return target.state === "absent" ? [] : { needs: target.why };
}

/** Whether a service account may read the Secrets of its namespace, by the roles and bindings at hand. */
export function secretAccess(graph: Graph, namespace: string, account: string): SecretAccess {
  const given = new Set<string>();
  let needs: string | null = null;
  for (const binding of graph.all(kinds.RoleBinding, kinds.ClusterRoleBinding)) {
    const subjects = listAt(binding.value, "subjects").filter(isMapping);
    if (!subjects.some((subject) => isSubject(subject, binding, namespace, account))) continue;
    if (binding.kind === kinds.RoleBinding && binding.namespace !== namespace) continue;
    const roles = rolesOf(graph, binding);
    if (roles === "all") return { state: "yes" };
    if ("needs" in roles) needs ??= roles.needs;
    else for (const verb of roles.flatMap(verbsOf)) given.add(verb);
  }
  const lacking = given.has("*") ? [] : neededVerbs.filter((verb) => !given.has(verb));
  if (lacking.length === 0) return { state: "yes" };
  return needs === null ? { state: "no", lacking } : { state: "unknown", needs };
}

/** As {@link secretAccess}, for the account of a gateway's pods, with the field that names it. */
export function podSecretAccess(
  graph: Graph,
  { resource, specPath }: PodTemplate,
  namespace: string | null,
): SecretAccess & { readonly account: string; readonly path: Path } {
  const path = [...specPath, "serviceAccountName"];
  const name = readString(resource, path);
  const account = valueOr(name, "default");
  if (name.state !== "unknown" && namespace !== null)
    return { ...secretAccess(graph, namespace, account), account, path };
  const needs = "the namespace and the service account of the gateway's pods";
  return { state: "unknown", needs, account, path };
}
