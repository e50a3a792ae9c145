/** A test of a text; made once per value of a policy. */
export type TextTest = (text: string) => boolean;

/**
 * Istio's string forms (istio/istio `pilot/pkg/security/authz/matcher/string.go`): `*` is any text that is not empty,
 * `*x` a suffix, `x*` a prefix; everything else is literal, a star in the middle included.
 */
export function textPattern(pattern: string): TextTest {
  if (pattern === "*") return (text) => text !== "";
  if (pattern.startsWith("*")) {
    const suffix = pattern.slice(1);
    return (text) => text.endsWith(suffix);
  }
  if (pattern.endsWith("*")) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  return (text) => text === pattern;
}

/** As {@link textPattern}, whatever the case of letters (`HostMatcher`). */
export function hostPattern(pattern: string): TextTest {
  const test = textPattern(pattern.toLowerCase());
  return (text) => test(text.toLowerCase());
}

/** Whether a host pattern may match some IP address. */
export function mayMatchAddress(pattern: string): "yes" | "no" | "unknown" {
  if (pattern === "*") return "yes";
  return /^\*?[0-9a-f.:[\]]*\*?$/i.test(pattern) ? "unknown" : "no";
}

/** Where a part of a pattern in which every `.` is any one character stands in a text, from some place on. */
function indexOfDotted(text: string, part: string, from: number): number {
  const stands = (at: number): boolean =>
    [...part.split("").keys()].every((index) => part[index] === "." || part[index] === text[at + index]);
  for (let at = from; at + part.length <= text.length; at += 1) if (stands(at)) return at;
  return -1;
}

/** As {@link glob} with `.` for any one character: what a regular expression makes of dots that are not quoted. */
export function dottedGlob(pattern: string): TextTest {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  const isAt = (text: string, part: string, at: number): boolean =>
    indexOfDotted(text.slice(0, at + part.length), part, at) === at;
  return (text) => {
    if (!isAt(text, first, 0)) return false;
    if (last === undefined) return text.length === first.length;
    let at = first.length;
    for (const part of rest) {
      const found = indexOfDotted(text, part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    const end = text.length - last.length;
    return at <= end && isAt(text, last, end);
  };
}

/** A pattern in which every `*` is any run of characters, none included; the whole text has to match. Linear time. */
export function glob(pattern: string): TextTest {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}
