import type { Edit } from "../model/finding.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, type Path, type Value } from "../model/value.ts";
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
