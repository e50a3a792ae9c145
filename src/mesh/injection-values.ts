import { toJson, type Value } from "../model/value.ts";
import { read, type Place } from "./field.ts";

/** What counts as a request up to Istio 1.26 (istio/istio `pkg/kube/inject/inject.go`), in any case. */
const truthy: readonly string[] = ["y", "yes", "true", "on"];

/** A value of the sidecar's label or annotation that does not count, or not everywhere. */
export interface WrongInjectValue {
  /** `"yes", which …`: the value and what is made of it. */
  readonly said: string;
  /** The text that was meant; null where that cannot be told. */
  readonly meant: "true" | "false" | null;
}

/** What is wrong with a value that should be the text `true` or `false`; null: nothing. */
export function wrongInjectValue(value: Value): WrongInjectValue | null {
  if (typeof value === "boolean")
    return { said: `the boolean ${value}, and the API server takes only strings there`, meant: `${value}` };
  if (typeof value !== "string")
    return { said: `${toJson(value)}, and the API server takes only strings there`, meant: null };
  if (isPlain(value)) return null;
  const said = JSON.stringify(value);
  return truthy.includes(value.toLowerCase())
    ? { said: `${said}, which Istio reads as true up to 1.26 and ignores from 1.27 on`, meant: "true" }
    : { said: `${said}, which asks for no sidecar; only "true" and "false" count`, meant: null };
}

const isPlain = (value: Value): value is "true" | "false" => value === "true" || value === "false";

/** Whether label and annotation each say plainly whether a sidecar is wanted, and not the same. */
export function contradicts(
  label: Place,
  annotation: Place,
): { readonly label: string; readonly annotation: string } | null {
  const [a, b] = [read(label.resource, label.path), read(annotation.resource, annotation.path)];
  if (a.state !== "value" || b.state !== "value" || a.value === b.value) return null;
  return isPlain(a.value) && isPlain(b.value) ? { label: a.value, annotation: b.value } : null;
}
