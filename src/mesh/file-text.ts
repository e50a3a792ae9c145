import type { ManifestDocument } from "../model/document.ts";
import { type Resource, sourceOf } from "../model/resource.ts";
import type { SourceFile } from "../model/source.ts";

/**
 * A quick look before a long walk: whether the file of a resource or document may hold a value, by a pattern that
 * every such value fits wherever it stands in a text. Asked once per file. A backslash may spell anything.
 */
export function fileFits(pattern: RegExp): (written: Resource | ManifestDocument) => boolean {
  const known = new WeakMap<SourceFile, boolean>();
  return (written) => {
    const { file } = "file" in written ? written : sourceOf(written, []).document;
    const before = known.get(file);
    if (before !== undefined) return before;
    const fits = file.text.includes("\\") || pattern.test(file.text);
    known.set(file, fits);
    return fits;
  };
}
