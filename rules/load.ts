import { notApplicable, type Rule } from "../src/rule/define.ts";
import { everydayRules, type Resting, restingRules } from "./everyday.ts";
import { everydayKinds } from "./everyday-kinds.ts";

/** A rule that is not loaded, since nothing that it reads is there: its name, and that it does not apply. */
function resting({ id, reads, live }: Resting): Rule {
  return {
    id,
    reads,
    live,
    summary: "Not loaded.",
    severity: "info",
    category: "reading",
    documentation: [],
    fix: "none",
    subjects: () => notApplicable("nothing to judge in the set"),
    check: () => [],
  };
}

/**
 * The catalogue for sets with objects of these kinds, sorted by id; null: for any. Rules that have nothing to read
 * there may be mere names: enough to lint, not to tell of the rules themselves.
 */
export async function rulesFor(kinds: Iterable<string> | null): Promise<readonly Rule[]> {
  const others = kinds === null || [...kinds].some((kind) => !everydayKinds.has(kind));
  if (others) return (await import("./index.ts")).rules;
  return [...everydayRules, ...restingRules.map(resting)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
