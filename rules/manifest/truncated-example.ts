import { replaceScalar } from "../../src/fix/edits.ts";
import { calloutsIn, ellipsisIn, misindentedPath } from "../../src/mesh/example-marks.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, fail, type Problem, type Rule, type Subject, remedy } from "../../src/rule/define.ts";
import { architecture, integrations } from "../../src/rule/documents.ts";

function callouts(resource: Resource): readonly Problem[] {
  return calloutsIn(resource).map(({ path, text, meant }) =>
    fail(at(resource, ...path), `the number behind "${text}" is a callout of the printed example`, {
      explains: path,
      ...remedy(`write ${String(meant)}`, "safe", replaceScalar(resource, path, meant)),
    }),
  );
}

export const rule: Rule = {
  id: "manifest/truncated-example",
  summary: "A printed example was copied with its omissions or callout numbers.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.5"), integrations("1.7"), architecture("6.4")],
  fix: "safe",
  reads: [],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => [
    ...graph.set.documents.map((document): Subject => ({ type: "document", document })),
    ...graph.set.resources.map((resource): Subject => ({ type: "resource", resource })),
  ],
  *check(subject) {
    if (subject.type === "resource") return yield* callouts(subject.resource);
    if (subject.type === "set") return;
    const dots = ellipsisIn(subject.document);
    if (dots)
      yield fail(
        { location: dots },
        "`...` ends the document here, as printed in the example, and kubectl drops what follows or refuses the file",
        {
          advice: "remove the dots, or write out what they stand for",
        },
      );
    const path = misindentedPath(subject.document);
    if (path)
      yield fail(
        { location: path },
        "`path` stands between two levels, as printed in the example, and cannot be read",
        {
          advice: "indent it like its neighbours `namespace` and `name`",
        },
      );
  },
};
