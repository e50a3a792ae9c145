import type { PlannedObject } from "./plan-model.ts";
import type { StepId } from "./steps.ts";

/** Time as a run sees it; tests have another one. */
export interface Pace {
  /** Milliseconds. */
  readonly now: () => number;
  /** Ends early when the signal is aborted; never fails. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The shortest and the longest time between two looks at what is waited for. */
  readonly interval: readonly [shortest: number, longest: number];
  /** How long a failure has to last to count as one: many controllers try again. */
  readonly failedFor: number;
  /** How long a server that does not answer, or asks for patience, is asked again. */
  readonly patience: number;
}

export interface RunOptions {
  /** Objects are checked by the server, and nothing is changed. */
  readonly dryRun: boolean;
  /** Take over the fields of other managers. */
  readonly force: boolean;
  /** Wait for each step before the next one. */
  readonly wait: boolean;
  /** Milliseconds for which a step is waited for. */
  readonly timeout: number;
  /** Check everything once more before the first write: time has passed since the plan was made. */
  readonly recheck: boolean;
  /** Ends the run after the requests that are under way. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  /** Called before each step and after the last one; what it throws ends the run. */
  readonly between?: () => Promise<void>;
  readonly pace?: Pace;
}

/** An object that is not there yet, or not for good. */
export interface OpenObject {
  readonly object: PlannedObject;
  /** The last thing that its status says. */
  readonly what: string;
  readonly failed: boolean;
  /** The last Event about it; null: none, or not read. */
  readonly event: string | null;
}

export type RunEvent =
  | {
      readonly type: "step";
      readonly step: StepId;
      readonly number: number;
      readonly of: number;
      readonly objects: number;
    }
  | { readonly type: "checking"; readonly objects: number }
  | { readonly type: "applied"; readonly object: PlannedObject }
  /** All times in milliseconds since the waiting began. */
  | {
      readonly type: "waiting";
      readonly step: StepId;
      readonly open: readonly OpenObject[];
      readonly elapsed: number;
      readonly limit: number;
    }
  | { readonly type: "ready"; readonly object: PlannedObject; readonly elapsed: number }
  /** The server does not answer, or asks for patience, and is asked again. */
  | { readonly type: "trouble"; readonly message: string }
  | { readonly type: "step-done"; readonly step: StepId };

/** Why a run stopped. */
export interface RunProblem {
  readonly message: string;
  /** How to go on. */
  readonly advice: string;
  readonly object: PlannedObject | null;
}

export interface RunResult {
  /** `aborted`: by the signal. */
  readonly state: "done" | "stopped" | "aborted";
  /** The step in which it stopped. */
  readonly step: StepId | null;
  /** What the server has taken, in this order. */
  readonly applied: readonly PlannedObject[];
  /** What may have been written: no answer came. */
  readonly unsure: readonly PlannedObject[];
  /** What was not applied. */
  readonly left: readonly PlannedObject[];
  /** In a dry run: what can be checked only when its namespace or kind is there. */
  readonly unchecked: readonly PlannedObject[];
  readonly problems: readonly RunProblem[];
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) {
      done();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });

export const realPace: Pace = {
  now: () => performance.now(),
  pause,
  interval: [500, 5000],
  failedFor: 30_000,
  patience: 120_000,
};
