import { describe, expect, test } from "vitest";
import { commands, flagUsage, globalFlags } from "../../src/cli/flags.ts";
import { help } from "../../src/cli/help.ts";
import { colorOf, lintArguments } from "../../src/cli/lint-arguments.ts";
import { parseLine } from "../../src/cli/parse.ts";

const lint = (...args: readonly string[]) => lintArguments(parseLine("lint", args));

describe("--format and --output", () => {
  test.each([
    [[], [{ format: "pretty", file: null }]],
    [["-o", "x"], [{ format: "pretty", file: "x" }]],
    [["--format", "json"], [{ format: "json", file: null }]],
    [
      ["-f", "github", "-f", "sarif", "-o", "x.sarif"],
      [
        { format: "github", file: null },
        { format: "sarif", file: "x.sarif" },
      ],
    ],
    [
      ["--format=json", "--output=a", "deploy", "--format", "pretty"],
      [
        { format: "json", file: "a" },
        { format: "pretty", file: null },
      ],
    ],
  ])("%j", (args, expected) => {
    expect(lint(...args).destinations).toEqual(expected);
  });

  test.each([
    [["-f", "json", "-f", "sarif"], "only one format can go to standard output, not json and sarif"],
    [["-o", "x", "-f", "json"], "--output x belongs to the --format before it"],
    [["-f", "json", "-o", "x", "-o", "y"], "--output is given twice for one format: x and y"],
    [["-o", "x", "-o", "y"], "--output is given twice for one format: x and y"],
    [["-f", "json", "-o", "x", "-f", "sarif", "-o", "x"], "two formats go to the same file x"],
  ])("%j is refused", (args, message) => {
    expect(() => lint(...args)).toThrow(message);
  });
});

test.each([
  [["--formt", "json"], 'unknown option --formt; did you mean "--format"?'],
  [["--formt=json"], 'unknown option --formt; did you mean "--format"?'],
  [["--xyzzy"], "unknown option --xyzzy"],
  [["-x"], "unknown option -x"],
  [["--format"], "--format needs a value"],
  [
    ["--format", "jsn"],
    '--format takes pretty, json, sarif, github, gitlab, junit, markdown, compact, not "jsn"; did you mean "json"?',
  ],
  [["--fail-on", "fatal"], '--fail-on takes error, warning, info, never, not "fatal"'],
  [["--fail-on", "info", "--fail-on", "error"], "--fail-on is given twice"],
  [["--severity", "mesh/x"], "--severity takes RULE=LEVEL"],
  [["--severity", "mesh/x=fatal"], "--severity takes RULE=LEVEL"],
  [["--profile", "serverles=1.32"], "serverless"],
  [["--profile", "serverless=9.9"], "unknown Serverless version"],
  [["--max-findings", "0"], '--max-findings takes a number from 1 on, not "0"'],
  [["--max-findings", "1e9"], '--max-findings takes a number from 1 on, not "1e9"'],
])("%j is refused with a clear message", (args, message) => {
  expect(() => lint(...args)).toThrow(message);
});

test("all options of lint arrive", () => {
  const args =
    "a.yaml -q --verbose --stats --strict --explain-profile --no-color - --config c.yaml --profile serverless=1.31 " +
    "--profile mesh=2.5,architectures=amd64,arm64 --set prod --rule mesh/* --rule tenant/* --skip mesh/a " +
    "--fail-on never --severity mesh/b=off --severity *=info --max-findings 12 --base v1 --changed --cluster " +
    "--context prod --baseline known.json --update-baseline -- --odd";
  expect(lint(...args.split(" "))).toEqual({
    paths: ["a.yaml", "-", "--odd"],
    destinations: [{ format: "pretty", file: null }],
    config: "c.yaml",
    options: {
      profile: { serverless: "1.31", mesh: "2.5", architectures: "amd64,arm64" },
      rules: ["mesh/*", "tenant/*"],
      skip: ["mesh/a"],
      severities: [
        { pattern: "mesh/b", level: "off" },
        { pattern: "*", level: "info" },
      ],
      strict: true,
      sets: ["prod"],
    },
    cluster: { kubeconfig: null, context: "prod" },
    comparison: { base: "v1", changed: true, staged: false },
    baseline: { file: "known.json", update: true },
    failOn: "never",
    maxFindings: 12,
    quiet: true,
    verbose: true,
    stats: true,
    explainProfile: true,
    color: false,
  });
});

test("the options of a cluster belong to --cluster", () => {
  expect(lint().cluster).toBeNull();
  expect(() => lint("--context", "prod")).toThrow("--context belongs to --cluster, which is not given");
});

test("--update-baseline writes the file of --baseline", () => {
  expect(lint().baseline).toBeNull();
  expect(lint("--baseline", "a.json").baseline).toEqual({ file: "a.json", update: false });
  expect(() => lint("--update-baseline")).toThrow("--baseline FILE, which is not given");
});

test("the last of --color and --no-color counts", () => {
  expect(colorOf(parseLine("rules", []))).toBeNull();
  expect(colorOf(parseLine("rules", ["--no-color", "--color"]))).toBe(true);
});

describe("help", () => {
  test.each(commands.map((command) => command.name))(
    "of %s names every flag, example and exit code",
    (name) => {
      const command = commands.find((entry) => entry.name === name);
      const text = help(name);
      expect(text).toContain(`Usage: meshlint ${name} ${command?.usage}`);
      for (const flag of [...(command?.flags ?? []), ...globalFlags]) expect(text).toContain(flagUsage(flag));
      for (const example of command?.examples ?? []) expect(text).toContain(example.command);
      expect(text).toMatch(/Exit codes:\n {2}0 /);
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(82);
    },
  );

  test("of meshlint lists the commands", () => {
    const words = help(null).replaceAll(/\s+/g, " ");
    for (const { name, summary } of commands) expect(words).toContain(` ${name} ${summary}`);
  });

  test("examples of lint are accepted by the parser", () => {
    const lines = commands.flatMap((command) => command.examples.map((example) => example.command));
    for (const line of lines) {
      const words = line.slice(line.indexOf("meshlint")).replaceAll("'", "").split(" ").slice(1);
      const command = commands.find(({ name }) => name === words[0]);
      expect(() => parseLine(command?.name ?? "lint", command ? words.slice(1) : words)).not.toThrow();
    }
  });
});
