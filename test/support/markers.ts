import type { SourceFile } from "../../src/model/source.ts";

/** A finding that a fixture expects: `# expect: group/name`, at will with `@column` and `=severity`. */
export interface Marker {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
  readonly severity: string | null;
}

const comment = /#\s*expect(\+\d+)?:\s*([^#\n\r]+)/g;
const entry = /^([a-z0-9]+\/[a-z0-9-]+)(?:@(\d+))?(?:=(error|warning|info))?$/;

/** The expectations that stand in a file's comments; `# expect+2:` speaks of the second line below it. */
export function markersIn(file: SourceFile): readonly Marker[] {
  return file.text.split(/\r\n|\n|\r/).flatMap((text, index) =>
    [...text.matchAll(comment)].flatMap((match) => {
      const line = index + 1 + Number(match[1] ?? 0);
      return (match[2] ?? "")
        .trim()
        .split(/[\s,]+/)
        .map((wanted) => {
          const parts = entry.exec(wanted);
          if (!parts?.[1]) throw new Error(`${file.path}:${index + 1}: not an expectation: ${wanted}`);
          return {
            rule: parts[1],
            file: file.path,
            line,
            column: parts[2] === undefined ? null : Number(parts[2]),
            severity: parts[3] ?? null,
          };
        });
    }),
  );
}
