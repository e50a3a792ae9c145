/**
 * meshlint as a library, for Node. What this file exports is stable: it changes with the major version only.
 *
 * @example
 * import { formatReport, lint } from "meshlint";
 * const report = await lint({ cwd: "deploy", profile: { serverless: "1.32" } });
 * console.log(await formatReport("pretty", report));
 */
import { resolve } from "node:path";
import { createColors } from "picocolors";
import { rules } from "../rules/index.ts";
import { formatNames, type FormatName } from "./cli/flags.ts";
import { formatReport as format } from "./cli/formats.ts";
import { lintProject } from "./cli/lint-project.ts";
import { meshlintVersion } from "./cli/package-files.ts";
import type { RuleLevel } from "./model/config.ts";
import type { ProfileKey } from "./model/profile.ts";
import type { Report } from "./model/report.ts";
import { exitCodeOf, type FailOn } from "./report/summary.ts";
import type { Rule } from "./rule/define.ts";

export * from "./surface.ts";
export { formatNames, rules };
export type { FormatName };

/** The version of meshlint, such as `0.1.0`. */
export const version: string = meshlintVersion();

/** What to lint, and how; every option has the meaning of the command line's. */
export interface LintOptions {
  /** The working directory, to which all paths are relative; default: that of the process. */
  readonly cwd?: string;
  /**
   * Files and folders in which findings are shown; default: the working directory. All manifests of the config's
   * folder, or of the git repository, are read.
   */
  readonly paths?: readonly string[];
  /** The config file; default: the nearest `meshlint.yaml` upward from the working directory. */
  readonly config?: string;
  /** Versions and facts of the cluster; they win over config and detection. */
  readonly profile?: Readonly<Partial<Record<ProfileKey, string>>>;
  /** Ids or globs of the rules to run; default: all. */
  readonly rules?: readonly string[];
  /** Ids or globs of rules to leave out. */
  readonly skip?: readonly string[];
  /** Levels by rule id or glob; later ones win. */
  readonly severity?: Readonly<Record<string, RuleLevel>>;
  /** Names or globs of the sets to lint; default: every set that `paths` touch. */
  readonly sets?: readonly string[];
  /** Report what cannot be decided from these files as warnings. */
  readonly strict?: boolean;
  /** Rules of your own, made with `defineRule`, beside those of the catalogue. */
  readonly extraRules?: readonly Rule[];
  /** A revision of the git repository: rules that compare look at the state at its merge base with HEAD. */
  readonly base?: string;
  /**
   * Report only what the change since `base` causes; default of `base`: the upstream branch or `origin/HEAD`. Where
   * the base is not there (a shallow checkout) everything is reported.
   */
  readonly changed?: boolean;
  /** A file that `meshlint --baseline FILE --update-baseline` wrote: findings that it knows are suppressed. */
  readonly baseline?: string;
  /** Lint what is staged instead of the work tree, and report only what it changes against HEAD or `base`. */
  readonly staged?: boolean;
  /** Is told, in a sentence, why there is nothing to compare with. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Lints manifests on disk and gives everything that was found out. Nothing is printed or written. A rule that crashes
 * is in `crashes` of the report; a folder without manifests gives a report without findings.
 *
 * @throws UsageError for a path that does not exist, a broken config, an unknown rule, set or version
 */
export async function lint(options: LintOptions = {}): Promise<Report> {
  const { cwd = process.cwd(), paths = [], config = null, extraRules = [] } = options;
  const silent = { write: () => {} };
  const io = { stdout: silent, stderr: silent, cwd: resolve(cwd), env: process.env };
  const { base = null, changed = false, staged = false } = options;
  const { report, notices } = await lintProject(io, {
    paths,
    config,
    packages: true,
    extraRules,
    baseline: options.baseline === undefined ? null : { file: options.baseline, update: false },
    comparison: base !== null || changed || staged ? { base, changed, staged } : null,
    options: {
      profile: options.profile ?? {},
      rules: options.rules ?? [],
      skip: options.skip ?? [],
      severities: Object.entries(options.severity ?? {}).map(([pattern, level]) => ({ pattern, level })),
      strict: options.strict ?? false,
      sets: options.sets ?? [],
    },
  });
  for (const notice of notices) options.onNotice?.(notice);
  return report;
}

/** How to write a report. */
export interface FormatOptions {
  /** Colours in `pretty`; default: none. */
  readonly color?: boolean;
  /** `pretty` without the summary. */
  readonly quiet?: boolean;
  /** `pretty` with what is undecided, suppressed and skipped. */
  readonly verbose?: boolean;
  /** No more findings than this in `pretty`, `compact`, `github` and `markdown`; default: all. */
  readonly maxFindings?: number;
  /** The level that SARIF's exit code is computed for; default: `error`. */
  readonly failOn?: FailOn;
  /** The rules of your own that the report was made with: SARIF describes them. */
  readonly extraRules?: readonly Rule[];
}

/** A report as text: the bytes that the command line would write. */
export function formatReport(name: FormatName, report: Report, options: FormatOptions = {}): Promise<string> {
  return format(name, report, {
    rules: async () => [...rules, ...(options.extraRules ?? [])],
    exitCode: exitCodeOf(report, options.failOn ?? "error"),
    colors: createColors(options.color ?? false),
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
    maxFindings: options.maxFindings ?? null,
  });
}
