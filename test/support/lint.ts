import { nodeCertificates } from "../../src/certificates/node-reader.ts";
import { checkConfig } from "../../src/config/check.ts";
import { lint } from "../../src/engine/lint.ts";
import type { ContextFiles, LintOptions } from "../../src/engine/lint-input.ts";
import type { CertificateReader } from "../../src/model/certificate.ts";
import { emptyConfig } from "../../src/model/config.ts";
import type { Report } from "../../src/model/report.ts";
import type { SourceFile } from "../../src/model/source.ts";
import type { Rule } from "../../src/rule/define.ts";
import { rules } from "../../rules/index.ts";

export interface MemoryOptions extends Partial<LintOptions> {
  readonly config?: SourceFile | null;
  readonly contextFiles?: readonly ContextFiles[];
  readonly now?: Date;
  /** Null: nobody can read certificates. */
  readonly certificates?: CertificateReader | null;
  /** The files of the base revision. */
  readonly base?: readonly SourceFile[] | null;
  /** The cluster's objects. */
  readonly live?: readonly SourceFile[] | null;
  /** Default: all rules. */
  readonly catalogue?: readonly Rule[];
}

/** Lints files in memory as the command line would lint them in its working directory. */
export function lintMemory(files: readonly SourceFile[], options: MemoryOptions = {}): Report {
  const { config = null, contextFiles = [], base = null, live = null, catalogue = rules, ...rest } = options;
  const { certificates = nodeCertificates, ...others } = rest;
  const { now = new Date("2026-11-20T00:00:00Z"), ...given } = others;
  return lint({
    files,
    fileStates: [],
    config: config ? checkConfig(config, catalogue) : emptyConfig,
    configFolder: ".",
    options: {
      profile: {},
      rules: [],
      skip: [],
      severities: [],
      strict: false,
      sets: [],
      shownPaths: ["."],
      named: [],
      ...given,
    },
    catalogue,
    contextFiles,
    ...(base && { base: { files: base } }),
    ...(live && { live }),
    ...(certificates && { certificates }),
    now,
  });
}
