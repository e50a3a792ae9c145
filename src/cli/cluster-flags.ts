import type { CommandHelp, Flag } from "./flags.ts";

/** How a cluster is found: by the rules of kubectl. */
export const clusterFlags: readonly Flag[] = [
  {
    name: "kubeconfig",
    value: "FILE",
    description:
      "The kubeconfig (default: KUBECONFIG, ~/.kube/config, or the credentials inside of a cluster)",
  },
  { name: "context", value: "NAME", description: "A context of the kubeconfig (default: the current one)" },
];

const snapshotFlags: readonly Flag[] = [
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "Write the snapshot to a file instead of standard output",
  },
  {
    name: "namespace",
    short: "n",
    value: "NAME",
    repeatable: true,
    description: "Read this namespace only, and what belongs to none (default: all namespaces)",
  },
  { name: "quiet", short: "q", description: "Say nothing but problems" },
];

/** What `snapshot` takes. */
export function snapshotHelp(): CommandHelp {
  return {
    name: "snapshot",
    summary: "write a cluster's objects into a file that manifests can be judged beside",
    usage: "[OPTIONS]",
    description:
      "Reads from a cluster the objects that rules ask for, without status, bookkeeping and secret values (of a " +
      "Secret its keys and public certificates), and writes them as YAML. Name the file under context: in meshlint.yaml, " +
      "and what manifests alone leave undecided is decided by it. Kinds that may not be read are named, and count as " +
      "unknown.",
    arguments: [],
    flags: [...snapshotFlags, ...clusterFlags],
    examples: [
      { command: "meshlint snapshot -o cluster.yaml", does: "the current context" },
      { command: "meshlint snapshot --context prod -n team-a", does: "one namespace" },
    ],
    exits: [
      { code: 0, when: "done; what could not be read is told" },
      { code: 2, when: "wrong usage, no kubeconfig, no answer, or wrong credentials" },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}
