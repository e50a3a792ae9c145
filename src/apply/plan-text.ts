import type { Colors } from "../report/colors.ts";
import { safeText } from "../report/safe-text.ts";
import { plural } from "../report/summary.ts";
import { label } from "../model/resource.ts";
import { formatPath, plainText, type Value } from "../model/value.ts";
import type { Change } from "./changes.ts";
import {
  type Plan,
  type PlannedAction,
  type PlannedObject,
  plannedObjects,
  type Refusal,
} from "./plan-model.ts";
import { type Step, steps } from "./steps.ts";

/** Changed fields shown of one object; JSON has all of them. */
const mostChanges = 12;

const signs = { create: "+", change: "~", unchanged: " " } as const satisfies Record<PlannedAction, string>;

function shown(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? JSON.stringify(value) : plainText(value);
  return safeText(text.length > 80 ? `${text.slice(0, 77)}…` : text);
}

/** `spec.replicas: 1 -> 3`. */
export function changeText({ path, before, after }: Change): string {
  return `${safeText(formatPath(path))}: ${shown(before)} -> ${shown(after)}`;
}

export function stepTitle(id: string): Step {
  const found = steps.find((step) => step.id === id);
  if (!found) throw new TypeError(`no step ${id}`);
  return found;
}

function objectLines(planned: PlannedObject, colors: Colors): readonly string[] {
  const { action, resource, file, line, changes, conflicts, checked } = planned;
  const paint = action === "create" ? colors.green : action === "change" ? colors.yellow : colors.dim;
  const later = checked ? "" : colors.dim(" *");
  const head = `  ${paint(`${signs[action]} ${action.padEnd(9)} ${safeText(label(resource))}`)}  ${colors.dim(`${safeText(file)}:${line}`)}${later}`;
  const fields = changes.slice(0, mostChanges).map((change) => `      ${changeText(change)}`);
  const rest =
    changes.length > mostChanges ? [`      and ${plural(changes.length - mostChanges, "more field")}`] : [];
  const owned = conflicts.map(
    ({ manager, field }) => `      ${colors.red(`${safeText(field)} is owned by ${safeText(manager)}`)}`,
  );
  return [head, ...fields, ...rest, ...owned];
}

export function refusalLines(
  { message, section, advice, place }: Refusal,
  colors: Colors,
): readonly string[] {
  return [
    `  ${colors.red("x")} ${place === null ? "" : `${safeText(place)}: `}${safeText(message)}`,
    `    fix: ${safeText(advice)}`,
    ...(section === null ? [] : [`    doc: ${safeText(section)}`]),
  ];
}

/** How many objects are created, changed and left alone. */
export function countsOf(plan: Plan): Readonly<Record<PlannedAction, number>> {
  const all = plannedObjects(plan);
  const count = (action: PlannedAction): number => all.filter((planned) => planned.action === action).length;
  return { create: count("create"), change: count("change"), unchanged: count("unchanged") };
}

export function countsText(plan: Plan): string {
  const { create, change, unchanged } = countsOf(plan);
  return `${create} to create, ${change} to change, ${unchanged} unchanged`;
}

/** A plan for people: the steps in their order, what becomes of each object, what is waited for, and what stops it. */
export function planText(plan: Plan, colors: Colors): string {
  const where = `${safeText(plan.server)}${plan.context === null ? "" : `, context ${safeText(plan.context)}`}`;
  const lines = [
    colors.bold(`Set ${safeText(plan.set)} on ${where}`),
    colors.dim(`judged as ${safeText(plan.profile)}`),
    "",
  ];
  for (const { step, objects } of plan.steps) {
    const { title, section } = stepTitle(step);
    lines.push(`${colors.bold(title)}${section === null ? "" : colors.dim(`  ${section}`)}`);
    for (const planned of objects) lines.push(...objectLines(planned, colors));
    const waits = [...new Set(objects.flatMap(({ waitsFor }) => waitsFor ?? []))];
    if (waits.length > 0) lines.push(colors.dim(`  then waits for: ${waits.join("; ")}`));
    lines.push("");
  }
  if (plan.refusals.length > 0) {
    lines.push(colors.bold(colors.red(`Not to be applied: ${plural(plan.refusals.length, "reason")}`)));
    for (const refusal of plan.refusals) lines.push(...refusalLines(refusal, colors));
    lines.push("");
  }
  const later = plannedObjects(plan).filter(({ checked }) => !checked).length;
  if (later > 0)
    lines.push(
      colors.dim(
        `* ${plural(later, "object")} the server can judge only in their step: a namespace or kind is not there yet`,
      ),
    );
  lines.push(countsText(plan));
  return `${lines.join("\n")}\n`;
}
