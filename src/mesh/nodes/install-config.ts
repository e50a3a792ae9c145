import type { Graph } from "../../model/graph.ts";
import { type Resource, sourceOf } from "../../model/resource.ts";
import { isList, isMapping, type Mapping, type Path, type Value, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { textOf } from "./same-value.ts";

/** Fields of install-config.yaml that a running cluster never follows. */
const fixedAtInstallation: readonly Path[] = [
  ["metadata", "name"],
  ["baseDomain"],
  ["networking"],
  ["platform"],
  ["controlPlane"],
  ["fips"],
];

/** The same file at the base revision: the one of its path, else the only one there is. */
function before(install: Resource, base: Graph): Resource | null {
  const all = base.own(kinds.InstallConfig);
  const { path } = sourceOf(install, []).document.file;
  const same = all.find((one) => sourceOf(one, []).document.file.path === path);
  const [first = null, ...others] = all;
  return same ?? (others.length === 0 ? first : null);
}

const computeOf = (value: Mapping): readonly Value[] => (isList(value.compute) ? value.compute : []);

/** Fields that differ between two values: the deepest ones whose parents are both mappings. */
function differences(a: Value | undefined, b: Value | undefined, path: Path): readonly Path[] {
  if (textOf(a) === textOf(b)) return [];
  if (!isMapping(a) || !isMapping(b)) return [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(valueAt(a, [key]), valueAt(b, [key]), [...path, key]));
}

/** What an install-config says now that the cluster was not installed with; null if it is new. */
export function changesAfterInstallation(install: Resource, base: Graph): readonly Path[] | null {
  const old = before(install, base);
  if (!old) return null;
  const changed = fixedAtInstallation.flatMap((path) =>
    differences(valueAt(install.value, path), valueAt(old.value, path), path),
  );
  const pools = computeOf(install.value).flatMap((_pool, index) => {
    const path = ["compute", index, "architecture"];
    const was = valueAt(old.value, path);
    const isNew = valueAt(old.value, path.slice(0, 2)) === undefined;
    return isNew ? [] : differences(valueAt(install.value, path), was, path);
  });
  return [...changed, ...pools];
}
