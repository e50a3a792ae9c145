import type { Baseline } from "../model/baseline.ts";
import type { CertificateReader } from "../model/certificate.ts";
import type { Config, RuleLevel } from "../model/config.ts";
import type { ProfileKey } from "../model/profile.ts";
import type { FileState } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import type { Rule } from "../rule/define.ts";

/** Files of a context: what is known to exist beside a set, named in the config by a path or as a snapshot. */
export interface ContextFiles {
  /** The `path` or `snapshot` of the config, as written there. */
  readonly source: string;
  readonly files: readonly SourceFile[];
}

/** What the command line adds to the config; it wins over it. */
export interface LintOptions {
  /** `--profile mesh=2.4`, as text. */
  readonly profile: Readonly<Partial<Record<ProfileKey, string>>>;
  /** `--rule`: ids or globs; none: every rule. */
  readonly rules: readonly string[];
  /** `--skip`: ids or globs. */
  readonly skip: readonly string[];
  /** `--severity ID=LEVEL`, in the order given; later ones win. */
  readonly severities: readonly { readonly pattern: string; readonly level: RuleLevel }[];
  /** Undecided becomes a warning at its subject. */
  readonly strict: boolean;
  /** `--set`: names of sets, or globs; none: every set that the shown paths touch. */
  readonly sets: readonly string[];
  /**
   * Files and folders, relative to the working directory with `/`, in which findings are shown; `.` for all. The
   * graph is not narrowed by them.
   */
  readonly shownPaths: readonly string[];
  /** Files that the command line names one by one: broken YAML in them is an error, not a warning. */
  readonly named: readonly string[];
}

/** Everything that a lint run needs, as values: the engine reads no file, clock or environment. */
export interface LintInput {
  readonly files: readonly SourceFile[];
  /** Files that were listed but not read, or could not be. */
  readonly fileStates: readonly FileState[];
  readonly config: Config;
  /** The config's folder relative to the working directory (`.`, `..`, `deploy`); its paths start there. */
  readonly configFolder: string;
  /** Where the config is above the working directory: the working directory, relative to the config's folder. */
  readonly belowConfig?: string;
  /** Folder of the whole tree, relative to the working directory; default: the working directory. */
  readonly root?: string;
  /** Where the root is above the working directory: the working directory, relative to the root. */
  readonly belowRoot?: string;
  readonly options: LintOptions;
  /** The rules to choose from. */
  readonly catalogue: readonly Rule[];
  readonly contextFiles: readonly ContextFiles[];
  /** The same tree at the base revision, for the rules that compare; sets are matched by name. */
  readonly base?: { readonly files: readonly SourceFile[]; readonly fileStates?: readonly FileState[] };
  /**
   * The cluster's objects, status included, as YAML or JSON: they are a complete context of every set, and rules that
   * need a cluster run. Absent: they are not applicable.
   */
  readonly live?: readonly SourceFile[];
  /** The findings that are known, and not reported as new. Its file is none of `files`. */
  readonly baseline?: Baseline | null;
  /** Report only what the change from the base to these files causes; without a base everything. */
  readonly onlyCaused?: boolean;
  /** Reads X.509 certificates; without a reader what needs it is undecided. */
  readonly certificates?: CertificateReader | null;
  /** Today. */
  readonly now: Date;
}
