import { kinds } from "../mesh/kinds.ts";
import { servingNamespace } from "../mesh/knative-gateways.ts";
import { type Cluster, ClusterError } from "../model/cluster.ts";
import type { Graph } from "../model/graph.ts";
import { RunLease } from "./lease.ts";
import { type Plan, plannedObjects } from "./plan-model.ts";
import { keepRecord, recordOf } from "./record.ts";
import { runPlan, RunStopped } from "./run.ts";
import type { RunOptions, RunResult } from "./run-model.ts";

export interface ApplicationOptions extends Omit<RunOptions, "between"> {
  /** Where the lease and the record live. */
  readonly namespace: string;
  /** Who runs it, for people; different for each run. */
  readonly holder: string;
  /** The commit of the set's files; null: none. */
  readonly revision: string | null;
  /** meshlint's own. */
  readonly version: string;
  readonly leaseSeconds?: number;
  /** Is told what people should know and what stops nothing. */
  readonly onNotice: (message: string) => void;
}

/** KnativeServing's namespace: that of the set's or the cluster's, else the one that the documents name. */
export function recordNamespaceOf(graph: Graph): string {
  const [serving] = [
    ...graph.own(kinds.KnativeServing),
    ...graph.all(kinds.KnativeServing).filter(({ standing }) => standing === "context"),
  ];
  return serving?.namespace ?? servingNamespace;
}

/** A run with its lease and its record. */
class Application {
  readonly #cluster: Cluster;
  readonly #beside: Cluster;
  readonly #plan: Plan;
  readonly #options: ApplicationOptions;
  readonly #stop = new AbortController();
  readonly #started = new Date();
  #lease: RunLease | null = null;

  constructor(cluster: Cluster, beside: Cluster, plan: Plan, options: ApplicationOptions) {
    this.#cluster = cluster;
    this.#beside = beside;
    this.#plan = plan;
    this.#options = options;
  }

  async go(): Promise<RunResult> {
    const { signal } = this.#options;
    const stop = (): void => this.#stop.abort();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    try {
      const result = await runPlan(this.#cluster, this.#plan, {
        ...this.#options,
        signal: this.#stop.signal,
        ...(!this.#options.dryRun && { between: () => this.#begin() }),
      });
      const whole = this.#withLoss(result);
      await this.#record(whole.state, whole.applied.length);
      return whole;
    } finally {
      signal.removeEventListener("abort", stop);
      await this.#lease?.release();
    }
  }

  /** Somebody else's lease is a reason of its own, not the user's wish. */
  #withLoss(result: RunResult): RunResult {
    const reason: unknown = this.#lease?.lost.aborted ? this.#lease.lost.reason : null;
    if (result.state !== "aborted" || !(reason instanceof RunStopped)) return result;
    const { message, advice } = reason;
    return { ...result, state: "stopped", problems: [{ message, advice, object: null }] };
  }

  /** Takes the lease as soon as its namespace is there: before the first step, or after the one that makes it. */
  async #begin(): Promise<void> {
    if (this.#lease !== null) return;
    const { namespace, holder, leaseSeconds = 20, onNotice } = this.#options;
    if (!(await this.#hasNamespace())) return;
    try {
      this.#lease = await RunLease.take(this.#beside, {
        namespace,
        holder,
        seconds: leaseSeconds,
        signal: this.#stop.signal,
        onWaiting: onNotice,
      });
    } catch (error) {
      if (!(error instanceof ClusterError) || error.problem !== "forbidden") throw error;
      throw new RunStopped(
        error.message,
        "ask for the permission to write Leases and ConfigMaps there, or name another namespace with --record-namespace",
      );
    }
    this.#lease.lost.addEventListener("abort", () => this.#stop.abort());
    await this.#record("applying", 0);
  }

  async #hasNamespace(): Promise<boolean> {
    const { namespace } = this.#options;
    const kind = (await this.#beside.kinds()).find((each) => each.kind === "Namespace" && each.group === "");
    if (kind && (await this.#beside.get(kind, null, namespace)) !== null) return true;
    const comes = plannedObjects(this.#plan).some(
      ({ resource }) =>
        resource.name === namespace && (resource.kind === kinds.Namespace || resource.kind === kinds.Project),
    );
    if (comes) return false;
    throw new RunStopped(
      `there is no namespace ${namespace}, where the lease that keeps two runs apart and the record of this run would be`,
      "name a namespace that exists with --record-namespace",
    );
  }

  async #record(state: RunResult["state"] | "applying", applied: number): Promise<void> {
    // A lease that somebody else has now means that the record is theirs, too.
    if (this.#lease === null || this.#lease.lost.aborted) return;
    const { namespace, holder, revision, version, onNotice } = this.#options;
    const facts = {
      state,
      holder,
      revision,
      version,
      applied,
      started: this.#started,
      ended: state === "applying" ? null : new Date(),
    };
    const problem = await keepRecord(this.#beside, await recordOf(this.#plan, namespace, facts));
    if (problem !== null) onNotice(problem);
  }
}

/**
 * Runs a plan under a lease that keeps other runs away, and keeps a record of it. Both live in one namespace; where it
 * does not exist yet, they begin with the step after the one that makes it: until then two runs can do nothing but
 * create the same namespaces.
 *
 * @param beside a second connection, for the lease: it has to be renewed however busy the first one is
 * @param plan without refusals
 */
export function applyPlan(
  cluster: Cluster,
  beside: Cluster,
  plan: Plan,
  options: ApplicationOptions,
): Promise<RunResult> {
  return new Application(cluster, beside, plan, options).go();
}
