import { type Cluster, ClusterError } from "../model/cluster.ts";
import { awaitStep } from "./awaiting.ts";
import { bringersAmong, bringKind } from "./brought-kinds.ts";
import { durationText } from "./duration.ts";
import { type Plan, plannedObjects, type PlannedObject, type PlannedStep } from "./plan-model.ts";
import type { RunOptions, RunProblem, RunResult } from "./run-model.ts";
import { isUnsure, problemWith, Sending, settle } from "./sending.ts";

/** Ends a run for a reason that is not the server's. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** Runs of objects of one kind: they do not lean on each other, so that their order among themselves is free. */
function batches(objects: readonly PlannedObject[]): readonly (readonly PlannedObject[])[] {
  const found: PlannedObject[][] = [];
  for (const object of objects) {
    const last = found.at(-1);
    if (last?.[0]?.resource.kind === object.resource.kind) last.push(object);
    else found.push([object]);
  }
  return found;
}

/** Steps after which there may be kinds that were not there before. */
const bringsKinds = ({ step }: PlannedStep): boolean => step === "definitions" || step === "operators";

class Run {
  readonly #plan: Plan;
  readonly #sending: Sending;
  readonly #applied: PlannedObject[] = [];
  readonly #unsure: PlannedObject[] = [];
  readonly #unchecked: PlannedObject[] = [];
  /** What the server has taken in a dry run of this run, or in that of the plan. */
  readonly #checked: Set<PlannedObject>;
  #step: PlannedStep | null = null;

  constructor(plan: Plan, sending: Sending) {
    this.#plan = plan;
    this.#sending = sending;
    const known = sending.options.recheck ? [] : plannedObjects(plan).filter(({ checked }) => checked);
    this.#checked = new Set(known);
  }

  get #aborted(): boolean {
    return this.#sending.options.signal.aborted;
  }

  async go(): Promise<RunResult> {
    const { between } = this.#sending.options;
    try {
      const early = await this.#check(plannedObjects(this.#plan).filter(({ checked }) => checked));
      if (early.length > 0) return this.#result("stopped", early);
      for (const [index, step] of this.#plan.steps.entries()) {
        if (this.#aborted) break;
        this.#step = step;
        await between?.();
        const { length: of } = this.#plan.steps;
        this.#tell({
          type: "step",
          step: step.step,
          number: index + 1,
          of,
          objects: step.objects.length,
        });
        const problems = await this.#doStep(step);
        if (problems.length > 0) return this.#result("stopped", problems);
        if (!this.#aborted) this.#tell({ type: "step-done", step: step.step });
      }
      if (this.#aborted) return this.#result("aborted", []);
      await between?.();
      this.#step = null;
      return this.#result("done", []);
    } catch (error) {
      if (!(error instanceof RunStopped || error instanceof ClusterError)) throw error;
      if (this.#aborted) return this.#result("aborted", []);
      return this.#result("stopped", [
        error instanceof ClusterError
          ? problemWith(null, error)
          : { message: error.message, advice: error.advice, object: null },
      ]);
    }
  }

  #tell(event: Parameters<RunOptions["onEvent"]>[0]): void {
    this.#sending.options.onEvent(event);
  }

  #result(state: RunResult["state"], problems: readonly RunProblem[]): RunResult {
    const gone = new Set([...this.#applied, ...this.#unsure]);
    return {
      state,
      step: this.#step?.step ?? null,
      applied: this.#applied,
      unsure: this.#unsure,
      left: plannedObjects(this.#plan).filter((object) => !gone.has(object)),
      unchecked: this.#unchecked,
      problems,
    };
  }

  async #doStep(step: PlannedStep): Promise<readonly RunProblem[]> {
    const { dryRun, wait } = this.#sending.options;
    if (dryRun) return this.#tryStep(step);
    const missing = await this.#awaitKinds(step);
    if (missing.length > 0 || this.#aborted) return missing;
    const refused = await this.#check(step.objects);
    if (refused.length > 0 || this.#aborted) return refused;
    const failed = await this.#write(step);
    if (bringsKinds(step)) this.#sending.cluster.forgetKinds();
    if (failed.length > 0 || this.#aborted || !wait) return failed;
    const late = await awaitStep(this.#sending, step);
    // An operator's kinds are there when it is.
    if (bringsKinds(step)) this.#sending.cluster.forgetKinds();
    return late;
  }

  /** All that the server can say without the steps before. */
  async #tryStep(step: PlannedStep): Promise<readonly RunProblem[]> {
    const possible = step.objects.filter(({ checked }) => checked);
    this.#unchecked.push(...step.objects.filter(({ checked }) => !checked));
    return this.#check(possible);
  }

  /** Dry runs of what no dry run has seen yet; all refusals, not the first one only. */
  async #check(objects: readonly PlannedObject[]): Promise<readonly RunProblem[]> {
    const open = objects.filter((object) => !this.#checked.has(object));
    if (open.length === 0) return [];
    this.#tell({ type: "checking", objects: open.length });
    const { signal } = this.#sending.options;
    const { done, failed } = await settle(open, false, signal, (object) => this.#sending.check(object));
    for (const object of done) this.#checked.add(object);
    return this.#aborted ? [] : failed.map(({ item, error }) => problemWith(item, error));
  }

  async #write(step: PlannedStep): Promise<readonly RunProblem[]> {
    const { signal } = this.#sending.options;
    for (const batch of batches(step.objects)) {
      const { failed } = await settle(batch, true, signal, async (object) => {
        await this.#sending.apply(object);
        this.#applied.push(object);
        this.#tell({ type: "applied", object });
      });
      this.#unsure.push(...failed.filter(({ error }) => isUnsure(error)).map(({ item }) => item));
      if (failed.length > 0 || this.#aborted)
        return this.#aborted ? [] : failed.map(({ item, error }) => problemWith(item, error));
    }
    return [];
  }

  /** Kinds of definitions and operators of earlier steps come some moments later. */
  async #awaitKinds(step: PlannedStep): Promise<readonly RunProblem[]> {
    const { cluster, pace, options } = this.#sending;
    const { signal, timeout, wait } = options;
    const bringers = bringersAmong(plannedObjects(this.#plan).map(({ resource }) => resource));
    const began = pace.now();
    for (let look = 0; ; look++) {
      const missing: PlannedObject[] = [];
      for (const object of step.objects) if (!(await this.#sending.servedKind(object))) missing.push(object);
      if (missing.length === 0 || signal.aborted) return [];
      if (look === 0) {
        // What is known of the kinds may be old.
        cluster.forgetKinds();
        continue;
      }
      const elapsed = pace.now() - began;
      const what = ({ resource }: PlannedObject): string =>
        `the cluster serves no ${resource.apiVersion} ${resource.id.kind}`;
      const comes = missing.every(({ resource }) => bringKind(bringers, resource));
      const limit = comes ? (wait ? timeout : 5000) : 0;
      if (elapsed >= limit) {
        const after = elapsed < 1000 ? "" : `, after ${durationText(elapsed)}`;
        return missing.map((object) => ({
          object,
          message: `${what(object)}${after}`,
          advice: "install the operator or definition that brings the kind, and repeat the command",
        }));
      }
      const open = missing.map((object) => ({ object, what: what(object), failed: false, event: null }));
      this.#tell({ type: "waiting", step: step.step, open, elapsed, limit });
      await pace.pause(Math.min(pace.interval[0] * 2, limit - elapsed), signal);
      cluster.forgetKinds();
    }
  }
}

/**
 * Does what a plan says, step by step: each step's objects are checked by the server before the first of them is
 * written, written by server-side apply as manager `meshlint`, and waited for. What the plan could check is not checked
 * again, unless asked for. The run ends at the first step that is refused or does not get ready; a later run goes on
 * there. Nothing is ever deleted.
 *
 * @param plan without refusals
 */
export function runPlan(cluster: Cluster, plan: Plan, options: RunOptions): Promise<RunResult> {
  return new Run(plan, new Sending(cluster, options)).go();
}
