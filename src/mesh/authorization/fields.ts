import { oncePerValue } from "../memo.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Path, Value } from "../../model/value.ts";

/** What a field of a source or operation compares; conditions with the same meaning count as the field. */
export type FieldName =
  | "principals"
  | "namespaces"
  | "serviceAccounts"
  | "trustDomains"
  | "requestPrincipals"
  | "ipBlocks"
  | "remoteIpBlocks"
  | "hosts"
  | "methods"
  | "paths"
  | "ports"
  /** Any other key of `when`. */
  | "condition";

/** One list of values of a rule. */
export interface PolicyField {
  /** Position of the rule. */
  readonly rule: number;
  /** The entry of `from`, `to` or `when` that it stands in. */
  readonly entry: Path;
  readonly name: FieldName;
  /** As written: `notPaths`, or the key of the condition. */
  readonly written: string;
  /** `not…` and `notValues`: what the rule is not about. */
  readonly negated: boolean;
  /** Those that are known. */
  readonly values: readonly { readonly text: string; readonly path: Path }[];
  /** Whether all of them are: none is a placeholder. */
  readonly complete: boolean;
}

const sourceNames = [
  "principals",
  "namespaces",
  "serviceAccounts",
  "trustDomains",
  "requestPrincipals",
  "ipBlocks",
  "remoteIpBlocks",
] as const;
const operationNames = ["hosts", "methods", "paths", "ports"] as const;

const conditionNames: ReadonlyMap<string, FieldName> = new Map([
  ["source.principal", "principals"],
  ["source.namespace", "namespaces"],
  ["source.ip", "ipBlocks"],
  ["remote.ip", "remoteIpBlocks"],
  ["request.auth.principal", "requestPrincipals"],
  ["destination.port", "ports"],
]);

export function listAt(value: Value | undefined, key: string): readonly Value[] {
  const list = valueAt(value, [key]);
  return isList(list) ? list : [];
}

/** The texts of a list that are known. */
function valuesAt(parent: Value, key: string, path: Path): PolicyField["values"] {
  return listAt(parent, key).flatMap((text, index) =>
    typeof text === "string" && !isUnknown(text) ? [{ text, path: [...path, key, index] }] : [],
  );
}

function* partFields(
  rule: number,
  part: Value | undefined,
  names: readonly FieldName[],
  entry: Path,
  key: string,
): Generator<PolicyField> {
  if (!isMapping(part)) return;
  for (const name of names) {
    for (const negated of [false, true]) {
      const written = negated ? `not${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
      const values = valuesAt(part, written, [...entry, key]);
      const complete = values.length === listAt(part, written).length;
      if (values.length > 0) yield { rule, entry, name, written, negated, values, complete };
    }
  }
}

function* fieldsIn(policy: Resource): Generator<PolicyField> {
  for (const [rule, value] of listAt(valueAt(policy.value, ["spec"]), "rules").entries()) {
    const base: Path = ["spec", "rules", rule];
    for (const [index, entry] of listAt(value, "from").entries()) {
      yield* partFields(rule, valueAt(entry, ["source"]), sourceNames, [...base, "from", index], "source");
    }
    for (const [index, entry] of listAt(value, "to").entries()) {
      const part = valueAt(entry, ["operation"]);
      yield* partFields(rule, part, operationNames, [...base, "to", index], "operation");
    }
    for (const [index, entry] of listAt(value, "when").entries()) {
      const key = valueAt(entry, ["key"]);
      if (typeof key !== "string") continue;
      const path: Path = [...base, "when", index];
      for (const list of ["values", "notValues"] as const) {
        const values = valuesAt(entry, list, path);
        const name = conditionNames.get(key) ?? "condition";
        const complete = values.length === listAt(entry, list).length;
        const negated = list === "notValues";
        if (values.length > 0) yield { rule, entry: path, name, written: key, negated, values, complete };
      }
    }
  }
}

/** The lists of values of a policy's rules, in the order of the catalogue of fields. */
export const policyFields = oncePerValue((policy): readonly PolicyField[] => [...fieldsIn(policy)]);

/** Fields that a TCP filter chain does not have (semantics of Istio's `model.go` checkError). */
export function isHttpOnly({ name, written }: PolicyField): boolean {
  if (name === "hosts" || name === "methods" || name === "paths" || name === "requestPrincipals") return true;
  return name === "condition" && written.startsWith("request.");
}
