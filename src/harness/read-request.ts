import { entries } from "../config/check.ts";
import { textAt } from "../config/conform.ts";
import type { ManifestDocument } from "../model/document.ts";
import { type Path, valueAt } from "../model/value.ts";
import type { Request } from "./test-file.ts";

/** The ends and the options of a call, from a mapping of the right shape; of a table the options alone. */
export function readRequest(document: ManifestDocument, path: Path): Request {
  const at = (key: string): string | null => textAt(document, [...path, key]);
  const named = ["method", "path", "host", "serviceAccount"].flatMap((key) => {
    const text = at(key);
    return text === null ? [] : [[key, text] as const];
  });
  const headers = entries(document, [...path, "headers"]).map(
    ([name, inner]) => [name, textAt(document, inner) ?? ""] as const,
  );
  const port = at("port");
  return {
    from: at("from") ?? "",
    to: at("to") ?? "",
    options: {
      ...Object.fromEntries(named),
      ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
      ...(port !== null && { port: Number(port) }),
      ...(valueAt(document.value, [...path, "sidecar"]) === false && { noSidecar: true }),
    },
  };
}
