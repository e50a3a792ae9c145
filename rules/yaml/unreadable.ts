import { defineSetRule, notApplicable } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "yaml/unreadable",
  summary: "A file that should hold manifests cannot be read, so nothing in it is checked.",
  severity: "warning",
  varies: true,
  category: "reading",
  documentation: [kubernetes("Managing Kubernetes objects")],
  fix: "none",
  reads: [],
  selfContained: true,
  // Files are judged by the engine, once for the whole run: an unreadable one belongs to no set.
  applicable: () => notApplicable("judged once for all sets"),
  check: () => [],
});
