import type { ManifestDocument } from "../model/document.ts";
import type { Location } from "../model/source.ts";

/**
 * A line of nothing but dots with indented text below it: "and so on" in a printed example (Integrations 1.7), the
 * end of the document for YAML readers.
 */
export function ellipsisIn(document: ManifestDocument): Location | null {
  if (!document.error && !document.notices.some((notice) => notice.kind === "dropped-content")) return null;
  const { file, span } = document;
  const found = /^([ \t]*)\.\.\.[ \t]*\r?$(?=\n[ \t]+[\w"'-])/m.exec(file.text.slice(span.start, span.end));
  if (!found) return null;
  const start = span.start + found.index + (found[1] ?? "").length;
  return { file, start, end: start + 3 };
}
