import { knativeWorkloads } from "../graph/derived/knative-workloads.ts";
import type { Graph } from "../model/graph.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { once, oncePer } from "./memo.ts";
import { eventingNamespace, gatewayNamespaces } from "./namespaces.ts";
import type { Operation, Permission } from "./permissions.ts";
import type { TenantGroup } from "./tenant-groups.ts";
import { refusals } from "./refusals.ts";
import {
  drainPort,
  hostsOf,
  jobSink,
  namespacePolicyNames,
  pathsOf,
  receivers,
  replyRoutes,
  senders,
  systemRoutes,
} from "./tenant-policies.ts";
import { clusterDomainOf } from "./tenant-domains.ts";
import { facts, holds } from "./version-facts.ts";

/** Whether there is something that a policy is about. */
export type Existence =
  { readonly state: "yes" | "no" } | { readonly state: "unknown"; readonly needs: string };

/** A policy of the documents by its effect: what has to be let in, and by which name they call it. */
export interface Requirement {
  /** As the documents name the policy; a policy of this name is where the effect is looked for first. */
  readonly policy: string;
  /** A clause: "the broker ingress may post events to imc-dispatcher". */
  readonly what: string;
  readonly permission: Permission;
  readonly exists: Existence;
}

const yes: Existence = { state: "yes" };
const no: Existence = { state: "no" };

const crOfPart = {
  KnativeServing: kinds.KnativeServing,
  KnativeEventing: kinds.KnativeEventing,
  KnativeKafka: kinds.KnativeKafka,
} as const;

/** Whether a component runs, by the label `app.kubernetes.io/component` of its pods. */
export const componentExists = oncePer((graph: Graph, component: string): Existence => {
  const rows = knativeWorkloads.filter((row) => row.component === component && row.generateName !== true);
  const namespace = rows.some(({ cr }) => cr === "KnativeServing") ? servingNamespace : eventingNamespace;
  const runs = rows.some(
    ({ name }) =>
      graph.named(kinds.Deployment, namespace, name).length > 0 ||
      graph.named(kinds.StatefulSet, namespace, name).length > 0,
  );
  if (runs) return yes;
  const operators = new Set(rows.map(({ cr }) => cr));
  if ([...operators].some((cr) => graph.all(crOfPart[cr]).length > 0)) return no;
  if ([...operators].some((cr) => graph.fragments(crOfPart[cr]).length > 0))
    return { state: "unknown", needs: `whether ${component} is switched on` };
  if (graph.owns("serverless")) return no;
  // What refuses everything is written for Serving and Eventing themselves; Kafka's parts are switched on one by one.
  const refuses = refusals(graph).some((policy) => policy.namespace === namespace);
  return refuses && !operators.has("KnativeKafka")
    ? yes
    : { state: "unknown", needs: `whether ${component} is switched on` };
});

/** All ends of a route have to be there. */
function all(graph: Graph, components: readonly string[]): Existence {
  const found = components.map((component) => componentExists(graph, component));
  return found.find(({ state }) => state === "no") ?? found.find(({ state }) => state === "unknown") ?? yes;
}

/** The component whose pods run as a service account of Eventing. */
function componentOf(account: string): string {
  const own = knativeWorkloads.filter(
    ({ serviceAccount, injected, cr }) =>
      serviceAccount === account && injected === "yes" && cr !== "KnativeServing",
  );
  return own[0]?.component ?? account;
}

function knownGateways(graph: Graph): readonly string[] {
  const found = gatewayNamespaces(graph);
  return found.state === "known" ? found.namespaces : [];
}

const anything: readonly Operation[] = [{}];

/** The nine policies by which components of Knative reach each other (the documents' tenant policies). */
export const systemRequirements = once((graph: Graph): readonly Requirement[] => {
  const allow = (app: string, sources: readonly string[], what: string): Requirement => ({
    policy: `allow-traffic-to-${app}`,
    what,
    permission: {
      namespace: servingNamespace,
      component: app,
      sources,
      accounts: null,
      operations: anything,
      inNameOf: null,
    },
    exists: componentExists(graph, app),
  });
  const gateways = knownGateways(graph);
  const callers = gateways.length === 0 ? "" : ` and the ingress gateway in ${gateways.join(", ")}`;
  return [
    allow(
      "activator",
      [...new Set([servingNamespace, ...gateways])],
      `${servingNamespace}${callers} may call the activator`,
    ),
    allow("autoscaler", [servingNamespace], "activator and queue-proxies may report to the autoscaler"),
    ...systemRoutes.map(({ name, component, account, method }): Requirement => ({
      policy: name,
      what: `${account} may send ${method} requests to ${component}`,
      permission: {
        namespace: eventingNamespace,
        component,
        sources: [eventingNamespace],
        accounts: [account],
        operations: [{ methods: [method] }],
        inNameOf: null,
      },
      exists: all(graph, [component, componentOf(account)]),
    })),
  ];
});

/** Whether a tenant's policies or resources show that it uses Eventing. */
function usesEventing(graph: Graph, group: TenantGroup): boolean {
  const mine = (namespace: string | null): boolean => group.namespaces.includes(namespace ?? "");
  const bySharedPolicy = group.shared.some(({ namespace }) => namespace === eventingNamespace);
  const byResource = graph.resources.some(
    ({ namespace, id }) =>
      mine(namespace) &&
      /^(?:eventing|messaging|sources|sinks|flows)\.knative\.dev$|^eventing\.knative\.dev$/.test(id.group),
  );
  return bySharedPolicy || byResource;
}

/** What may call a tenant's projects: T1 and T2 for one namespace. */
export function namespaceRequirements(
  graph: Graph,
  group: TenantGroup,
  namespace: string,
): { readonly callers: Requirement; readonly events: Requirement; readonly drain: Requirement } {
  const [fromKnative, waitForDrain] = namespacePolicyNames;
  const base = { namespace, component: null, accounts: null, inNameOf: null, operations: anything };
  const gateways = knownGateways(graph);
  const sources = [...new Set([...group.namespaces, servingNamespace, ...gateways])];
  return {
    callers: {
      policy: fromKnative,
      what: `the tenant's projects, the activator and the ingress gateway may call ${namespace}`,
      permission: { ...base, sources },
      exists: yes,
    },
    events: {
      policy: fromKnative,
      what: `Eventing may deliver the tenant's events to ${namespace}`,
      permission: { ...base, sources: [eventingNamespace], inNameOf: group.namespaces },
      exists: usesEventing(graph, group) ? eventingExists(graph) : no,
    },
    drain: {
      policy: waitForDrain,
      what: `the kubelet may ask pods of ${namespace} on port ${drainPort} to wait for the last requests`,
      permission: { ...base, sources: null, operations: [{ ports: [drainPort] }] },
      exists: yes,
    },
  };
}

function eventingExists(graph: Graph): Existence {
  return componentExists(graph, "imc-dispatcher");
}

/** What a tenant may do with the shared components: T3 to T6. */
export const componentRequirements = oncePer((graph: Graph, group: TenantGroup): readonly Requirement[] => {
  const { name, namespaces } = group;
  const hosts: Operation = { hosts: hostsOf(namespaces, clusterDomainOf(graph)) };
  const paths: Operation = { paths: pathsOf(namespaces) };
  const events = usesEventing(graph, group);
  const from = (accounts: readonly string[] | null) =>
    accounts === null
      ? { sources: namespaces, accounts: null, inNameOf: null }
      : { sources: [eventingNamespace], accounts, inNameOf: namespaces };
  const require = (
    policy: string,
    namespace: string,
    component: string,
    accounts: readonly string[] | null,
    operations: readonly Operation[],
    exists: Existence,
  ): Requirement => ({
    policy,
    what: `${accounts === null ? "the tenant's projects" : accounts.length === 1 ? `${accounts[0]} in the tenant's name` : "Eventing in the tenant's name"} may call ${component}`,
    permission: { namespace, component, ...from(accounts), operations },
    exists,
  });
  const activator = (accounts: readonly string[] | null, exists: Existence): Requirement =>
    require(`allow-${name}-to-activator`, servingNamespace, "activator", accounts, [hosts], exists);
  const serving = componentExists(graph, "activator");
  const known = [...receivers, ...(holds(facts.jobSink, graph.profile) ? [jobSink] : [])];
  const existing = (component: string): Existence => (events ? componentExists(graph, component) : no);
  return [
    activator(null, serving),
    activator(senders, events ? all(graph, ["activator", "imc-dispatcher"]) : no),
    ...known.flatMap(({ component, short }) =>
      [null, senders].map((accounts) =>
        require(`allow-${name}-to-${short}`, eventingNamespace, component, accounts, [paths, hosts], existing(
          component,
        )),
      ),
    ),
    ...replyRoutes.map(({ kind, component, accounts }) =>
      require(`allow-${name}-${kind}-reply`, eventingNamespace, component, accounts, [paths], existing(
        component,
      )),
    ),
  ];
});

/** All that the documents' policies of any version let into Knative's components, for all tenants. */
export const permittedToComponents = oncePer(
  (graph: Graph, groups: readonly TenantGroup[]): readonly Permission[] => {
    const jobs = groups.flatMap(({ namespaces }): readonly Permission[] => {
      const base = { namespace: eventingNamespace, component: jobSink.component };
      const operations = [
        { paths: pathsOf(namespaces) },
        { hosts: hostsOf(namespaces, clusterDomainOf(graph)) },
      ];
      return [
        { ...base, sources: namespaces, accounts: null, inNameOf: null, operations },
        { ...base, sources: [eventingNamespace], accounts: senders, inNameOf: namespaces, operations },
      ];
    });
    return [
      ...systemRequirements(graph).map(({ permission }) => permission),
      ...groups.flatMap((group) => componentRequirements(graph, group)).map(({ permission }) => permission),
      ...jobs,
    ];
  },
);
