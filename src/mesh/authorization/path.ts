import type { Match } from "../label-match.ts";

/** `meshConfig.pathNormalization.normalization`; DEFAULT is BASE. */
export const normalizations = ["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"] as const;
export type Normalization = (typeof normalizations)[number];

const unreserved = /^[A-Za-z0-9\-._~]$/;

/** Percent encodings of characters that need none are decoded; all others stay as written. */
function decodeUnreserved(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return unreserved.test(character) ? character : whole;
  });
}

/** `.` and `..` resolved (RFC 3986, 5.2.4); empty segments are segments. */
function withoutDots(path: string): string {
  const segments = path.slice(1).split("/");
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
    if (isLast && (segment === ".." || segment === ".")) kept.push("");
  }
  return `/${kept.join("/")}`;
}

/**
 * The path on which rules look: without query and fragment, normalised as the mesh says (semantics 4.4;
 * istio/istio `tests/integration/security/normalization_test.go`).
 */
export function requestPath(raw: string, normalization: Normalization): string {
  if (raw === "/") return raw;
  const path = raw.replace(/[?#].*$/s, "");
  if (normalization === "NONE" || !path.startsWith("/")) return path;
  const open =
    normalization === "DECODE_AND_MERGE_SLASHES" ? path.replace(/%(?:2f|5c)/gi, decodeURIComponent) : path;
  const base = withoutDots(decodeUnreserved(open).replaceAll("\\", "/"));
  return normalization === "BASE" ? base : base.replace(/\/{2,}/g, "/");
}

/** Whether a value of `paths` is an Envoy URI template. */
export function isPathTemplate(value: string): boolean {
  return value.includes("{*}") || value.includes("{**}");
}

const segmentLiteral = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@*]|%[0-9A-Fa-f]{2})*$/;

/** Whether Istio's webhook and Envoy take a path template (istio/istio `pkg/config/security/security.go`). */
export function isValidPathTemplate(value: string): boolean {
  if (!value.startsWith("/")) return false;
  const segments = value.slice(1).split("/");
  let open = true;
  for (const segment of segments) {
    if (segment === "{*}" || segment === "{**}") {
      if (!open) return false;
      open = segment === "{*}";
    } else if (segment.includes("*") || !segmentLiteral.test(segment)) return false;
  }
  return true;
}

const pathCharacters = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;

/**
 * A test for a valid path template: `{*}` is one segment that is not empty, `{**}` any rest, none included. Which
 * characters outside RFC 3986's pchar Envoy takes is not settled (semantics 11): those leave it unknown.
 */
export function pathTemplate(template: string): (path: string) => Match {
  const [head = "", tail] = template.split("{**}");
  const literals = head.split("{*}");
  const matched = (path: string): boolean => {
    let at = 0;
    for (const [index, literal] of literals.entries()) {
      if (index > 0) {
        const slash = path.indexOf("/", at);
        const end = slash < 0 ? path.length : slash;
        if (end === at) return false;
        at = end;
      }
      if (!path.startsWith(literal, at)) return false;
      at += literal.length;
    }
    if (tail === undefined) return at === path.length;
    return path.endsWith(tail) && at <= path.length - tail.length;
  };
  return (path) => {
    if (!matched(path)) return "no";
    return pathCharacters.test(path) ? "yes" : "unknown";
  };
}
