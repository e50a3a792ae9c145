import { isList, isMapping, type Mapping, type Value, valueAt } from "../model/value.ts";

/** Whether what an object stands for is there. `none`: its kind tells nothing, to exist is enough. */
export type ObjectReadiness =
  | { readonly state: "ready" }
  | { readonly state: "none" }
  /** It takes its time; `what` is the last thing that was said about it. */
  | { readonly state: "waiting"; readonly what: string }
  /** Its controller says that it does not come to anything, at least not by waiting. */
  | { readonly state: "failed"; readonly what: string };

export const ready: ObjectReadiness = { state: "ready" };
export const waiting = (what: string): ObjectReadiness => ({ state: "waiting", what });
export const failed = (what: string): ObjectReadiness => ({ state: "failed", what });

/** An entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** Null: the controller does not say which generation of the object it is about. */
  readonly generation: number | null;
}

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

export function textAt(object: Value, ...path: readonly (string | number)[]): string {
  return text(valueAt(object, path));
}

export function numberAt(object: Value, ...path: readonly (string | number)[]): number | null {
  const found = valueAt(object, path);
  return typeof found === "number" ? found : null;
}

/** The conditions below a field, `status.conditions` unless another one is named. */
export function conditionsOf(
  object: Value,
  path: readonly (string | number)[] = ["status", "conditions"],
): readonly Condition[] {
  const listed = valueAt(object, path);
  return (isList(listed) ? listed : []).filter(isMapping).map((entry) => ({
    type: text(entry.type),
    status: text(entry.status),
    reason: text(entry.reason),
    message: text(entry.message),
    generation: numberAt(entry, "observedGeneration"),
  }));
}

/** More than this of a controller's message is no help. */
const longest = 300;

/** A message on one line and of a bearable length. */
export function oneLine(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** `Ready is False (NotReady): Waiting on deployments: activator`. */
export function said({ type, status, reason, message }: Condition): string {
  const why = reason === "" ? "" : ` (${reason})`;
  return oneLine(`${type} is ${status || "Unknown"}${why}${message === "" ? "" : `: ${message}`}`);
}

/**
 * Says that a controller has not looked at the object's present generation yet: what its status says is about an
 * earlier one. Null: it has, or it does not tell.
 */
export function unseen(object: Mapping): ObjectReadiness | null {
  const generation = numberAt(object, "metadata", "generation");
  const observed = numberAt(object, "status", "observedGeneration");
  if (generation === null || observed === null || observed >= generation) return null;
  return waiting(`its controller has not seen generation ${generation} yet, only ${observed}`);
}

export interface Wanted {
  /** Conditions that have to be True, all of them. */
  readonly types: readonly string[];
  /** Whether a condition that is not True says that waiting is of no use. */
  readonly fails?: (condition: Condition) => boolean;
}

/** Whether all wanted conditions are True, for the object as it is now. */
export function judged(object: Mapping, { types, fails }: Wanted): ObjectReadiness {
  const early = unseen(object);
  if (early) return early;
  const conditions = conditionsOf(object);
  const generation = numberAt(object, "metadata", "generation");
  const old = conditions.find(
    (condition) =>
      types.includes(condition.type) &&
      condition.generation !== null &&
      generation !== null &&
      condition.generation < generation,
  );
  if (old) return waiting(`${old.type} is about an earlier generation of it`);
  const terminal = conditions.find((condition) => condition.status !== "True" && fails?.(condition));
  if (terminal) return failed(said(terminal));
  const missing = types.find((type) => !conditions.some((condition) => condition.type === type));
  const open = conditions.filter(({ type, status }) => types.includes(type) && status !== "True");
  if (missing === undefined && open.length === 0) return ready;
  // A condition that sums others up often has no message of its own.
  const telling =
    open.find(({ message }) => message !== "") ??
    conditions.find(({ status, message }) => status === "False" && message !== "") ??
    open[0];
  return waiting(telling ? said(telling) : `it has no condition ${missing} yet`);
}
