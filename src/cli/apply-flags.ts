import { steps } from "../apply/documented-steps.ts";
import { clusterFlags } from "./cluster-flags.ts";
import type { CommandHelp, Flag } from "./flags.ts";
import { planningFlags } from "./plan-flags.ts";

const flags: readonly Flag[] = [
  {
    name: "plan",
    value: "FILE",
    description:
      "Apply this plan of meshlint plan -f json: refuse if any object, the versions or the server differ from it",
  },
  { name: "yes", short: "y", description: "Do not ask; needed where nobody can be asked" },
  { name: "dry-run", description: "Have everything checked by the server, and change nothing" },
  {
    name: "timeout",
    value: "TIME",
    description: "Wait for each step so long at most: 90s, 10m, 1h (default: 10m)",
  },
  { name: "no-wait", description: "Do not wait until a step is ready before the next one" },
  {
    name: "step",
    value: "STEP",
    choices: steps.map(({ id }) => id),
    repeatable: true,
    description: "Apply this step only",
  },
  {
    name: "only",
    value: "OBJECT",
    repeatable: true,
    description: "Apply these objects only: Kind, Kind/name or Kind/namespace/name, with * for anything",
  },
  {
    name: "record-namespace",
    value: "NAME",
    description: "Where the lease and the record of the run are kept (default: KnativeServing's namespace)",
  },
  { name: "quiet", short: "q", description: "Show neither the plan nor progress, only how it ended" },
];

/** What `apply` takes. @param more flags that all commands have */
export function applyHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "apply",
    summary: "apply a set to a cluster, step by step, and wait until each step is ready",
    usage: "[PATH] [OPTIONS]",
    description:
      "Makes the plan that meshlint plan shows, asks, and does it: server-side apply as manager meshlint, in the " +
      "documents' order, each step checked by the server before anything of it is written, and waited for. A step that " +
      "is refused or does not get ready ends the run; the same command goes on there. Nothing is deleted. A Lease keeps " +
      "two runs apart, and a ConfigMap records the last one.",
    arguments: [{ name: "PATH", description: "The folder of the set (default: .); - is standard input" }],
    flags: [...flags, ...planningFlags, ...clusterFlags, ...more],
    examples: [
      { command: "meshlint apply clusters/prod --context prod", does: "shows the plan, asks, applies" },
      {
        command: "meshlint apply clusters/prod --plan plan.json --yes",
        does: "what was reviewed, in a pipeline",
      },
      { command: "kubectl kustomize overlays/prod | meshlint apply - -y", does: "rendered manifests" },
      { command: "meshlint apply --step serving --timeout 20m", does: "one step, patiently" },
    ],
    exits: [
      { code: 0, when: "everything is applied and ready (or would be, with --dry-run)" },
      { code: 1, when: "refused, stopped or interrupted; the report says what is applied" },
      { code: 2, when: "wrong usage or config, no cluster, no answer" },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}
