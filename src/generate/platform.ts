import { UsageError } from "../model/errors.ts";
import type { Profile } from "../model/profile.ts";
import type { Tenant } from "../model/set.ts";
import { atLeast } from "../model/version.ts";
import { facts, holds } from "../mesh/version-facts.ts";
import { commentLines, type GeneratedPolicy, renderPolicy } from "./authorization-policy.ts";
import { documents, type GeneratedFile, manifest } from "./manifest.ts";
import { type Bootstrap, domainName, labelName } from "./names.ts";
import { knativeFiles, subscriptions } from "./platform-knative.ts";
import { meshFiles } from "./platform-mesh.ts";
import { systemPolicies } from "./system-policies.ts";
import { projectName, renderTenant, type TenantRequest } from "./tenant-policies.ts";

export interface KafkaRequest {
  readonly bootstrap: Bootstrap;
  /** Where the bootstrap names lead: cluster IPs, or ranges of the brokers. */
  readonly addresses: readonly string[];
}

/** The platform that somebody wants. */
export interface PlatformRequest {
  readonly profile: Profile;
  /** Where the ingress gateway's pods run; with Service Mesh 2 that of the control plane. */
  readonly gatewayNamespace: string;
  readonly eventing: boolean;
  readonly kafka: KafkaRequest | null;
  /** Projects with Knative Services, those of tenants included. */
  readonly projects: readonly string[];
  readonly tenants: readonly Tenant[];
  /** Where External Secrets finds the certificate; null: the Secret is made by hand. */
  readonly certificate: { readonly store: string; readonly key: string } | null;
}

/** Whether the documents know such a platform. @throws UsageError that names a version that they know */
function checkVersions({ serverless, mesh }: Profile, profile: Profile): void {
  const text = `${serverless.major}.${serverless.minor}`;
  if (!atLeast(serverless, "1.31")) {
    throw new UsageError(
      `new platform writes strict mutual TLS, documented from Serverless 1.31 on, not ${text}: ` +
        "--profile serverless=1.32 chooses another version",
    );
  }
  if (!atLeast(mesh, "2.2")) {
    throw new UsageError(
      `Serverless ${text} needs Service Mesh 2.2 at least: --profile mesh=2.4 chooses another version`,
    );
  }
  if (mesh.major >= 3 && !holds(facts.serviceMesh3, profile)) {
    throw new UsageError(
      `Serverless ${text} knows no Service Mesh 3; it takes it from 1.38 on: --profile serverless=1.38,mesh=3`,
    );
  }
}

function check(request: PlatformRequest): void {
  const { profile, gatewayNamespace, projects, certificate, tenants } = request;
  checkVersions(profile, profile);
  labelName(gatewayNamespace, "--gateway-namespace");
  if (["knative-serving", "knative-eventing"].includes(gatewayNamespace)) {
    throw new UsageError(
      `--gateway-namespace: ${gatewayNamespace} is Knative's own; the gateway needs another`,
    );
  }
  for (const project of projects) projectName(project, [gatewayNamespace]);
  domainName(profile.clusterDomain, "profile: clusterDomain");
  if (certificate) labelName(certificate.store, "--secret-store");
  const owners = new Map<string, string>();
  for (const [index, { name, namespaces }] of tenants.entries()) {
    const first = tenants.findIndex((tenant) => tenant.name === name);
    if (first !== index) throw new UsageError(`tenant ${name} is given twice`);
    for (const namespace of namespaces) {
      const other = owners.get(namespace);
      if (other !== undefined)
        throw new UsageError(`${namespace} cannot belong to both ${other} and ${name}`);
      owners.set(namespace, name);
    }
  }
}

function namespaces(request: PlatformRequest): string {
  const { profile, gatewayNamespace, projects } = request;
  const mesh = profile.mesh.major < 3 ? [gatewayNamespace] : ["istio-system", "istio-cni", gatewayNamespace];
  const names = [...new Set([...mesh, "knative-serving", "knative-eventing", ...projects])];
  const head = commentLines([
    "The mesh's namespaces, the two of Knative, and the projects (Integrations 1.3, 1.4.2). The operators add their",
    "own labels.",
  ]);
  const objects = names.map(
    (name) => manifest`
apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
`,
  );
  return head + documents(...objects);
}

function certificateFile({ gatewayNamespace, certificate }: PlatformRequest): readonly GeneratedFile[] {
  if (certificate === null) return [];
  const text = manifest`
# The certificate for traffic from outside (Integrations 1.3), kept in the vault: no private key is in this
# repository. It has to name the wildcard domain as subject alternative name; the book's commands fill in the common
# name only, which Go clients and browsers refuse. The Secret belongs beside the ingress gateway's pods.
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: wildcard-certs
  namespace: ${gatewayNamespace}
spec:
  refreshInterval: 1h
  secretStoreRef:
    kind: ClusterSecretStore
    name: ${certificate.store}
  target:
    name: wildcard-certs
    template:
      type: kubernetes.io/tls
      metadata:
        labels:
          # Integrations 1.7 asks for this label on every Secret; the value is free.
          networking.internal.knative.dev/certificate-uid: wildcard-certs
  data:
    - secretKey: tls.crt
      remoteRef:
        key: ${certificate.key}
        property: certificate
    - secretKey: tls.key
      remoteRef:
        key: ${certificate.key}
        property: private-key
`;
  return [{ path: "10-wildcard-certs.yaml", text }];
}

function policyFile(
  path: string,
  head: readonly string[],
  policies: readonly GeneratedPolicy[],
): GeneratedFile {
  return { path, text: commentLines([...head, ""]) + documents(...policies.map(renderPolicy)) };
}

/** What one tenant of the platform gets. */
function tenantRequest(request: PlatformRequest, { name, namespaces: own }: Tenant): TenantRequest {
  const { profile, gatewayNamespace, eventing } = request;
  return {
    name,
    namespaces: own,
    gatewayNamespaces: [gatewayNamespace],
    profile,
    serving: true,
    eventing,
  };
}

/** Isolation, where there are tenants. What refuses comes behind everything that allows. */
function isolationFiles(request: PlatformRequest): readonly GeneratedFile[] {
  const { profile, gatewayNamespace, eventing, kafka, tenants } = request;
  if (tenants.length === 0) return [];
  const system = systemPolicies({
    profile,
    gatewayNamespaces: [gatewayNamespace],
    eventing,
    kafka: kafka !== null,
  });
  const denies = (policy: GeneratedPolicy): boolean => Object.keys(policy.spec).length === 0;
  return [
    policyFile(
      "30-authz-system.yaml",
      [
        "What the components of Knative may do to each other (Integrations 2.3, step 2). Where a source has namespace",
        "and principal, both have to fit.",
      ],
      system.filter((policy) => !denies(policy)),
    ),
    ...tenants.map((tenant) => ({
      path: `31-authz-${tenant.name}.yaml`,
      text: renderTenant(tenantRequest(request, tenant)),
    })),
    policyFile(
      "39-authz-deny-all.yaml",
      [
        "Refuses what no policy of the files before allows (Integrations 2.3, step 2). Bring it to a cluster last, and",
        "not before KnativeServing is ready: the activator could not reach the autoscaler.",
      ],
      system.filter(denies),
    ),
  ];
}

/**
 * The documented files of a platform (the documented platform), for the profile's versions.
 *
 * @throws UsageError for versions that the documents do not know, and for names that Kubernetes does not take
 */
export function platformFiles(request: PlatformRequest): readonly GeneratedFile[] {
  check(request);
  const files = [
    { path: "00-namespaces.yaml", text: namespaces(request) },
    { path: "01-subscriptions.yaml", text: subscriptions(request) },
    ...certificateFile(request),
    ...meshFiles(request),
    ...knativeFiles(request),
    ...isolationFiles(request),
  ];
  const kustomization = manifest`
# The whole platform, applied to one cluster.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  ${files.map((file) => file.path)}
`;
  return [...files, { path: "kustomization.yaml", text: kustomization }];
}
