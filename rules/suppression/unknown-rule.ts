import { defineSetRule, notApplicable } from "../../src/rule/define.ts";
import { meshlint } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "suppression/unknown-rule",
  summary: "A suppression names a rule that does not exist, so it hides nothing.",
  severity: "warning",
  category: "hygiene",
  documentation: [meshlint("Suppressions")],
  fix: "none",
  reads: [],
  selfContained: true,
  // Suppressions are judged by the engine, once all findings are known.
  applicable: () => notApplicable("judged once for all sets"),
  check: () => [],
});
