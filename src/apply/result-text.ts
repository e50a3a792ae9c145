import { label } from "../model/resource.ts";
import type { Colors } from "../report/colors.ts";
import { safeText } from "../report/safe-text.ts";
import { plural } from "../report/summary.ts";
import type { PlannedAction, PlannedObject } from "./plan-model.ts";
import { stepTitle } from "./plan-text.ts";
import type { RunResult } from "./run-model.ts";

/** Objects that are named one by one; of more only the number is told. */
const most = 20;

function list(objects: readonly PlannedObject[]): readonly string[] {
  const named = objects.slice(0, most).map(({ resource }) => `  ${safeText(label(resource))}`);
  return objects.length > most ? [...named, `  and ${objects.length - most} more`] : named;
}

function headOf({ state, step }: RunResult, colors: Colors): string {
  const where = step === null ? "" : `, in step "${stepTitle(step).title}"`;
  if (state === "done") return colors.bold(colors.green("Applied"));
  return colors.bold(colors.red(state === "aborted" ? `Interrupted${where}` : `Stopped${where}`));
}

/** How a run ended, for people: what is applied, what is not, why, and how to go on. */
export function resultText(result: RunResult, colors: Colors): string {
  const { state, applied, unsure, left, problems } = result;
  const lines = [headOf(result, colors)];
  for (const { message, advice, object } of problems) {
    const place = object === null ? "" : `${safeText(object.file)}:${object.line}: `;
    lines.push(`  ${colors.red("x")} ${place}${safeText(message)}`, `    fix: ${safeText(advice)}`);
  }
  const count = (action: PlannedAction): number => applied.filter((each) => each.action === action).length;
  const rest =
    state === "done"
      ? `: ${count("create")} created, ${count("change")} changed, ${count("unchanged")} unchanged`
      : left.length > 0
        ? `, ${left.length} not`
        : "";
  lines.push(`${plural(applied.length, "object")} applied${rest}`);
  if (unsure.length > 0)
    lines.push("No answer came for, so that these may have been written or not:", ...list(unsure));
  if (left.length > 0 && state !== "done") lines.push("Not applied:", ...list(left));
  if (state !== "done") {
    const nothing = applied.length === 0 && unsure.length === 0;
    lines.push(
      nothing
        ? "Nothing has been changed."
        : "What is applied stays. Repeat the same command to go on: objects that are there already are left as they are.",
    );
  }
  return `${lines.join("\n")}\n`;
}

/** How a dry run ended. */
export function dryRunText({ left, unchecked, problems }: RunResult, colors: Colors): string {
  if (problems.length > 0) {
    return [
      colors.bold(colors.red("The server would refuse it")),
      ...problems.flatMap(({ message, advice }) => [
        `  ${colors.red("x")} ${safeText(message)}`,
        `    fix: ${safeText(advice)}`,
      ]),
      "",
    ].join("\n");
  }
  const checked = left.length - unchecked.length;
  const later =
    unchecked.length === 0
      ? ""
      : `; ${plural(unchecked.length, "object")} can be checked only when their namespace or kind is there`;
  return `Dry run: the server takes ${plural(checked, "object")}${later}. Nothing has been changed.\n`;
}
