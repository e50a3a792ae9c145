import { derivedResource } from "../../graph/derived/derived-resource.ts";
import type { Resource } from "../../model/resource.ts";
import type { Location } from "../../model/source.ts";
import { formatPath, isMapping } from "../../model/value.ts";
import type { Path, Value } from "../../model/value.ts";
import { type EmbeddedKn, locateWord } from "../embedded-scripts.ts";
import { isExpanded, type KnFlag } from "../kn-command.ts";
import { visibilityKeys } from "../services.ts";
import type { Word } from "../shell.ts";

/** A place in a script, with the field that holds the script. */
export interface WordSpot {
  readonly location: Location;
  readonly within: { readonly resource: Resource; readonly path: Path };
}

/** A Knative Service that calls of `kn` make. */
export interface KnService {
  /** The object with the script. */
  readonly by: Resource;
  /**
   * The service as the flags describe it. A fragment where more may belong to it: an update, a file, an expansion
   * that may hold flags.
   */
  readonly service: Resource;
  /** The calls that make it, in their order; at least one. */
  readonly calls: readonly EmbeddedKn[];
  /** Where a field of the service stands: the argument that sets it, else the call that should. */
  spot(path: Path): WordSpot;
}

/** The text of an argument; what the shell puts in is no known value. */
const known = (text: string): string => (isExpanded(text) ? `\${${text.replace(/[{}\r\n]/g, "")}}` : text);

const template = ["spec", "template"] as const;
const container = [...template, "spec", "containers", 0] as const;
const scaling = "autoscaling.knative.dev";

interface Field {
  readonly path: Path;
  readonly value: Value;
}

/** `cpu=1,memory=2Gi`, as `--limit` takes it. */
function quantities(list: "limits" | "requests", text: string): readonly Field[] {
  return text.split(",").flatMap((part): readonly Field[] => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
    if (key === undefined || value === undefined) return [];
    return [{ path: [...container, "resources", list, key], value: known(value) }];
  });
}

/** `1..5`, `1..`, `..5` or `5`: both. */
function bounds(text: string): readonly Field[] {
  const [low = "", high = low] = isExpanded(text) ? [text, text] : text.split("..");
  return [
    ["min-scale", low],
    ["max-scale", high],
  ].flatMap(([key, value = ""]) =>
    value === ""
      ? []
      : [{ path: [...template, "metadata", "annotations", `${scaling}/${key}`], value: known(value) }],
  );
}

function metadata(flag: string, text: string): readonly Field[] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) return [];
  const list = flag.startsWith("--label") ? "labels" : "annotations";
  const field = (parents: Path): Field => ({
    path: [...parents, "metadata", list, key],
    value: known(value),
  });
  if (flag.endsWith("-service")) return [field([])];
  return flag.endsWith("-revision") ? [field(template)] : [field([]), field(template)];
}

/** The fields that a flag sets (knative/client `docs/cmd/kn_service_create.md`). */
function fieldsOf({ flag, value }: KnFlag): readonly Field[] {
  if (/^--(?:annotation|label)(?:-service|-revision)?$/.test(flag)) return metadata(flag, value);
  switch (flag) {
    case "--limit":
      return quantities("limits", value);
    case "--request":
      return quantities("requests", value);
    case "--scale":
      return bounds(value);
    case "--scale-min":
    case "--min-scale":
      return bounds(`${value}..`);
    case "--scale-max":
    case "--max-scale":
      return bounds(`..${value}`);
    case "--cluster-local":
      return [{ path: ["metadata", "labels", visibilityKeys[0]], value: "cluster-local" }];
    case "--node-selector": {
      const [, key, wanted] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
      return key === undefined || wanted === undefined
        ? []
        : [{ path: [...template, "spec", "nodeSelector", key], value: known(wanted) }];
    }
    case "--node-affinity":
      return [{ path: [...template, "spec", "affinity"], value: known(`$${value}`) }];
    default:
      return [];
  }
}

/** A copy of a value with one field set; parents that are missing are made. */
function withField(value: Value | undefined, [step, ...rest]: Path, field: Value): Value {
  if (step === undefined) return field;
  // The only list is that of containers, with one item.
  if (typeof step === "number") return [withField(Array.isArray(value) ? value[0] : undefined, rest, field)];
  const entries = isMapping(value) ? Object.entries(value) : [];
  const old = entries.find(([key]) => key === step)?.[1];
  return Object.fromEntries([
    ...entries.filter(([key]) => key !== step),
    [step, withField(old, rest, field)],
  ]);
}

/** More precise flags count over those for both levels, whatever their order. */
const precise = ({ flag }: KnFlag): number => (/^--(?:annotation|label)$/.test(flag) ? 0 : 1);

function namespaceOf(by: Resource, flags: readonly KnFlag[]): string | null {
  const given = flags.findLast(({ flag }) => flag === "--namespace");
  // Without a flag kn works in the namespace of its pod.
  if (given === undefined) return by.namespace;
  return isExpanded(given.value) ? null : given.value;
}

function serviceOf(by: Resource, calls: readonly EmbeddedKn[]): KnService | null {
  const [first] = calls;
  if (!first) return null;
  const flags = calls.flatMap(({ command }) => command.flags);
  const words = new Map<string, { readonly call: EmbeddedKn; readonly word: Word }>();
  let body: Value = { spec: { template: { spec: { containers: [{}] } } } };
  for (const call of calls) {
    for (const flag of call.command.flags.toSorted((a, b) => precise(a) - precise(b))) {
      for (const { path, value } of fieldsOf(flag)) {
        body = withField(body, path, value);
        words.set(formatPath(path), { call, word: flag.word });
      }
    }
  }
  const complete =
    calls.some(({ command }) => command.verb !== "update") &&
    calls.every(({ command }) => !command.open && command.name !== null) &&
    !flags.some(({ flag }) => flag === "--filename");
  const name = first.command.name?.text ?? "";
  const { metadata: given, ...rest } = isMapping(body) ? body : {};
  const own = isMapping(given) ? given : {};
  const service = derivedResource({
    parent: by,
    path: first.pathOf(first.command.at),
    by: "kn",
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    namespace: namespaceOf(by, flags),
    name: known(name),
    ...(isMapping(own.labels) && { labels: own.labels }),
    ...(isMapping(own.annotations) && { annotations: own.annotations }),
    body: rest,
    form: complete ? "full" : "patch",
  });
  return {
    by,
    service,
    calls,
    spot(path) {
      const { call, word } = words.get(formatPath(path)) ?? {
        call: first,
        word: first.command.name ?? first.command.at,
      };
      return {
        location: locateWord(by, call, word),
        within: { resource: by, path: call.pathOf(word) },
      };
    },
  };
}

/** The services that an object's calls of `kn` make; calls for one name are one service. */
export function knServicesOf(by: Resource, calls: readonly EmbeddedKn[]): readonly KnService[] {
  const groups = new Map<string, EmbeddedKn[]>();
  for (const [index, call] of calls.entries()) {
    const { name, flags } = call.command;
    // Calls without a name, such as those with a file, have nothing in common.
    const key = JSON.stringify([namespaceOf(by, flags), name?.text ?? index]);
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return [...groups.values()].flatMap((group) => serviceOf(by, group) ?? []);
}
