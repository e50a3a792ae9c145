/**
 * Kinds of a repository that holds an application and nothing of the platform. Where there are no others, the rules
 * that read none of these are not even loaded: a commit hook has to be quick.
 */
export const everydayKinds: ReadonlySet<string> = new Set([
  "ConfigMap",
  "CronJob.batch",
  "Deployment.apps",
  "HorizontalPodAutoscaler.autoscaling",
  "Job.batch",
  "Kustomization.kustomize.config.k8s.io",
  "PersistentVolumeClaim",
  "PodDisruptionBudget.policy",
  "Role.rbac.authorization.k8s.io",
  "RoleBinding.rbac.authorization.k8s.io",
  "Route.route.openshift.io",
  "Secret",
  "Service",
  "Service.serving.knative.dev",
  "ServiceAccount",
  "StatefulSet.apps",
]);
