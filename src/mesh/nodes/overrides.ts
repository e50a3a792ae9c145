import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path, Value } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { entriesAt, filesOf, unitsOf } from "./ignition-parts.ts";
import { objectLabels, pools, roleKey, takes } from "./pools.ts";
import { textOf } from "./same-value.ts";
import { isShippedConfig } from "./shipped-configs.ts";

/** A file, or a part of a systemd unit, that a MachineConfig sets. */
export interface Part {
  readonly config: Resource;
  readonly path: Path;
  /** `/etc/chrony.conf`, `unit chronyd.service`: equal for what overrides each other. */
  readonly name: string;
  /** The file's path or the unit's name alone. */
  readonly target: string;
  /** Null: to set it twice is an override in any case; else a text that has to differ. */
  readonly value: string | null;
}

const named = (value: Value | undefined): value is string => typeof value === "string" && !isUnknown(value);

/** What a MachineConfig sets on its nodes. Drop-ins of one unit are files of their own. */
export function partsOf(config: Resource): readonly Part[] {
  const files = filesOf(config).flatMap(({ path, value }): readonly Part[] =>
    named(value.path)
      ? [{ config, path: [...path, "path"], name: value.path, target: value.path, value: null }]
      : [],
  );
  const units = unitsOf(config).flatMap(({ path, value }): readonly Part[] => {
    const { name } = value;
    if (!named(name)) return [];
    const part = (key: string, what: string, text: string | null): readonly Part[] =>
      value[key] === undefined
        ? []
        : [{ config, path: [...path, "name"], name: what, target: name, value: text }];
    const dropIns = entriesAt(config, [...path, "dropins"]).flatMap((entry): readonly Part[] =>
      named(entry.value.name)
        ? [
            {
              config,
              path: [...entry.path, "name"],
              name: `drop-in ${entry.value.name} of ${name}`,
              target: `${name}.d/${entry.value.name}`,
              value: null,
            },
          ]
        : [],
    );
    return [
      ...part("contents", `unit ${name}`, null),
      ...part("enabled", `enabled of unit ${name}`, textOf(value.enabled)),
      ...part("mask", `mask of unit ${name}`, textOf(value.mask)),
      ...dropIns,
    ];
  });
  return [...files, ...units];
}

/** Another MachineConfig of the same pool that sets the same, and which of the two wins. */
export interface Rivalry {
  readonly part: Part;
  readonly rival: Part;
  readonly pool: string;
  /** By their names in the order of their characters, as the documents have it. */
  readonly wins: boolean;
  /** Newer releases let the MachineConfig of a custom pool win over that of the workers, whatever their names. */
  readonly contested: boolean;
}

const roleOf = (config: Resource): string | undefined => objectLabels(config).entries.get(roleKey);

const partsByPool = once((graph: Graph): ReadonlyMap<string, ReadonlyMap<string, readonly Part[]>> => {
  const configs = graph
    .all(kinds.MachineConfig)
    .filter(({ name }) => !isShippedConfig(name))
    .map((config) => ({ labels: objectLabels(config), parts: partsOf(config) }));
  return new Map(
    pools(graph).map((pool) => {
      const parts = new Map<string, Part[]>();
      for (const { labels, parts: all } of configs) {
        if (takes(pool, labels) !== "yes") continue;
        for (const part of all) {
          const list = parts.get(part.name);
          if (list) list.push(part);
          else parts.set(part.name, [part]);
        }
      }
      return [pool.name, parts] as const;
    }),
  );
});

/** The strongest rival of a part in some pool; null if nothing else sets it. Candidates of one object are no rivals. */
export function rivalryOf(graph: Graph, part: Part): Rivalry | null {
  let found: Rivalry | null = null;
  for (const [pool, parts] of partsByPool(graph)) {
    const all = parts.get(part.name) ?? [];
    if (!all.some(({ config }) => config === part.config)) continue;
    for (const rival of all) {
      if (rival.config.name === part.config.name) continue;
      if (part.value !== null && rival.value === part.value) continue;
      if (found && found.rival.config.name >= rival.config.name) continue;
      const wins = part.config.name > rival.config.name;
      const [winner, loser] = wins ? [part.config, rival.config] : [rival.config, part.config];
      const contested = roleOf(winner) === "worker" && roleOf(loser) !== "worker";
      found = { part, rival, pool, wins, contested };
    }
  }
  return found;
}
