import type { CommandHelp, Flag } from "./flags.ts";

/** What `fix` takes; with the options that it has in common with `lint`. */
export function fixHelp(common: readonly Flag[], more: readonly Flag[]): CommandHelp {
  return {
    name: "fix",
    summary: "put findings right where the right value follows from the rule",
    usage: "[PATH…] [OPTIONS]",
    description:
      "Applies the safe fixes of findings, and with --review those that a person should look at afterwards. Comments, " +
      "order, quotes and indentation stay; nothing is written through an anchor or alias that other places share. A " +
      "fix that would cause a finding anywhere, or change anything but its own place, is withdrawn and said. A second " +
      "run changes nothing. What nobody but a person can do is listed.",
    arguments: [
      {
        name: "PATH",
        description:
          "Files and folders that may be changed (default: .); - reads standard input and writes the fixed text to " +
          "standard output",
      },
    ],
    flags: [
      { name: "review", description: "Also apply fixes that a person should look at" },
      {
        name: "dry-run",
        description: "Write nothing: show the changes as a unified diff for git apply or patch -p1",
      },
      {
        name: "format",
        short: "f",
        value: "FORMAT",
        choices: ["pretty", "json"],
        description: "How to report what was done (default: pretty)",
      },
      ...common,
      { name: "quiet", short: "q", description: "No summary" },
      { name: "verbose", short: "v", description: "Also list the infos that are left; stack traces of bugs" },
      ...more,
    ],
    examples: [
      { command: "meshlint fix", does: "what is safe, everywhere here" },
      { command: "meshlint fix --dry-run", does: "what would change" },
      { command: "meshlint fix --review clusters/prod", does: "also what has to be looked at" },
      { command: "meshlint fix --rule 'service/*' apps", does: "fixes of some rules only" },
      { command: "meshlint fix --dry-run | git apply", does: "by way of a patch" },
      { command: "meshlint fix - < service.yaml > fixed.yaml", does: "for editors and pipes" },
    ],
    exits: [
      { code: 0, when: "no finding at or above --fail-on is left (with --dry-run: would be left)" },
      { code: 1, when: "a finding at or above --fail-on is left" },
      {
        code: 2,
        when: "wrong usage or config, a path that does not exist, a file that changed meanwhile or cannot be written",
      },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}
