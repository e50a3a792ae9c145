import { safeMessage, safeText } from "./safe-text.ts";

/** Text in which nothing is markup; `_` inside of words is none. */
export function markdownText(plain: string): string {
  return safeMessage(plain)
    .replace(/[\\|<>`*[\]~&]/g, "\\$&")
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_");
}

/**
 * The same for a comment or a summary on GitHub or GitLab, where `@name` calls people, `#1` and `!1` refer to issues and
 * merge requests, and addresses become links.
 */
export function commentText(plain: string): string {
  return markdownText(plain)
    .replaceAll("://", ":\\/\\/")
    .replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`)
    .replace(/[@#!$%~&](?=\w)/g, "$&<!-- -->");
}

/** A code span: its fence is longer than any run of backticks in it. */
export function markdownCode(plain: string): string {
  const shown = safeText(plain);
  const runs = shown.match(/`+/g) ?? [];
  const fence = "`".repeat(1 + runs.reduce((longest, run) => Math.max(longest, run.length), 0));
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return fence + pad + shown + pad + fence;
}

/** The lines of a table; its cells are Markdown. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)];
}
