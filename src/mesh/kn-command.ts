/** Calls of `kn`, Knative's command line, inside scripts: only what can be told without running anything. */

/** A word of a script with quotes taken away; the span is that of the text as written. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** An argument of the form `--flag key=value`. */
export interface KnSetting {
  /** `--annotation-service`. */
  readonly flag: string;
  readonly key: string;
  readonly value: string;
  /** The argument with the key. */
  readonly word: Word;
}

/** `kn service create …`. */
export interface KnCommand {
  readonly verb: string;
  /** Every label and annotation that it sets. */
  readonly settings: readonly KnSetting[];
}

/**
 * The commands of a shell script as lists of words. Quotes, escapes, continued lines and comments are understood;
 * expansions stay as they are written. Time is linear in the length of the text.
 */
export function shellCommands(script: string): readonly (readonly Word[])[] {
  const commands: Word[][] = [];
  let words: Word[] = [];
  let text = "";
  let start = -1;
  let index = 0;
  const add = (part: string, from: number): void => {
    if (start < 0) start = from;
    text += part;
  };
  const endWord = (end: number): void => {
    if (start >= 0) words.push({ text, start, end });
    text = "";
    start = -1;
  };
  const endCommand = (end: number): void => {
    endWord(end);
    if (words.length > 0) commands.push(words);
    words = [];
  };
  while (index < script.length) {
    const char = script.charAt(index);
    const from = index;
    index++;
    if (char === "\\") {
      const continued = /^\r?\n/.exec(script.slice(index, index + 2));
      if (!continued) add(script.charAt(index), from);
      index += continued ? continued[0].length : 1;
    } else if (char === "'" || char === '"') {
      const closing = closingQuote(script, index, char);
      add(unquote(script.slice(index, closing), char), from);
      index = closing + 1;
    } else if (char === "#" && start < 0) {
      while (index < script.length && script[index] !== "\n") index++;
    } else if (char === "\n" || ";|&()`".includes(char)) endCommand(from);
    else if (/\s/.test(char)) endWord(from);
    else add(char, from);
  }
  endCommand(script.length);
  return commands;
}

function closingQuote(script: string, from: number, quote: string): number {
  let index = from;
  while (index < script.length && script[index] !== quote) {
    if (quote === '"' && script[index] === "\\") index++;
    index++;
  }
  return Math.min(index, script.length);
}

function unquote(text: string, quote: string): string {
  return quote === '"' ? text.replace(/\\(?:\r?\n|(["\\$`]))/g, "$1") : text;
}

/** Flags of `kn service` that set labels or annotations (knative/client `docs/cmd/kn_service_create.md`). */
const settingFlags: Readonly<Record<string, string>> = {
  "-a": "--annotation",
  "--annotation": "--annotation",
  "--annotation-service": "--annotation-service",
  "--annotation-revision": "--annotation-revision",
  "-l": "--label",
  "--label": "--label",
  "--label-service": "--label-service",
  "--label-revision": "--label-revision",
};

function settingsOf(words: readonly Word[]): readonly KnSetting[] {
  return words.flatMap((word, index): readonly KnSetting[] => {
    const joined = /^(--[a-z-]+)=(.*)$/s.exec(word.text);
    const name = joined?.[1] ?? word.text;
    const flag = Object.hasOwn(settingFlags, name) ? settingFlags[name] : undefined;
    const argument = joined ? word : words[index + 1];
    const pair = /^([^=]+)=(.*)$/s.exec(joined?.[2] ?? argument?.text ?? "");
    const [, key = "", value = ""] = pair ?? [];
    return flag === undefined || argument === undefined || !pair
      ? []
      : [{ flag, key, value, word: argument }];
  });
}

const verbs: readonly string[] = ["create", "update", "apply"];

/** A command that creates or changes a Knative Service; null for all others. */
export function knCommand(words: readonly Word[]): KnCommand | null {
  const texts = words.map((word) => word.text);
  const kn = texts.findIndex((text) => text === "kn" || text.endsWith("/kn"));
  const service =
    kn < 0 ? -1 : texts.findIndex((text, index) => index > kn && /^(?:service|ksvc)s?$/.test(text));
  const verb = service < 0 ? undefined : texts.slice(service + 1).find((text) => !text.startsWith("-"));
  if (verb === undefined || !verbs.includes(verb)) return null;
  return { verb, settings: settingsOf(words.slice(service + 1)) };
}

/** Every such command of a script. */
export function knCommands(script: string): readonly KnCommand[] {
  if (!/\bkn\b/.test(script)) return [];
  return shellCommands(script).flatMap((words) => knCommand(words) ?? []);
}
