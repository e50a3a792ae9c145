import { decodeBase64 } from "../../model/base64.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, type Path, type Value, valueAt } from "../../model/value.ts";

/** What a Secret holds under a key. Its text goes into no message. */
export type SecretValue =
  | { readonly state: "absent" }
  /** `text`: the bytes as characters 0 to 255. */
  | { readonly state: "text"; readonly text: string; readonly path: Path }
  /** The API server refuses it. */
  | { readonly state: "not-base64"; readonly path: Path; readonly written: string }
  /** A placeholder, encrypted (SOPS), or no text at all, which is for others to say. */
  | { readonly state: "unknown"; readonly why: string; readonly path: Path };

/** Values that a tool fills in or decrypts: SOPS, the vault plugin of Argo CD, vals, the injector of Bank-Vaults. */
const filledIn = /^(?:ENC\[|<path:|ref\+|vault:|op:\/\/)/;
/** What people write in place of a value that must not be shown. */
const redacted = /^(?:redacted|removed|hidden|omitted|placeholder|dummy|changeme|todo|x{3,}|\*{3,}|\.{3,})$/i;

/** Whether somebody or something else puts the value in. */
function isFilledIn(text: string): boolean {
  const start = text.slice(0, 400).trim();
  return filledIn.test(start) || redacted.test(start) || isUnknown(start);
}

function unknown(secret: Resource, path: Path): SecretValue {
  return { state: "unknown", path, why: `the value of ${path.at(-1)} in Secret ${secret.name}` };
}

function valueOf(secret: Resource, path: Path, written: Value): SecretValue {
  if (written === null) return { state: "text", text: "", path };
  if (typeof written !== "string" || isFilledIn(written)) return unknown(secret, path);
  if (path[0] === "stringData") return { state: "text", text: written, path };
  const text = decodeBase64(written);
  if (text === null) return { state: "not-base64", path, written };
  return isFilledIn(text) ? unknown(secret, path) : { state: "text", text, path };
}

/** The value under a key of a Secret: `stringData` wins over `data`, as in the API server. */
export function secretValue(secret: Resource, key: string): SecretValue {
  for (const field of ["stringData", "data"]) {
    const path = [field, key];
    const written = valueAt(secret.value, path);
    if (written === undefined) continue;
    return isEncrypted(secret) ? unknown(secret, path) : valueOf(secret, path, written);
  }
  const open = ["stringData", "data"].find((field) => isOpen(valueAt(secret.value, [field])));
  return open === undefined ? { state: "absent" } : unknown(secret, [open, key]);
}

/** Whether a value where a mapping belongs leaves open what is in it. */
function isOpen(value: Value | undefined): boolean {
  return value !== undefined && value !== null && !isMapping(value);
}

/** SOPS keeps what it needs in a mapping beside the data. */
function isEncrypted(secret: Resource): boolean {
  return isMapping(secret.value.sops);
}

/** The keys of a Secret, those of `stringData` first; each once. */
export function secretKeys(secret: Resource): readonly string[] {
  const all = ["stringData", "data"].flatMap((field) => {
    const values = secret.value[field];
    return isMapping(values) ? Object.keys(values) : [];
  });
  return [...new Set(all)];
}
