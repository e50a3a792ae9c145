import { resourceAt } from "../../src/graph/document-resources.ts";
import { toJson } from "../../src/model/value.ts";
import { defineDocumentRule, fail } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";

export const rule = defineDocumentRule({
  id: "yaml/surprising-scalar",
  summary: "An unquoted word or number is read by YAML 1.1 rules as something else than what stands there.",
  severity: "warning",
  category: "reading",
  documentation: [kubernetes("Managing Kubernetes objects")],
  upstream: ["kubernetes-sigs/yaml goyaml.v2/resolve.go"],
  fix: "none",
  reads: [],
  selfContained: true,
  candidates: "each",
  *check(document, graph) {
    for (const notice of document.notices) {
      if (notice.kind !== "yaml11-surprise") continue;
      yield fail(
        {
          location: { file: document.file, ...notice.at },
          within: resourceAt(graph, document, notice.path),
        },
        `unquoted ${notice.written} is read as ${toJson(notice.read)}`,
        { advice: `write "${notice.written}" if the text is meant, ${toJson(notice.read)} if the value is` },
      );
    }
  },
});
