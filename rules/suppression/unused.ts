import { defineSetRule, notApplicable } from "../../src/rule/define.ts";
import { meshlint } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "suppression/unused",
  summary: "A suppression hides nothing.",
  severity: "warning",
  varies: true,
  category: "hygiene",
  documentation: [meshlint("Suppressions")],
  fix: "review",
  reads: [],
  selfContained: true,
  // Suppressions are judged by the engine, once all findings are known.
  applicable: () => notApplicable("judged once for all sets"),
  check: () => [],
});
