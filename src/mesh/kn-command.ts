import { shellCommands, type Word } from "./shell.ts";

/** Calls of `kn`, Knative's command line, inside scripts: only what can be told without running anything. */

/** A flag of a command with its value; a flag without one has an empty value. */
export interface KnFlag {
  /** The long name: `--limit`. */
  readonly flag: string;
  readonly value: string;
  /** The word that holds the value; of a flag without one the flag itself. */
  readonly word: Word;
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
  /** The word with the service's name; null if there is none. */
  readonly name: Word | null;
  /** The verb: what stands for the command as a whole. */
  readonly at: Word;
  readonly flags: readonly KnFlag[];
  /** Every label and annotation that it sets. */
  readonly settings: readonly KnSetting[];
  /** An expansion stands where further flags may come from. */
  readonly open: boolean;
}

/** Whether a word holds what only the shell, or Tekton, puts in. */
export function isExpanded(text: string): boolean {
  return /[$`]/.test(text);
}

const shortFlags: Readonly<Record<string, string>> = {
  "-a": "--annotation",
  "-e": "--env",
  "-f": "--filename",
  "-l": "--label",
  "-n": "--namespace",
  "-p": "--port",
};

/** Flags of `kn service` without a value (knative/client `docs/cmd/kn_service_create.md`); all others take the next word. */
const switches: ReadonlySet<string> = new Set([
  "--async",
  "--cluster-local",
  "--force",
  "--help",
  "-h",
  "--lock-to-digest",
  "--log-http",
  "--no-cluster-local",
  "--no-lock-to-digest",
  "--no-wait",
  "--wait",
]);

/** Flags that set labels or annotations. */
const settingFlags: ReadonlySet<string> = new Set(
  ["--annotation", "--label"].flatMap((flag) => [flag, `${flag}-service`, `${flag}-revision`]),
);

interface Arguments {
  readonly flags: readonly KnFlag[];
  readonly others: readonly Word[];
}

function argumentsOf(words: readonly Word[]): Arguments {
  const flags: KnFlag[] = [];
  const others: Word[] = [];
  let taken: Word | undefined;
  for (const [index, word] of words.entries()) {
    if (word === taken) continue;
    const parts = /^(--[a-z][a-z-]*|-[a-z])(?:=(.*))?$/s.exec(word.text);
    const [, written, joined] = parts ?? [];
    if (written === undefined) {
      others.push(word);
      continue;
    }
    const flag = Object.hasOwn(shortFlags, written) ? String(shortFlags[written]) : written;
    if (joined !== undefined) flags.push({ flag, value: joined, word });
    else if (switches.has(flag)) flags.push({ flag, value: "", word });
    else {
      taken = words[index + 1];
      if (taken) flags.push({ flag, value: taken.text, word: taken });
    }
  }
  return { flags, others };
}

function settingOf({ flag, value, word }: KnFlag): readonly KnSetting[] {
  const [, key, text] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (!settingFlags.has(flag) || key === undefined || text === undefined) return [];
  return [{ flag, key, value: text, word }];
}

const verbs: readonly string[] = ["create", "update", "apply"];

/** Commands that only show their arguments. */
const shows: ReadonlySet<string> = new Set(["echo", "printf"]);

/** A command that creates or changes a Knative Service; null for all others. */
export function knCommand(words: readonly Word[]): KnCommand | null {
  const kn = words.findIndex(({ text }) => text === "kn" || text.endsWith("/kn"));
  if (kn < 0 || words.slice(0, kn).some(({ text }) => shows.has(text))) return null;
  const { flags, others } = argumentsOf(words.slice(kn + 1));
  const [service, verb, name, ...more] = others;
  if (!service || !verb || !/^(?:service|ksvc)s?$/.test(service.text) || !verbs.includes(verb.text))
    return null;
  return {
    verb: verb.text,
    name: name ?? null,
    at: verb,
    flags,
    settings: flags.flatMap(settingOf),
    open: more.some(({ text }) => isExpanded(text)),
  };
}

/** Every such command of a script. */
export function knCommands(script: string): readonly KnCommand[] {
  if (!/\bkn\b/.test(script)) return [];
  return shellCommands(script).flatMap((words) => knCommand(words) ?? []);
}
