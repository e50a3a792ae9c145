import { ellipsisIn } from "../../src/mesh/example-marks.ts";
import { defineDocumentRule, fail } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";

export const rule = defineDocumentRule({
  id: "yaml/dropped-content",
  summary: "Content stands after the end marker `...` of a document: kubectl never sends it.",
  severity: "error",
  category: "reading",
  documentation: [kubernetes("Managing Kubernetes objects")],
  upstream: ["kubernetes/apimachinery pkg/util/yaml/decoder.go"],
  fix: "none",
  reads: [],
  selfContained: true,
  candidates: "each",
  *check(document) {
    // What was copied from a printed example is told by manifest/truncated-example.
    if (ellipsisIn(document)) return;
    for (const notice of document.notices) {
      if (notice.kind !== "dropped-content") continue;
      yield fail(
        { location: { file: document.file, ...notice.at } },
        "what follows the end marker `...` is dropped by kubectl",
        { advice: "separate documents with `---`" },
      );
    }
  },
});
