import { resourceAt } from "../../src/graph/document-resources.ts";
import { positionAt } from "../../src/model/source.ts";
import { defineDocumentRule, fail } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";

export const rule = defineDocumentRule({
  id: "yaml/duplicate-key",
  summary:
    "A key stands twice in one mapping: kubectl takes the last one and drops the others without a word.",
  severity: "warning",
  category: "reading",
  documentation: [kubernetes("Server-side field validation")],
  upstream: ["kubernetes-sigs/yaml goyaml.v2/decode.go"],
  fix: "none",
  reads: [],
  selfContained: true,
  candidates: "each",
  *check(document, graph) {
    const { file } = document;
    for (const notice of document.notices) {
      if (notice.kind !== "duplicate-key") continue;
      const { line } = positionAt(file, notice.first.start);
      yield fail(
        { location: { file, ...notice.at }, within: resourceAt(graph, document, notice.path) },
        `key "${notice.key}" stands twice in this mapping; the value of line ${line} is dropped`,
        {
          related: [{ at: { location: { file, ...notice.first } }, message: "the value that is dropped" }],
          advice: "keep one of the two",
        },
      );
    }
  },
});
