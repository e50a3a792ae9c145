import { isList, isMapping, plainText, type Value, valueAt } from "../../model/value.ts";

/** A label selector in one line, as `kubectl -l` takes it: `role=infra,zone in (a,b)`; `(none)` if it is empty. */
export function formatSelector(selector: Value): string {
  const labels = valueAt(selector, ["matchLabels"]);
  const expressions = valueAt(selector, ["matchExpressions"]);
  const pairs = isMapping(labels)
    ? Object.entries(labels).map(([key, value]) => `${key}=${plainText(value)}`)
    : [];
  const others = (isList(expressions) ? expressions : [])
    .filter(isMapping)
    .map(({ key, operator, values }) => {
      const list = isList(values) && values.length > 0 ? ` (${values.map(plainText).join(",")})` : "";
      return `${plainText(key)} ${plainText(operator)}${list}`;
    });
  return [...pairs, ...others].join(",") || "(none)";
}
