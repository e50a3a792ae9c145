import { entries, items, whereIs } from "../config/check.ts";
import { placeOf, problemAt, textAt } from "../config/conform.ts";
import type { ManifestDocument } from "../model/document.ts";
import { isMapping, type Path, type Value, valueAt } from "../model/value.ts";
import type { CallVerdict } from "../simulate/answer.ts";
import { parseFieldPath, parsePointer } from "./field-path.ts";
import { readRequest } from "./read-request.ts";
import type { Change, Mutation, PatchOperation } from "./test-file.ts";

/** Reads a mutation of the right shape, and tells what its shape does not show. */
export function readMutation(
  document: ManifestDocument,
  path: Path,
  caughtBy: readonly string[],
): { readonly mutation: Mutation; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const wrong = (at: Path, message: string, part: "key" | "value" = "value"): void => {
    problems.push(problemAt(document, placeOf(document, at, part), message));
  };
  const resource = textAt(document, [...path, "resource"]) ?? "";
  const has = (key: string): boolean => valueAt(document.value, [...path, key]) !== undefined;
  const verdict = has("verdict") ? [...path, "verdict"] : null;
  if (caughtBy.length === 0 && verdict === null)
    wrong(path, "a mutation has to say what notices it: caughtBy or verdict");
  const { change, called } = changeAt(document, path, wrong);
  return {
    mutation: {
      name: textAt(document, [...path, "name"]) ?? `${called} ${resource}`,
      resource,
      change,
      caughtBy,
      verdict: verdict && {
        ...readRequest(document, verdict),
        expect: textAt(document, [...verdict, "expect"]) as CallVerdict | null,
      },
      where: whereIs(document, path),
    },
    problems,
  };
}

type Wrong = (at: Path, message: string, part?: "key" | "value") => void;

function changeAt(
  document: ManifestDocument,
  path: Path,
  wrong: Wrong,
): { readonly change: Change; readonly called: string } {
  const value = (key: string): Value | undefined => valueAt(document.value, [...path, key]);
  if (value("delete") !== undefined) {
    if (value("delete") !== true) wrong([...path, "delete"], "delete can only be true");
    return { change: { type: "delete" }, called: "delete" };
  }
  if (value("set") !== undefined) {
    const at = [...path, "set"];
    const named = entries(document, at);
    if (named.length === 0) wrong(at, "set names no field");
    const values = named.flatMap(([text, inner]) => {
      const field = parseFieldPath(text);
      if (field === null)
        wrong(inner, `${JSON.stringify(text)} is no field path such as spec.servers[0].hosts`, "key");
      return field === null ? [] : [[field, valueAt(document.value, inner) ?? null] as const];
    });
    return { change: { type: "set", values }, called: `set ${named.map(([text]) => text).join(", ")} of` };
  }
  const merge = value("merge");
  if (merge !== undefined) {
    const patch = isMapping(merge) ? merge : {};
    if (Object.keys(patch).length === 0) wrong([...path, "merge"], "merge changes nothing");
    return { change: { type: "merge", patch }, called: "merge into" };
  }
  const operations = items(document, [...path, "patch"]).map((item) => operationAt(document, item, wrong));
  if (operations.length === 0) wrong([...path, "patch"], "patch has no operation");
  return { change: { type: "patch", operations }, called: "patch" };
}

function operationAt(document: ManifestDocument, path: Path, wrong: Wrong): PatchOperation {
  const op = textAt(document, [...path, "op"]) as PatchOperation["op"];
  const from = textAt(document, [...path, "from"]);
  const value = valueAt(document.value, [...path, "value"]);
  if ((op === "move" || op === "copy") && from === null) wrong(path, `${op} needs from`);
  if ((op === "add" || op === "replace" || op === "test") && value === undefined)
    wrong(path, `${op} needs a value`);
  return {
    op,
    path: parsePointer(textAt(document, [...path, "path"]) ?? ""),
    from: from === null ? null : parsePointer(from),
    value: value ?? null,
  };
}
