import type { Edit } from "../model/finding.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, isMapping, type Mapping, type Path, type Value, valueAt } from "../model/value.ts";
import { conflict, removeKey, setValue } from "./edits.ts";

const lineBreak = /^(?:\r\n|\r|\n)/;

/** One edit for a removal of whole lines and an insertion behind the last of them; null if they lie otherwise. */
function merged(removal: Edit, insertion: Edit): Edit | null {
  const { file, start, end } = removal;
  const lead = lineBreak.exec(insertion.text)?.[0] ?? "";
  const rest = /(?:\r\n|\r|\n)?$/.exec(file.text.slice(start, end))?.[0] ?? "";
  const behind = insertion.start === insertion.end && insertion.start === end - rest.length;
  if (insertion.file.path !== file.path || !behind || lead === "" || removal.text !== "") return null;
  return { ...removal, text: insertion.text.slice(lead.length) + rest };
}

/**
 * Takes a key away and writes a value under another one, also where the new place is right behind the old one. Null
 * where that cannot be written safely.
 */
export function moveKey(resource: Resource, from: Path, to: Path, value: Value): readonly Edit[] | null {
  const removed = removeKey(resource, from);
  const added = setValue(resource, to, value);
  if (!removed || !added) return null;
  // A mapping that loses its last key becomes `{}`, unless the new key is to stand there.
  const stays = formatPath(from.slice(0, -1)) === formatPath(to.slice(0, -1));
  const removals = stays ? removed.filter(({ text }) => text.trim() !== "{}") : removed;
  const [removal, ...others] = removals;
  const [insertion, ...more] = added;
  const single = removal && insertion && others.length + more.length === 0;
  const both = single ? merged(removal, insertion) : null;
  if (both) return [both];
  return conflict(removals, added) ? null : [...removals, ...added];
}

/** The path of a setting, or of the mapping around it that would be empty without it. */
function withEmptied(value: Mapping, path: Path): Path {
  const parent = path.slice(0, -1);
  const around = valueAt(value, parent);
  const isMetadata = parent.length <= 1 || parent.join(".") === "spec.template.metadata";
  if (isMetadata || parent.join(".") === "spec.template.spec") return path;
  return isMapping(around) && Object.keys(around).length === 1 ? withEmptied(value, parent) : path;
}

/**
 * Writes a label or annotation at another level of an object with a pod template, and takes it away where it stands,
 * with mappings that only held it. Null where that cannot be written safely.
 */
export function moveSetting(resource: Resource, from: Path, to: Path, text: string): readonly Edit[] | null {
  const added = setValue(resource, to, text);
  const removed = removeKey(resource, withEmptied(resource.value, from));
  return added && removed && [...added, ...removed];
}
