import { label } from "../model/resource.ts";
import { safeMessage } from "../report/safe-text.ts";
import { plural } from "../report/summary.ts";
import type { Plan, PlannedObject, Refusal } from "./plan-model.ts";
import { changeText, countsText, stepTitle } from "./plan-text.ts";

/** A comment of GitHub takes 65,536 characters; what is above is counted. */
const longest = 60_000;

const text = (plain: string): string => safeMessage(plain).replace(/[\\|<>`*_[\]~&#]/g, "\\$&");

function objectLine({ resource, action, file, line, changes }: PlannedObject): string {
  const fields = changes.length > 0 ? `, ${plural(changes.length, "field")}` : "";
  return `- **${action}** ${text(label(resource))} (${text(file)}:${line}${fields})`;
}

function details(objects: readonly PlannedObject[]): readonly string[] {
  const changed = objects.filter(({ changes }) => changes.length > 0);
  if (changed.length === 0) return [];
  // A line of a manifest may hold anything, also the end of a fence.
  const inert = (line: string): string => line.replaceAll("```", "'''");
  return [
    "",
    "<details><summary>changed fields</summary>",
    "",
    "```diff",
    ...changed.flatMap(({ resource, changes }) => [
      inert(`@ ${label(resource)}`),
      ...changes.map((change) => inert(`! ${changeText(change)}`)),
    ]),
    "```",
    "",
    "</details>",
  ];
}

function refusalLine({ message, section, advice, place }: Refusal): string {
  const where = place === null ? "" : `${text(place)}: `;
  return `- ${where}${text(message)}<br>fix: ${text(advice)}${section === null ? "" : `<br>${text(section)}`}`;
}

/** A plan for a pull request. */
export function planMarkdown(plan: Plan): string {
  const head = [
    `### Plan of set ${text(plan.set)} for ${text(plan.server)}`,
    "",
    `${countsText(plan)}. Judged as ${text(plan.profile)}.`,
    ...(plan.refusals.length === 0
      ? []
      : [
          "",
          `**Not to be applied: ${plural(plan.refusals.length, "reason")}**`,
          "",
          ...plan.refusals.map(refusalLine),
        ]),
  ];
  const steps = plan.steps.map(({ step, objects }) => {
    const told = objects.filter(({ action }) => action !== "unchanged");
    const same = objects.length - told.length;
    const waits = [...new Set(told.flatMap(({ waitsFor }) => waitsFor ?? []))];
    return [
      "",
      `#### ${stepTitle(step).title}`,
      "",
      ...told.map(objectLine),
      ...(same > 0 ? [`- ${plural(same, "object")} unchanged`] : []),
      ...details(told),
      ...(waits.length > 0 ? ["", `Then waits for: ${text(waits.join("; "))}`] : []),
    ].join("\n");
  });
  let size = head.join("\n").length;
  const kept = steps.filter((step) => (size += step.length) <= longest);
  const rest = steps.length - kept.length;
  return `${[...head, ...kept, ...(rest > 0 ? ["", `${plural(rest, "more step")} in the log.`] : [])].join("\n")}\n`;
}
