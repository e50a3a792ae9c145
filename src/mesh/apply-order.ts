import type { Graph } from "../model/graph.ts";
import { idKey, type Resource, sourceOf } from "../model/resource.ts";
import { isList, isMapping, type Value, valueAt } from "../model/value.ts";
import { annotation } from "./field.ts";
import { fileFits } from "./file-text.ts";
import { shellCommands, type Word } from "./shell.ts";
import { once } from "./memo.ts";

export const syncWaveKey = "argocd.argoproj.io/sync-wave";

/** A written order of a set's objects. */
export interface ApplyOrder {
  /** `names`: numbers in file names, which nobody has to follow. */
  readonly by: "waves" | "kustomization" | "commands" | "names";
  /** Objects of a lower position come first, those of one position in no order; null: the order leaves it out. */
  position(resource: Resource): number | "unknown" | null;
  /** Where an object stands, as a clause for messages: "in wave 2". */
  describe(resource: Resource): string;
}

const fileOf = (resource: Resource): string => sourceOf(resource, []).document.file.path;

function waveOf(resource: Resource): number | "unknown" {
  const wave = annotation(resource, syncWaveKey);
  if (wave.state === "absent") return 0;
  return wave.state === "value" && /^[+-]?\d{1,9}$/.test(wave.value) ? Number(wave.value) : "unknown";
}

const ownOf = (graph: Graph): readonly Resource[] =>
  graph.resources.filter(({ standing, form }) => standing === "own" && form === "full");

/** Argo CD applies wave after wave; what names none is in wave 0. */
function byWaves(graph: Graph): readonly ApplyOrder[] {
  if (ownOf(graph).every((resource) => annotation(resource, syncWaveKey).state === "absent")) return [];
  return [{ by: "waves", position: waveOf, describe: (resource) => `in wave ${waveOf(resource)}` }];
}

/** With `sortOptions.order: fifo` a Kustomization keeps the order of its resources; else Kustomize sorts by kind. */
function byKustomization(graph: Graph): readonly ApplyOrder[] {
  const { documents } = graph.set;
  // What a Kustomization builds follows it, in its order.
  const [root] = documents;
  const keeps =
    root !== undefined &&
    /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(root.file.path) &&
    valueAt(root.value, ["sortOptions", "order"]) === "fifo";
  if (!keeps) return [];
  return [
    {
      by: "kustomization",
      position: (resource) => documents.indexOf(sourceOf(resource, []).document),
      describe: (resource) => `by ${fileOf(resource)} in the order of the Kustomization`,
    },
  ];
}

/** The files of `oc apply -f one.yaml -f two.yaml`, in their order. */
function appliedFiles(words: readonly Word[]): readonly string[] {
  const texts = words.map((word) => word.text);
  const tool = texts.findIndex((text) => /(?:^|\/)(?:oc|kubectl)$/.test(text));
  const verb = texts.slice(tool + 1).find((text) => !text.startsWith("-"));
  if (tool < 0 || (verb !== "apply" && verb !== "create")) return [];
  return texts.flatMap((text, index) => {
    const joined = /^(?:-f=?|--filename=)(.+)$/.exec(text)?.[1];
    const given = text === "-f" || text === "--filename" ? texts[index + 1] : joined;
    return given === undefined || given === "-" ? [] : given.split(",");
  });
}

/** Scripts of steps and containers, in their order. */
function* scriptsIn(value: Value): Generator<string> {
  if (isList(value)) for (const item of value) yield* scriptsIn(item);
  if (!isMapping(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === "script" && typeof item === "string") yield item;
    else if ((key === "command" || key === "args") && isList(item))
      yield item.filter((word) => typeof word === "string").join("\n");
    else yield* scriptsIn(item);
  }
}

/** A file, or all files below a folder, by the end of their path: where the script runs is not known. */
export function isNamed(path: string, written: string): boolean {
  const name = written.replace(/^(?:\.{0,2}\/)+|\/+$/g, "");
  return name !== "" && (`/${path}`.endsWith(`/${name}`) || `/${path}`.includes(`/${name}/`));
}

const mayRunCommands = fileFits(/\b(?:oc|kubectl)\b/);

function byCommands(graph: Graph): readonly ApplyOrder[] {
  return ownOf(graph)
    .filter(mayRunCommands)
    .flatMap((runner): readonly ApplyOrder[] => {
      const files = [...scriptsIn(runner.value.spec ?? null)]
        .flatMap((script) => shellCommands(script))
        .flatMap(appliedFiles);
      if (files.length < 2) return [];
      const indexOf = (resource: Resource): number =>
        files.findIndex((written) => isNamed(fileOf(resource), written));
      return [
        {
          by: "commands",
          position: (resource) => (indexOf(resource) < 0 ? null : indexOf(resource)),
          describe: (resource) =>
            `with ${files[indexOf(resource)] ?? ""} by ${runner.id.kind} ${runner.name}`,
        },
      ];
    });
}

/** The number at the beginning of a file's name, and its folder: 20 in `mesh` of `mesh/20-smcp.yaml`. */
function numberOf(path: string): { readonly folder: string; readonly number: number } | null {
  const steps = path.split("/");
  const number = /^(\d{1,6})[-_.]/.exec(steps.at(-1) ?? "")?.[1];
  return number === undefined ? null : { folder: steps.slice(0, -1).join("/"), number: Number(number) };
}

/**
 * Numbered files order those of the same folder only; each such folder is an order of its own. Folders with numbers
 * are chapters as often as steps, and files that define one object again are alternatives: no order at all.
 */
function byNames(graph: Graph): readonly ApplyOrder[] {
  const folders = new Map<string, Map<string, string>>();
  const alternatives = new Set<string>();
  for (const resource of ownOf(graph)) {
    const path = fileOf(resource);
    const folder = numberOf(path)?.folder;
    if (folder === undefined) continue;
    const files = folders.get(folder) ?? new Map<string, string>();
    folders.set(folder, files);
    const known = files.get(idKey(resource));
    if (known !== undefined && known !== path) alternatives.add(folder);
    files.set(idKey(resource), path);
  }
  return [...folders.keys()]
    .filter((folder) => !alternatives.has(folder))
    .map((folder): ApplyOrder => {
      const position = (resource: Resource): number | null => {
        const found = numberOf(fileOf(resource));
        return found?.folder === folder ? found.number : null;
      };
      return { by: "names", position, describe: (resource) => `in ${fileOf(resource)}` };
    });
}

/** The order in which a set's objects are applied, as far as one is written down; the strongest kind counts. */
export const applyOrders = once((graph: Graph): readonly ApplyOrder[] => {
  const found = [byWaves, byKustomization, byCommands, byNames].map((read) => read(graph));
  return found.find((orders) => orders.length > 0) ?? [];
});

/** What is known of two objects: the first comes too early, by this order; or its place is not known. */
export type Precedence =
  { readonly state: "earlier"; readonly order: ApplyOrder } | { readonly state: "fine" | "unknown" };

/**
 * Whether an object is applied before all candidates of one that it needs.
 * @param needed the candidates; at least one
 */
export function isEarlier(graph: Graph, resource: Resource, needed: readonly Resource[]): Precedence {
  let open = false;
  for (const order of applyOrders(graph)) {
    const mine = order.position(resource);
    const theirs = needed.map((candidate) => order.position(candidate));
    if (mine === null || theirs.includes(null)) continue;
    if (mine === "unknown" || theirs.includes("unknown")) open = true;
    else if (theirs.every((position) => Number(position) > mine)) return { state: "earlier", order };
  }
  return { state: open ? "unknown" : "fine" };
}
