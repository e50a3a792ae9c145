import type { Finding, Fix, Related, Severity } from "../model/finding.ts";
import type { Crash, Report } from "../model/report.ts";
import type { Resource } from "../model/resource.ts";
import { type Location, positionAt, type SourceFile, type Span } from "../model/source.ts";
import type { Rule } from "../rule/define.ts";
import { citations } from "./citation.ts";
import { fingerprints } from "./fingerprint.ts";
import { home, pageOf } from "./rule-page.ts";
import { safeJson, safeMessage } from "./safe-text.ts";

export interface SarifOptions {
  /** The version of meshlint. */
  readonly version: string;
  readonly exitCode: number;
  /** The Markdown page of a rule, null if it has none. */
  readonly page?: (rule: string) => string | null;
  /** Where the page can be read in a browser, null if nowhere. */
  readonly pageUrl?: (rule: string) => string | null;
}

const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

const base = "SRCROOT";

/** Plain text in which nothing is a link: SARIF reads `[text](target)` in messages. */
function message(text: string): { text: string } {
  const safe = safeMessage(text);
  return { text: safe.includes("](") ? safe.replace(/[\\[\]]/g, "\\$&") : safe };
}

function artifact(file: SourceFile): object {
  const path = file.path.replace(/\p{Cs}/gu, "\ufffd");
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: base };
}

function region(file: SourceFile, span: Span): object {
  const start = positionAt(file, span.start);
  const end = positionAt(file, span.end);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function physical(at: Location): object {
  return { physicalLocation: { artifactLocation: artifact(at.file), region: region(at.file, at) } };
}

function logical(resource: Resource | null, path: string): object {
  if (resource === null) return {};
  const { id, namespace, name } = resource;
  const qualified = [id.kind, ...(namespace === null ? [] : [namespace]), name].join("/");
  const resourceLocation = { name, fullyQualifiedName: qualified, kind: "resource" };
  const field = { name: path, fullyQualifiedName: `${qualified}/${path}`, kind: "member" };
  return { logicalLocations: path === "" ? [resourceLocation] : [resourceLocation, field] };
}

function relatedLocation({ at, message: text }: Related, index: number): object {
  return { id: index + 1, ...physical(at), message: message(text) };
}

function fixes(fix: Fix | null): object {
  if (fix === null || fix.edits.length === 0) return {};
  const files = [...new Set(fix.edits.map((edit) => edit.file))];
  const changes = files.map((file) => ({
    artifactLocation: artifact(file),
    replacements: fix.edits
      .filter((edit) => edit.file === file)
      .map((edit) => ({ deletedRegion: region(file, edit), insertedContent: { text: edit.text } })),
  }));
  const { title, safety } = fix;
  return { fixes: [{ description: message(title), artifactChanges: changes, properties: { safety } }] };
}

function suppressions({ suppressed }: Finding): readonly object[] {
  if (suppressed === null) return [];
  const { by, reason, until } = suppressed;
  const kind = by === "comment" ? "inSource" : "external";
  return [{ kind, status: "accepted", justification: safeMessage(reason), properties: { by, until } }];
}

function result(finding: Finding, ruleIndex: number, fingerprint: string): object {
  const { rule, severity, at, resource, path, related, sets, fix } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[severity],
    message: message(finding.message),
    locations: [{ ...physical(at), ...logical(resource, path) }],
    ...(related.length > 0 && { relatedLocations: related.map(relatedLocation) }),
    partialFingerprints: { "meshlint/v1": fingerprint },
    // SARIF wants them at all results or at none.
    suppressions: suppressions(finding),
    ...fixes(fix),
    properties: { sets },
  };
}

/** What code scanning sorts rules by, beside their levels. */
const problemSeverities: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "recommendation",
};

/** A rule's entry; of a rule that is not in the catalogue only what its findings say. */
function descriptor(id: string, rule: Rule | undefined, first: Finding, options: SarifOptions): object {
  const page = options.page?.(id) ?? null;
  const url = options.pageUrl?.(id) ?? null;
  const severity = rule?.severity ?? first.severity;
  const documents = citations(rule?.documentation ?? first.documentation);
  const summary = rule?.summary ?? id;
  const text = [summary, ...documents, `meshlint explain ${id}`].join("\n");
  const list = documents.map((document) => `- ${document}`).join("\n");
  const markdown =
    page ??
    `${summary}\n\n${list === "" ? "" : `${list}\n\n`}See \`${pageOf(id)}\`, or run \`meshlint explain ${id}\`.\n`;
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: [summary, ...documents].join("\n") },
    ...(url !== null && { helpUri: url }),
    help: { text, markdown },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: rule === undefined ? [] : [rule.category],
      precision: "high",
      "problem.severity": problemSeverities[severity],
    },
  };
}

function crashNotification({ rule, set, subject }: Crash): object {
  const where = subject === null ? `set ${set}` : `${subject} of set ${set}`;
  return { level: "error", message: message(`rule ${rule} crashed at ${where}; its verdict is missing`) };
}

/**
 * `--format sarif`: SARIF 2.1.0 for code scanning. No snippets are included, so that no file content is repeated;
 * no times, so that the same input gives the same bytes.
 */
export function sarif(report: Report, rules: readonly Rule[], options: SarifOptions): string {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const firsts = new Map<string, Finding>();
  for (const finding of report.findings) {
    if (!firsts.has(finding.rule)) firsts.set(finding.rule, finding);
  }
  const used = [...firsts].sort(([a], [b]) => (a < b ? -1 : 1));
  const indexes = new Map(used.map(([id], index) => [id, index]));
  const marks = fingerprints(report.findings);
  const unreadable = report.files.filter((file) => file.state === "unreadable");
  const run = {
    tool: {
      driver: {
        name: "meshlint",
        version: options.version,
        semanticVersion: options.version,
        informationUri: home,
        rules: used.map(([id, first]) => descriptor(id, byId.get(id), first, options)),
      },
    },
    columnKind: "utf16CodeUnits",
    originalUriBaseIds: { [base]: { description: { text: "The folder in which meshlint was run." } } },
    invocations: [
      {
        executionSuccessful: report.crashes.length === 0,
        exitCode: options.exitCode,
        toolExecutionNotifications: [
          ...report.crashes.map(crashNotification),
          ...unreadable.map(({ path, reason }) => ({
            level: "warning",
            message: message(`${path} was not read: ${reason}`),
          })),
        ],
      },
    ],
    results: report.findings.map((finding, index) =>
      result(finding, indexes.get(finding.rule) ?? -1, marks[index] ?? ""),
    ),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${safeJson(JSON.stringify(log, null, 2))}\n`;
}
