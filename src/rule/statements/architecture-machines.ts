import { live, type Statement, statementsOf } from "./statement.ts";

const { requirement, recommendation, unsupported, pitfall, fact } = statementsOf("S3");

/** Chapters 2 and 3: installation, updates, machines and their pools. */
export const architectureMachines: readonly Statement[] = [
  unsupported(
    "2.1.1-01",
    "One platform",
    "An installed cluster does not get machines, nor persistent storage, of a second platform.",
    ["nodes/mixed-platform", "nodes/install-platform-unsupported"],
  ),
  unsupported(
    "2.1.2-01",
    "Hands off the installer's files",
    "Nobody validates edited manifests or Ignition files of the installer: without instructions by document or support, editing them is not supported.",
    ["nodes/ignition-config", "nodes/install-config-changed"],
  ),
  live(
    pitfall(
      "2.1.2-02",
      "A day's time",
      "The certificates inside generated Ignition files live for 24 hours (5.1.2 says it again); after a longer pause somebody may have to approve the kubelets' requests.",
      ["nodes/pending-csr"],
    ),
  ),
  requirement(
    "2.2-01",
    "No forced version",
    "Only what the update service offers is installed, nothing is forced (3.1.3.3 says it again).",
    ["operator/forced-or-backward-update"],
  ),
  unsupported(
    "2.2-02",
    "Forward only",
    "An older version is never installed over a newer one, and a rollback is not supported.",
    ["operator/forced-or-backward-update"],
  ),
  requirement(
    "2.2-03",
    "Nodes at a time",
    "How many nodes of a pool may be away during an update is its maxUnavailable, which is 1 unless set.",
    ["nodes/max-unavailable"],
  ),
  unsupported(
    "2.3-01",
    "Unmanaged operators",
    "Who sets an operator to Unmanaged is without support and updates, may break the cluster, and will be asked to show problems with it Managed.",
    ["operator/unmanaged"],
  ),
  unsupported(
    "2.3-02",
    "Overrides of the version operator",
    "While an override says unmanaged: true, no upgrade runs and nothing of the cluster is supported.",
    ["operator/cvo-override"],
  ),
  unsupported(
    "3.1.1-01",
    "A pool builds on worker",
    "Custom pools take over what the worker pool has; those that do not are unsupported.",
    ["nodes/pool-not-inheriting-worker"],
  ),
  requirement(
    "3.1.1-02",
    "A node in one pool",
    "No node is in two pools; if its labels fit worker and a custom pool, the custom one has it.",
    ["nodes/pool-overlap"],
  ),
  recommendation(
    "3.1.1-03",
    "Role and pool",
    "For each role of one's own there is a pool; a worker with such a role and no pool is a worker like the others.",
    ["nodes/custom-role-without-pool"],
  ),
  pitfall(
    "3.1.1-04",
    "Nobody's node",
    "Without the worker role, and with a role that no pool is for, a node is managed by nothing.",
    ["nodes/custom-role-without-pool"],
  ),
  requirement(
    "3.1.1-05",
    "Infra nodes",
    "Nodes count as infrastructure, and not towards the subscription, only with the infra label and with a taint that keeps other workloads off.",
    ["nodes/infra-untainted"],
  ),
  live(
    pitfall(
      "3.1.1-06",
      "Pools do not wait",
      "Each pool updates when it likes: nodes of a custom pool, workers and control plane can be away all at once.",
    ),
    "meshlint does not compare updates of several pools",
  ),
  fact(
    "3.1.2.1-01",
    "Where machine sets live",
    "A machine set is an object of the machine API's namespace, whereas a machine config pool is in none.",
    ["nodes/machineset-namespace"],
  ),
  requirement(
    "3.1.2.2-01",
    "Three of the control plane",
    "In production a cluster has three control-plane nodes, no more and no fewer, and no machine set makes them.",
    ["nodes/control-plane-count"],
  ),
  requirement("3.1.3.4-01", "By KubeletConfig", "The kubelet is configured by an object of this kind.", [
    "nodes/managed-file-in-machineconfig",
    "nodes/kubeletconfig-pool",
  ]),
  requirement(
    "3.1.3.4-02",
    "A change means a reboot",
    "When a machine config changes, its nodes restart on their own, unless spec.paused of the pool holds the change back until it is set to false.",
    ["nodes/pool-paused"],
  ),
  fact(
    "3.1.3.4-03",
    "Changes without one",
    "No node restarts for new SSH keys, a new pull secret or the rotated CA of the kubelet, and registry settings drain nodes at most.",
    ["nodes/pool-paused"],
  ),
  pitfall(
    "3.1.3.4-04",
    "Where keys belong",
    "SSH keys are printed below ignition.passwd, but the place for them is spec.config.passwd.",
    ["nodes/ignition-config"],
  ),
];
