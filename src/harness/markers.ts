import type { Severity } from "../model/finding.ts";
import { lineStartsOf, lineText, type SourceFile } from "../model/source.ts";

/** A finding that a comment of a manifest expects: `# expect: group/name`, at will with `@column` and `=severity`. */
export interface Marker {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
  readonly severity: Severity | null;
}

/** A comment that is meant as a marker and is none. */
export interface WrongMarker {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const comment = /#\s*expect(?:\+(\d{1,6}))?:\s*([^#\n\r]+)/g;
const entry = /^([a-z0-9]+\/[a-z0-9-]+)(?:@(\d{1,6}))?(?:=(error|warning|info))?$/;

/** The expectations that stand in a file's comments; `# expect+2:` speaks of the second line below it. */
export function markersIn(file: SourceFile): {
  readonly markers: readonly Marker[];
  readonly wrong: readonly WrongMarker[];
} {
  const markers: Marker[] = [];
  const wrong: WrongMarker[] = [];
  if (!file.text.includes("expect")) return { markers, wrong };
  for (let line = 1; line <= lineStartsOf(file).length; line++) {
    for (const match of lineText(file, line).matchAll(comment)) {
      for (const text of (match[2] ?? "").trim().split(/[\s,]+/)) {
        const [, rule, column, severity] = entry.exec(text) ?? [];
        if (rule === undefined) wrong.push({ file: file.path, line, text });
        else
          markers.push({
            rule,
            file: file.path,
            line: line + Number(match[1] ?? 0),
            column: column === undefined ? null : Number(column),
            severity: (severity ?? null) as Severity | null,
          });
      }
    }
  }
  return { markers, wrong };
}
