import { existsSync } from "node:fs";
import { join } from "node:path";
import { error, getInput, setFailed, setOutput, summary } from "@actions/core";
import { createColors } from "picocolors";
import { rules } from "../../rules/index.ts";
import type { FormatName } from "../cli/flags.ts";
import { formatReport } from "../cli/formats.ts";
import type { Io } from "../cli/io.ts";
import { lintProject, requireObjects } from "../cli/lint-project.ts";
import { writeWhole } from "../cli/output.ts";
import { meshlintVersion } from "../cli/package-files.ts";
import { UsageError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import { github } from "../report/github.ts";
import { pageUrl } from "../report/rule-page.ts";
import { safeText } from "../report/safe-text.ts";
import { countsText, exitCodeOf, plural, summaryOf } from "../report/summary.ts";
import { isFork } from "./event.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { blobUrl, jobSummary } from "./summary.ts";

async function writeSummary(report: Report, io: Io): Promise<void> {
  // Runners before job summaries, and tools that imitate a runner, have no such file.
  if (!io.env.GITHUB_STEP_SUMMARY) return;
  const blob = existsSync(join(io.cwd, ".git")) ? blobUrl(io.env) : null;
  const known = new Set(rules.map((rule) => rule.id));
  const version = meshlintVersion();
  const page = (id: string): string | null => (known.has(id) ? pageUrl(id, version) : null);
  summary.addRaw(jobSummary(report, blob, page), true);
  await summary.write();
}

function setOutputs(report: Report, { sarifFile }: Inputs): void {
  const { errors, warnings, infos } = summaryOf(report);
  setOutput("errors", errors);
  setOutput("warnings", warnings);
  setOutput("infos", infos);
  setOutput("sarif-file", sarifFile ?? "");
}

/** The report for the log; annotations are one already. */
async function logText(format: FormatName | null, report: Report, exitCode: number): Promise<string> {
  if (format === null || format === "github") return "";
  return formatReport(format, report, {
    rules: async () => rules,
    exitCode,
    colors: createColors(true),
    quiet: false,
    verbose: false,
    maxFindings: null,
  });
}

function judge(report: Report, inputs: Inputs): void {
  for (const crash of report.crashes) {
    const what = crash.error instanceof Error ? crash.error.message : String(crash.error);
    error(
      safeText(`this is a bug in rule ${crash.rule}, at ${crash.subject ?? `set ${crash.set}`}: ${what}`),
    );
  }
  const exitCode = exitCodeOf(report, inputs.failOn);
  if (exitCode === 3) setFailed(`${plural(report.crashes.length, "rule")} of meshlint crashed`);
  else if (exitCode === 1) setFailed(`meshlint found ${countsText(report)}`);
}

async function run(io: Io): Promise<void> {
  const inputs = readInputs((name) => getInput(name));
  const linted = await lintProject(io, {
    paths: inputs.paths,
    config: inputs.config,
    packages: !isFork(io.env.GITHUB_EVENT_PATH),
    extraRules: [],
    baseline: inputs.baseline === null ? null : { file: inputs.baseline, update: false },
    options: { profile: {}, rules: [], skip: [], severities: [], strict: false, sets: [] },
  });
  requireObjects(io, { paths: inputs.paths, verbose: true, quiet: false }, linted);
  const { report } = linted;
  const exitCode = exitCodeOf(report, inputs.failOn);
  io.stdout.write(await logText(inputs.format, report, exitCode));
  io.stdout.write(github(report));
  if (inputs.sarifFile !== null) {
    const options = {
      rules: async () => rules,
      exitCode,
      colors: createColors(false),
      quiet: false,
      verbose: false,
    };
    const sarif = await formatReport("sarif", report, { ...options, maxFindings: null });
    writeWhole(io.cwd, inputs.sarifFile, sarif);
  }
  setOutputs(report, inputs);
  await writeSummary(report, io);
  judge(report, inputs);
}

/**
 * The Action: lints the workspace, annotates, writes the job summary, the outputs and perhaps a SARIF file, and fails
 * the step where the command line would not exit with 0. Never throws.
 */
export async function main(io: Io): Promise<void> {
  try {
    await run(io);
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    const lines = what.split("\n").map(safeText).join("\n");
    setFailed(thrown instanceof UsageError ? lines : `this is a bug in meshlint: ${lines}`);
  }
}
