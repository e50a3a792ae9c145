import type { Finding } from "../model/finding.ts";

const mask = (1n << 64n) - 1n;

/** FNV-1a of the UTF-16 units, 64 bit, as 16 hexadecimal digits: an identity, no protection against anybody. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    value = ((value ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n) & mask;
  }
  return value.toString(16).padStart(16, "0");
}

/**
 * One text for each finding that stays the same when lines move: rule, file, resource, field and message, and a
 * number where these are the same for several.
 */
export function fingerprints(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, at, resource, path, message }) => {
    const id = resource === null ? null : [resource.kind, resource.namespace, resource.name];
    const value = hash(JSON.stringify([rule, at.file.path, id, path, message]));
    const count = (seen.get(value) ?? 0) + 1;
    seen.set(value, count);
    return `${value}:${count}`;
  });
}
