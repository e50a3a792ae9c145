import type { CommandHelp, Flag } from "./flags.ts";

export const newKinds = ["platform", "tenant", "service"] as const;
export type NewKind = (typeof newKinds)[number];

/** Options of `new` that only some of what it writes has. */
export const ownFlags: Readonly<Record<NewKind, readonly string[]>> = {
  platform: [
    "profile",
    "gateway-namespace",
    "namespace",
    "tenant",
    "eventing",
    "kafka",
    "kafka-address",
    "secret-store",
    "secret-key",
  ],
  tenant: ["profile", "gateway-namespace", "namespace", "only", "update", "dry-run", "set"],
  service: ["namespace", "image"],
};

const flags: readonly Flag[] = [
  {
    name: "namespace",
    short: "n",
    value: "NAMESPACE",
    repeatable: true,
    description:
      "tenant: a project of the tenant (default: as the config's tenants, or FILE of --update, have them); " +
      "service: where it runs; platform: a project in the mesh",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    description:
      "Write to this file, which must not exist (default: standard output). For a platform a folder; files in it " +
      "are never overwritten",
  },
  {
    name: "update",
    value: "FILE",
    description:
      "tenant: render its policies anew in this file. What differs is changed, what is missing added, and policies " +
      "of the tenant that are not called for any more are taken out; the rest stays as it is, byte for byte",
  },
  { name: "dry-run", description: "With --update: show the changes as a unified diff, and write nothing" },
  {
    name: "only",
    value: "PART",
    choices: ["serving", "eventing"],
    description: "tenant: only for this part of Knative (default: both)",
  },
  {
    name: "gateway-namespace",
    value: "NAMESPACE",
    description:
      "Where the ingress gateway's pods run: calls from outside come from there (default: detected, else " +
      "istio-system; knative-serving-ingress with Service Mesh 3)",
  },
  { name: "image", value: "IMAGE", description: "service: the image of its container" },
  {
    name: "tenant",
    value: "NAME=NS,NS",
    repeatable: true,
    description: "platform: a tenant and its projects, isolated from all others",
  },
  { name: "eventing", description: "platform: with Knative Eventing" },
  {
    name: "kafka",
    value: "HOST:PORT,…",
    description: "platform: with Knative's Kafka components for this cluster; includes --eventing",
  },
  {
    name: "kafka-address",
    value: "ADDRESS",
    repeatable: true,
    description: "platform: where the hosts of --kafka lead: an IP address, or a range such as 10.0.0.0/24",
  },
  {
    name: "secret-store",
    value: "NAME",
    description:
      "platform: the ClusterSecretStore of External Secrets that has the certificate (default: you make the Secret)",
  },
  {
    name: "secret-key",
    value: "KEY",
    description: "platform: the certificate's key in that store (default: wildcard-certs)",
  },
  {
    name: "profile",
    value: "KEY=VALUE,…",
    repeatable: true,
    description:
      "Versions and facts of the cluster: serverless, mesh, clusterDomain, ingressDomain, trustDomain. For a " +
      "tenant they are else detected from the manifests here",
  },
  {
    name: "set",
    value: "NAME",
    repeatable: true,
    description: "tenant: detect versions in this set only (a name of the config, or a glob)",
  },
];

/** What `new` takes; with the options that all commands have. */
export function newHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "new",
    summary: "write documented manifests: platform, tenant, service",
    usage: "platform|tenant|service [NAME] [OPTIONS]",
    description:
      "Writes manifests that have everything the documents ask for, with comments that say why and where it stands; " +
      "meshlint finds nothing in them. Versions differ: a tenant of Serverless 1.36 has one policy more than one of " +
      "1.32. Files that exist are never overwritten; --update changes a tenant's policies where they stand.",
    arguments: [
      {
        name: "platform",
        description:
          "Namespaces, operators, control plane, member roll, gateways and KnativeServing, as files of a folder",
      },
      {
        name: "tenant NAME",
        description:
          "All AuthorizationPolicies that isolate the projects of a tenant from those of others, equal in effect to " +
          "those of the documented chart",
      },
      { name: "service NAME", description: "A Knative Service with the settings that the mesh needs" },
    ],
    flags: [...flags, ...more],
    examples: [
      { command: "meshlint new tenant alpha -n alpha-1 -n alpha-2", does: "show the policies" },
      { command: "meshlint new tenant alpha -n alpha-1 -o alpha.yaml", does: "into a new file" },
      {
        command: "meshlint new tenant alpha -n alpha-1 -n alpha-2 --update alpha.yaml",
        does: "with one project more",
      },
      { command: "meshlint new tenant alpha --update alpha.yaml --dry-run", does: "what would change" },
      {
        command: "meshlint new platform -o platform --profile serverless=1.36,mesh=2.6",
        does: "a mesh with Serving",
      },
      {
        command: "meshlint new platform -o platform --eventing --tenant alpha=alpha-1,alpha-2",
        does: "with Eventing and a tenant",
      },
      { command: "meshlint new service web -n alpha-1 --image quay.io/alpha/web:1", does: "one service" },
    ],
    exits: [
      { code: 0, when: "written, shown, or nothing to change" },
      { code: 2, when: "wrong usage, a name that Kubernetes does not take, a file that exists" },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}
