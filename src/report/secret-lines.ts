import type { Resource } from "../model/resource.ts";
import { lineStartsOf, lineText, type SourceFile, type Span } from "../model/source.ts";
import { isMapping } from "../model/value.ts";
import { hidden, hideKeyMaterial } from "./safe-text.ts";

/**
 * Keys of `install-config.yaml` and of a MachineConfig whose values are credentials, or the contents of a host's files,
 * with all lines of their values. Sources elsewhere are no contents.
 */
const machineValue =
  /^([ \t]*)(?:- )?["']?(?:pullSecret|password|passwordHash|userData|inline|source(?=["']?[ \t]*:[ \t]+(?!["']?https?:)\S))["']?[ \t]*:[^\n]*(?:\n(?:\1[ \t][^\n]*|[ \t]*(?=\n)))*/gm;
const plainKey = /^[ \t]*(?:- )?["']?\w{1,40}["']?[ \t]*:(?=[ \t])/;
/**
 * Keys of a cloud, as peer pods take them, in whatever object somebody wrote them into: with all lines of their values,
 * as a variable of a container, or inside a line.
 */
const cloudKeys =
  "(?:AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|AZURE_CLIENT_(?:ID|SECRET)|AZURE_(?:SUBSCRIPTION|TENANT)_ID)";
const cloudValue = new RegExp(
  `^([ \\t]*)["']?${cloudKeys}["']?[ \\t]*[:=][^\\n]*(?:\\n(?:\\1[ \\t][^\\n]*|[ \\t]*(?=\\n)))*` +
    `|name:[ \\t]*["']?${cloudKeys}["']?[ \\t\\r]*\\n[ \\t]*value:[^\\n]*` +
    `|${cloudKeys}(?:["']?[ \\t]*[:=]|["',][^\\n]{0,40}?value)[^\\n]*`,
  "gm",
);

/** Parts of a file whose text must not be repeated. */
interface Sensitive {
  readonly secrets: readonly Span[];
  readonly pem: readonly Span[];
  /** Values of install-config.yaml and of MachineConfigs that are credentials, or contents of files. */
  readonly machines: readonly Span[];
  /** Keys of a cloud. */
  readonly credentials: readonly Span[];
}

const known = new WeakMap<SourceFile, Sensitive>();

/** `kind: Secret` in any notation, flow and JSON included. */
const secretKind = /kind["']?\s*:\s*[^\n]{0,40}?\bSecret\b/;

function sensitiveParts(file: SourceFile): Sensitive {
  const before = known.get(file);
  if (before) return before;
  const starts = [0, ...Array.from(file.text.matchAll(/^---/gm), (match) => match.index), file.text.length];
  const secrets: Span[] = [];
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1];
    if (end !== undefined && secretKind.test(file.text.slice(start, end))) secrets.push({ start, end });
  }
  const pem = Array.from(
    file.text.matchAll(/-----BEGIN [A-Z0-9 ]{1,60}-----[^]*?(?:-----END|$)/g),
    (match): Span => ({ start: match.index, end: match.index + match[0].length }),
  );
  const spansOf = (applies: RegExp, pattern: RegExp): readonly Span[] =>
    Array.from(applies.test(file.text) ? file.text.matchAll(pattern) : [], (match): Span => ({
      start: match.index,
      end: match.index + match[0].length,
    }));
  const machines = spansOf(
    /^[ \t]*["']?baseDomain["']?:|machineconfiguration\.openshift\.io\//m,
    machineValue,
  );
  const credentials = spansOf(/AWS_|AZURE_/, cloudValue);
  const found: Sensitive = { secrets, pem, machines, credentials };
  known.set(file, found);
  return found;
}

const indentOf = (text: string): number => text.length - text.trimStart().length;

/** The nearest line above with less indentation: the parent, in block style. */
function parentLine(file: SourceFile, line: number, indent: number): string {
  for (let above = line - 1; above > 0; above--) {
    const text = lineText(file, above);
    if (text.trim() !== "" && indentOf(text) < indent) return text;
  }
  return "";
}

const plainTop =
  /^(?:(?:apiVersion|kind|type|immutable):\s+[\w./-]+|(?:metadata|data|stringData):)\s*(?:#.*)?$/;
const plainMetadata = /^\s+(?:(?:name|namespace):\s+[\w.-]+|(?:labels|annotations):)\s*$/;

/** Lines of a Secret that name it and hold none of its data; only block style with plain keys is trusted. */
function isHarmlessLine(file: SourceFile, line: number, text: string): boolean {
  if (text.trim() === "" || text.startsWith("---") || plainTop.test(text)) return true;
  return plainMetadata.test(text) && /^metadata:\s*$/.test(parentLine(file, line, indentOf(text)));
}

function dataKeys(resource: Resource | null): readonly string[] {
  if (resource === null) return [];
  return [resource.value.data, resource.value.stringData].flatMap((data) =>
    isMapping(data) ? Object.keys(data) : [],
  );
}

function hideSecretLine(text: string, resource: Resource | null): string {
  const indent = text.slice(0, indentOf(text));
  const key = /^\s*["']?([\w.-]{1,253})["']?\s*:/.exec(text)?.[1];
  return key !== undefined && dataKeys(resource).includes(key)
    ? `${indent}${key}: ${hidden}`
    : indent + hidden;
}

/**
 * A line of a file as it may be shown: data of Secrets, PEM blocks and long base64 text are hidden. `resource` is
 * what the line is shown for.
 */
export function shownLine(file: SourceFile, line: number, resource: Resource | null): string {
  const text = lineText(file, line);
  const start = lineStartsOf(file)[line - 1] ?? 0;
  const inside = (span: Span): boolean => span.start < start + text.length && span.end > start;
  const { secrets, pem, machines, credentials } = sensitiveParts(file);
  const secret = resource?.id.kind === "Secret" || secrets.some(inside);
  if (secret && !isHarmlessLine(file, line, text)) return hideSecretLine(text, resource);
  if (pem.some(inside)) return text.slice(0, indentOf(text)) + hidden;
  if (credentials.some(inside)) return hideSecretLine(text, resource);
  const value = machines.find(inside);
  if (!value) return hideKeyMaterial(text);
  // The key on the first line may stay, whatever follows it.
  const key = value.start >= start ? plainKey.exec(text)?.[0] : undefined;
  return key === undefined ? text.slice(0, indentOf(text)) + hidden : `${key} ${hidden}`;
}
