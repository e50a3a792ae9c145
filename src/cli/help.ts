import {
  type CommandHelp,
  commandHelp,
  type CommandName,
  commands,
  type Flag,
  flagUsage,
  globalFlags,
} from "./flags.ts";

const columns = 80;

/** Text in lines of at most `columns`, each after the first with this indentation. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/** Names beside their descriptions; a name that is too long stands on its own line. */
function table(rows: readonly (readonly [string, string])[], widest: number): string {
  const width = Math.min(widest, Math.max(...rows.map(([name]) => name.length)));
  const indent = width + 4;
  return rows
    .map(([name, text]) => {
      const gap = name.length > width ? `\n${" ".repeat(indent)}` : " ".repeat(indent - 2 - name.length);
      return `  ${name}${gap}${wrap(text, indent)}\n`;
    })
    .join("");
}

function flagRow(flag: Flag): readonly [string, string] {
  const choices = flag.choices === undefined ? "" : `: ${flag.choices.join(", ")}`;
  const repeatable = flag.repeatable ? " (repeatable)" : "";
  return [flagUsage(flag), `${flag.description}${choices}${repeatable}`];
}

function commandList(): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `\nCommands:\n${table(rows, 12)}\nmeshlint COMMAND --help tells more about a command.\n`;
}

function helpText(command: CommandHelp, general: boolean): string {
  const name = general ? "[COMMAND]" : command.name;
  return [
    `Usage: meshlint ${name} ${command.usage}\n\n${wrap(command.description, 0)}\n`,
    general ? commandList() : "",
    `\nArguments:\n${table(
      command.arguments.map((argument) => [argument.name, argument.description] as const),
      12,
    )}`,
    `\nOptions:\n${table([...command.flags, ...globalFlags].map(flagRow), 26)}`,
    `\nExamples:\n${table(
      command.examples.map(({ command: line, does }) => [line, does] as const),
      52,
    )}`,
    `\nExit codes:\n${table(
      command.exits.map(({ code, when }) => [String(code), when] as const),
      3,
    )}`,
  ].join("");
}

/** The help of a command; without one that of meshlint, which is the help of `lint` with the list of commands. */
export function help(name: CommandName | null): string {
  return helpText(commandHelp(name ?? "lint"), name === null);
}
