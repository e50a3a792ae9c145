import { nearest } from "../model/nearest.ts";
import type { Kind } from "../model/resource.ts";

interface Group {
  /** Every version that was ever served, so that old ones are told apart from misspelt ones. */
  readonly versions: readonly string[];
  readonly kinds: readonly string[];
}

const group = (versions: string, kinds: string): Group => ({
  versions: versions.split(" "),
  kinds: kinds.split(/\s+/),
});

/**
 * The API groups whose kinds are all known here, by name; `""` is the core group. Those of Kubernetes, and those that
 * the documents about Serverless, the mesh and certificates speak of. Kinds that were removed stay: they are no slips.
 */
const groups: Readonly<Record<string, Group>> = {
  "": group(
    "v1",
    `Binding ComponentStatus ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume
    PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount`,
  ),
  apps: group(
    "v1 v1beta1 v1beta2",
    "ControllerRevision DaemonSet Deployment DeploymentRollback ReplicaSet Scale StatefulSet",
  ),
  batch: group("v1 v1beta1 v2alpha1", "CronJob Job JobTemplate ScheduledJob"),
  autoscaling: group("v1 v2 v2beta1 v2beta2", "HorizontalPodAutoscaler Scale"),
  policy: group("v1 v1beta1", "Eviction PodDisruptionBudget PodSecurityPolicy"),
  "networking.k8s.io": group(
    "v1 v1beta1 v1alpha1",
    "ClusterCIDR Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR",
  ),
  "rbac.authorization.k8s.io": group(
    "v1 v1beta1 v1alpha1",
    "ClusterRole ClusterRoleBinding Role RoleBinding",
  ),
  "apiextensions.k8s.io": group("v1 v1beta1", "CustomResourceDefinition ConversionReview"),
  "apiregistration.k8s.io": group("v1 v1beta1", "APIService"),
  "admissionregistration.k8s.io": group(
    "v1 v1beta1 v1alpha1",
    `MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration InitializerConfiguration`,
  ),
  "scheduling.k8s.io": group("v1 v1beta1 v1alpha1 v1alpha2", "PriorityClass PodGroup Workload"),
  "node.k8s.io": group("v1 v1beta1 v1alpha1", "RuntimeClass"),
  "networking.istio.io": group(
    "v1 v1beta1 v1alpha3",
    `DestinationRule EnvoyFilter Gateway ProxyConfig ServiceEntry Sidecar TrafficExtension VirtualService
    WorkloadEntry WorkloadGroup`,
  ),
  "security.istio.io": group("v1 v1beta1", "AuthorizationPolicy PeerAuthentication RequestAuthentication"),
  "telemetry.istio.io": group("v1 v1alpha1", "Telemetry"),
  "extensions.istio.io": group("v1alpha1", "ServiceMeshExtension TrafficExtension WasmPlugin"),
  "maistra.io": group(
    "v1 v2 v1alpha1",
    `ExportedServiceSet ImportedServiceSet ServiceMeshControlPlane ServiceMeshExtension ServiceMeshMember
    ServiceMeshMemberRoll ServiceMeshPeer ServiceMeshPolicy ServiceMeshRbacConfig`,
  ),
  "federation.maistra.io": group("v1", "ExportedServiceSet ImportedServiceSet ServiceMeshPeer"),
  "sailoperator.io": group("v1 v1alpha1", "Istio IstioCNI IstioRevision IstioRevisionTag ZTunnel"),
  "operator.istio.io": group("v1alpha1", "Istio IstioCNI IstioOperator IstioRevision"),
  "operator.knative.dev": group("v1beta1 v1alpha1", "KnativeEventing KnativeServing"),
  "operator.serverless.openshift.io": group("v1alpha1", "KnativeKafka"),
  "serving.knative.dev": group("v1 v1beta1 v1alpha1", "Configuration DomainMapping Revision Route Service"),
  "autoscaling.internal.knative.dev": group("v1alpha1", "Metric PodAutoscaler"),
  "networking.internal.knative.dev": group(
    "v1alpha1",
    "Certificate ClusterDomainClaim ClusterIngress Domain Ingress Realm ServerlessService",
  ),
  "caching.internal.knative.dev": group("v1alpha1", "Image"),
  "eventing.knative.dev": group(
    "v1 v1beta1 v1beta2 v1beta3 v1alpha1",
    "Broker EventPolicy EventTransform EventType KafkaSink RequestReply Trigger",
  ),
  "messaging.knative.dev": group(
    "v1 v1beta1 v1alpha1",
    `Channel InMemoryChannel KafkaChannel NatssChannel NatsJetStreamChannel RabbitmqChannel Sequence Parallel
    Subscription`,
  ),
  "flows.knative.dev": group("v1 v1beta1 v1alpha1", "Parallel Sequence"),
  "bindings.knative.dev": group(
    "v1 v1beta1 v1alpha1",
    "CamelSource GitHubBinding GitLabBinding KafkaBinding SlackBinding",
  ),
  "sources.knative.dev": group(
    "v1 v1beta1 v1beta2 v1alpha1 v1alpha2",
    `ApiServerSource AwsSqsSource CamelSource CephSource ContainerSource CouchDbSource CronJobSource GitHubSource
    GitLabSource IntegrationSource KafkaSource NatssSource PingSource PrometheusSource RabbitmqSource RedisStreamSource
    SinkBinding`,
  ),
  "sinks.knative.dev": group("v1alpha1", "IntegrationSink JobSink RedisStreamSink"),
  "operators.coreos.com": group(
    "v1 v1alpha1 v1alpha2 v2",
    `CatalogSource ClusterServiceVersion InstallPlan OLMConfig Operator OperatorCondition OperatorGroup OperatorSource
    CatalogSourceConfig Subscription`,
  ),
  "route.openshift.io": group("v1", "Route"),
  "project.openshift.io": group("v1", "Project ProjectRequest"),
  "apps.openshift.io": group(
    "v1",
    "DeploymentConfig DeploymentConfigRollback DeploymentLog DeploymentRequest",
  ),
  "machineconfiguration.openshift.io": group(
    "v1 v1alpha1",
    `ContainerRuntimeConfig ControllerConfig InternalReleaseImage KubeletConfig MachineConfig MachineConfigNode
    MachineConfigPool MachineOSBuild MachineOSConfig OSImageStream PinnedImageSet`,
  ),
  "confidentialcontainers.org": group("v1alpha1", "PeerPod PeerPodConfig"),
  "kataconfiguration.openshift.io": group("v1", "KataConfig"),
  "external-secrets.io": group(
    "v1 v1beta1 v1alpha1",
    "ClusterExternalSecret ClusterPushSecret ClusterSecretStore ExternalSecret PushSecret SecretStore",
  ),
  "cert-manager.io": group(
    "v1 v1beta1 v1alpha2 v1alpha3",
    "Certificate CertificateRequest ClusterIssuer Issuer",
  ),
  "bitnami.com": group("v1alpha1", "SealedSecret"),
};

const groupNames = Object.keys(groups);

/**
 * What has no group and never reaches an API server: kubeconfig files, templates for `oc process`, the policy of an old
 * scheduler, files of OpenShift's installers.
 */
const clientKinds: readonly string[] = [
  "AgentConfig",
  "Config",
  "InstallConfig",
  "SecurityGroupTemplate",
  "Policy",
  "Status",
  "Template",
];

/** Groups that have a kind of this name. */
function groupsWith(kind: string): readonly string[] {
  return groupNames.filter((name) => groups[name]?.kinds.includes(kind));
}

function groupOf(name: string): Group | null {
  return Object.hasOwn(groups, name) ? (groups[name] ?? null) : null;
}

/** Every kind of the list, in kubectl's notation. */
export const knownKinds: readonly Kind[] = groupNames.flatMap((name) =>
  (groups[name]?.kinds ?? []).map((kind) => (name === "" ? kind : `${kind}.${name}`)),
);

export type KindProblem =
  /** The group is known and has no such kind. */
  | {
      readonly type: "kind";
      /** The kind of the group that was most likely meant. */
      readonly nearest: string | null;
      /** `apiVersion`s under which a kind of that very name exists. */
      readonly elsewhere: readonly string[];
    }
  /** No group of this name is known, and one with nearly the same name has the kind. */
  | { readonly type: "group"; readonly nearest: string }
  /** The group is known. `malformed`: no version of any API is written so. */
  | {
      readonly type: "version";
      readonly malformed: boolean;
      readonly nearest: string | null;
      readonly versions: readonly string[];
    };

const withVersion = (name: string): string => {
  const version = groupOf(name)?.versions[0] ?? "v1";
  return name === "" ? version : `${name}/${version}`;
};

/** One or two letters are a slip; more make another name, since group names have much in common. */
const mostSlips = 2;

/**
 * Why the API server would know no such kind, or null: it knows it, or nothing is known about the group. Lists of a
 * kind (`RoleList`) count as the kind.
 */
export function problemOfKind(apiVersion: string, kind: string): KindProblem | null {
  const slash = apiVersion.lastIndexOf("/");
  const name = slash === -1 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  const known = groupOf(name);
  const single = kind.replace(/List$/, "");
  // Kustomize's own generators and transformers call their group `builtin`.
  if (name === "" && (version === "builtin" || clientKinds.includes(kind))) return null;
  if (!known) {
    const near = nearest(
      name,
      groupsWith(single).filter((other) => other !== ""),
      mostSlips,
    );
    return near === null ? null : { type: "group", nearest: near };
  }
  if (!known.kinds.includes(kind) && !known.kinds.includes(single)) {
    const elsewhere = groupsWith(single).map(withVersion);
    return { type: "kind", nearest: elsewhere.length > 0 ? null : nearest(kind, known.kinds), elsewhere };
  }
  if (known.versions.includes(version)) return null;
  const malformed = !/^v[1-9]\d*(?:(?:alpha|beta)[1-9]\d*)?$/.test(version);
  return {
    type: "version",
    malformed,
    nearest: nearest(version, known.versions, mostSlips),
    versions: known.versions,
  };
}
