import { replaceScalar } from "../../src/fix/edits.ts";
import { ellipsisIn } from "../../src/mesh/example-marks.ts";
import { parseDuration } from "../../src/mesh/go-values.ts";
import type { ManifestDocument } from "../../src/model/document.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Location } from "../../src/model/source.ts";
import type { Path } from "../../src/model/value.ts";
import { walk } from "../../src/model/walk.ts";
import { at, fail, type Problem, type Rule, type Subject, remedy } from "../../src/rule/define.ts";
import { architecture, integrations } from "../../src/rule/documents.ts";
import { fieldAt } from "../../src/schema/describe.ts";

/** The older webhook example: `path` stands between two levels, so that the YAML cannot be read. */
function misindentedPath(document: ManifestDocument): Location | null {
  const { error, file, span } = document;
  if (
    !error ||
    !/^kind: *(Validating|Mutating)WebhookConfiguration/m.test(file.text.slice(span.start, span.end))
  )
    return null;
  const line = file.text.lastIndexOf("\n", Math.max(0, error.at.start - 1)) + 1;
  const found = /^[ \t]*(path):/.exec(file.text.slice(line, line + 200));
  if (!found) return null;
  const start = line + found[0].length - "path:".length;
  return { file, start, end: start + "path".length };
}

/** What a value was before the book's callout number stuck to it; undefined if the number may belong to it. */
function withoutCallout(
  resource: Resource,
  path: Path,
  value: string,
): string | boolean | number | undefined {
  const text = /^(\S+) \d{1,2}$/.exec(value)?.[1];
  if (text === undefined) return undefined;
  const field = fieldAt(resource.kind, path);
  if (field?.types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
  if (field?.types.includes("integer") && /^\d{1,9}$/.test(text)) return Number(text);
  const isWord = field?.allowed?.includes(text) === true || /^(true|false)$/.test(text);
  return isWord || (parseDuration(text) !== null && text !== "0") ? text : undefined;
}

function callouts(resource: Resource): readonly Problem[] {
  const problems: Problem[] = [];
  walk(resource.value, {
    enter: (key, _child, path) => path.length > 1 || !["data", "stringData", "status"].includes(key),
    scalar(value, path) {
      const meant = typeof value === "string" ? withoutCallout(resource, path, value) : undefined;
      if (meant !== undefined) problems.push(calloutProblem(resource, [...path], String(value), meant));
    },
  });
  return problems;
}

function calloutProblem(
  resource: Resource,
  path: Path,
  value: string,
  meant: string | boolean | number,
): Problem {
  const edits = replaceScalar(resource, path, meant);
  const title = `write ${String(meant)}`;
  return fail(at(resource, ...path), `the number behind "${value}" is a callout of the printed example`, {
    explains: path,
    ...remedy(title, "safe", edits),
  });
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
        "`...` ends the document here, and kubectl drops what follows or refuses the file",
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
