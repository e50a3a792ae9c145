import { ClusterError } from "../model/cluster.ts";
import { UsageError } from "../model/errors.ts";
import { type CommandName, commandNames } from "./flags.ts";
import type { Io } from "./io.ts";
import { meshlintVersion } from "./package-files.ts";
import type { ParsedLine } from "./parse.ts";
import { say } from "./say.ts";

function isCommand(word: string | undefined): word is CommandName {
  return commandNames.some((name) => name === word);
}

async function run(name: CommandName, line: ParsedLine, io: Io): Promise<number> {
  switch (name) {
    case "lint":
      return (await import("./commands/lint.ts")).runLint(line, io);
    case "report":
      return (await import("./commands/report.ts")).runReport(line, io);
    case "fix":
      return (await import("./commands/fix.ts")).runFix(line, io);
    case "reach":
      return (await import("./commands/reach.ts")).runReach(line, io);
    case "matrix":
      return (await import("./commands/matrix.ts")).runMatrix(line, io);
    case "test":
      return (await import("./commands/test.ts")).runTest(line, io);
    case "new":
      return (await import("./commands/new.ts")).runNew(line, io);
    case "rules":
      return (await import("./commands/rules.ts")).runRules(line, io);
    case "explain":
      return (await import("./commands/explain.ts")).runExplain(line, io);
    case "show":
      return (await import("./commands/show.ts")).runShow(line, io);
    case "plan":
      return (await import("./commands/plan.ts")).runPlan(line, io);
    case "apply":
      return (await import("./commands/apply.ts")).runApply(line, io);
    case "snapshot":
      return (await import("./commands/snapshot.ts")).runSnapshot(line, io);
  }
}

function asksFor(args: readonly string[], long: string, short: string): boolean {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return options.includes(long) || options.includes(short);
}

/** Help and version need neither parser nor rules, and so are quick. */
async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, second] = argv;
  const helpWord = first === "help" && (argv.length === 1 || isCommand(second));
  if (helpWord || asksFor(argv, "--help", "-h")) {
    const { help } = await import("./help.ts");
    const topic = helpWord ? second : first;
    io.stdout.write(help(isCommand(topic) ? topic : null));
    return 0;
  }
  if (asksFor(argv, "--version", "-V")) {
    io.stdout.write(`${meshlintVersion()}\n`);
    return 0;
  }
  const name = isCommand(first) ? first : "lint";
  const { parseLine } = await import("./parse.ts");
  return run(name, parseLine(name, isCommand(first) ? argv.slice(1) : argv), io);
}

/**
 * The command line as a function: takes the arguments after the program's name, writes to the given streams and
 * returns the exit code (0 clean, 1 findings, 2 wrong usage, 3 a bug). Never throws.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ClusterError) {
      say(io, `meshlint: ${error.message}`);
      return 2;
    }
    const verbose = argv.includes("--verbose") || argv.includes("-v");
    say(io, `meshlint: this is a bug in meshlint: ${error instanceof Error ? error.message : String(error)}`);
    if (verbose && error instanceof Error && error.stack !== undefined) say(io, error.stack);
    say(
      io,
      `Please report it with the version (${meshlintVersion()}), the command line` +
        (verbose ? " and the lines above" : " and what --verbose shows"),
    );
    return 3;
  }
}
