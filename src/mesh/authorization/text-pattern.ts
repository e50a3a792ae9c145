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
