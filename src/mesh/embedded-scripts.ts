import { locate, type Resource } from "../model/resource.ts";
import type { Location } from "../model/source.ts";
import { isList, isMapping } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { workloadKinds } from "./kinds.ts";
import { fileFits } from "./file-text.ts";
import { knCommand, type KnCommand, type KnSetting } from "./kn-command.ts";
import { passthroughKey } from "./passthrough.ts";
import { shellCommands, type Word } from "./shell.ts";
import { sidecarPrefix } from "./sidecar-settings.ts";

/** Kinds whose steps or containers may call `kn`. */
export const scriptKinds: readonly string[] = [
  ...workloadKinds,
  ...["Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"].map((kind) => `${kind}.tekton.dev`),
];

/** A command in a resource. */
export interface Embedded {
  /** The field that holds a word: the script, or the item of an argument list. */
  pathOf(word: Word): Path;
  /** The script that the words' spans are of; null for an argument list. */
  readonly script: string | null;
}

export interface EmbeddedCommand extends Embedded {
  readonly words: readonly Word[];
}

/** A call of `kn` in a resource. */
export interface EmbeddedKn extends Embedded {
  readonly command: KnCommand;
}

/** How often a text stands in another, without overlaps. */
const count = (text: string, part: string): number => text.split(part).length - 1;

/** The place of a word of a script in its file; the whole field where the file writes it in another way. */
export function locateWord(resource: Resource, { pathOf, script }: Embedded, word: Word): Location {
  const field = locate(resource, pathOf(word));
  if (script === null) return field;
  const written = script.slice(word.start, word.end);
  const raw = field.file.text.slice(field.start, field.end);
  const pieces = raw.split(written);
  const before = pieces.slice(0, count(script.slice(0, word.start), written) + 1);
  if (before.length >= pieces.length) return field;
  const start = field.start + before.join(written).length;
  return { file: field.file, start, end: start + written.length };
}

const isText = (value: Value): value is string => typeof value === "string";

/** The words of an argument list, with the index of the item as their span. */
function listWords(value: Value | undefined): readonly Word[] {
  if (!isList(value ?? null) || !Array.isArray(value)) return [];
  return (value as readonly Value[]).map((item, index) => ({
    text: isText(item) ? item : "",
    start: index,
    end: index,
  }));
}

/** `command: [kn, service, create]` with its `args`; the span of a word is the index in both. */
function* direct(container: Readonly<Record<string, Value>>, path: Path): Generator<EmbeddedCommand> {
  const command = listWords(container.command);
  const args = listWords(container.args).map((word) => ({ ...word, start: word.start + command.length }));
  if (command.length + args.length === 0) return;
  yield {
    words: [...command, ...args],
    script: null,
    pathOf: ({ start }) =>
      start < command.length ? [...path, "command", start] : [...path, "args", start - command.length],
  };
}

/** Tasks that run a tool with the arguments, or the script, of a parameter (tektoncd/catalog `task`). */
const toolTasks: Readonly<Record<string, { readonly tool: string; readonly param: RegExp }>> = {
  kn: { tool: "kn", param: /^ARGS$/ },
  "openshift-client": { tool: "oc", param: /^(?:ARGS|SCRIPT)$/ },
  "kubernetes-actions": { tool: "kubectl", param: /^(?:args|script)$/ },
};

/** The name of the task that a `taskRef` leads to, also by a resolver's parameter. */
export function taskName(taskRef: Value | undefined): string | null {
  if (!isMapping(taskRef)) return null;
  if (typeof taskRef.name === "string") return taskRef.name;
  const params = taskRef.params ?? null;
  const given = (isList(params) ? params : []).find((param) => isMapping(param) && param.name === "name");
  return isMapping(given) && typeof given.value === "string" ? given.value : null;
}

function* taskArguments(task: Readonly<Record<string, Value>>, path: Path): Generator<EmbeddedCommand> {
  const name = taskName(task.taskRef);
  const known = name !== null && Object.hasOwn(toolTasks, name) ? toolTasks[name] : undefined;
  const params = task.params ?? null;
  if (known === undefined || !isList(params)) return;
  for (const [index, param] of params.entries()) {
    if (!isMapping(param) || typeof param.name !== "string" || !known.param.test(param.name)) continue;
    const at = [...path, "params", index, "value"];
    const { value = null } = param;
    if (isText(value)) yield* inScript(value, at);
    else {
      const words = [{ text: known.tool, start: -1, end: -1 }, ...listWords(value)];
      yield { words, script: null, pathOf: ({ start }) => (start < 0 ? at : [...at, start]) };
    }
  }
}

function* inScript(script: string, path: Path): Generator<EmbeddedCommand> {
  for (const words of shellCommands(script)) yield { words, script, pathOf: () => path };
}

function* search(value: Value, path: Path): Generator<EmbeddedCommand> {
  if (isText(value)) {
    const step = path.at(-1);
    const parent = path.at(-2);
    if (step === "script" || parent === "command" || parent === "args") yield* inScript(value, path);
  } else if (isList(value)) {
    for (const [index, item] of value.entries()) yield* search(item, [...path, index]);
  } else if (isMapping(value)) {
    yield* direct(value, path);
    yield* taskArguments(value, path);
    for (const [key, item] of Object.entries(value)) yield* search(item, [...path, key]);
  }
}

const found = new WeakMap<Resource, readonly EmbeddedCommand[]>();

// Most files name none of the tools, and need no search; a backslash may hide a name as an escape.
const mayCall = fileFits(/\b(?:kn|oc|kubectl|openshift-client|kubernetes-actions)\b/);

/** Every command in the scripts, commands and arguments of a resource's containers and steps. */
export function embeddedCommands(resource: Resource): readonly EmbeddedCommand[] {
  const known = found.get(resource);
  if (known) return known;
  const commands = mayCall(resource) ? [...search(resource.value.spec ?? null, ["spec"])] : [];
  found.set(resource, commands);
  return commands;
}

/** Every call of `kn service` in the scripts, commands and arguments of a resource's containers and steps. */
export function embeddedKn(resource: Resource): readonly EmbeddedKn[] {
  return embeddedCommands(resource).flatMap(({ words, script, pathOf }): readonly EmbeddedKn[] => {
    const command = knCommand(words);
    return command === null ? [] : [{ command, script, pathOf }];
  });
}

/** What a call of kn sets at a level where it has no effect, and nowhere else; `right` is the flag for it. */
export function misplacedSettings({
  settings,
}: KnCommand): readonly { readonly setting: KnSetting; readonly right: string }[] {
  const sets = (key: string, ...levels: readonly string[]): boolean =>
    settings.some((one) => one.key === key && levels.some((level) => one.flag.endsWith(level)));
  return settings.flatMap((setting) => {
    const { key, flag } = setting;
    const right = flag.replace(/-(?:service|revision)$/, "");
    const both = ["--annotation", "--label"];
    if (key.startsWith(sidecarPrefix) && flag.endsWith("-service") && !sets(key, "-revision", ...both))
      return [{ setting, right: `${right}-revision` }];
    if (key === passthroughKey && flag.endsWith("-revision") && !sets(key, "-service", ...both))
      return [{ setting, right: `${right}-service` }];
    return [];
  });
}
