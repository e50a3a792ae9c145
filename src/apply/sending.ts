import { type Cluster, ClusterError, type ServedKind } from "../model/cluster.ts";
import { label } from "../model/resource.ts";
import type { Mapping } from "../model/value.ts";
import type { PlannedObject } from "./plan-model.ts";
import { type Pace, realPace, type RunOptions, type RunProblem } from "./run-model.ts";

/** What became of each item of some work that stops early. */
export interface Settled<T> {
  readonly done: readonly T[];
  readonly failed: readonly { readonly item: T; readonly error: ClusterError }[];
}

const atOnce = 8;

/** Problems that concern every further request, not the object alone. */
const everybodys: ReadonlySet<string> = new Set(["unreachable", "unauthorized", "timeout", "busy"]);

/**
 * Does some work for each item, some at a time. What is under way when the work stops is waited for.
 *
 * @param first whether the first failure stops it; else only one that all further items would meet too
 */
export async function settle<T>(
  items: readonly T[],
  first: boolean,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<Settled<T>> {
  const done: T[] = [];
  const failed: { readonly item: T; readonly error: ClusterError }[] = [];
  const queue = items.values();
  let stopped = false;
  const run = async (): Promise<void> => {
    for (const item of queue) {
      // Leaving the loop here would end the iteration for everybody: it is over anyway.
      if (stopped || signal.aborted) return;
      try {
        await work(item);
        done.push(item);
      } catch (error) {
        stopped ||= first || !(error instanceof ClusterError) || everybodys.has(error.problem);
        if (!(error instanceof ClusterError)) throw error;
        failed.push({ item, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, run));
  return { done, failed };
}

/** Whether asking again may help, and for how long at most. */
function patienceFor({ problem, message, conflicts }: ClusterError, pace: Pace): number {
  if (["unreachable", "timeout", "busy"].includes(problem)) return pace.patience;
  // Webhooks of an operator that has just started, and a server whose etcd chooses a leader.
  const starting = /failed calling webhook|failed to call webhook|etcdserver|leader/;
  if (problem === "server" && starting.test(message)) return Math.min(pace.patience, 60_000);
  // The server serves a new kind some moments after it says so; and somebody wrote the object at the same moment.
  const missing = problem === "not-found" && !/namespaces? "/.test(message);
  const raced = problem === "conflict" && conflicts.length === 0;
  return missing || raced ? Math.min(pace.patience, 15_000) : 0;
}

/** Requests to a server that may be away for a while. */
export class Sending {
  readonly cluster: Cluster;
  readonly options: RunOptions;
  readonly pace: Pace;

  constructor(cluster: Cluster, options: RunOptions) {
    this.cluster = cluster;
    this.options = options;
    this.pace = options.pace ?? realPace;
  }

  /** Repeats what only reads, or writes the same twice, as long as asking again may help. */
  async persist<T>(work: () => Promise<T>): Promise<T> {
    const { pace } = this;
    const { signal, onEvent } = this.options;
    const began = pace.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ClusterError) || signal.aborted) throw error;
        if (pace.now() - began >= patienceFor(error, pace)) throw error;
        onEvent({ type: "trouble", message: error.message });
        await pace.pause(Math.min(500 * 2 ** attempt, 5000), signal);
      }
    }
  }

  /** The kind of an object as it is served; undefined: it is not. */
  async servedKind({ resource }: PlannedObject): Promise<ServedKind | undefined> {
    const kinds = await this.persist(() => this.cluster.kinds());
    const { group, kind } = resource.id;
    return kinds.find(
      (each) => each.kind === kind && each.group === group && each.version === resource.version,
    );
  }

  async #send(object: PlannedObject, dryRun: boolean): Promise<Mapping> {
    const kind = await this.servedKind(object);
    if (!kind) {
      const { apiVersion, id } = object.resource;
      throw new ClusterError("not-found", `the cluster serves no ${apiVersion} ${id.kind}`);
    }
    return this.persist(() => this.cluster.apply(kind, object.object, { dryRun, force: this.options.force }));
  }

  async check(object: PlannedObject): Promise<void> {
    await this.#send(object, true);
  }

  async apply(object: PlannedObject): Promise<void> {
    await this.#send(object, false);
  }
}

/** Whether a write may have been done although it failed. */
export const isUnsure = ({ problem }: ClusterError): boolean =>
  problem === "unreachable" || problem === "timeout";

/** What to do about a refusal or a lack of answers. */
function adviceFor(error: ClusterError): string {
  switch (error.problem) {
    case "unauthorized":
      return "log in again, and repeat the command: what is applied already stays, and is not applied twice";
    case "forbidden":
      return "ask for the permission, or use other credentials; then repeat the command";
    case "conflict":
      return error.conflicts.length > 0
        ? "leave these fields to their manager, or take them over with --force-conflicts"
        : "somebody changed the object at the same time: repeat the command";
    case "unreachable":
    case "timeout":
    case "busy":
      return "repeat the command when the server answers again: it goes on where this one stopped";
    case "not-found":
      return "see that its namespace and its kind are there, and repeat the command";
    case "rejected":
      return "see what the policy, quota or webhook asks for; then repeat the command";
    default:
      return "mend the object, and repeat the command";
  }
}

/** A failed request about an object as people read it. */
export function problemWith(object: PlannedObject | null, error: ClusterError): RunProblem {
  const owners = [...new Set(error.conflicts.map(({ manager }) => manager))].join(", ");
  const fields = error.conflicts.map(({ field }) => field.replace(/^\./, "")).join(", ");
  const causes = error.causes
    .filter(({ message }) => !error.message.includes(message))
    .map(({ field, message }) => `; ${field}: ${message}`);
  const message =
    error.conflicts.length > 0 && object
      ? `${owners} owns fields of ${label(object.resource)}: ${fields}`
      : `${error.message}${causes.join("")}`;
  return { message, advice: adviceFor(error), object };
}
