/**
 * A value as kubectl would send it to the API server. Whole numbers beyond 2^53 are `bigint`, so that no
 * digit is lost; everything else is what JSON has.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | Mapping;
export interface Mapping {
  readonly [key: string]: Value;
}

/** Keys and list indexes from the root of a document or resource to a value. */
export type Path = readonly (string | number)[];

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The value at a path, or undefined. Only own keys count: a key named `constructor` is data, never a method. */
export function valueAt(root: Value | undefined, path: Path): Value | undefined {
  let here: Value | undefined = root;
  for (const step of path) {
    if (typeof step === "number") here = isList(here) ? here[step] : undefined;
    else here = isMapping(here) && Object.hasOwn(here, step) ? here[step] : undefined;
    if (here === undefined) return undefined;
  }
  return here;
}

/** `spec.servers[0].tls.mode`; keys with dots or slashes are quoted: `metadata.labels["a.b/c"]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/**
 * A value as messages show it without quotes: texts as they are, everything else as JSON. `String(value)` would call
 * a `toString` that a manifest brings along.
 */
export function plainText(value: Value | undefined): string {
  return typeof value === "string" ? value : toJson(value);
}

/** JSON text of a value; whole numbers of any size keep their digits. */
export function toJson(value: Value | undefined, indent = 0, depth = 0): string {
  if (typeof value === "bigint") return value.toString();
  if (value === undefined) return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const open = indent > 0 ? `\n${" ".repeat(indent * (depth + 1))}` : "";
  const close = indent > 0 ? `\n${" ".repeat(indent * depth)}` : "";
  if (isList(value)) {
    const items = value.map((item) => toJson(item, indent, depth + 1));
    return items.length === 0 ? "[]" : `[${open}${items.join(`,${open}`)}${close}]`;
  }
  const colon = indent > 0 ? ": " : ":";
  const pairs = Object.entries(value).map(
    ([key, item]) => JSON.stringify(key) + colon + toJson(item, indent, depth + 1),
  );
  return pairs.length === 0 ? "{}" : `{${open}${pairs.join(`,${open}`)}${close}}`;
}
