import type { KnownFinding } from "../model/baseline.ts";
import { safeJson } from "./safe-text.ts";

function entry({ file, rule, resource, path, count, reason, until }: KnownFinding): object {
  return {
    file,
    rule,
    ...(resource !== null && { resource }),
    ...(path !== "" && { path }),
    ...(count > 1 && { count }),
    ...(reason !== null && { reason }),
    ...(until !== null && { until }),
  };
}

/**
 * The text of a baseline: the same findings give the same bytes. Its paths are relative to its own folder.
 *
 * @param schema what it names as its schema; null: none
 */
export function baselineText(known: readonly KnownFinding[], schema: string | null): string {
  const head = { ...(schema !== null && { $schema: schema }), version: 1 };
  return `${safeJson(JSON.stringify({ ...head, findings: known.map(entry) }, null, 2))}\n`;
}
