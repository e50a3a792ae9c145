import type { CommandHelp, Flag } from "./flags.ts";

export const reportFormats = ["markdown", "json", "html"] as const;
export type ReportFormat = (typeof reportFormats)[number];

const flags: readonly Flag[] = [
  {
    name: "format",
    short: "f",
    value: "FORMAT",
    choices: reportFormats,
    description: "How to report (default: markdown)",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "Write the report to a file instead of standard output",
  },
  {
    name: "set",
    value: "NAME",
    repeatable: true,
    description: "Report on this set only (a name of the config, or a glob)",
  },
  {
    name: "profile",
    value: "KEY=VALUE,…",
    repeatable: true,
    description:
      "Versions and facts of the cluster: serverless, mesh, openshift, clusterDomain, ingressDomain, trustDomain, " +
      "platform, architectures",
  },
  {
    name: "skip",
    value: "ID",
    repeatable: true,
    description: "Leave these rules out (an id or a glob); what they would judge stays open",
  },
  {
    name: "base",
    value: "REV",
    description: "Also run the rules that compare with an earlier state, that of this branch, tag or commit",
  },
  {
    name: "fail-on",
    value: "LEVEL",
    choices: ["error", "warning", "info", "never"],
    description: "Exit with 1 from this severity of a finding on (default: error)",
  },
  { name: "verbose", short: "v", description: "Stack traces of bugs" },
];

/** What `report` takes. @param more flags that all commands have */
export function reportHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "report",
    summary: "say of every statement of the documents whether the manifests conform to it",
    usage: "[PATH…] [OPTIONS]",
    description:
      "Goes through the product documents, statement by statement and in their order, and says for each set whether " +
      "its manifests conform: pass; fail, with the places; undecided, with what would decide it; not applicable; or " +
      "that it takes a cluster. Suppressed findings count as failures and are marked. Rules that the config turns off " +
      "leave their statements undecided.",
    arguments: [
      {
        name: "PATH",
        description: "Files and folders whose sets are reported on (default: .); - is standard input",
      },
    ],
    flags: [...flags, ...more],
    examples: [
      { command: "meshlint report -o conformance.md", does: "to be kept with an audit" },
      { command: "meshlint report clusters/prod -f json", does: "for scripts" },
      { command: "meshlint report -f html -o conformance.html", does: "one page, with bars" },
    ],
    exits: [
      { code: 0, when: "no finding at or above --fail-on" },
      { code: 1, when: "a finding at or above --fail-on" },
      { code: 2, when: "wrong usage or config, a path that does not exist, nothing to report on" },
      { code: 3, when: "a bug in meshlint; the rest is still reported" },
    ],
  };
}
