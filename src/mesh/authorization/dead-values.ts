import { isCapitalsPlaceholder } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import type { PolicyField } from "./fields.ts";
import { policyFields } from "./fields.ts";
import { isPathTemplate, requestPath } from "./path.ts";
import { namespacePattern } from "./peer-pattern.ts";
import type { PolicySettings } from "./policy.ts";

/** A value of a rule that no request can have. */
export interface DeadValue {
  readonly field: PolicyField;
  readonly text: string;
  readonly path: Path;
  /** A clause: "Istio puts spiffe:// before the value itself". */
  readonly why: string;
  /** What was meant, where that is plain. */
  readonly better: string | null;
}

interface Reason {
  readonly why: string;
  readonly better: string | null;
}

const dead = (why: string, better: string | null = null): Reason => ({ why, better });

/** A star that Istio reads as the character: one that is neither the first nor the last. */
function hasLiteralStar(text: string): boolean {
  return text.slice(1, -1).includes("*") || (text.length > 1 && text.startsWith("*") && text.endsWith("*"));
}

/** Where a suffix is a regular expression (older Istio), nothing is said about a second star. */
function hasDeadStar(text: string, settings: PolicySettings | null): boolean {
  return hasLiteralStar(text) && (!text.startsWith("*") || settings?.quoted === true);
}

const identity = /^([^/*]+)\/ns\/([^/*]+)\/sa\/([^/*]+)$/;

function principalReason(text: string, settings: PolicySettings | null): Reason | null {
  if (text.startsWith("spiffe://")) {
    return dead("Istio puts spiffe:// before the value itself", text.slice("spiffe://".length));
  }
  if (hasDeadStar(text, settings)) {
    const example = /^[^/*]+\/ns\/\*\/sa\/([^/*]+)$/.exec(text);
    return dead(
      "a star counts only at the beginning or the end, elsewhere it is a character",
      example ? `*/sa/${example[1] ?? ""}` : null,
    );
  }
  if (/^ns\/[^/*]+\/sa\/[^/*]+$/.test(text)) {
    return dead("an identity begins with the trust domain", `cluster.local/${text}`);
  }
  if (!text.includes("/") && !text.includes("*")) {
    return dead("an identity is TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT");
  }
  const prefix = text.startsWith("cluster.local/") && text.endsWith("*");
  const [domain] = settings?.trustDomains ?? ["cluster.local"];
  const rewritten = text.split("/").length === 5;
  if (prefix && !rewritten && settings !== null && !settings.trustDomains.includes("cluster.local")) {
    const why = `the trust domain of the mesh is ${domain}, and Istio replaces cluster.local only in complete identities`;
    return dead(why, `${domain}${text.slice("cluster.local".length)}`);
  }
  return null;
}

/** Names of namespaces have lower-case letters, digits and dashes; what looks like a regular expression is left alone. */
function namespaceReason(text: string): Reason | null {
  if (isCapitalsPlaceholder(text)) return null;
  const [, namespace] = identity.exec(text)?.slice(1) ?? [];
  if (namespace !== undefined) return dead("that is an identity, not a namespace", namespace);
  if (/[/]/.test(text) && /^[\w./-]+$/.test(text) && !text.endsWith("/sa")) {
    return dead("the name of a namespace has no slash");
  }
  if (/[A-Z]/.test(text) && /^[A-Za-z0-9*-]+$/.test(text)) {
    return dead("names of namespaces have no upper-case letters", text.toLowerCase());
  }
  if (/[_ ]/.test(text) && /^[\w *-]+$/.test(text)) {
    return dead(`names of namespaces have no ${text.includes(" ") ? "blanks" : "underscores"}`);
  }
  return null;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];

function methodReason(text: string): Reason | null {
  const upper = text.toUpperCase();
  return text !== upper && methods.includes(upper)
    ? dead("methods are compared with upper and lower case apart", upper)
    : null;
}

function hostReason(text: string): Reason | null {
  const url = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(text);
  if (url) return dead("a Host header has no scheme", url[1] ?? null);
  if (text.includes("/")) return dead("a Host header has no path");
  if (hasLiteralStar(text))
    return dead("a star counts only at the beginning or the end, elsewhere it is a character");
  return null;
}

function pathReason(text: string, settings: PolicySettings | null): Reason | null {
  if (isPathTemplate(text)) {
    return settings?.pathTemplates === "no"
      ? dead("the Istio of this mesh has no path templates yet, and reads the braces as characters")
      : null;
  }
  if (!text.startsWith("/") && !text.startsWith("*")) {
    const plain = /^[\w.-]+(?:\/[\w.*-]*)*$/.test(text);
    return dead("a path begins with a slash", plain ? `/${text}` : null);
  }
  const cut = text.search(/[?#]/);
  if (cut >= 0) {
    return dead("paths are compared without query and fragment", cut > 0 ? text.slice(0, cut) : null);
  }
  if (hasLiteralStar(text)) {
    return dead("a star counts only at the beginning or the end, elsewhere it is a character");
  }
  if (settings === null || text.includes("*")) return null;
  const normal = requestPath(text, settings.normalization);
  return normal === text ? null : dead("paths are normalised before they are compared", normal);
}

/** Texts with blanks around them are in no certificate, header or request line. */
function blankReason({ name }: PolicyField, text: string): Reason | null {
  const trimmed = text.trim();
  const exact = ["principals", "namespaces", "hosts", "methods", "paths"].includes(name);
  return exact && trimmed !== text && trimmed !== "" ? dead("it has blanks around it", trimmed) : null;
}

function reasonOf(field: PolicyField, text: string, settings: PolicySettings | null): Reason | null {
  const blank = blankReason(field, text);
  if (blank !== null) return blank;
  switch (field.name) {
    case "principals":
      return principalReason(text, settings);
    case "namespaces":
      return namespaceReason(text);
    case "methods":
      return methodReason(text);
    case "hosts":
      return hostReason(text);
    case "paths":
      return pathReason(text, settings);
    default:
      return null;
  }
}

/** Identities that no namespace beside them in the same source admits: both have to hold. */
function* contradictions(fields: readonly PolicyField[]): Generator<DeadValue> {
  for (const field of fields) {
    if (field.name !== "principals" || field.negated) continue;
    const beside = fields.find(
      (other) => other.name === "namespaces" && !other.negated && other.entry === field.entry,
    );
    if (!beside?.complete) continue;
    const tests = beside.values.map(({ text }) => namespacePattern(text, false));
    for (const { text, path } of field.values) {
      const namespace = identity.exec(text)?.[2];
      if (namespace === undefined || tests.some((test) => test(`spiffe://${text}`) !== "no")) continue;
      const names = beside.values.map((value) => value.text).join(", ");
      yield {
        field,
        text,
        path,
        why: `the same source admits only namespaces ${names}, and both have to hold`,
        better: null,
      };
    }
  }
}

/**
 * The values of a policy that no request can have, as Istio compares them (istio/istio
 * `pilot/pkg/security/authz/model/generator.go`, `matcher/string.go`, `matcher/header.go`).
 * @param settings of the mesh, if it is known which one: some values are dead in some meshes only
 */
export function deadValues(policy: Resource, settings: PolicySettings | null): readonly DeadValue[] {
  const fields = policyFields(policy);
  const plain = fields.flatMap((field) =>
    field.values.flatMap(({ text, path }): readonly DeadValue[] => {
      const reason = reasonOf(field, text, settings);
      return reason === null ? [] : [{ field, text, path, ...reason }];
    }),
  );
  const known = new Set(plain.map(({ path }) => path));
  return [...plain, ...[...contradictions(fields)].filter(({ path }) => !known.has(path))];
}
