import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Mapping, type Path, type Value, valueAt } from "../../model/value.ts";

/** Where a MachineConfig keeps its Ignition config. */
export const configPath: Path = ["spec", "config"];

/** An entry of a list of an Ignition config with its place. */
export interface Entry {
  readonly path: Path;
  readonly value: Mapping;
}

/** The mappings of a list at a path; anything else has none. */
export function entriesAt(resource: Resource, path: Path): readonly Entry[] {
  const list = valueAt(resource.value, path);
  return (isList(list) ? list : []).flatMap((value, index) =>
    isMapping(value) ? [{ path: [...path, index], value }] : [],
  );
}

/** The files that a MachineConfig writes. */
export function filesOf(config: Resource): readonly Entry[] {
  return entriesAt(config, [...configPath, "storage", "files"]);
}

/** The systemd units that a MachineConfig defines or changes. */
export function unitsOf(config: Resource): readonly Entry[] {
  return entriesAt(config, [...configPath, "systemd", "units"]);
}

/** Whether a section of an Ignition config says anything: empty lists and mappings do not. */
export function saysSomething(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
