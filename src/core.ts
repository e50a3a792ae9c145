/**
 * meshlint without Node: for browsers, editors and workers. Reads no file, clock or environment but through its
 * arguments. What this file exports is as stable as the library.
 *
 * @example
 * import { formatReport, lintFiles } from "meshlint/core";
 * const report = await lintFiles([{ path: "gateway.yaml", text }]);
 * console.log(formatReport("compact", report));
 */
import { rules } from "../rules/index.ts";
import { readBaseline } from "./config/baseline.ts";
import { checkConfig } from "./config/check.ts";
import { lint } from "./engine/lint.ts";
import { prepareFiles } from "./load/load.ts";
import type { CertificateReader } from "./model/certificate.ts";
import { emptyConfig, type RuleLevel } from "./model/config.ts";
import type { ProfileKey } from "./model/profile.ts";
import type { Report } from "./model/report.ts";
import type { SourceFile } from "./model/source.ts";
import type { Colors } from "./report/colors.ts";
import { compact } from "./report/compact.ts";
import { github } from "./report/github.ts";
import { gitlab } from "./report/gitlab.ts";
import { json } from "./report/json.ts";
import { junit } from "./report/junit.ts";
import { markdown } from "./report/markdown.ts";
import { pretty } from "./report/pretty.ts";
import { pageUrl } from "./report/rule-page.ts";
import { sarif } from "./report/sarif.ts";
import { exitCodeOf, type FailOn } from "./report/summary.ts";
import type { Rule } from "./rule/define.ts";

export * from "./surface.ts";
export { rules };

/** Put in by the build. */
declare const MESHLINT_VERSION: string;

/** How to lint files in memory; every option has the meaning of the command line's. */
export interface LintFilesOptions {
  /** The config, as a file like the others; default: none. Its paths are relative to its own folder. */
  readonly config?: SourceFile;
  /** Files and folders in which findings are shown; default: everywhere. */
  readonly paths?: readonly string[];
  /** Versions and facts of the cluster; they win over config and detection. */
  readonly profile?: Readonly<Partial<Record<ProfileKey, string>>>;
  /** Ids or globs of the rules to run; default: all. */
  readonly rules?: readonly string[];
  /** Ids or globs of rules to leave out. */
  readonly skip?: readonly string[];
  /** Levels by rule id or glob; later ones win. */
  readonly severity?: Readonly<Record<string, RuleLevel>>;
  /** Names or globs of the sets to lint; default: all. */
  readonly sets?: readonly string[];
  /** Report what cannot be decided from these files as warnings. */
  readonly strict?: boolean;
  /** Rules of your own, made with `defineRule`, beside those of the catalogue. */
  readonly extraRules?: readonly Rule[];
  /** The same tree before a change, for the rules that compare. */
  readonly base?: readonly SourceFile[];
  /** Report only what the change from `base` to the files causes; without `base` everything. */
  readonly changed?: boolean;
  /** A file that `meshlint --baseline FILE --update-baseline` wrote: findings that it knows are suppressed. */
  readonly baseline?: SourceFile;
  /** Reads X.509 certificates; default: nobody does, and what needs it is undecided. */
  readonly certificates?: CertificateReader;
  /** The day that certificates and dates of suppressions are compared with; default: today. */
  readonly now?: Date;
}

/** The folder of a path with `/`: `.` for a name alone. */
function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

/**
 * Lints files in memory: a tree of their own, with paths relative to its root.
 *
 * @param files texts of manifests; a byte order mark at the start is left out
 * @throws UsageError for a broken config, an unknown rule, set or version
 */
export async function lintFiles(
  files: readonly SourceFile[],
  options: LintFilesOptions = {},
): Promise<Report> {
  const catalogue = [...rules, ...(options.extraRules ?? [])];
  const withoutMark = ({ path, text }: SourceFile): SourceFile => ({
    path,
    text: text.replace(/^\uFEFF/, ""),
  });
  const baseline = options.baseline ? readBaseline(withoutMark(options.baseline)) : null;
  const sources = files.filter(({ path }) => path !== baseline?.path).map(withoutMark);
  const base = options.base?.map(withoutMark);
  const config = options.config ? checkConfig(options.config, catalogue) : emptyConfig;
  prepareFiles([...sources, ...(base ?? [])]);
  return lint({
    files: sources,
    fileStates: [],
    config,
    configFolder: options.config ? folderOf(options.config.path) : ".",
    options: {
      profile: options.profile ?? {},
      rules: options.rules ?? [],
      skip: options.skip ?? [],
      severities: Object.entries(options.severity ?? {}).map(([pattern, level]) => ({ pattern, level })),
      strict: options.strict ?? false,
      sets: options.sets ?? [],
      shownPaths: options.paths ?? ["."],
      named: [],
    },
    catalogue,
    contextFiles: [],
    ...(base && { base: { files: base } }),
    baseline,
    onlyCaused: options.changed ?? false,
    certificates: options.certificates ?? null,
    now: options.now ?? new Date(),
  });
}

export type FormatName = "compact" | "github" | "gitlab" | "json" | "junit" | "markdown" | "pretty" | "sarif";

/** How to write a report. */
export interface FormatOptions {
  /** `pretty` without the summary. */
  readonly quiet?: boolean;
  /** `pretty` with what is undecided, suppressed and skipped. */
  readonly verbose?: boolean;
  /** The level that SARIF's exit code is computed for; default: `error`. */
  readonly failOn?: FailOn;
  /** The rules of your own that the report was made with: SARIF describes them. */
  readonly extraRules?: readonly Rule[];
}

const plain = (text: string): string => text;
const noColors: Colors = {
  bold: plain,
  dim: plain,
  underline: plain,
  red: plain,
  yellow: plain,
  green: plain,
  blue: plain,
  cyan: plain,
};

/** A report as text, without colours. */
export function formatReport(name: FormatName, report: Report, options: FormatOptions = {}): string {
  const { quiet = false, verbose = false, failOn = "error", extraRules = [] } = options;
  const known = new Set(rules.map((rule) => rule.id));
  const url = (id: string): string | null => (known.has(id) ? pageUrl(id, MESHLINT_VERSION) : null);
  switch (name) {
    case "compact":
      return compact(report);
    case "github":
      return github(report);
    case "gitlab":
      return gitlab(report);
    case "json":
      return json(report);
    case "junit":
      return junit(report);
    case "markdown":
      return markdown(report, { pageUrl: url });
    case "pretty":
      return pretty(report, { colors: noColors, quiet, verbose });
    case "sarif":
      return sarif(report, [...rules, ...extraRules], {
        version: MESHLINT_VERSION,
        exitCode: exitCodeOf(report, failOn),
        pageUrl: url,
      });
  }
}
