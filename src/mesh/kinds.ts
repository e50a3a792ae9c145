import type { Kind } from "../model/resource.ts";

/** The kinds that rules ask for, in kubectl's notation: kind, and group unless it is the core group. */
export const kinds = {
  // Kubernetes
  ConfigMap: "ConfigMap",
  CertificateSigningRequest: "CertificateSigningRequest.certificates.k8s.io",
  ClusterRole: "ClusterRole.rbac.authorization.k8s.io",
  ClusterRoleBinding: "ClusterRoleBinding.rbac.authorization.k8s.io",
  CronJob: "CronJob.batch",
  CustomResourceDefinition: "CustomResourceDefinition.apiextensions.k8s.io",
  DaemonSet: "DaemonSet.apps",
  Deployment: "Deployment.apps",
  Endpoints: "Endpoints",
  EndpointSlice: "EndpointSlice.discovery.k8s.io",
  HorizontalPodAutoscaler: "HorizontalPodAutoscaler.autoscaling",
  HttpRoute: "HTTPRoute.gateway.networking.k8s.io",
  Ingress: "Ingress.networking.k8s.io",
  Job: "Job.batch",
  LimitRange: "LimitRange",
  Namespace: "Namespace",
  NetworkPolicy: "NetworkPolicy.networking.k8s.io",
  Node: "Node",
  PersistentVolumeClaim: "PersistentVolumeClaim",
  Pod: "Pod",
  PodDisruptionBudget: "PodDisruptionBudget.policy",
  ReplicaSet: "ReplicaSet.apps",
  ResourceQuota: "ResourceQuota",
  Role: "Role.rbac.authorization.k8s.io",
  RoleBinding: "RoleBinding.rbac.authorization.k8s.io",
  Secret: "Secret",
  Service: "Service",
  ServiceAccount: "ServiceAccount",
  StatefulSet: "StatefulSet.apps",
  StorageClass: "StorageClass.storage.k8s.io",
  TlsRoute: "TLSRoute.gateway.networking.k8s.io",
  ApiService: "APIService.apiregistration.k8s.io",
  MutatingWebhookConfiguration: "MutatingWebhookConfiguration.admissionregistration.k8s.io",
  RuntimeClass: "RuntimeClass.node.k8s.io",
  ValidatingWebhookConfiguration: "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
  // OpenShift
  ClusterServiceVersion: "ClusterServiceVersion.operators.coreos.com",
  ClusterVersion: "ClusterVersion.config.openshift.io",
  ContainerRuntimeConfig: "ContainerRuntimeConfig.machineconfiguration.openshift.io",
  ControlPlaneMachineSet: "ControlPlaneMachineSet.machine.openshift.io",
  DeploymentConfig: "DeploymentConfig.apps.openshift.io",
  Infrastructure: "Infrastructure.config.openshift.io",
  IngressConfig: "Ingress.config.openshift.io",
  /** The installer's file, which names no kind (src/model/install-config.ts). */
  InstallConfig: "InstallConfig",
  KataConfig: "KataConfig.kataconfiguration.openshift.io",
  KubeletConfig: "KubeletConfig.machineconfiguration.openshift.io",
  Machine: "Machine.machine.openshift.io",
  MachineAutoscaler: "MachineAutoscaler.autoscaling.openshift.io",
  MachineConfig: "MachineConfig.machineconfiguration.openshift.io",
  MachineConfigPool: "MachineConfigPool.machineconfiguration.openshift.io",
  MachineHealthCheck: "MachineHealthCheck.machine.openshift.io",
  MachineSet: "MachineSet.machine.openshift.io",
  OperatorGroup: "OperatorGroup.operators.coreos.com",
  OperatorSubscription: "Subscription.operators.coreos.com",
  PeerPodConfig: "PeerPodConfig.confidentialcontainers.org",
  Project: "Project.project.openshift.io",
  ProjectRequest: "ProjectRequest.project.openshift.io",
  Route: "Route.route.openshift.io",
  // Service Mesh 2 (Maistra)
  ServiceMeshControlPlane: "ServiceMeshControlPlane.maistra.io",
  ServiceMeshMember: "ServiceMeshMember.maistra.io",
  ServiceMeshMemberRoll: "ServiceMeshMemberRoll.maistra.io",
  // Service Mesh 3 (sail operator, and its preview of 2024)
  Istio: "Istio.sailoperator.io",
  IstioCni: "IstioCNI.sailoperator.io",
  IstioPreview: "Istio.operator.istio.io",
  IstioCniPreview: "IstioCNI.operator.istio.io",
  // Istio
  AuthorizationPolicy: "AuthorizationPolicy.security.istio.io",
  DestinationRule: "DestinationRule.networking.istio.io",
  EnvoyFilter: "EnvoyFilter.networking.istio.io",
  Gateway: "Gateway.networking.istio.io",
  PeerAuthentication: "PeerAuthentication.security.istio.io",
  RequestAuthentication: "RequestAuthentication.security.istio.io",
  ServiceEntry: "ServiceEntry.networking.istio.io",
  Sidecar: "Sidecar.networking.istio.io",
  Telemetry: "Telemetry.telemetry.istio.io",
  VirtualService: "VirtualService.networking.istio.io",
  WasmPlugin: "WasmPlugin.extensions.istio.io",
  WorkloadEntry: "WorkloadEntry.networking.istio.io",
  // Knative operators
  KnativeEventing: "KnativeEventing.operator.knative.dev",
  KnativeKafka: "KnativeKafka.operator.serverless.openshift.io",
  KnativeServing: "KnativeServing.operator.knative.dev",
  // Knative Serving
  ClusterDomainClaim: "ClusterDomainClaim.networking.internal.knative.dev",
  Configuration: "Configuration.serving.knative.dev",
  DomainMapping: "DomainMapping.serving.knative.dev",
  KnativeRoute: "Route.serving.knative.dev",
  KnativeService: "Service.serving.knative.dev",
  Revision: "Revision.serving.knative.dev",
  // Knative Eventing
  ApiServerSource: "ApiServerSource.sources.knative.dev",
  Broker: "Broker.eventing.knative.dev",
  Channel: "Channel.messaging.knative.dev",
  ContainerSource: "ContainerSource.sources.knative.dev",
  InMemoryChannel: "InMemoryChannel.messaging.knative.dev",
  KafkaChannel: "KafkaChannel.messaging.knative.dev",
  KafkaSink: "KafkaSink.eventing.knative.dev",
  JobSink: "JobSink.sinks.knative.dev",
  KafkaSource: "KafkaSource.sources.knative.dev",
  MessagingSubscription: "Subscription.messaging.knative.dev",
  PingSource: "PingSource.sources.knative.dev",
  SinkBinding: "SinkBinding.sources.knative.dev",
  Trigger: "Trigger.eventing.knative.dev",
  // Argo CD
  ArgoApplication: "Application.argoproj.io",
  // GPUs (NVIDIA)
  ClusterPolicy: "ClusterPolicy.nvidia.com",
  NodeFeatureDiscovery: "NodeFeatureDiscovery.nfd.openshift.io",
  // OpenShift Pipelines (Tekton)
  ClusterTask: "ClusterTask.tekton.dev",
  Pipeline: "Pipeline.tekton.dev",
  PipelineRun: "PipelineRun.tekton.dev",
  Task: "Task.tekton.dev",
  TaskRun: "TaskRun.tekton.dev",
  TektonConfig: "TektonConfig.operator.tekton.dev",
  // Strimzi (streams for Apache Kafka)
  StrimziKafka: "Kafka.kafka.strimzi.io",
  StrimziNodePool: "KafkaNodePool.kafka.strimzi.io",
  StrimziUser: "KafkaUser.kafka.strimzi.io",
  // Cost management
  CostManagementMetricsConfig: "CostManagementMetricsConfig.costmanagement-metrics-cfg.openshift.io",
  KokuMetricsConfig: "KokuMetricsConfig.koku-metrics-cfg.openshift.io",
  // Certificates from elsewhere
  CertManagerCertificate: "Certificate.cert-manager.io",
  ExternalSecret: "ExternalSecret.external-secrets.io",
  SealedSecret: "SealedSecret.bitnami.com",
} as const satisfies Record<string, Kind>;

/** Both groups of Service Mesh 3's control plane. */
export const istioKinds = [kinds.Istio, kinds.IstioPreview] as const;
export const istioCniKinds = [kinds.IstioCni, kinds.IstioCniPreview] as const;
/** Every kind that is a control plane of some mesh family. */
export const controlPlaneKinds = [kinds.ServiceMeshControlPlane, ...istioKinds] as const;
/** What the mesh rules read to see whether there is a mesh at all. */
export const meshKinds = [
  ...controlPlaneKinds,
  kinds.ServiceMeshMemberRoll,
  kinds.ServiceMeshMember,
] as const;
/** Kubernetes' own kinds that run pods. */
export const workloadKinds = [
  kinds.Deployment,
  kinds.StatefulSet,
  kinds.DaemonSet,
  kinds.ReplicaSet,
  kinds.Job,
  kinds.CronJob,
  kinds.Pod,
  kinds.DeploymentConfig,
] as const;
export const operatorKinds = [kinds.KnativeServing, kinds.KnativeEventing, kinds.KnativeKafka] as const;

/** Kinds that send requests from outside the cluster to Services. */
export const routeKinds = [kinds.Route, kinds.Ingress, kinds.HttpRoute, kinds.TlsRoute] as const;
