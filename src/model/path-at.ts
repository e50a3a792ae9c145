import type { ManifestDocument } from "./document.ts";
import type { Path } from "./value.ts";

/**
 * The deepest path of a document whose key or value stands at an offset of its file; null between documents' values.
 * What an alias stands for has its place at the anchor, and the alias is where it counts here.
 */
export function pathAt(document: ManifestDocument, offset: number): Path | null {
  const { places } = document;
  let best: Path | null = null;
  for (const path of places.paths()) {
    const [key, value] = [places.key(path), places.value(path)];
    if (!key || !value || places.shared(path.slice(0, -1))) continue;
    const start = Math.min(key.start, value.start);
    if (offset < start || offset >= Math.max(value.end, key.end, start + 1)) continue;
    if (best === null || path.length > best.length) best = path;
  }
  return best;
}
