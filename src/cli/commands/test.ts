import { createColors } from "picocolors";
import { testsJunit } from "../../harness/junit.ts";
import { summaryOf, testsJson, testsText } from "../../harness/report.ts";
import type { TestRun } from "../../harness/result.ts";
import { isWanted, runTests } from "../../harness/run.ts";
import { UsageError } from "../../model/errors.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor, writeWhole } from "../output.ts";
import { given, type ParsedLine, single } from "../parse.ts";
import { say } from "../say.ts";
import { goldensOf } from "../test-goldens.ts";
import { testProject } from "../test-project.ts";
import { sayCrashes } from "./lint.ts";

function textOf(run: TestRun, format: string | null, color: boolean, verbose: boolean): string {
  if (format === "json") return testsJson(run);
  return format === "junit" ? testsJunit(run) : testsText(run, createColors(color), verbose);
}

/** `meshlint test`: the tests beside the manifests. */
export async function runTest(line: ParsedLine, io: Io): Promise<number> {
  const verbose = given(line, "verbose");
  const filter = single(line, "filter");
  const { files } = await testProject(io, { paths: line.operands, config: single(line, "config") });
  if (!files.some(({ file }) => file.tests.some((test) => isWanted(test, filter))))
    throw new UsageError(`nothing to test: no test's name holds ${JSON.stringify(filter)}`);
  const goldens = goldensOf(io, given(line, "update"));
  const run = runTests(files, { filter, bail: given(line, "bail"), goldens });
  const file = single(line, "output");
  const text = textOf(run, single(line, "format"), file === null && wantsColor(io, colorOf(line)), verbose);
  const { passed, failed } = summaryOf(run);
  if (file === null) io.stdout.write(text);
  else {
    writeWhole(io.cwd, file, text);
    say(io, `meshlint: ${passed} passed, ${failed} failed; see ${file}`);
  }
  sayCrashes(io, run.crashes, verbose);
  if (run.crashes.length > 0) return 3;
  return failed > 0 ? 1 : 0;
}
