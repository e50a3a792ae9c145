import { Command, CommanderError, Option } from "commander";
import { UsageError } from "../model/errors.ts";
import { suggestion } from "../model/nearest.ts";
import { commandHelp, type CommandName, type Flag, flagUsage, globalFlags } from "./flags.ts";

/** One option as it was given; a switch has the value null. */
export interface GivenFlag {
  readonly name: string;
  readonly value: string | null;
}

export interface ParsedLine {
  /** In the order of the command line, which tells which --output belongs to which --format. */
  readonly flags: readonly GivenFlag[];
  readonly operands: readonly string[];
}

function optionOf(flag: Flag): Option {
  return new Option(
    flagUsage(flag)
      .trim()
      .replace(/ (\S+)$/, flag.value === undefined ? " $1" : " <value>"),
  );
}

function checkChoice(flag: Flag, value: string): void {
  if (flag.choices === undefined || flag.choices.includes(value)) return;
  throw new UsageError(
    `--${flag.name} takes ${flag.choices.join(", ")}, not "${value}"${suggestion(value, flag.choices)}`,
  );
}

/** What commander says, in our words and with our suggestions. */
function usageError(error: CommanderError, flags: readonly Flag[]): UsageError {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") {
    const name = quoted.split("=")[0] ?? "";
    const names = flags.map((flag) => `--${flag.name}`);
    return new UsageError(`unknown option ${name}${suggestion(name, names)}`);
  }
  if (error.code === "commander.optionMissingArgument") {
    return new UsageError(`${quoted.replace(/^-\w, /, "").replace(/ <value>$/, "")} needs a value`);
  }
  return new UsageError(error.message.replace(/^error: /, ""));
}

/** Splits the arguments of a command into options and operands. Throws a {@link UsageError} that names the mistake. */
export function parseLine(name: CommandName, args: readonly string[]): ParsedLine {
  const known = [...commandHelp(name).flags, ...globalFlags];
  const flags: GivenFlag[] = [];
  const command = new Command(name)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpOption(false)
    .showSuggestionAfterError(false)
    .argument("[operands...]");
  for (const flag of known) {
    command.addOption(optionOf(flag));
    command.on(`option:${flag.name}`, (value: string | null) => {
      if (flag.value === undefined) flags.push({ name: flag.name, value: null });
      else {
        checkChoice(flag, value ?? "");
        flags.push({ name: flag.name, value });
      }
    });
  }
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(error, known);
    throw error;
  }
  for (const flag of known) {
    if (flag.repeatable) continue;
    const values = new Set(flags.filter((given) => given.name === flag.name).map((given) => given.value));
    if (values.size > 1) throw new UsageError(`--${flag.name} is given twice`);
  }
  return { flags, operands: command.args };
}

/** The value of an option that is given once at most. */
export function single(line: ParsedLine, name: string): string | null {
  return line.flags.find((flag) => flag.name === name)?.value ?? null;
}

/** All values of a repeatable option. */
export function values(line: ParsedLine, name: string): readonly string[] {
  return line.flags.flatMap((flag) => (flag.name === name && flag.value !== null ? [flag.value] : []));
}

export function given(line: ParsedLine, name: string): boolean {
  return line.flags.some((flag) => flag.name === name);
}
