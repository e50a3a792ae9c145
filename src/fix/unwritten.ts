import type { Finding } from "../model/finding.ts";
import { pathAt } from "../model/path-at.ts";
import { formatPath } from "../model/value.ts";
import { layoutAt } from "./layout.ts";

/**
 * Why the place of a finding cannot be edited, where its rule could write an edit elsewhere: null if nothing about
 * the place tells.
 */
export function whyUnwritten({ resource, at }: Finding): string | null {
  if (resource === null || resource.origin.from === "derived") return null;
  const { document } = resource.origin;
  const path = pathAt(document, at.start);
  if (path === null || document.file !== at.file) return null;
  const twice = new Set(
    document.notices.flatMap((notice) => (notice.kind === "duplicate-key" ? [formatPath(notice.path)] : [])),
  );
  for (let length = 1; length <= path.length; length++) {
    const prefix = path.slice(0, length);
    const shown = formatPath(prefix);
    if (document.places.shared(prefix)) return `${shown} is shared by an alias or merge key`;
    if (twice.has(shown)) return `${shown} stands there twice`;
    if (layoutAt(document, prefix)?.decorated === true)
      return `${shown} has an anchor, or a tag: other places may share it`;
  }
  return null;
}
