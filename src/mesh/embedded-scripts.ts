import { locate, type Resource, sourceOf } from "../model/resource.ts";
import type { Location, SourceFile } from "../model/source.ts";
import { isList, isMapping } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { workloadKinds } from "./kinds.ts";
import { knCommand, knCommands, type KnCommand, type KnSetting, type Word } from "./kn-command.ts";
import { passthroughKey } from "./passthrough.ts";
import { sidecarPrefix } from "./sidecar-settings.ts";

/** Kinds whose steps or containers may call `kn`. */
export const scriptKinds: readonly string[] = [
  ...workloadKinds,
  ...["Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"].map((kind) => `${kind}.tekton.dev`),
];

/** A call of `kn` in a resource. */
export interface EmbeddedKn {
  readonly command: KnCommand;
  /** The field that holds a word: the script, or the item of an argument list. */
  pathOf(word: Word): Path;
  /** The script that the words' spans are of; null for an argument list. */
  readonly script: string | null;
}

/** How often a text stands in another, without overlaps. */
const count = (text: string, part: string): number => text.split(part).length - 1;

/** The place of a word of a script in its file; the whole field where the file writes it in another way. */
export function locateWord(resource: Resource, { pathOf, script }: EmbeddedKn, word: Word): Location {
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

/** `command: [kn, service, create]` with its `args`; `words` names the field and index of each. */
function* direct(container: Readonly<Record<string, Value>>, path: Path): Generator<EmbeddedKn> {
  const command = listWords(container.command);
  const args = listWords(container.args).map((word) => ({ ...word, start: word.start + command.length }));
  const found = knCommand([...command, ...args]);
  if (!found) return;
  yield {
    command: found,
    script: null,
    pathOf: ({ start }) =>
      start < command.length ? [...path, "command", start] : [...path, "args", start - command.length],
  };
}

/** Tekton's task `kn` gets the arguments of kn as its parameter ARGS (tektoncd/catalog `task/kn`). */
function* taskArguments(task: Readonly<Record<string, Value>>, path: Path): Generator<EmbeddedKn> {
  const { taskRef, params } = task;
  if (!isMapping(taskRef) || taskRef.name !== "kn" || !Array.isArray(params)) return;
  for (const [index, param] of (params as readonly Value[]).entries()) {
    if (!isMapping(param) || param.name !== "ARGS") continue;
    const command = knCommand([{ text: "kn", start: -1, end: -1 }, ...listWords(param.value)]);
    if (command)
      yield { command, script: null, pathOf: ({ start }) => [...path, "params", index, "value", start] };
  }
}

function* search(value: Value, path: Path): Generator<EmbeddedKn> {
  if (isText(value)) {
    const step = path.at(-1);
    const parent = path.at(-2);
    if (step !== "script" && parent !== "command" && parent !== "args") return;
    for (const command of knCommands(value)) yield { command, script: value, pathOf: () => path };
  } else if (isList(value)) {
    for (const [index, item] of value.entries()) yield* search(item, [...path, index]);
  } else if (isMapping(value)) {
    yield* direct(value, path);
    yield* taskArguments(value, path);
    for (const [key, item] of Object.entries(value)) yield* search(item, [...path, key]);
  }
}

const filesWithKn = new WeakMap<SourceFile, boolean>();

/** Whether a resource's file has the word at all: most files have not, and need no search. */
function mayCallKn(resource: Resource): boolean {
  const { file } = sourceOf(resource, []).document;
  const known = filesWithKn.get(file);
  if (known !== undefined) return known;
  // A backslash may hide it as an escape.
  const found = /\bkn\b|\\/.test(file.text);
  filesWithKn.set(file, found);
  return found;
}

/** Every call of `kn service` in the scripts, commands and arguments of a resource's containers and steps. */
export function embeddedKn(resource: Resource): readonly EmbeddedKn[] {
  return mayCallKn(resource) ? [...search(resource.value.spec ?? null, ["spec"])] : [];
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
