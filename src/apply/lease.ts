import { type Cluster, ClusterError, type ServedKind } from "../model/cluster.ts";
import { type Mapping, valueAt } from "../model/value.ts";
import { numberAt, textAt } from "./conditions.ts";
import { RunStopped } from "./run.ts";
import { type Pace, realPace } from "./run-model.ts";

export const leaseName = "meshlint";

export interface LeaseOptions {
  readonly namespace: string;
  /** Who holds it, for people: `anna@build-7, process 4711`. Different for each run. */
  readonly holder: string;
  /** Seconds for which a holder that says nothing keeps it. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Is told that the lease is held, and when it may be taken over. */
  readonly onWaiting: (message: string) => void;
  readonly pace?: Pace;
  /** Wall clock; default: now. */
  readonly now?: () => Date;
}

/** Clocks of two machines may differ by so much. */
const skew = 60_000;

/** Kubernetes' MicroTime. */
const microTime = (date: Date): string => date.toISOString().replace(/Z$/, "000Z");

const holderOf = (lease: Mapping): string => textAt(lease, "spec", "holderIdentity");
const renewedAt = (lease: Mapping): string => textAt(lease, "spec", "renewTime");

/**
 * Keeps two runs apart, by a Lease of coordination.k8s.io. It is taken from a holder that has not renewed it for its
 * whole duration, as seen from here: clocks of two machines need not agree.
 */
export class RunLease {
  readonly #cluster: Cluster;
  readonly #options: LeaseOptions;
  readonly #pace: Pace;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  #renewal: Promise<void> = Promise.resolve();

  private constructor(cluster: Cluster, options: LeaseOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#pace = options.pace ?? realPace;
  }

  /**
   * Takes the lease, and renews it until it is released.
   *
   * @throws RunStopped where somebody else holds it, naming who
   * @throws ClusterError where it may not be written
   */
  static async take(cluster: Cluster, options: LeaseOptions): Promise<RunLease> {
    const lease = new RunLease(cluster, options);
    await lease.#take();
    lease.#renewal = lease.#keep();
    return lease;
  }

  /** Aborted when somebody else has the lease: the run has to stop. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async #kind(): Promise<ServedKind> {
    const kinds = await this.#cluster.kinds();
    const kind = kinds.find((each) => each.kind === "Lease" && each.group === "coordination.k8s.io");
    if (kind) return kind;
    throw new RunStopped(
      "the server has no Leases, which keep two runs apart",
      "use a server of Kubernetes 1.14 or later",
    );
  }

  #object(before: Mapping | null, kind: ServedKind): Mapping {
    const now = microTime(this.#options.now?.() ?? new Date());
    const { namespace, holder, seconds } = this.#options;
    const mine = before !== null && holderOf(before) === holder;
    const turns = (before && numberAt(before, "spec", "leaseTransitions")) ?? 0;
    const metadata = before && valueAt(before, ["metadata", "resourceVersion"]);
    return {
      apiVersion: `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: { name: leaseName, namespace, ...(metadata && { resourceVersion: metadata }) },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: seconds,
        acquireTime: mine ? textAt(before, "spec", "acquireTime") : now,
        renewTime: now,
        leaseTransitions: mine ? turns : before === null ? 0 : turns + 1,
      },
    };
  }

  /** Whether it was written; false: somebody else was quicker. */
  async #write(before: Mapping | null): Promise<boolean> {
    const kind = await this.#kind();
    const object = this.#object(before, kind);
    try {
      await (before === null ? this.#cluster.create(kind, object) : this.#cluster.replace(kind, object));
      return true;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.problem === "conflict") return false;
      // Nobody knows whether it was written: the next look tells.
      if (error.problem === "unreachable" || error.problem === "timeout") return false;
      throw error;
    }
  }

  async #read(): Promise<Mapping | null> {
    return this.#cluster.get(await this.#kind(), this.#options.namespace, leaseName);
  }

  /** Whether a lease may be taken at once: it is nobody's, or its time is over by any clock. */
  #isFree(lease: Mapping): boolean {
    const [who, renewed] = [holderOf(lease), Date.parse(renewedAt(lease))];
    if (who === "" || who === this.#options.holder || Number.isNaN(renewed)) return true;
    const seconds = numberAt(lease, "spec", "leaseDurationSeconds") ?? this.#options.seconds;
    return (this.#options.now?.() ?? new Date()).getTime() > renewed + seconds * 1000 + skew;
  }

  async #take(): Promise<void> {
    const { signal, onWaiting } = this.#options;
    let seen: { readonly lease: Mapping; readonly since: number } | null = null;
    while (!signal.aborted) {
      const lease = await this.#read();
      if (lease === null || this.#isFree(lease)) {
        if (await this.#write(lease)) return;
        await this.#pace.pause(200, signal);
        continue;
      }
      const seconds = numberAt(lease, "spec", "leaseDurationSeconds") ?? this.#options.seconds;
      if (seen === null) {
        seen = { lease, since: this.#pace.now() };
        onWaiting(
          `${holderOf(lease)} holds the lease of ${this.#options.namespace}; seeing whether that run is alive ` +
            `(${seconds} s at most)`,
        );
      } else if (holderOf(lease) !== holderOf(seen.lease) || renewedAt(lease) !== renewedAt(seen.lease)) {
        throw this.#held(lease);
      } else if (this.#pace.now() - seen.since >= seconds * 1000) {
        if (await this.#write(lease)) return;
        seen = null;
      }
      await this.#pace.pause(1000, signal);
    }
    throw new RunStopped("interrupted", "repeat the command");
  }

  #held(lease: Mapping): RunStopped {
    const since = textAt(lease, "spec", "acquireTime").replace(/\.\d+Z$/, "Z");
    return new RunStopped(
      `another run is under way: ${holderOf(lease)} holds Lease ${this.#options.namespace}/${leaseName} since ${since}`,
      "wait until it has ended, and repeat the command",
    );
  }

  /** Renews it three times in its duration. */
  async #keep(): Promise<void> {
    const { signal } = this.#over;
    const every = (this.#options.seconds * 1000) / 3;
    for (;;) {
      await this.#pace.pause(every, signal);
      if (signal.aborted) return;
      try {
        const lease = await this.#read();
        if (lease !== null && holderOf(lease) !== this.#options.holder) {
          this.#lost.abort(this.#held(lease));
          return;
        }
        await this.#write(lease);
      } catch (error) {
        // A server that is away gives the lease to nobody; the run itself finds out and says so.
        if (!(error instanceof ClusterError)) throw error;
      }
    }
  }

  /** Gives the lease back, if it is still this run's. Never fails: it expires by itself. */
  async release(): Promise<void> {
    this.#over.abort();
    try {
      await this.#renewal;
      const lease = await this.#read();
      if (lease === null || holderOf(lease) !== this.#options.holder) return;
      const kind = await this.#kind();
      const { metadata = null, ...rest } = this.#object(lease, kind);
      const spec = {
        leaseDurationSeconds: 1,
        leaseTransitions: numberAt(lease, "spec", "leaseTransitions") ?? 0,
      };
      await this.#cluster.replace(kind, { ...rest, metadata, spec });
    } catch (error) {
      if (!(error instanceof ClusterError || error instanceof RunStopped)) throw error;
    }
  }
}
