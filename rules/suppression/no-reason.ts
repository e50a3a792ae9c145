import { defineSetRule, notApplicable } from "../../src/rule/define.ts";
import { meshlint } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "suppression/no-reason",
  summary: "A suppression does not say why the finding is accepted.",
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
