import { performance } from "node:perf_hooks";
import type { Rule } from "../rule/define.ts";

/** How long each rule takes, for `--stats`. What a rule asks first and others ask again is at its expense. */
export class RuleCosts {
  readonly #times = new Map<string, number>();

  /** The same rule, with its time added up. */
  readonly measured = (rule: Rule): Rule => {
    const add = <T>(work: () => T): T => {
      const start = performance.now();
      const result = work();
      this.#times.set(rule.id, (this.#times.get(rule.id) ?? 0) + performance.now() - start);
      return result;
    };
    return {
      ...rule,
      subjects: (graph, context) =>
        add(() => {
          const found = rule.subjects(graph, context);
          return "verdict" in found ? found : [...found];
        }),
      check: (subject, graph, context) => add(() => [...rule.check(subject, graph, context)]),
    };
  };

  /** The slowest rules with their milliseconds, the slowest first. */
  slowest(most: number): readonly (readonly [id: string, time: number])[] {
    return [...this.#times].toSorted(([, a], [, b]) => b - a).slice(0, most);
  }

  total(): number {
    return [...this.#times.values()].reduce((sum, time) => sum + time, 0);
  }
}
