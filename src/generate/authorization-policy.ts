import { renderBlock, type Style } from "../fix/render.ts";
import type { Mapping, Value } from "../model/value.ts";

/** An AuthorizationPolicy, and what its reader has to know about it. */
export interface GeneratedPolicy {
  readonly apiVersion: string;
  readonly namespace: string;
  readonly name: string;
  /** Lines of the comment above it; none where the policy before says it. */
  readonly comment: readonly string[];
  readonly spec: Mapping;
}

/** Callers by their namespace alone. */
export function fromNamespaces(namespaces: readonly string[]): Value {
  return [{ source: { namespaces } }];
}

/** Service accounts of Knative Eventing. Namespace and principal in one source: both have to fit. */
export function fromEventing(accounts: readonly string[], trustDomain: string): Value {
  const principals = accounts.map((account) => `${trustDomain}/ns/knative-eventing/sa/${account}`);
  return [{ source: { namespaces: ["knative-eventing"], principals } }];
}

export function selecting(key: string, value: string): Mapping {
  return { matchLabels: { [key]: value } };
}

const style: Style = { step: 2, dash: 2, lineBreak: "\n", quote: null };

/** Comment lines as they stand in YAML; an empty line is a paragraph's end. */
export function commentLines(lines: readonly string[]): string {
  return lines.map((line) => (line === "" ? "\n" : `# ${line}\n`)).join("");
}

/** The document of a policy with its comment, without separators. */
export function renderPolicy({ apiVersion, namespace, name, comment, spec }: GeneratedPolicy): string {
  const object = { apiVersion, kind: "AuthorizationPolicy", metadata: { name, namespace }, spec };
  return `${commentLines(comment)}${renderBlock(object, 0, style)}\n`;
}
