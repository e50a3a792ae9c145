import type { ServedKind } from "../model/cluster.ts";
import { label } from "../model/resource.ts";
import type { Mapping } from "../model/value.ts";
import { type ObjectReadiness, textAt } from "./conditions.ts";
import { durationText } from "./duration.ts";
import { lastEvent } from "./events.ts";
import type { PlannedObject, PlannedStep } from "./plan-model.ts";
import { companionOf, readiness, readinessBeside } from "./readiness.ts";
import type { OpenObject, RunProblem } from "./run-model.ts";
import { type Sending, settle } from "./sending.ts";
import { asksForSidecars, podWithoutSidecar } from "./sidecars.ts";

/** From so many of one kind in a namespace on one list is cheaper than reading each. */
const many = 20;

/** Events are read of so many objects at most, and that seldom. */
const watched = 3;
const eventsEvery = 10_000;

const isReady = (state: ObjectReadiness | undefined): boolean =>
  state?.state === "ready" || state?.state === "none";

/** Looks at the objects of a step until all of them are what they were applied for. */
class Awaiting {
  readonly #sending: Sending;
  readonly #step: PlannedStep;
  readonly #objects: readonly PlannedObject[];
  readonly #states = new Map<PlannedObject, ObjectReadiness>();
  /** Since when an object fails without interruption. */
  readonly #failing = new Map<PlannedObject, number>();
  readonly #events = new Map<PlannedObject, string>();
  readonly #began: number;
  #eventsAt: number;
  #readsEvents = true;

  constructor(sending: Sending, step: PlannedStep) {
    this.#sending = sending;
    this.#step = step;
    this.#objects = step.objects.filter(({ waitsFor }) => waitsFor !== null);
    this.#began = sending.pace.now();
    this.#eventsAt = this.#began;
  }

  get #elapsed(): number {
    return this.#sending.pace.now() - this.#began;
  }

  /** Empty: all of them are ready, or the run was aborted. */
  async end(): Promise<readonly RunProblem[]> {
    const { pace, options } = this.#sending;
    const { signal, timeout } = options;
    let looked = this.#objects;
    while (!signal.aborted && looked.length > 0) {
      await this.#look(looked);
      const open = this.#objects.filter((object) => !isReady(this.#states.get(object)));
      if (open.length === 0) {
        if (looked.length === this.#objects.length) return [];
        // What was ready first may have fallen back while the others took their time: once more all of them.
        looked = this.#objects;
        continue;
      }
      looked = open;
      const hopeless = open.filter((object) => this.#isHopeless(object));
      if (hopeless.length > 0) return this.#problems(hopeless, "does not get ready");
      const left = timeout - this.#elapsed;
      if (left <= 0) return this.#problems(open, `is not ready after ${durationText(timeout)}`);
      await this.#readEvents(open);
      options.onEvent({
        type: "waiting",
        step: this.#step.step,
        open: open.map((object) => this.#openObject(object)),
        elapsed: this.#elapsed,
        limit: timeout,
      });
      const [shortest, longest] = pace.interval;
      await pace.pause(Math.min(Math.max(this.#elapsed / 10, shortest), longest, left), signal);
    }
    return [];
  }

  #isHopeless(object: PlannedObject): boolean {
    const since = this.#failing.get(object);
    const { pace } = this.#sending;
    return since !== undefined && pace.now() - since >= pace.failedFor;
  }

  #whatOf(object: PlannedObject): string {
    const state = this.#states.get(object);
    return state && "what" in state ? state.what : "";
  }

  #openObject(object: PlannedObject): OpenObject {
    return {
      object,
      what: this.#whatOf(object),
      failed: this.#failing.has(object),
      event: this.#events.get(object) ?? null,
    };
  }

  #problems(objects: readonly PlannedObject[], how: string): readonly RunProblem[] {
    return objects.map((object) => {
      const event = this.#events.get(object);
      const last = event === undefined ? "" : `; last event: ${event}`;
      return {
        object,
        message: `${label(object.resource)} ${how}: ${this.#whatOf(object)}${last}`,
        advice:
          "see to the cause, and repeat the command: it goes on where this one stopped. --timeout waits longer",
      };
    });
  }

  #note(object: PlannedObject, state: ObjectReadiness): void {
    const { pace, options } = this.#sending;
    const was = this.#states.get(object);
    this.#states.set(object, state);
    if (state.state !== "failed") this.#failing.delete(object);
    else if (!this.#failing.has(object)) this.#failing.set(object, pace.now());
    if (!isReady(was) && isReady(state)) options.onEvent({ type: "ready", object, elapsed: this.#elapsed });
  }

  /** An object of the server, with what stands for it elsewhere. */
  async #judge(live: Mapping | null): Promise<ObjectReadiness> {
    if (live === null) return { state: "waiting", what: "it is not there any more" };
    const { cluster } = this.#sending;
    const own = readiness(live);
    if (own.state !== "ready") return own;
    if (asksForSidecars(live)) {
      const bare = await podWithoutSidecar(cluster, textAt(live, "metadata", "namespace"));
      return bare === null ? own : { state: "waiting", what: `pod ${bare} asks for a sidecar and has none` };
    }
    const companion = companionOf(live);
    if (!companion) return own;
    const dot = companion.kind.indexOf(".");
    const [name, group] = [companion.kind.slice(0, dot), companion.kind.slice(dot + 1)];
    const kind = (await cluster.kinds()).find((each) => each.kind === name && each.group === group);
    const beside = kind ? await cluster.get(kind, companion.namespace, companion.name) : null;
    return readinessBeside(live, beside);
  }

  /** Objects of one kind in one namespace are read together where there are many. */
  async #look(objects: readonly PlannedObject[]): Promise<void> {
    const groups = new Map<string, PlannedObject[]>();
    for (const object of objects) {
      const { apiVersion, kind, namespace } = object.resource;
      const key = JSON.stringify([apiVersion, kind, namespace]);
      groups.set(key, [...(groups.get(key) ?? []), object]);
    }
    const reads = [...groups.values()].flatMap((group) =>
      group.length < many ? group.map((object) => [object]) : [group],
    );
    const { failed } = await settle(reads, true, this.#sending.options.signal, (group) => this.#read(group));
    const [first] = failed;
    if (first && !this.#sending.options.signal.aborted) throw first.error;
  }

  async #read(group: readonly PlannedObject[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    const kind = await this.#sending.servedKind(first);
    if (!kind) {
      for (const object of group) this.#note(object, { state: "waiting", what: "its kind is not served" });
      return;
    }
    await this.#sending.persist(async () => {
      const live = await this.#fetch(kind, first, group.length > 1);
      for (const object of group)
        this.#note(object, await this.#judge(live.get(object.resource.name) ?? null));
    });
  }

  async #fetch(
    kind: ServedKind,
    { resource }: PlannedObject,
    list: boolean,
  ): Promise<ReadonlyMap<string, Mapping>> {
    const { cluster } = this.#sending;
    const { namespace, name } = resource;
    const single = list ? null : await cluster.get(kind, namespace, name);
    const found = list ? await cluster.list(kind, { namespace }) : single ? [single] : [];
    return new Map(found.map((object) => [textAt(object, "metadata", "name"), object]));
  }

  async #readEvents(open: readonly PlannedObject[]): Promise<void> {
    const now = this.#sending.pace.now();
    if (!this.#readsEvents || now - this.#eventsAt < eventsEvery) return;
    this.#eventsAt = now;
    for (const object of open.slice(0, watched)) {
      const event = await lastEvent(this.#sending, object);
      if (event === undefined) {
        this.#readsEvents = false;
        return;
      }
      if (event !== null) this.#events.set(object, event);
    }
  }
}

/**
 * Waits until all objects of a step are ready, one look at them after the other in growing distances. A failure counts
 * when it lasts, since many controllers try again.
 *
 * @returns why that did not come to pass; empty: it did, or the run was aborted
 * @throws ClusterError where the server does not answer for longer than a run has patience
 */
export function awaitStep(sending: Sending, step: PlannedStep): Promise<readonly RunProblem[]> {
  return new Awaiting(sending, step).end();
}
