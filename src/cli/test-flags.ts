import type { CommandHelp, Flag } from "./flags.ts";

export const testFormats = ["pretty", "json", "junit"] as const;
export type TestFormat = (typeof testFormats)[number];

const flags: readonly Flag[] = [
  {
    name: "format",
    short: "f",
    value: "FORMAT",
    choices: testFormats,
    description: "How to report (default: pretty)",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "Write the report to a file instead of standard output",
  },
  { name: "filter", value: "TEXT", description: "Run only tests whose name holds this text" },
  { name: "bail", description: "Stop at the first test that fails" },
  { name: "update", short: "u", description: "Write snapshots anew instead of comparing them" },
  { name: "verbose", short: "v", description: "Also list the tests that pass; stack traces of bugs" },
];

/** What `test` takes. @param more flags that all commands have */
export function testHelp(more: readonly Flag[]): CommandHelp {
  return {
    name: "test",
    summary: "run the tests that stand beside manifests",
    usage: "[PATH…] [OPTIONS]",
    description:
      "Runs the *.meshtest.yaml files below the given paths: which findings a set has, who reaches whom, which tenants " +
      "are isolated, which changes have to be noticed by which rule, and whether the report is that of a snapshot. No " +
      "cluster is asked and no code of yours is run.",
    arguments: [
      { name: "PATH", description: "Test files, and folders that are searched for them (default: .)" },
    ],
    flags: [...flags, ...more],
    examples: [
      { command: "meshlint test", does: "all tests here" },
      {
        command: "meshlint test tests/isolation.meshtest.yaml --bail",
        does: "one file, to the first failure",
      },
      { command: "meshlint test -f junit -o tests.xml", does: "for CI" },
      { command: "meshlint test --update", does: "take over the reports as they are now" },
    ],
    exits: [
      { code: 0, when: "all tests pass" },
      { code: 1, when: "a test fails" },
      { code: 2, when: "wrong usage, config or test file, nothing to test" },
      { code: 3, when: "a bug in meshlint" },
    ],
  };
}
