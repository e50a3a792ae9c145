import type { Graph, PodTemplate } from "../../model/graph.ts";
import { isList, isMapping, type Value, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { matchesSelector, type Match } from "../label-match.ts";
import { once } from "../memo.ts";
import { someNamespace } from "../namespace-labels.ts";
import { containersOf } from "./runtime-classes.ts";
import { vmResource } from "./settings.ts";

/**
 * The namespaces that the operator's webhook leaves out by name (openshift/sandboxed-containers-operator
 * `controllers/ppwebhook.go` createMutatingWebhookConfig). The webhook of the upstream project leaves out two of them.
 */
const platform = `apiserver apiserver-operator authentication authentication-operator cloud-controller-manager
  cloud-controller-manager-operator cloud-credential-operator cloud-network-config-controller cluster-csi-drivers
  cluster-machine-approver cluster-node-tuning-operator cluster-samples-operator cluster-storage-operator
  cluster-version config config-managed config-operator console console-operator console-user-settings
  controller-manager controller-manager-operator dns dns-operator etcd etcd-operator host-network image-registry infra
  ingress ingress-canary ingress-operator insights kni-infra kube-apiserver kube-apiserver-operator
  kube-controller-manager kube-scheduler kube-scheduler-operator kube-storage-version-migrator
  kube-storage-version-migrator-operator machine-api machine-config-operator marketplace monitoring multus
  network-diagnostics network-operator node nutanix-infra oauth-apiserver openstack-infra operator-lifecycle-manager
  operators ovirt-infra ovn-kubernetes route-controller-manager sandboxed-containers-operator service-ca
  service-ca-operator user-workload-monitoring vsphere-infra`;

const skipped: ReadonlySet<string> = new Set([
  "kube-node-lease",
  "kube-system",
  "openshift",
  "peer-pods-webhook-system",
  ...platform.split(/\s+/).map((name) => `openshift-${name}`),
]);

/** The selectors of namespaces that the set's own webhook of peer pods has. */
const selectors = once((graph: Graph): readonly (Value | undefined)[] =>
  graph.all(kinds.MutatingWebhookConfiguration).flatMap((configuration) => {
    const entries = valueAt(configuration.value, ["webhooks"]);
    return (isList(entries) ? entries : []).flatMap((entry) => {
      const service = valueAt(entry, ["clientConfig", "service", "name"]);
      const isOurs =
        valueAt(entry, ["name"]) === "mwebhook.peerpods.io" ||
        (typeof service === "string" && /peer-?pods-webhook/.test(service));
      return isOurs ? [valueAt(entry, ["namespaceSelector"])] : [];
    });
  }),
);

/** Whether the webhook leaves the pods of a namespace alone. */
export function isSkipped(graph: Graph, namespace: string): Match {
  const written = selectors(graph);
  if (written.length === 0) return skipped.has(namespace) ? "yes" : "no";
  const seen = someNamespace(graph, namespace, (labels) => {
    const matches = written.map((selector) => matchesSelector(selector, labels));
    if (matches.includes("yes")) return "yes";
    return matches.includes("unknown") ? "unknown" : "no";
  });
  if (seen === "unknown") return "unknown";
  return seen === "yes" ? "no" : "yes";
}

/** Whether a pod's first container itself asks for one machine; a limit alone counts as the same request. */
export function accountsForItself(pod: PodTemplate): boolean {
  const [first] = containersOf(pod);
  const isOne = (value: Value | undefined): boolean => value === 1 || value === "1";
  const resources = valueAt(first?.value, ["resources"]);
  const request = isMapping(resources) ? valueAt(resources, ["requests", vmResource]) : undefined;
  const limit = valueAt(resources, ["limits", vmResource]);
  return isOne(limit) && (request === undefined || isOne(request));
}
