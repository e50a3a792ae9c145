import { type Mapping, valueAt } from "../../src/model/value.ts";
import { numberAt, textAt } from "../../src/apply/conditions.ts";
import type { TestApi } from "./test-api.ts";

/**
 * What the status of an object is after some time.
 *
 * @param age milliseconds since this generation of the object was first seen
 * @returns null: nothing is written
 */
export type Script = (object: Mapping, age: number) => Mapping | null;

const condition = (type: string, status: string, reason: string, message = ""): Mapping => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: "2030-01-01T00:00:00Z",
});

const about = (object: Mapping, ...conditions: readonly Mapping[]): Mapping => ({
  observedGeneration: numberAt(object, "metadata", "generation") ?? 1,
  conditions,
});

/** Ready after a while. @param more fields that the kind's schema asks for */
export const late =
  (ms: number, more: Mapping = {}): Script =>
  (object, age) => ({
    ...more,
    ...(age < ms
      ? about(object, condition("Ready", "False", "NotReady", "Waiting on deployments: controller"))
      : about(object, condition("Reconciled", "True", "Done"), condition("Ready", "True", "Done"))),
  });

/** Ready, not ready, and ready for good. */
export const flapping =
  (ms: number): Script =>
  (object, age) =>
    Math.floor(age / ms) % 2 === 0 && age > ms * 3
      ? about(object, condition("Ready", "True", "Done"))
      : age < ms || age > ms * 4
        ? about(object, condition("Ready", "True", "Done"))
        : about(object, condition("Ready", "False", "NotReady", "pods restart"));

/** Never ready, for a reason. */
export const failing =
  (reason: string, message: string, type = "Ready"): Script =>
  (object) =>
    about(object, condition(type, "False", reason, message), condition("Ready", "False", reason, message));

/** As the controllers of Kubernetes do. */
export const rolledOut =
  (ms: number): Script =>
  (object, age) => {
    const replicas = numberAt(object, "spec", "replicas") ?? 1;
    const observedGeneration = numberAt(object, "metadata", "generation") ?? 1;
    if (age < ms) return { observedGeneration, replicas: 0, conditions: [] };
    const done = {
      replicas,
      updatedReplicas: replicas,
      availableReplicas: replicas,
      readyReplicas: replicas,
    };
    return { observedGeneration, ...done, conditions: [] };
  };

/** A kind by the path of its list, `/apis/maistra.io/v2/servicemeshcontrolplanes`, and what is done about its objects. */
export interface Operator {
  readonly path: string;
  readonly script?: Script;
  /** Is called once for each object. */
  readonly onFirst?: (object: Mapping) => Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Plays the operators' part: looks at objects now and then, and writes their status. */
export class Operators {
  readonly #api: TestApi;
  readonly #list: Operator[];
  readonly #seen = new Map<string, number>();
  readonly #written = new Map<string, string>();
  #over = false;
  #work: Promise<void> = Promise.resolve();

  constructor(api: TestApi, list: readonly Operator[]) {
    this.#api = api;
    this.#list = [...list];
  }

  /** One more, or another script for the same kind. */
  set(operator: Operator): void {
    const at = this.#list.findIndex(({ path }) => path === operator.path);
    if (at < 0) this.#list.push(operator);
    else this.#list[at] = operator;
  }

  start(): void {
    this.#work = this.#loop();
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#work;
  }

  async #loop(): Promise<void> {
    while (!this.#over) {
      for (const operator of this.#list) if (!this.#over) await this.#look(operator);
      await pause(100);
    }
  }

  async #look({ path, script, onFirst }: Operator): Promise<void> {
    for (const object of await this.#api.list(path)) {
      const uid = textAt(object, "metadata", "uid");
      const key = `${uid} ${String(valueAt(object, ["metadata", "generation"]) ?? "")}`;
      if (!this.#seen.has(uid)) {
        this.#seen.set(uid, 0);
        await onFirst?.(object);
      }
      const since = this.#seen.get(key) ?? Date.now();
      this.#seen.set(key, since);
      const status = script?.(object, Date.now() - since) ?? null;
      const text = JSON.stringify(status);
      if (status === null || this.#written.get(uid) === text) continue;
      const namespace = textAt(object, "metadata", "namespace");
      const [, root = "", plural = ""] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
      const home = namespace === "" ? root : `${root}/namespaces/${namespace}`;
      const answer = await this.#api.patch(`${home}/${plural}/${textAt(object, "metadata", "name")}/status`, {
        status,
      });
      if (answer.status < 300) this.#written.set(uid, text);
      else if (answer.status !== 404 && answer.status !== 409)
        throw new Error(`status of ${path}: ${String(answer.body.message)}`);
    }
  }
}
