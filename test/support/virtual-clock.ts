import type { Pace } from "../../src/apply/run-model.ts";

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Time that passes only when nobody has anything else to do. */
export class VirtualClock {
  now = 0;
  #timers: Timer[] = [];

  /** Does something at a time. */
  at(time: number, ring: () => void): void {
    this.#timers = [...this.#timers, { at: time, ring }].sort((a, b) => a.at - b.at);
  }

  pace(more: Partial<Pace> = {}): Pace {
    return {
      now: () => this.now,
      pause: (ms, signal) =>
        new Promise((done) => {
          if (signal.aborted) {
            done();
            return;
          }
          const end = (): void => {
            signal.removeEventListener("abort", end);
            done();
          };
          signal.addEventListener("abort", end);
          this.at(this.now + ms, end);
        }),
      interval: [500, 5000],
      failedFor: 30_000,
      patience: 120_000,
      ...more,
    };
  }

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { over: false };
    const end = (): void => {
      state.over = true;
    };
    work.then(end, end);
    while (!state.over) {
      for (let turns = 0; turns < 5; turns++) await turn();
      if (state.over) break;
      const [next, ...rest] = this.#timers;
      if (!next) continue;
      this.#timers = rest;
      this.now = Math.max(this.now, next.at);
      next.ring();
    }
    return work;
  }
}
