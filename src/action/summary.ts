import type { Report } from "../model/report.ts";
import { markdown } from "../report/markdown.ts";

/** A job's summary may be 1 MiB, and other steps write to it, too. */
const mostCharacters = 200_000;

/**
 * Where files of the checkout can be read in a browser: `https://github.com/o/r/blob/<sha>`, as far as the runner
 * tells.
 */
export function blobUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA } = env;
  if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY || !GITHUB_SHA) return null;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}`;
}

function placeUrl(blob: string, path: string, line: number): string | null {
  if (path.startsWith("../")) return null;
  const steps = path.replace(/\p{Cs}/gu, "\ufffd").split("/");
  return `${blob}/${steps.map(encodeURIComponent).join("/")}#L${line}`;
}

/**
 * What a job's summary page says about a report, as Markdown.
 *
 * @param blob where files can be read, see {@link blobUrl}; null: no links
 * @param pageUrl where the page of a rule can be read, null: nowhere
 */
export function jobSummary(
  report: Report,
  blob: string | null,
  pageUrl: (rule: string) => string | null,
): string {
  return markdown(report, {
    mostCharacters,
    pageUrl,
    placeUrl: (path, line) => (blob === null ? null : placeUrl(blob, path, line)),
  });
}
