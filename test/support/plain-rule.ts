import { defineSetRule, type Rule } from "../../src/rule/define.ts";

/** A rule that finds nothing, for tests of what the engine does with a catalogue. */
export const plainRule = (id: string, more: Partial<Rule> = {}): Rule => ({
  ...defineSetRule({
    id,
    summary: "A rule.",
    severity: "error",
    category: "security",
    documentation: [],
    fix: "none",
    reads: [],
    check: () => [],
  }),
  ...more,
});
