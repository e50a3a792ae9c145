import type { Graph, PodTemplate } from "../../model/graph.ts";
import { label, type Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import {
  type Account,
  accountOf,
  bindingKinds,
  type BoundSubject,
  grantsOf,
  isAccount,
  type Need,
  roleKinds,
  roleRefOf,
  rolesBehind,
  subjectsOf,
} from "./access-roles.ts";
import { apiPathOf, backendsOf, isAggregated, serverWorkloads } from "./backends.ts";
import { webhookKinds } from "./webhooks.ts";

/** Something that the server of a webhook behind an aggregated API lacks. */
export interface Shortfall {
  readonly resource: Resource;
  readonly path: Path;
  readonly message: string;
  readonly advice: string;
}

/** What would tell. */
interface Open {
  readonly needs: string;
}

/** A binding that a server has to have. */
interface Wanted {
  readonly role: string;
  readonly kind: string;
  /** Of the binding; null: it is cluster-wide. */
  readonly namespace: string | null;
}

const delegator = "system:auth-delegator";
const delegation: readonly Wanted[] = [
  { role: delegator, kind: "ClusterRole", namespace: null },
  { role: "extension-apiserver-authentication-reader", kind: "Role", namespace: "kube-system" },
];

/** What the server's own admission reads (openshift/generic-admission-server). */
const reads: readonly Need[] = [
  {
    group: "admissionregistration.k8s.io",
    resource: "validatingwebhookconfigurations",
    verbs: ["get", "list", "watch"],
  },
  {
    group: "admissionregistration.k8s.io",
    resource: "mutatingwebhookconfigurations",
    verbs: ["get", "list", "watch"],
  },
  { group: "", resource: "namespaces", verbs: ["get", "list", "watch"] },
];

const accountText = ({ namespace, name }: Account): string => `ServiceAccount ${namespace ?? "?"}/${name}`;

/** Every binding of the set with its subjects that are, or may be, an account. */
function bindingsOf(graph: Graph, account: Account): readonly Resource[] {
  return graph
    .all(...bindingKinds)
    .filter((binding) => subjectsOf(binding).some((subject) => isAccount(subject, account) !== "no"));
}

/** A subject that was meant to be the account: another name or namespace of a service account. */
function meant(binding: Resource): BoundSubject | undefined {
  return subjectsOf(binding).find(({ kind }) => kind === "ServiceAccount");
}

function accountPath(pod: PodTemplate): Path {
  return [...pod.specPath, "serviceAccountName"];
}

function delegationShortfall(
  graph: Graph,
  pod: PodTemplate,
  { role, kind, namespace }: Wanted,
): Shortfall | null {
  const account = accountOf(pod);
  const bindingKind = namespace === null ? kinds.ClusterRoleBinding : kinds.RoleBinding;
  const anywhere = graph.all(bindingKind).filter((binding) => {
    const ref = roleRefOf(binding);
    return ref.name === role && ref.kind === kind;
  });
  const toRole = anywhere.filter((binding) => namespace === null || binding.namespace === namespace);
  const binds = (binding: Resource): boolean =>
    subjectsOf(binding).some((subject) => isAccount(subject, account) !== "no");
  const isBound = toRole.some(binds);
  if (isBound) return null;
  const wrong = toRole.find((binding) => binding.standing === "own" && meant(binding) !== undefined);
  const subject = wrong && meant(wrong);
  if (wrong && subject)
    return {
      resource: wrong,
      path: subject.path,
      message: `${label(wrong)} binds ${accountText(subject)}, and the server runs as ${accountText(account)}`,
      advice: "name the server's account",
    };
  const elsewhere = anywhere.find((binding) => binding.standing === "own" && binds(binding));
  if (elsewhere && namespace !== null)
    return {
      resource: elsewhere,
      path: ["metadata", "namespace"],
      message: `${label(elsewhere)} is not in ${namespace}, where ${kind} ${role} is that it binds`,
      advice: `set namespace: ${namespace}`,
    };
  const where = namespace === null ? "ClusterRoleBinding" : `RoleBinding in ${namespace}`;
  return {
    resource: pod.resource,
    path: accountPath(pod),
    message: `${accountText(account)} has no ${where} to ${kind} ${role}, which an aggregated API server needs`,
    advice: `add a ${where} to ${kind} ${role} for this account`,
  };
}

/** All verbs, cluster-wide, by one or several roles; a role that is not in the set may hold the rest. */
function readShortfall(graph: Graph, pod: PodTemplate): Shortfall | Open | null {
  const account = accountOf(pod);
  const wide = bindingsOf(graph, account).filter(({ kind }) => kind === kinds.ClusterRoleBinding);
  const outside = wide.find(
    (binding) => rolesBehind(graph, binding).length === 0 && roleRefOf(binding).name !== delegator,
  );
  const roles = wide.flatMap((binding) => rolesBehind(graph, binding));
  const lacking = reads.filter(({ verbs, ...rest }) =>
    verbs.some((verb) => !roles.some((role) => grantsOf(role, { ...rest, verbs: [verb] }) !== "no")),
  );
  if (lacking.length === 0) return null;
  if (outside) return { needs: `ClusterRole ${roleRefOf(outside).name}, which ${label(outside)} binds` };
  return {
    resource: pod.resource,
    path: accountPath(pod),
    message: `${accountText(account)} may not get, list and watch ${lacking.map(({ resource }) => resource).join(", ")}, which the API server library of the webhook reads`,
    advice: "bind the account to a ClusterRole with these verbs",
  };
}

function accountShortfall(graph: Graph, pod: PodTemplate): Shortfall | null {
  const { namespace, name } = accountOf(pod);
  if (name === "default" || namespace === null) return null;
  if (graph.find(kinds.ServiceAccount, namespace, name, "admission").state !== "absent") return null;
  return {
    resource: pod.resource,
    path: accountPath(pod),
    message: `the server runs as ServiceAccount ${namespace}/${name}, which the set does not have`,
    advice: "add the ServiceAccount, or name the right one",
  };
}

/** A role to create the webhook's reviews, and a binding for it: the callers' side. */
function requesterShortfall(graph: Graph, pod: PodTemplate, need: Need): Shortfall | null {
  const roles = graph.all(...roleKinds).filter((role) => grantsOf(role, need) === "yes");
  const bound = new Set(graph.all(...bindingKinds).flatMap((binding) => rolesBehind(graph, binding)));
  if (roles.some((role) => bound.has(role))) return null;
  const toAdmin = graph.all(kinds.ClusterRoleBinding).some((one) => roleRefOf(one).name === "cluster-admin");
  if (roles.length === 0 && toAdmin) return null;
  const dead = roles.find(({ standing }) => standing === "own");
  const what = `${need.resource}.${need.group}`;
  return dead
    ? {
        resource: dead,
        path: ["rules"],
        message: `${label(dead)} lets requesters create ${what}, and nothing binds it, as in the printed example`,
        advice: "bind it to those who send requests, such as the group system:authenticated",
      }
    : {
        resource: pod.resource,
        path: accountPath(pod),
        message: `no role of the set lets requesters create ${what}, which the webhook is called by`,
        advice: `add a ClusterRole with create on ${what}, and a binding`,
      };
}

/** The set's own workloads behind aggregated APIs that webhooks are called through, with these webhooks' resources. */
export function aggregatedServers(
  graph: Graph,
): ReadonlyMap<Resource, { readonly pod: PodTemplate; readonly needs: readonly Need[] }> {
  const wanted = new Map<string, Need[]>();
  for (const backend of graph.own(...webhookKinds).flatMap(backendsOf)) {
    const api = isAggregated(backend) && backend.request !== null ? apiPathOf(backend.request) : null;
    if (api === null) continue;
    const name = `${api.version}.${api.group}`;
    const need = { group: api.group, resource: api.resource, verbs: ["create"] };
    const known = wanted.get(name) ?? [];
    if (!known.some(({ resource }) => resource === need.resource)) wanted.set(name, [...known, need]);
  }
  const found = new Map<Resource, { readonly pod: PodTemplate; readonly needs: readonly Need[] }>();
  for (const [workload, all] of serverWorkloads(graph)) {
    const needs = all.flatMap(({ backend }) =>
      backend.from.kind === kinds.ApiService ? (wanted.get(backend.from.name) ?? []) : [],
    );
    const pod = all[0]?.pod;
    if (pod !== undefined && needs.length > 0) found.set(workload, { pod, needs });
  }
  return found;
}

/** What is missing for a server behind an aggregated API. */
export function shortfallsOf(
  graph: Graph,
  pod: PodTemplate,
  needs: readonly Need[],
): readonly (Shortfall | Open)[] {
  return [
    accountShortfall(graph, pod),
    ...delegation.map((wanted) => delegationShortfall(graph, pod, wanted)),
    readShortfall(graph, pod),
    ...needs.map((need) => requesterShortfall(graph, pod, need)),
  ].filter((shortfall) => shortfall !== null);
}
