import { formatPath, isMapping, type Value } from "../model/value.ts";
import { type Plan, plannedObjects, type PlannedAction } from "./plan-model.ts";
import { UsageError } from "../model/errors.ts";

/** What a plan's file says of an object: enough to refuse anything else. */
export interface PlanFileObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly action: PlannedAction;
  readonly digest: string;
}

export interface PlanFile {
  readonly server: string;
  readonly set: string;
  readonly profile: string;
  readonly objects: readonly PlanFileObject[];
}

/** Keys of JSON's own values only: bigints keep their digits as texts. */
function plain(value: Value | undefined): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value ?? null;
}

/** A plan as JSON, for scripts and for `apply --plan`: digests of the objects, never the objects. */
export function planJson(plan: Plan): string {
  const steps = plan.steps.map(({ step, objects }) => ({
    step,
    objects: objects.map(
      ({ resource, action, digest, file, line, changes, conflicts, checked, waitsFor }) => ({
        apiVersion: resource.apiVersion,
        kind: resource.id.kind,
        namespace: resource.namespace,
        name: resource.name,
        action,
        digest,
        file,
        line,
        checked,
        waitsFor,
        changes: changes.map(({ path, before, after }) => ({
          path: formatPath(path),
          before: plain(before),
          after: plain(after),
        })),
        conflicts,
      }),
    ),
  }));
  const { set, server, context, profile, refusals } = plan;
  return `${JSON.stringify({ version: 1, set, server, context, profile, steps, refusals }, null, 2)}\n`;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textIn = (value: Readonly<Record<string, unknown>>, key: string): string => {
  const found = value[key];
  if (typeof found !== "string") throw new UsageError(`--plan: ${key} is missing: no file of meshlint plan`);
  return found;
};

/**
 * Reads a plan's file.
 *
 * @throws UsageError if it is none, or of another version
 */
export function readPlanFile(text: string): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(
      "--plan: the file is no JSON: write it with meshlint plan --format json --output FILE",
    );
  }
  if (!isRecord(value) || value.version !== 1 || !Array.isArray(value.steps))
    throw new UsageError("--plan: the file is no plan of this version of meshlint");
  const objects = value.steps.flatMap((step: unknown): readonly unknown[] =>
    isRecord(step) && Array.isArray(step.objects) ? step.objects : [],
  );
  return {
    server: textIn(value, "server"),
    set: textIn(value, "set"),
    profile: textIn(value, "profile"),
    objects: objects.map((object): PlanFileObject => {
      if (!isRecord(object)) throw new UsageError("--plan: an object of the file is broken");
      const action = textIn(object, "action");
      if (action !== "create" && action !== "change" && action !== "unchanged")
        throw new UsageError(`--plan: unknown action ${action}`);
      return {
        apiVersion: textIn(object, "apiVersion"),
        kind: textIn(object, "kind"),
        namespace: typeof object.namespace === "string" ? object.namespace : null,
        name: textIn(object, "name"),
        action,
        digest: textIn(object, "digest"),
      };
    }),
  };
}

/** How a plan of today differs from the one of a file; empty: it is the same. */
export function differencesFrom(file: PlanFile, plan: Plan): readonly string[] {
  const keyOf = (object: Omit<PlanFileObject, "action" | "digest">): string =>
    `${object.apiVersion} ${object.kind} ${object.namespace === null ? "" : `${object.namespace}/`}${object.name}`;
  const then = new Map(file.objects.map((object) => [keyOf(object), object]));
  const now = new Map(
    plannedObjects(plan).map((planned) => {
      const { apiVersion, namespace, name, id } = planned.resource;
      return [keyOf({ apiVersion, kind: id.kind, namespace, name }), planned] as const;
    }),
  );
  const differ = (what: string, was: string, is: string): readonly string[] =>
    was === is ? [] : [`the plan is for ${what} ${was}, not ${is}`];
  return [
    ...differ("the server", file.server, plan.server),
    ...differ("set", file.set, plan.set),
    ...differ("the profile", file.profile, plan.profile),
    ...[...then].flatMap(([key, { digest, action }]) => {
      const today = now.get(key);
      if (today === undefined) return [`${key} was planned, and is gone`];
      if (today.digest !== digest) return [`${key} has changed since it was planned`];
      // What is done already is no difference: a run that was interrupted goes on by the same plan.
      const moved = today.action === "change" && action !== "change";
      const was = action === "create" ? "created" : "left alone";
      return moved ? [`${key} was to be ${was}, and would be changed: the cluster has another one now`] : [];
    }),
    ...[...now.keys()].filter((key) => !then.has(key)).map((key) => `${key} was not planned`),
  ];
}
