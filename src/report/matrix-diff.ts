import type { Isolation } from "../simulate/isolation.ts";
import type { Outcome } from "../simulate/matrix.ts";
import type { ChangeKind, MatrixDiff, PairChange } from "../simulate/matrix-diff.ts";
import type { Colors } from "./colors.ts";
import { decidingPlace } from "./deciding-place.ts";
import { isolationJson, isolationLines, markdownCell, markdownTable, outcomeJson, plain } from "./matrix.ts";
import { verdictColor } from "./reach.ts";
import { inertLines, safeJson, safeMessage, safeText } from "./safe-text.ts";

const ways = { call: "by internal names", url: "by the external URL", events: "by events" } as const;

/** `matrix --diff --format json`. @param base what it is compared with: `main (1a2b3c4)` */
export function matrixDiffJson(diff: MatrixDiff, base: string, isolation: Isolation | null): string {
  const json = {
    version: 1,
    by: diff.by,
    base,
    changes: diff.changes.map(({ from, to, by, kind, before, after }) => ({
      from,
      to,
      by,
      change: kind,
      before: outcomeJson(before),
      after: outcomeJson(after),
    })),
    isolation: isolation && isolationJson(isolation),
    notes: diff.notes,
  };
  return `${safeJson(JSON.stringify(json, null, 2))}\n`;
}

function countsText({ changes }: MatrixDiff, base: string): string {
  const count = (kind: ChangeKind): number => changes.filter((change) => change.kind === kind).length;
  const differs = count("differs") > 0 ? `, ${count("differs")} refused otherwise` : "";
  return `${count("opens")} opened, ${count("closes")} closed${differs} since ${safeText(base)}`;
}

function placeText({ by }: Outcome): string | null {
  if (by === null) return null;
  const { file, line, policy } = decidingPlace(by);
  return `${safeText(file)}:${line}: ${safeText(policy)}`;
}

const verdictText = (outcome: Outcome | null): string => outcome?.verdict ?? "-";

function kindColor(colors: Colors, kind: ChangeKind): (text: string) => string {
  if (kind === "opens") return colors.red;
  return kind === "closes" ? colors.green : colors.yellow;
}

function sideLines(when: "then" | "now ", outcome: Outcome | null, colors: Colors): readonly string[] {
  if (outcome === null) return [`  ${when}  nothing to call`];
  const place = placeText(outcome);
  return [
    `  ${when}  ${verdictColor(colors, outcome.verdict)(outcome.verdict)}: ${safeMessage(outcome.because)}`,
    ...(place === null ? [] : [`        ${colors.cyan(place)}`]),
  ];
}

function changeLines({ from, to, by, kind, before, after }: PairChange, colors: Colors): readonly string[] {
  const example = after ?? before;
  return [
    `${kindColor(colors, kind)(colors.bold(kind))} ${safeText(from)} -> ${safeText(to)} ${ways[by]}` +
      colors.dim(example === null ? "" : ` (${safeText(`${example.from}: ${example.to}`)})`),
    ...sideLines("then", before, colors),
    ...sideLines("now ", after, colors),
  ];
}

/** `matrix --diff` for terminals: each change with what decided before and what decides now. */
export function matrixDiffText(
  diff: MatrixDiff,
  base: string,
  isolation: Isolation | null,
  colors: Colors,
): string {
  const lines = [
    ...diff.changes.flatMap((change) => [...changeLines(change, colors), ""]),
    colors.bold(countsText(diff, base)),
    ...diff.notes.map((note) => colors.dim(`note: ${safeMessage(note)}`)),
    ...isolationLines(isolation, colors),
  ];
  return inertLines(`${lines.join("\n")}\n`);
}

function decidedBy(outcome: Outcome | null): string {
  if (outcome === null) return "-";
  return placeText(outcome) ?? safeMessage(outcome.because);
}

/** `matrix --diff` as a Markdown table, for the description of a change. */
export function matrixDiffMarkdown(diff: MatrixDiff, base: string, isolation: Isolation | null): string {
  const head = ["Change", "From", "To", "Way", "Then", "Decided by", "Now", "Decided by"];
  const rows = diff.changes.map(({ from, to, by, kind, before, after }) => [
    kind,
    safeText(from),
    safeText(to),
    ways[by],
    verdictText(before),
    decidedBy(before),
    verdictText(after),
    decidedBy(after),
  ]);
  const lines = [
    markdownCell(countsText(diff, base)),
    "",
    ...(rows.length === 0 ? [] : [...markdownTable(head, rows), ""]),
    ...diff.notes.map((note) => `Note: ${markdownCell(safeMessage(note))}`),
    ...isolationLines(isolation, plain).map(markdownCell),
  ];
  return inertLines(`${lines.join("\n").trimEnd()}\n`);
}
