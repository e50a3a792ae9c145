import { createColors } from "picocolors";
import { planJson } from "../../apply/plan-json.ts";
import { planMarkdown } from "../../apply/plan-markdown.ts";
import { hasChanges, type Plan } from "../../apply/plan-model.ts";
import { countsText, planText } from "../../apply/plan-text.ts";
import { clusterArguments } from "../cluster-arguments.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { clusterOf } from "../live-objects.ts";
import { wantsColor, writeWhole } from "../output.ts";
import { given, type ParsedLine, single } from "../parse.ts";
import { planRequest } from "../plan-arguments.ts";
import { planProject } from "../plan-project.ts";
import { say } from "../say.ts";
import { sayCrashes } from "./lint.ts";

function textOf(plan: Plan, format: string | null, color: boolean): string {
  if (format === "json") return planJson(plan);
  return format === "markdown" ? planMarkdown(plan) : planText(plan, createColors(color));
}

/** `meshlint plan`: what applying would do. */
export async function runPlan(line: ParsedLine, io: Io): Promise<number> {
  const request = planRequest(line);
  const cluster = clusterOf(io, clusterArguments(line));
  try {
    const { plan, report } = await planProject(io, cluster, request);
    const file = single(line, "output");
    const text = textOf(plan, single(line, "format"), file === null && wantsColor(io, colorOf(line)));
    if (file === null) io.stdout.write(text);
    else {
      writeWhole(io.cwd, file, text);
      say(io, `meshlint: ${countsText(plan)}; see ${file}`);
    }
    sayCrashes(io, report.crashes, false);
    if (report.crashes.length > 0) return 3;
    if (plan.refusals.length > 0) return 1;
    return given(line, "exit-code") && hasChanges(plan) ? 4 : 0;
  } finally {
    cluster.close();
  }
}
