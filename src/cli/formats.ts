import type { Report } from "../model/report.ts";
import type { Colors } from "../report/colors.ts";
import type { Rule } from "../rule/define.ts";
import type { FormatName } from "./flags.ts";
import { pageUrl } from "../report/rule-page.ts";
import { meshlintVersion, rulePage } from "./package-files.ts";

export interface FormatOptions {
  /** The catalogue, for formats that describe the rules. */
  readonly rules: () => Promise<readonly Rule[]>;
  readonly exitCode: number;
  readonly colors: Colors;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly maxFindings: number | null;
}

/** The report with the first findings that count only. */
function limited(report: Report, most: number | null): Report {
  if (most === null) return report;
  const findings = report.findings.filter((finding) => finding.suppressed === null).slice(0, most);
  return { ...report, findings };
}

/** What there is to read about the rules of the catalogue: their pages, and where these are. */
async function pagesOf({ rules }: FormatOptions) {
  const catalogue = await rules();
  const known = new Set(catalogue.map((rule) => rule.id));
  const page = (id: string): string | null => (known.has(id) ? rulePage(id) : null);
  const url = (id: string): string | null => (page(id) === null ? null : pageUrl(id, meshlintVersion()));
  return { catalogue, page, url };
}

/** A report in a format; each reporter is loaded when it is needed. */
export async function formatReport(
  format: FormatName,
  report: Report,
  options: FormatOptions,
): Promise<string> {
  switch (format) {
    case "pretty":
      return (await import("../report/pretty.ts")).pretty(report, options);
    case "json":
      return (await import("../report/json.ts")).json(report);
    case "compact":
      return (await import("../report/compact.ts")).compact(limited(report, options.maxFindings));
    case "github":
      return (await import("../report/github.ts")).github(limited(report, options.maxFindings));
    case "gitlab":
      return (await import("../report/gitlab.ts")).gitlab(report);
    case "junit":
      return (await import("../report/junit.ts")).junit(report);
    case "markdown": {
      const { markdown } = await import("../report/markdown.ts");
      const { url } = await pagesOf(options);
      return markdown(report, { pageUrl: url, maxFindings: options.maxFindings });
    }
    case "sarif": {
      const { sarif } = await import("../report/sarif.ts");
      const { catalogue, page, url } = await pagesOf(options);
      const { exitCode } = options;
      return sarif(report, catalogue, { version: meshlintVersion(), exitCode, page, pageUrl: url });
    }
  }
}
