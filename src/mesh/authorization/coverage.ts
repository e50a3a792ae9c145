import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, toJson, valueAt } from "../../model/value.ts";
import type { Mapping, Value } from "../../model/value.ts";
import { listAt } from "./fields.ts";
import { isPathTemplate } from "./path.ts";
import { glob } from "./text-pattern.ts";

/** Whether every text that one of Istio's string forms takes is taken by another one, too. */
function formCovers(broad: string, narrow: string): boolean {
  if (broad === "*") return true;
  if (broad.startsWith("*")) return narrow.endsWith(broad.slice(1)) && !narrow.endsWith("*");
  if (broad.endsWith("*")) return narrow.startsWith(broad.slice(0, -1)) && !narrow.startsWith("*");
  return false;
}

/** Stars of `namespaces` count everywhere; other characters of regular expressions are compared as they are. */
function namespaceCovers(broad: string, narrow: string): boolean {
  return /^[\w-]+$/.test(narrow) && /^[\w*-]+$/.test(broad) && glob(broad)(narrow);
}

function valueCovers(field: string, broad: string, narrow: string): boolean {
  if (broad === narrow) return true;
  switch (field) {
    case "namespaces":
    case "source.namespace":
      return namespaceCovers(broad, narrow);
    case "paths":
      return !isPathTemplate(broad) && !isPathTemplate(narrow) && formCovers(broad, narrow);
    case "hosts":
      return formCovers(broad.toLowerCase(), narrow.toLowerCase());
    case "principals":
    case "source.principal":
    case "methods":
      return formCovers(broad, narrow);
    default:
      return false;
  }
}

function texts(value: Value | undefined): readonly string[] | null {
  if (!isList(value)) return null;
  const found = value.filter((item) => typeof item === "string" && !isUnknown(item)) as readonly string[];
  return found.length === value.length ? found : null;
}

/** Values and exclusions of one field: what the narrow one takes, the broad one takes. */
function listsCover(
  field: string,
  broad: readonly [Value | undefined, Value | undefined],
  narrow: readonly [Value | undefined, Value | undefined],
): boolean {
  const [values, notValues] = [texts(broad[0] ?? []), texts(broad[1] ?? [])];
  const [mine, notMine] = [texts(narrow[0] ?? []), texts(narrow[1] ?? [])];
  if (values === null || notValues === null || mine === null || notMine === null) {
    // Equal placeholders stand for equal values.
    const json = (lists: typeof broad): string => toJson([...lists].map((value) => value ?? null));
    return json(broad) === json(narrow);
  }
  const taken =
    values.length === 0 ||
    (mine.length > 0 && mine.every((text) => values.some((value) => valueCovers(field, value, text))));
  return taken && notValues.every((value) => notMine.some((text) => valueCovers(field, text, value)));
}

function positive(key: string): string {
  const rest = /^not([A-Z])(.*)$/.exec(key);
  return rest ? `${(rest[1] ?? "").toLowerCase()}${rest[2] ?? ""}` : key;
}

function partCovers(broad: Mapping, narrow: Mapping): boolean {
  const fields = new Set(Object.keys(broad).map(positive));
  return [...fields].every((field) => {
    const not = `not${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    return listsCover(field, [broad[field], broad[not]], [narrow[field], narrow[not]]);
  });
}

/** Alternatives: none stands for anything. */
function alternativesCover(broad: readonly Value[], narrow: readonly Value[], part: string): boolean {
  if (broad.length === 0) return true;
  if (narrow.length === 0) return false;
  return narrow.every((mine) =>
    broad.some((other) => {
      const [wide, small] = [valueAt(other, [part]), valueAt(mine, [part])];
      return isMapping(wide) && isMapping(small) && partCovers(wide, small);
    }),
  );
}

/** Whether a rule matches whatever another one matches; false where that does not show. */
export function ruleCovers(broad: Value, narrow: Value): boolean {
  if (!isMapping(broad) || !isMapping(narrow)) return false;
  const conditions = listAt(narrow, "when");
  return (
    alternativesCover(listAt(broad, "from"), listAt(narrow, "from"), "source") &&
    alternativesCover(listAt(broad, "to"), listAt(narrow, "to"), "operation") &&
    listAt(broad, "when").every((wide) => {
      const key = valueAt(wide, ["key"]);
      return conditions.some(
        (small) =>
          typeof key === "string" &&
          valueAt(small, ["key"]) === key &&
          listsCover(
            key,
            [valueAt(wide, ["values"]), valueAt(wide, ["notValues"])],
            [valueAt(small, ["values"]), valueAt(small, ["notValues"])],
          ),
      );
    })
  );
}

export function rulesOf(policy: Resource): readonly Value[] {
  return listAt(valueAt(policy.value, ["spec"]), "rules");
}

/** Whether the rules of a policy, of which it has some, are all covered by rules of another one. */
export function policyCovers(broad: Resource, narrow: Resource): boolean {
  const rules = rulesOf(narrow);
  const wide = rulesOf(broad);
  return rules.length > 0 && rules.every((rule) => wide.some((other) => ruleCovers(other, rule)));
}

/** The rules of a policy that another of its rules covers, each with the first of these; of equals the later. */
export function coveredRules(policy: Resource): readonly { readonly rule: number; readonly by: number }[] {
  const rules = rulesOf(policy);
  return rules.flatMap((narrow, rule) => {
    const by = rules.findIndex(
      (broad, index) =>
        index !== rule && ruleCovers(broad, narrow) && (index < rule || !ruleCovers(narrow, broad)),
    );
    return by < 0 ? [] : [{ rule, by }];
  });
}

/** Whether the selector of one policy picks every pod that the one of another picks. */
export function selectorCovers(broad: Resource, narrow: Resource): boolean {
  if ([broad, narrow].some(({ value }) => isTargeted(value))) return false;
  const wide = valueAt(broad.value, ["spec", "selector", "matchLabels"]);
  const small = valueAt(narrow.value, ["spec", "selector", "matchLabels"]);
  return Object.entries(isMapping(wide) ? wide : {}).every(
    ([key, value]) =>
      isMapping(small) && !isUnknown(value) && Object.hasOwn(small, key) && small[key] === value,
  );
}

function isTargeted(value: Mapping): boolean {
  return ["targetRef", "targetRefs"].some((key) => (valueAt(value, ["spec", key]) ?? null) !== null);
}
