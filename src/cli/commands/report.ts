import type { Report } from "../../model/report.ts";
import { conformance } from "../../report/conformance.ts";
import { conformanceHtml } from "../../report/conformance-html.ts";
import { conformanceJson } from "../../report/conformance-json.ts";
import { conformanceMarkdown } from "../../report/conformance-markdown.ts";
import { exitCodeOf } from "../../report/summary.ts";
import { statedDocuments } from "../../rule/statements/documents.ts";
import type { Io } from "../io.ts";
import { lintArguments } from "../lint-arguments.ts";
import { lintProject, requireObjects } from "../lint-project.ts";
import { writeWhole } from "../output.ts";
import { type ParsedLine, single } from "../parse.ts";
import { say } from "../say.ts";
import { sayCrashes } from "./lint.ts";

function reportText(line: ParsedLine, report: Report): string {
  const judged = conformance(report, statedDocuments);
  switch (single(line, "format")) {
    case "json":
      return conformanceJson(judged);
    case "html":
      return conformanceHtml(judged);
    default:
      return conformanceMarkdown(judged);
  }
}

/** `meshlint report`: every statement of the documents with its verdict. The exit code is that of `lint`. */
export async function runReport(line: ParsedLine, io: Io): Promise<number> {
  const { flags, operands } = line;
  // Formats and files of a report are its own.
  const options = lintArguments({
    operands,
    flags: flags.filter(({ name }) => name !== "format" && name !== "output"),
  });
  const { paths, config, comparison, baseline, failOn, verbose } = options;
  const common = { paths, config, packages: true, options: options.options, extraRules: [] };
  const request = { ...common, comparison, baseline };
  const linted = await lintProject(io, request);
  for (const notice of linted.notices) say(io, `meshlint: ${notice}`);
  requireObjects(io, options, linted);
  const { report } = linted;
  const text = reportText(line, report);
  const file = single(line, "output");
  if (file === null) io.stdout.write(text);
  else {
    writeWhole(io.cwd, file, text);
    say(io, `meshlint: see ${file}`);
  }
  sayCrashes(io, report.crashes, verbose);
  return exitCodeOf(report, failOn);
}
