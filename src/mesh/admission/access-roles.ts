import type { Graph, PodTemplate } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Path, Value } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import type { Match } from "../label-match.ts";
import { once } from "../memo.ts";

export const roleKinds = [kinds.ClusterRole, kinds.Role] as const;
export const bindingKinds = [kinds.ClusterRoleBinding, kinds.RoleBinding] as const;

/** A service account; its namespace may not be known. */
export interface Account {
  readonly namespace: string | null;
  readonly name: string;
}

/** What somebody has to be allowed to do: one of the verbs on a resource. */
export interface Need {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

const texts = (value: Value | undefined): readonly string[] =>
  isList(value) ? value.filter((item) => typeof item === "string") : [];

/** The account under which pods run. */
export function accountOf({ namespace, spec }: PodTemplate): Account {
  const name = spec.serviceAccountName ?? spec.serviceAccount;
  return { namespace, name: typeof name === "string" && name !== "" ? name : "default" };
}

/** Whether a role allows one of the verbs. Unknown: it gathers its rules from other roles. */
export function grantsOf(role: Resource, { group, resource, verbs }: Need): Match {
  if (isMapping(valueAt(role.value, ["aggregationRule"]))) return "unknown";
  const rules = valueAt(role.value, ["rules"]);
  const has = (rule: Value, key: string, wanted: readonly string[]): boolean => {
    const list = texts(valueAt(rule, [key]));
    return list.includes("*") || wanted.some((text) => list.includes(text));
  };
  const isGranted = (isList(rules) ? rules : []).some(
    (rule) =>
      has(rule, "apiGroups", [group]) && has(rule, "resources", [resource]) && has(rule, "verbs", verbs),
  );
  return isGranted ? "yes" : "no";
}

/** One subject of a binding. */
export interface BoundSubject {
  readonly path: Path;
  readonly kind: string;
  readonly name: string;
  /** Of a service account; a RoleBinding's own where none is written. */
  readonly namespace: string | null;
}

export function subjectsOf(binding: Resource): readonly BoundSubject[] {
  const list = valueAt(binding.value, ["subjects"]);
  return (isList(list) ? list : []).flatMap((subject, index): readonly BoundSubject[] => {
    if (!isMapping(subject) || typeof subject.name !== "string") return [];
    const kind = typeof subject.kind === "string" ? subject.kind : "";
    const namespace = typeof subject.namespace === "string" ? subject.namespace : binding.namespace;
    return [{ path: ["subjects", index], kind, name: subject.name, namespace }];
  });
}

/** Whether a subject is an account, or a group that it is in. */
export function isAccount({ kind, name, namespace }: BoundSubject, account: Account): Match {
  if (kind === "Group") {
    if (["system:serviceaccounts", "system:authenticated"].includes(name)) return "yes";
    const own = /^system:serviceaccounts:(.+)$/.exec(name)?.[1];
    if (own === undefined) return "no";
    if (account.namespace === null) return "unknown";
    return own === account.namespace ? "yes" : "no";
  }
  if (kind === "User") {
    const [, space, user] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
    return user === account.name && space === account.namespace ? "yes" : "no";
  }
  if (kind !== "ServiceAccount" || name !== account.name) return "no";
  if (namespace === null || account.namespace === null) return "unknown";
  return namespace === account.namespace ? "yes" : "no";
}

/** What a binding binds to: `ClusterRole system:auth-delegator`. */
export function roleRefOf(binding: Resource): { readonly kind: string; readonly name: string } {
  const ref = valueAt(binding.value, ["roleRef"]);
  const text = (key: string): string => {
    const value = valueAt(ref, [key]);
    return typeof value === "string" ? value : "";
  };
  return { kind: text("kind"), name: text("name") };
}

/** The roles of the set that a binding binds to; those that come with the cluster are not among them. */
export function rolesBehind(graph: Graph, binding: Resource): readonly Resource[] {
  const { kind, name } = roleRefOf(binding);
  return kind === "ClusterRole"
    ? graph.named(kinds.ClusterRole, null, name)
    : graph.named(kinds.Role, binding.namespace, name);
}

const bindings = once((graph: Graph) => graph.all(...bindingKinds));

/** The roles that are bound to the account of some pods; not complete where a role is not in the set. */
export function rolesOf(
  graph: Graph,
  pod: PodTemplate,
): { readonly roles: readonly Resource[]; readonly complete: boolean } {
  const account = accountOf(pod);
  const own = bindings(graph).filter((binding) =>
    subjectsOf(binding).some((subject) => isAccount(subject, account) !== "no"),
  );
  const found = own.map((binding) => ({ binding, roles: rolesBehind(graph, binding) }));
  const builtIn = /^(?:system:|extension-apiserver-)/;
  return {
    roles: found.flatMap(({ roles }) => roles),
    complete: found.every(({ binding, roles }) => roles.length > 0 || builtIn.test(roleRefOf(binding).name)),
  };
}
