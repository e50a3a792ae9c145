import type { Isolation, Leak } from "../simulate/isolation.ts";
import type { Matrix, Outcome, Pair } from "../simulate/matrix.ts";
import type { Colors } from "./colors.ts";
import { decidingPlace } from "./deciding-place.ts";
import { displayWidth } from "./display-width.ts";
import { verdictColor } from "./reach.ts";
import { inertLines, safeJson, safeMessage, safeText } from "./safe-text.ts";

const columns = ["call", "url", "events"] as const;
type Column = (typeof columns)[number];

const titles = { call: "INTERNAL NAME", url: "EXTERNAL URL", events: "EVENTS" } as const;

/** Columns that some pair fills: there are no events by service. */
function usedColumns({ pairs }: Matrix): readonly Column[] {
  return columns.filter((column) => pairs.some((pair) => pair[column] !== null));
}

function cellText(outcome: Outcome | null): string {
  if (outcome === null) return "-";
  return outcome.mixed ? `${outcome.verdict} (one way)` : outcome.verdict;
}

/** An outcome as JSON has it. */
export function outcomeJson(outcome: Outcome | null): object | null {
  if (outcome === null) return null;
  const { verdict, mixed, because, by, from, to } = outcome;
  return { verdict, mixed, because, by: by && decidingPlace(by), example: { from, to } };
}

function leakJson({ from, to, by, outcome }: Leak): object {
  return { from, to, by, outcome: outcomeJson(outcome) };
}

/** What `--expect tenants` says, as JSON. */
export function isolationJson({ checked, leaks, notes }: Isolation): object {
  return { checked, leaks: leaks.map(leakJson), notes };
}

/** `matrix --format json`; with `--expect tenants` also what is not isolated. */
export function matrixJson(matrix: Matrix, isolation: Isolation | null): string {
  const { by, callers, targets, pairs, notes } = matrix;
  const json = {
    version: 1,
    by,
    callers,
    targets,
    pairs: pairs.map(({ from, to, call, url, events }) => ({
      from,
      to,
      call: outcomeJson(call),
      url: outcomeJson(url),
      events: outcomeJson(events),
    })),
    isolation: isolation && isolationJson(isolation),
    notes,
  };
  return `${safeJson(JSON.stringify(json, null, 2))}\n`;
}

function rowsOf(matrix: Matrix, shown: readonly Column[]): readonly (readonly string[])[] {
  return matrix.pairs.map((pair) => [
    safeText(pair.from),
    safeText(pair.to),
    ...shown.map((column) => cellText(pair[column])),
  ]);
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

function paint(text: string, pair: Pair, column: Column | undefined, colors: Colors): string {
  const outcome = column === undefined ? null : pair[column];
  return outcome === null ? text : verdictColor(colors, outcome.verdict)(text);
}

function leakLines(leaks: readonly Leak[], colors: Colors): readonly string[] {
  return leaks.flatMap(({ from, to, by, outcome }) => {
    const way = by === "call" ? "by internal names" : "by events";
    const place = outcome.by === null ? [] : [decidingPlace(outcome.by)];
    return [
      `${colors.red(colors.bold("not isolated:"))} ${safeText(from)} -> ${safeText(to)} ${way}: ${outcome.verdict}`,
      `  ${safeText(`${outcome.from}: ${outcome.to}`)}`,
      `  ${safeMessage(outcome.because)}`,
      ...place.map(
        ({ file, line, policy }) => `  ${colors.cyan(`${safeText(file)}:${line}: ${safeText(policy)}`)}`,
      ),
    ];
  });
}

/** What `--expect tenants` says. */
export function isolationLines(isolation: Isolation | null, colors: Colors): readonly string[] {
  if (isolation === null) return [];
  const notes = isolation.notes.map((note) => colors.dim(`note: ${safeMessage(note)}`));
  return [...verdictLines(isolation, colors), ...notes];
}

function verdictLines(isolation: Isolation, colors: Colors): readonly string[] {
  if (!isolation.checked)
    return [
      "",
      "there is nothing to tell apart: fewer than two tenants are known, or nothing of theirs can be called",
    ];
  if (isolation.leaks.length > 0) return ["", ...leakLines(isolation.leaks, colors)];
  return ["", colors.green("The tenants are isolated: every way by internal names and events refuses.")];
}

const legend = "(one way): not by every way; external URLs are the same for all callers";

/** `matrix` as a table for terminals. */
export function matrixText(matrix: Matrix, isolation: Isolation | null, colors: Colors): string {
  const shown = usedColumns(matrix);
  const head = ["FROM", "TO", ...shown.map((column) => titles[column])];
  const rows = rowsOf(matrix, shown);
  const widths = head.map((title, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? "")), title.length),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, index) => pad(cell, widths[index] ?? 0)).join("  ");
  const body = matrix.pairs.map((pair, row) =>
    (rows[row] ?? [])
      .map((cell, index) => paint(pad(cell, widths[index] ?? 0), pair, shown[index - 2], colors))
      .join("  ")
      .trimEnd(),
  );
  const lines = [
    colors.bold(line(head).trimEnd()),
    ...body,
    ...(rows.length === 0 ? ["there are no workloads or services in the set"] : ["", colors.dim(legend)]),
    ...matrix.notes.map((note) => colors.dim(`note: ${safeMessage(note)}`)),
    ...isolationLines(isolation, colors),
  ];
  return inertLines(`${lines.join("\n")}\n`);
}

/** A text that no cell of a Markdown table is broken by. */
export function markdownCell(text: string): string {
  return text.replace(/[\\|<>`*_[\]]/g, "\\$&");
}

/** For what is no terminal. */
export const plain: Colors = {
  bold: (text) => text,
  dim: (text) => text,
  underline: (text) => text,
  red: (text) => text,
  yellow: (text) => text,
  green: (text) => text,
  blue: (text) => text,
  cyan: (text) => text,
};

/** Lines of a Markdown table; the cells are texts as they are. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map((cells) => row(cells.map(markdownCell)))];
}

/** `matrix` as a Markdown table. */
export function matrixMarkdown(matrix: Matrix, isolation: Isolation | null): string {
  const shown = usedColumns(matrix);
  const head = ["From", "To", ...shown.map((column) => titles[column].toLowerCase())];
  const lines = [
    ...markdownTable(head, rowsOf(matrix, shown)),
    "",
    legend,
    ...matrix.notes.map((note) => `Note: ${safeMessage(note)}`),
    ...isolationLines(isolation, plain).map(markdownCell),
  ];
  return inertLines(`${lines.join("\n")}\n`);
}
