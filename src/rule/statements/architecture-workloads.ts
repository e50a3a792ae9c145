import { beyond, live, type Statement, statementsOf } from "./statement.ts";

const { requirement, recommendation, unsupported, order, pitfall, verification } = statementsOf("S3");

/** Chapters 4 and 5: workloads, and the operating system of nodes. */
export const architectureWorkloads: readonly Statement[] = [
  recommendation(
    "4.2.3-01",
    "Red Hat's registries",
    "Of the two addresses, registry.access.redhat.com is the outdated one without login, registry.redhat.io the other.",
    ["manifest/deprecated-registry"],
  ),
  beyond(
    recommendation(
      "4.3-01",
      "Git",
      "Manifests in Git can be audited, promoted and brought back (4.3.5 says it again for the time after installation).",
    ),
    "it is about how a repository is used, not about what is in it",
  ),
  requirement(
    "4.3.1-01",
    "Services find pods",
    "A Service is the name for a group of pods, and leads to them.",
    ["manifest/service-selector-unresolved"],
  ),
  recommendation("4.3.1-02", "No pods by themselves", "A pod is part of a Deployment or DeploymentConfig.", [
    "manifest/workload-kind",
  ]),
  requirement(
    "4.3.1-03",
    "Volumes",
    "Storage that is shared by pods or has to outlive them is a volume, defined or claimed in the manifest.",
    ["manifest/volume-unresolved"],
  ),
  recommendation("4.3.2-01", "Work with an end", "It is a Job or a CronJob.", ["manifest/workload-kind"]),
  recommendation(
    "4.3.2-02",
    "Work without an end",
    "It is a Deployment, and one that has to be available has several replicas.",
    ["manifest/workload-kind"],
  ),
  recommendation("4.3.2-03", "Something on each node", "It is a DaemonSet.", ["manifest/workload-kind"]),
  recommendation("4.3.2-04", "Numbered, or with storage of its own", "It is a StatefulSet.", [
    "manifest/workload-kind",
  ]),
  live(
    order("4.3.4-01", "oc apply", "YAML files are applied with the client, and what they do is tested.", [
      "operator/apply-order",
    ]),
  ),
  live(
    requirement(
      "5.1-01",
      "RHCOS for the control plane",
      "Control-plane machines have no other system; RHEL can be one of workers.",
      ["nodes/control-plane-os"],
    ),
  ),
  unsupported(
    "5.1.1-01",
    "No writing below /usr",
    "It is mounted read-only, and no change there is supported.",
    ["nodes/ignition-config"],
  ),
  requirement(
    "5.1.1-02",
    "Where one may write",
    "Below /etc, /boot and /var things change, and it is the Machine Config Operator that changes them.",
    ["nodes/host-path-write"],
  ),
  live(
    requirement(
      "5.1.2-01",
      "No logging in to configure",
      "A person changes nothing on an RHCOS machine; to debug it is the only reason to be there.",
      ["nodes/host-path-write", "nodes/machineconfig-os-fields"],
    ),
  ),
  recommendation(
    "5.1.2-02",
    "Better a workload",
    "What the cluster needs as a service runs as Deployment or DaemonSet, not as part of the node.",
    ["nodes/managed-file-in-machineconfig"],
  ),
  beyond(
    recommendation(
      "5.1.2-03",
      "As late as possible",
      "Little has to be known at installation (kernel arguments and modules, encryption, clocks and the like); the rest is changed later, by machine configs or operators.",
    ),
    "it is about when something is changed, which no manifest tells",
  ),
  pitfall(
    "5.1.4.1-01",
    "Completely or not at all",
    "If one part of its Ignition configuration fails, a machine stays out of the cluster.",
    ["nodes/ignition-config"],
  ),
  pitfall(
    "5.1.4.1-02",
    "Contradictions",
    "Two configurations that exclude each other, two makers of one file for instance, end the set-up.",
    ["nodes/machineconfig-file-overridden"],
  ),
  unsupported("5.1.4.2-01", "RAID but no LVM", "Of the two, only RAID can be set up.", [
    "nodes/ignition-config",
  ]),
  requirement(
    "5.2-01",
    "Ignition's format",
    "Ignition files, and so machine configs, are written to the specification (3.2.0 for 4.8): data URLs with a mode, and keys for core.",
    ["nodes/ignition-config"],
  ),
  pitfall(
    "5.2-02",
    "Files as a whole",
    "Files are replaced, not edited: append, as in the sample, is nothing for a machine config.",
    ["nodes/ignition-config"],
  ),
  requirement(
    "5.3-01",
    "By number",
    "From 00 to 99 machine configs are read by name, and where two have one file the last one is used.",
    ["nodes/machineconfig-file-overridden"],
  ),
  requirement("5.3-02", "Its role", "By a label a machine config tells which nodes are meant.", [
    "nodes/machineconfig-role",
  ]),
  requirement(
    "5.3-03",
    "Never edit, add",
    "To change a file that is managed, one adds a machine config that comes later in the alphabet; shipped and rendered ones stay untouched.",
    ["nodes/machineconfig-file-overridden"],
  ),
  live(
    verification(
      "5.3-04",
      "The pool has it",
      "In the list of pools the new configuration turns up as updated, without degraded nodes.",
    ),
    "no rule reads the status of pools",
  ),
];
