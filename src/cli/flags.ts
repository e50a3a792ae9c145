/**
 * The command line as data: parser, help text, README and documentation are made from these tables.
 */
import { applyHelp } from "./apply-flags.ts";
import { clusterFlags, snapshotHelp } from "./cluster-flags.ts";
import { fixHelp } from "./fix-flags.ts";
import { newHelp } from "./new-flags.ts";
import { planHelp } from "./plan-flags.ts";
import { reportHelp } from "./report-flags.ts";
import { matrixHelp, reachHelp } from "./simulate-flags.ts";
import { testHelp } from "./test-flags.ts";

export const commandNames = [
  "lint",
  "fix",
  "report",
  "reach",
  "matrix",
  "test",
  "new",
  "rules",
  "explain",
  "show",
  "snapshot",
  "plan",
  "apply",
] as const;
export type CommandName = (typeof commandNames)[number];

export const formatNames = [
  "pretty",
  "json",
  "sarif",
  "github",
  "gitlab",
  "junit",
  "markdown",
  "compact",
] as const;
export type FormatName = (typeof formatNames)[number];

export interface Flag {
  /** Without dashes: `fail-on`. */
  readonly name: string;
  readonly short?: string;
  /** What the value is called in help texts; a flag without one is a switch. */
  readonly value?: string;
  /** The value may be one of these only. */
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  /** One or two sentences; the first without a full stop is enough. */
  readonly description: string;
}

export interface CommandHelp {
  readonly name: CommandName;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the command's name. */
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly Flag[];
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  readonly exits: readonly { readonly code: number; readonly when: string }[];
}

const config: Flag = {
  name: "config",
  value: "FILE",
  description: "Use this config instead of the meshlint.yaml found upward from the working directory",
};
const baseline: Flag = {
  name: "baseline",
  value: "FILE",
  description:
    "Findings that this file knows are suppressed, wherever their lines are now; only new ones count " +
    "(--update-baseline of lint writes it)",
};
const color: readonly Flag[] = [
  { name: "color", description: "Colours, also where output is no terminal (as FORCE_COLOR does)" },
  { name: "no-color", description: "No colours (as NO_COLOR does)" },
];
const plainExits = [
  { code: 0, when: "done" },
  { code: 2, when: "wrong usage" },
  { code: 3, when: "a bug in meshlint" },
] as const;

export const globalFlags: readonly Flag[] = [
  { name: "help", short: "h", description: "Show help, also for a command" },
  { name: "version", short: "V", description: "Show the version" },
];

const lintFlags: readonly Flag[] = [
  {
    name: "format",
    short: "f",
    value: "FORMAT",
    choices: formatNames,
    repeatable: true,
    description: "How to report (default: pretty). Several, each with its own --output",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    repeatable: true,
    description: "Write the --format before it to a file instead of standard output",
  },
  config,
  {
    name: "profile",
    value: "KEY=VALUE,…",
    repeatable: true,
    description:
      "Versions and facts of the cluster: serverless, mesh, openshift, clusterDomain, ingressDomain, " +
      "trustDomain, platform, architectures",
  },
  {
    name: "set",
    value: "NAME",
    repeatable: true,
    description: "Lint this set only (a name of the config, or a glob)",
  },
  {
    name: "rule",
    value: "ID",
    repeatable: true,
    description: "Run these rules only (an id or a glob such as mesh/*)",
  },
  {
    name: "skip",
    value: "ID",
    repeatable: true,
    description: "Leave these rules out (an id or a glob)",
  },
  {
    name: "severity",
    value: "ID=LEVEL",
    repeatable: true,
    description: "Report a rule's findings as error, warning or info, or turn it off",
  },
  {
    name: "base",
    value: "REV",
    description:
      "Also run the rules that compare with an earlier state: that of the merge base of HEAD and this branch, tag " +
      "or commit",
  },
  {
    name: "changed",
    description:
      "Report only findings that the change since --base causes, in whatever files (default of --base: the target " +
      "of the pull request, the upstream branch, origin/HEAD)",
  },
  {
    name: "staged",
    description: "Lint what is staged, not the work tree, and report only what it changes against HEAD",
  },
  baseline,
  {
    name: "update-baseline",
    description:
      "Write what is found into the file of --baseline: new findings are added, those that are gone taken out; reasons " +
      "and dates stay",
  },
  {
    name: "cluster",
    description: "Judge beside the objects of a cluster as they are now, and run the rules that need one",
  },
  ...clusterFlags,
  {
    name: "fail-on",
    value: "LEVEL",
    choices: ["error", "warning", "info", "never"],
    description: "Exit with 1 from this severity on (default: error)",
  },
  { name: "strict", description: "What cannot be decided from these files is a warning" },
  {
    name: "max-findings",
    value: "N",
    description:
      "Show no more than N findings in pretty, compact, github and markdown; the exit code counts all",
  },
  { name: "quiet", short: "q", description: "Findings only: no summary" },
  {
    name: "verbose",
    short: "v",
    description: "Also list what is undecided, suppressed and skipped; stack traces of bugs",
  },
  { name: "stats", description: "Say on standard error how long each step, and the slowest rules, took" },
  {
    name: "explain-profile",
    description: "Show each set's versions and facts and where they come from, instead of findings",
  },
];

/** Those of lint that say what is judged, and how. */
const judging = new Set(["config", "baseline", "profile", "set", "rule", "skip", "severity", "fail-on"]);

export const commands: readonly CommandHelp[] = [
  {
    name: "lint",
    summary: "report what is wrong in manifests (the default command)",
    usage: "[PATH…] [OPTIONS]",
    description:
      "Checks the manifests of OpenShift Serverless on Service Mesh against what the product documents ask for. " +
      "Objects are judged together, as they end up in one cluster: paths choose where findings are shown, not what " +
      "is read.",
    arguments: [
      {
        name: "PATH",
        description:
          "Files and folders in which findings are shown (default: .); - is standard input. All manifests of the " +
          "config's folder, or of the git repository, are read",
      },
    ],
    flags: [...lintFlags, ...color],
    examples: [
      { command: "meshlint", does: "lint everything here" },
      { command: "meshlint clusters/prod --strict", does: "one folder; doubts are warnings" },
      { command: "kustomize build overlays/prod | meshlint -", does: "rendered manifests" },
      { command: "meshlint --profile serverless=1.32,mesh=2.6", does: "for these versions" },
      { command: "meshlint -f github -f sarif -o meshlint.sarif", does: "annotations, and a file" },
      { command: "meshlint --rule 'mesh/*' --fail-on warning", does: "one group, strictly" },
      { command: "meshlint --changed --base origin/main", does: "what a branch makes worse" },
      { command: "meshlint --staged", does: "for a commit hook" },
      { command: "meshlint --baseline known.json --update-baseline", does: "accept what there is today" },
      { command: "meshlint --baseline known.json", does: "what is new since then" },
    ],
    exits: [
      { code: 0, when: "no finding at or above --fail-on" },
      { code: 1, when: "a finding at or above --fail-on" },
      {
        code: 2,
        when: "wrong usage or config, a path that does not exist or may not be read, nothing to lint",
      },
      { code: 3, when: "a bug in meshlint; the other findings are still reported" },
    ],
  },
  reportHelp([baseline, config]),
  fixHelp(
    lintFlags.filter((flag) => judging.has(flag.name)),
    color,
  ),
  reachHelp([config, ...color]),
  matrixHelp([config, ...color]),
  testHelp([config, ...color]),
  newHelp([config]),
  {
    name: "rules",
    summary: "list the rules",
    usage: "[ID…] [OPTIONS]",
    description: "Lists all rules, or those that the given ids and globs name.",
    arguments: [{ name: "ID", description: "A rule id or a glob such as gateway/*" }],
    flags: [
      {
        name: "format",
        short: "f",
        value: "FORMAT",
        choices: ["pretty", "json"],
        description: "How to list (default: pretty)",
      },
      ...color,
    ],
    examples: [
      { command: "meshlint rules", does: "all of them" },
      { command: "meshlint rules 'tenant/*' --format json", does: "one group, for scripts" },
    ],
    exits: plainExits,
  },
  {
    name: "explain",
    summary: "show a rule's page, or what the rules say about a place",
    usage: "RULE | FILE:LINE [OPTIONS]",
    description:
      "For a rule: what it checks, why, which document asks for it, and how to put it right. For a place: the object " +
      "and field that stand there, and which rules looked at the object: what failed, what is undecided and would be " +
      "decided by what, and what passed.",
    arguments: [
      { name: "RULE", description: "A rule id, or its last part if that is unique" },
      { name: "FILE:LINE", description: "A place as reports print it; FILE:LINE:COLUMN as well" },
    ],
    flags: [
      {
        name: "format",
        short: "f",
        value: "FORMAT",
        choices: ["pretty", "json"],
        description: "How to show what is said about a place (default: pretty)",
      },
      ...lintFlags.filter((flag) => ["config", "profile", "set"].includes(flag.name)),
      { name: "verbose", short: "v", description: "Also list the rules that do not apply, and why" },
      ...color,
    ],
    examples: [
      { command: "meshlint explain mesh/smcp-mtls-not-strict", does: "why mTLS has to be on" },
      { command: "meshlint explain apps/shop.yaml:12", does: "what the rules say about line 12" },
    ],
    exits: plainExits,
  },
  {
    name: "show",
    summary: "show manifests as meshlint, and kubectl, read them",
    usage: "[PATH…] [OPTIONS]",
    description: "Shows every document of the given files with the values that kubectl would send.",
    arguments: [{ name: "PATH", description: "Files and folders (default: .); - is standard input" }],
    flags: [
      {
        name: "format",
        short: "f",
        value: "FORMAT",
        choices: ["pretty", "json"],
        description: "How to show (default: pretty)",
      },
      { name: "places", description: "Add the place of every key" },
      config,
      ...color,
    ],
    examples: [
      { command: "meshlint show gateways.yaml", does: "what became of on, 0644 and <<" },
      { command: "helm template . | meshlint show - --format json", does: "for scripts" },
    ],
    exits: plainExits,
  },
  snapshotHelp(),
  planHelp([config, ...color]),
  applyHelp([config, ...color]),
];

/** The entry of a command. */
export function commandHelp(name: CommandName): CommandHelp {
  const found = commands.find((command) => command.name === name);
  if (!found) throw new TypeError(`no help for ${name}`);
  return found;
}

/** A flag as it is written: `-f, --format FORMAT`. */
export function flagUsage(flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  return `${short}--${flag.name}${flag.value === undefined ? "" : ` ${flag.value}`}`;
}
