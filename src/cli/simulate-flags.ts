import type { CommandHelp, Flag } from "./flags.ts";

const common: readonly Flag[] = [
  {
    name: "in",
    value: "PATH",
    repeatable: true,
    description:
      "Take only manifests in these files and folders (default: all of the sets here; with --cases the folder of " +
      "that file)",
  },
  {
    name: "set",
    value: "NAME",
    repeatable: true,
    description: "Ask in this set (a name of the config, or a glob), where there are several",
  },
  {
    name: "profile",
    value: "KEY=VALUE,…",
    repeatable: true,
    description:
      "Versions and facts of the cluster: serverless, mesh, openshift, clusterDomain, ingressDomain, trustDomain",
  },
];

/** What `reach` takes; {@link CommandHelp} without what all commands have. */
export function reachHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "reach",
    summary: "say whether one workload reaches another, and why",
    usage: "FROM TO [OPTIONS]",
    description:
      "Follows a call through sidecars, activator and gateways, from manifests alone: the verdict, the HTTP status " +
      "that the client sees, every hop with the identity and Host that its proxy sees, the policy that decides with " +
      "file and line, and what would have to change. ALLOW: it arrives. DENY: something refuses it. MTLS_REQUIRED: " +
      "a proxy wants a certificate of the mesh. UNCERTAIN: the manifests do not tell. Where a call may go through " +
      "the activator or straight to a pod, the worst case counts: a pair is isolated if every way refuses.",
    arguments: [
      {
        name: "FROM",
        description:
          "external (outside the cluster), NAMESPACE/WORKLOAD, or NAMESPACE for any pod of it that has a sidecar",
      },
      {
        name: "TO",
        description:
          "NAMESPACE/NAME of a Knative Service, a Service or a workload, or a URL: inside or outside",
      },
    ],
    flags: [
      ...common,
      { name: "method", value: "METHOD", description: "HTTP method (default: GET)" },
      { name: "path", value: "PATH", description: "Path of the request (default: that of the URL, or /)" },
      { name: "host", value: "HOST", description: "Host header, if it is not the name that TO has" },
      { name: "header", value: "NAME:VALUE", repeatable: true, description: "A header of the request" },
      {
        name: "port",
        value: "PORT",
        description: "The port that is dialled: of the service, or of the pod for a workload",
      },
      {
        name: "service-account",
        value: "NAME",
        description: "Call with this service account of FROM's namespace",
      },
      { name: "no-sidecar", description: "As if the caller had no sidecar" },
      {
        name: "cases",
        value: "FILE",
        description:
          "Answer the cases of a JSON or YAML file instead, and fail where one differs from its expect",
      },
      {
        name: "format",
        short: "f",
        value: "FORMAT",
        choices: ["pretty", "json"],
        description: "How to answer (default: pretty)",
      },
      ...more,
    ],
    examples: [
      { command: "meshlint reach team-alpha-1/curl team-bravo-1/test-webapp", does: "by its internal name" },
      { command: "meshlint reach external https://shop.apps.example.com/cart", does: "from outside" },
      { command: "meshlint reach team-a team-b/api --port 8080 --method POST", does: "a plain Service" },
      { command: "meshlint reach --cases authz/cases.yaml", does: "what a team promises, in CI" },
    ],
    exits: [
      { code: 0, when: "any answer; with --cases: all cases as expected" },
      { code: 1, when: "a case is not as expected" },
      { code: 2, when: "wrong usage, FROM or TO is not in the set, a file that cannot be read" },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}

/** What `matrix` takes. */
export function matrixHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "matrix",
    summary: "show who can call whom",
    usage: "[PATH…] [OPTIONS]",
    description:
      "Every caller against every target, from manifests alone. A cell holds the most open outcome: by any service " +
      "account, with a sidecar or without, by any name of a service and any way to it. INTERNAL NAME is a call inside " +
      "the mesh; EXTERNAL URL leaves it and comes back by the ingress gateway, so it is the same for all callers; " +
      "EVENTS are posts to Brokers, channels and sinks, what Eventing carries in the caller's name (Kn-Namespace), " +
      "and replies.",
    arguments: [{ name: "PATH", description: "Files and folders whose sets are meant (default: .)" }],
    flags: [
      {
        name: "by",
        value: "LEVEL",
        choices: ["tenant", "namespace", "service"],
        description: "What rows and columns are (default: tenant where tenants are known, else namespace)",
      },
      {
        name: "expect",
        value: "WHAT",
        choices: ["tenants"],
        description: "Fail where two tenants are not isolated, by internal names and by events",
      },
      {
        name: "diff",
        value: "REV",
        description:
          "Show only what opens and closes since the merge base of HEAD and this revision, with the policies that " +
          "decided then and decide now",
      },
      ...common,
      {
        name: "format",
        short: "f",
        value: "FORMAT",
        choices: ["pretty", "markdown", "json"],
        description: "How to show (default: pretty)",
      },
      ...more,
    ],
    examples: [
      { command: "meshlint matrix", does: "tenants, or namespaces" },
      { command: "meshlint matrix --expect tenants", does: "for CI: exit 1 if a tenant reaches another" },
      { command: "meshlint matrix --by service --format markdown", does: "every workload and service" },
      {
        command: "meshlint matrix --diff origin/main -f markdown",
        does: "what a pull request opens and closes",
      },
    ],
    exits: [
      { code: 0, when: "done, and tenants are isolated if that is expected" },
      {
        code: 1,
        when: "with --expect tenants: a way from one tenant to another is open, or not known to be closed",
      },
      { code: 2, when: "wrong usage or config, nothing to ask about" },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}
