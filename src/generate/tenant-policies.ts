import { UsageError } from "../model/errors.ts";
import type { Profile } from "../model/profile.ts";
import type { Mapping, Value } from "../model/value.ts";
import { atLeast } from "../model/version.ts";
import { facts, holds } from "../mesh/version-facts.ts";
import {
  componentKey,
  drainPort,
  hostsOf,
  inNameOfHeader,
  jobSink,
  namespacePolicyNames,
  pathsOf,
  receivers,
  replyRoutes,
  senders,
} from "../mesh/tenant-policies.ts";
import {
  commentLines,
  fromEventing,
  fromNamespaces,
  type GeneratedPolicy,
  renderPolicy,
  selecting,
} from "./authorization-policy.ts";
import { domainName, labelName } from "./names.ts";
import { securityVersion } from "./served-versions.ts";

/** What the policies of a tenant depend on (the documents' tenant policies). */
export interface TenantRequest {
  readonly name: string;
  readonly namespaces: readonly string[];
  /** Where the pods of the ingress gateway run: calls from outside come with this identity. */
  readonly gatewayNamespaces: readonly string[];
  readonly profile: Profile;
  /** Parts of Knative that the tenant uses. */
  readonly serving: boolean;
  readonly eventing: boolean;
}

/** Names of the policies that a tenant has, in any version, beside the shared components of Knative. */
export function componentPolicyNames(
  tenant: string,
): Readonly<Record<"knative-serving" | "knative-eventing", readonly string[]>> {
  return {
    "knative-serving": [`allow-${tenant}-to-activator`],
    "knative-eventing": [
      ...[...receivers, jobSink].map(({ short }) => `allow-${tenant}-to-${short}`),
      ...replyRoutes.map(({ kind }) => `allow-${tenant}-${kind}-reply`),
    ],
  };
}

const platformNamespaces = ["knative-serving", "knative-eventing", "knative-serving-ingress", "istio-system"];

/** A project: a namespace that can be a member of the mesh, and is not the platform's own. @throws UsageError */
export function projectName(namespace: string, gatewayNamespaces: readonly string[]): string {
  labelName(namespace, "--namespace");
  if ([...platformNamespaces, ...gatewayNamespaces].includes(namespace)) {
    throw new UsageError(`--namespace: ${namespace} is the platform's, and no project`);
  }
  if (/^(?:kube|openshift)$|^(?:kube|openshift|ibm)-/.test(namespace)) {
    throw new UsageError(
      `--namespace: ${namespace} can be no member of the mesh (kube-*, openshift-*, ibm-*)`,
    );
  }
  return namespace;
}

function checkNamespace(namespace: string, { gatewayNamespaces, profile }: TenantRequest): void {
  projectName(namespace, gatewayNamespaces);
  const endings = [profile.clusterDomain, profile.ingressDomain ?? ""].map((domain) =>
    domain.split(".").at(-1),
  );
  if (namespace === "svc" || endings.includes(namespace)) {
    throw new UsageError(
      `--namespace: the policies let in hosts *.${namespace}, which covers other namespaces' hosts as well; ` +
        "the tenant needs a namespace of another name",
    );
  }
}

/** Whether documents and chart know tenants for this version. @throws UsageError */
export function requireTenantVersion({ serverless }: Profile): void {
  if (atLeast(serverless, "1.31")) return;
  throw new UsageError(
    `isolation of tenants is documented from Serverless 1.31 on, not for ${serverless.major}.${serverless.minor}; ` +
      "--profile serverless=1.31 gives the policies of that version",
  );
}

function check(request: TenantRequest): void {
  const { name, namespaces, gatewayNamespaces, profile } = request;
  labelName(name, "tenant");
  if (name === "traffic") {
    throw new UsageError(
      "tenant: allow-traffic-to-activator is a policy of the platform; choose another name",
    );
  }
  if (namespaces.length === 0) throw new UsageError(`tenant ${name} has no namespace`);
  for (const namespace of gatewayNamespaces) labelName(namespace, "--gateway-namespace");
  for (const namespace of namespaces) checkNamespace(namespace, request);
  domainName(profile.clusterDomain, "profile: clusterDomain");
  domainName(profile.trustDomain, "profile: trustDomain");
  requireTenantVersion(profile);
}

/** Eventing says in this header in whose name it calls. */
function inNameOf(namespaces: readonly string[]): Value {
  return [{ key: `request.headers[${inNameOfHeader}]`, values: namespaces }];
}

/** The parts that all rules of a tenant are made of. */
interface Parts {
  readonly request: TenantRequest;
  readonly namespaces: readonly string[];
  readonly hosts: Value;
  readonly paths: Value;
  readonly when: Value;
}

function policy(
  { request }: Parts,
  namespace: string,
  name: string,
  comment: readonly string[],
  spec: Mapping,
): GeneratedPolicy {
  const apiVersion = securityVersion(request.profile);
  return { apiVersion, namespace, name, comment, spec: { action: "ALLOW", ...spec } };
}

function namespacePolicies(parts: Parts, namespace: string, first: boolean): readonly GeneratedPolicy[] {
  const { request, namespaces, when } = parts;
  const { serving, eventing, profile, gatewayNamespaces } = request;
  const callers = [
    ...namespaces,
    "knative-serving",
    ...(holds(facts.chartServingIngressSource, profile) ? ["knative-serving-ingress"] : []),
    ...gatewayNamespaces,
  ];
  const rules: Value[] = [];
  if (serving) rules.push({ from: fromNamespaces([...new Set(callers)]) });
  if (eventing) rules.push({ from: fromNamespaces(["knative-eventing"]), when });
  const [fromKnative, drain] = namespacePolicyNames;
  const callersComment = [
    "Who may call this project directly: the tenant itself, the activator, the ingress gateway, and",
    "Eventing with events of the tenant.",
  ];
  const policies = [policy(parts, namespace, fromKnative, first ? callersComment : [], { rules })];
  if (serving) {
    const comment = first ? ["The kubelet calls queue-proxy's pre-stop hook, and has no certificate."] : [];
    const to: Value = [{ operation: { ports: [String(drainPort)] } }];
    policies.push(policy(parts, namespace, drain, comment, { rules: [{ to }] }));
  }
  return policies;
}

function activatorPolicy(parts: Parts): GeneratedPolicy {
  const { request, namespaces, hosts, when } = parts;
  const rules: Value[] = [];
  if (request.serving) rules.push({ from: fromNamespaces(namespaces), to: [hosts] });
  if (request.eventing) {
    rules.push({ from: fromEventing(senders, request.profile.trustDomain), to: [hosts], when });
  }
  return policy(
    parts,
    "knative-serving",
    `allow-${request.name}-to-activator`,
    ["The activator serves all tenants: for hosts of this one it may be called by it."],
    { selector: selecting(componentKey, "activator"), rules },
  );
}

function receiverPolicies(parts: Parts): readonly GeneratedPolicy[] {
  const { request, namespaces, hosts, paths, when } = parts;
  const from = fromEventing(senders, request.profile.trustDomain);
  const known = holds(facts.jobSink, request.profile) ? [...receivers, jobSink] : receivers;
  return known.map(({ component, short }, index) =>
    policy(
      parts,
      "knative-eventing",
      `allow-${request.name}-to-${short}`,
      index > 0 ? [] : ["Eventing's receivers serve all tenants: for this one's paths and hosts only."],
      {
        selector: selecting(componentKey, component),
        rules: [
          { from: fromNamespaces(namespaces), to: [paths, hosts] },
          { from, to: [hosts], when },
          { from, to: [paths], when },
        ],
      },
    ),
  );
}

function replyPolicies(parts: Parts): readonly GeneratedPolicy[] {
  const { request, paths, when } = parts;
  return replyRoutes.map(({ kind, component, accounts }, index) =>
    policy(
      parts,
      "knative-eventing",
      `allow-${request.name}-${kind}-reply`,
      index > 0 ? [] : ["Replies of the tenant's subscribers go back to its Brokers."],
      {
        selector: selecting(componentKey, component),
        rules: [{ from: fromEventing(accounts, request.profile.trustDomain), to: [paths], when }],
      },
    ),
  );
}

/**
 * The policies of a tenant for the profile's version, equal in effect to those of the documented chart (the documents'
 * tenant policies and 5.5). Selectors name the called component; who calls is known by the client's certificate.
 *
 * @throws UsageError for names that Kubernetes or the isolation does not stand, and versions without tenants
 */
export function tenantPolicies(request: TenantRequest): readonly GeneratedPolicy[] {
  check(request);
  const namespaces = [...new Set(request.namespaces)];
  const parts: Parts = {
    request,
    namespaces,
    hosts: { operation: { hosts: hostsOf(namespaces, request.profile.clusterDomain) } },
    paths: { operation: { paths: pathsOf(namespaces) } },
    when: inNameOf(namespaces),
  };
  return [
    ...namespaces.flatMap((namespace, index) => namespacePolicies(parts, namespace, index === 0)),
    activatorPolicy(parts),
    ...(request.eventing ? [...receiverPolicies(parts), ...replyPolicies(parts)] : []),
  ];
}

/** The file of a tenant. @throws UsageError as {@link tenantPolicies} does */
export function renderTenant(request: TenantRequest): string {
  const policies = tenantPolicies(request).map(renderPolicy);
  const { name } = request;
  const head = commentLines([
    `Tenant ${name}: what its projects and Knative may do to each other (Integrations 2.3, step 4).`,
    "All policies name the same namespaces. To add or remove one, let all be written anew:",
    `meshlint new tenant ${name} --update FILE --namespace …`,
    "",
  ]);
  return head + policies.join("---\n");
}
