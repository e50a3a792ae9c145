import type { ManifestDocument } from "../model/document.ts";
import type { Edit } from "../model/finding.ts";
import type { Mapping, Path, Value } from "../model/value.ts";
import { layoutAt, type Layout } from "./layout.ts";
import { renderBlock, renderFlow } from "./render.ts";
import { columnOf, lineBreakOf, lineEnd, lineStart, restIsTrivia, scanFlow, startsLine } from "./scan.ts";
import { isJson, styleOf } from "./style.ts";

/** Adds entries behind the last one of a mapping, or items behind the last one of a list, that is not empty. */
export function addEntries(
  document: ManifestDocument,
  path: Path,
  added: Mapping | readonly Value[],
): readonly Edit[] | null {
  const layout = layoutAt(document, path);
  if (layout?.style === "flow") return addToFlow(document, path, layout, added);
  if (layout?.style !== "block-mapping" && layout?.style !== "block-list") return null;
  const { file } = document;
  const { text } = file;
  if (!restIsTrivia(text, layout.end)) return null;
  // The next line, not the end of the value: a comment behind the value stays with it.
  const at = lineEnd(text, layout.end);
  if (at === text.length && endsOpen(text.slice(layout.start, layout.end))) return null;
  const style = styleOf(document, path);
  const lines = renderBlock(added, layout.column, style);
  return [{ file, start: at, end: at, text: style.lineBreak + lines }];
}

/** Whether a block scalar without a last line break may be what ends the text: one more would be part of its value. */
function endsOpen(text: string): boolean {
  return /[:-][ \t]+[|>](?:\d?\+|\+\d|\d)?[ \t]*(?:#[^\r\n]*)?[\r\n]/.test(text);
}

function addToFlow(
  document: ManifestDocument,
  path: Path,
  layout: Layout,
  added: Mapping | readonly Value[],
): readonly Edit[] | null {
  const { file } = document;
  const { text } = file;
  const flow = scanFlow(text, layout.start);
  const last = flow?.entries.at(-1);
  // Behind a key without value, a comma could be read as part of the key.
  if (!flow || !last || text[last.end - 1] === ":") return null;
  const style = styleOf(document, path);
  const whole = renderFlow(added, isJson(document, path), style.quote);
  const written = whole.slice(1, -1);
  const behind = last.comma === null ? last.end : last.comma + 1;
  const stop = lineEnd(text, behind);
  const first = startsLine(text, last.start) && stop < flow.close;
  if (!first && stop < flow.close && !restIsBlank(text, behind)) {
    // A comment follows, so the new entry needs a line of its own.
    const indent = " ".repeat(columnOf(text, layout.start) + 2);
    return ownLine(document, last, stop, indent, written);
  }
  if (!first) {
    const edits = last.comma === null ? `, ${written}` : ` ${written}`;
    return [{ file, start: behind, end: behind, text: edits }];
  }
  const indent = text.slice(lineStart(text, last.start), last.start);
  return ownLine(document, last, stop, indent, written);
}

function restIsBlank(text: string, position: number): boolean {
  return text.slice(position, lineEnd(text, position)).trim() === "";
}

/** Adds a line behind the last entry's, with the commas that this needs. */
function ownLine(
  { file }: ManifestDocument,
  last: { readonly end: number; readonly comma: number | null },
  stop: number,
  indent: string,
  written: string,
): readonly Edit[] {
  const line = lineBreakOf(file.text, last.end) + indent + written;
  if (last.comma !== null) return [{ file, start: stop, end: stop, text: `${line},` }];
  if (last.end === stop) return [{ file, start: stop, end: stop, text: `,${line}` }];
  return [
    { file, start: last.end, end: last.end, text: "," },
    { file, start: stop, end: stop, text: line },
  ];
}
