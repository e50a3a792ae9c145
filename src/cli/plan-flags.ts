import { clusterFlags } from "./cluster-flags.ts";
import type { CommandHelp, Flag } from "./flags.ts";

export const planFormats = ["pretty", "markdown", "json"] as const;
export type PlanFormat = (typeof planFormats)[number];

/** Which objects, and by which versions: of plan and apply alike. */
export const planningFlags: readonly Flag[] = [
  {
    name: "set",
    value: "NAME",
    description: "The set to apply (a name of the config); needed where there are several",
  },
  {
    name: "profile",
    value: "KEY=VALUE,…",
    repeatable: true,
    description: "Versions and facts of the cluster, as for lint",
  },
  { name: "force-conflicts", description: "Take over fields that other managers own" },
];

const flags: readonly Flag[] = [
  {
    name: "format",
    short: "f",
    value: "FORMAT",
    choices: planFormats,
    description: "How to show (default: pretty); apply --plan takes json",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "Write the plan to a file instead of standard output",
  },
  { name: "exit-code", description: "Exit with 4 if there is anything to do" },
];

/** What `plan` takes. @param more flags that all commands have */
export function planHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "plan",
    summary: "show what applying a set to a cluster would do, in the documents' order",
    usage: "[PATH] [OPTIONS]",
    description:
      "Lints a set beside the objects of a cluster, orders its objects by the steps of the documents, and asks the " +
      "server what would become of each: created, changed (with the fields), unchanged. Says what is waited for after " +
      "each step, which fields other managers own, and every reason not to apply. Nothing is changed.",
    arguments: [{ name: "PATH", description: "The folder of the set (default: .); - is standard input" }],
    flags: [...flags, ...planningFlags, ...clusterFlags, ...more],
    examples: [
      { command: "meshlint plan clusters/prod --context prod", does: "to be read" },
      { command: "meshlint plan -f json -o plan.json", does: "for apply --plan" },
      { command: "kubectl kustomize overlays/prod | meshlint plan -", does: "rendered manifests" },
    ],
    exits: [
      { code: 0, when: "it can be applied" },
      { code: 1, when: "there is a reason not to apply" },
      { code: 2, when: "wrong usage or config, no cluster, no answer" },
      { code: 3, when: "a bug in meshlint" },
      { code: 4, when: "--exit-code, and there is something to do" },
    ],
  };
}
