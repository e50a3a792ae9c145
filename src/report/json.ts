import type { Finding } from "../model/finding.ts";
import { isAssumed, type Profile, profileKeys } from "../model/profile.ts";
import type { Report, SetReport, SubjectVerdict } from "../model/report.ts";
import { locate, type Resource } from "../model/resource.ts";
import { type Location, positionAt } from "../model/source.ts";
import { formatVersion } from "../model/version.ts";
import { pageOf } from "./rule-page.ts";
import { hideKeyMaterial, safeJson } from "./safe-text.ts";
import { baselineCounts, summaryOf } from "./summary.ts";

/** Only what names a resource: its content stays out of reports. */
export function resourceJson(resource: Resource | null): object | null {
  if (resource === null) return null;
  const { apiVersion, id, namespace, name } = resource;
  return { apiVersion, kind: id.kind, namespace, name };
}

function placeJson(at: Location): { file: string; line: number; column: number } {
  return { file: at.file.path, ...positionAt(at.file, at.start) };
}

function findingJson(finding: Finding): object {
  const { rule, severity, message, sets, at, path, resource, related, documentation, fix, suppressed } =
    finding;
  const end = positionAt(at.file, at.end);
  return {
    rule,
    severity,
    message: hideKeyMaterial(message),
    sets,
    ...placeJson(at),
    endLine: end.line,
    endColumn: end.column,
    path,
    resource: resourceJson(resource),
    related: related.map((other) => ({ ...placeJson(other.at), message: hideKeyMaterial(other.message) })),
    documentation: documentation.map(({ title, section }) => ({ title, section })),
    page: pageOf(rule),
    fix: fix && {
      title: fix.title,
      safety: fix.safety,
      edits: fix.edits.map(({ file, start, end: stop, text }) => ({
        file: file.path,
        start,
        end: stop,
        text,
      })),
    },
    suppressed: suppressed && { by: suppressed.by, reason: suppressed.reason, until: suppressed.until },
  };
}

/** Versions and facts, and which of them are assumed. */
export function profileJson(profile: Profile): object {
  const { serverless, mesh, openshift, clusterDomain, ingressDomain, trustDomain, platform, architectures } =
    profile;
  return {
    serverless: formatVersion(serverless),
    mesh: formatVersion(mesh),
    openshift: openshift && formatVersion(openshift),
    clusterDomain,
    ingressDomain,
    trustDomain,
    platform,
    architectures,
    assumed: profileKeys.filter((key) => isAssumed(profile, key)),
  };
}

function subjectJson(subject: SubjectVerdict): object {
  const { verdict, document, resource, needs } = subject;
  const at = resource
    ? locate(resource, ["metadata", "name"])
    : document && { file: document.file, ...document.span };
  return {
    verdict,
    file: at && at.file.path,
    line: at && positionAt(at.file, at.start).line,
    resource: resourceJson(resource),
    needs,
  };
}

function setJson(set: SetReport): object {
  return {
    name: set.name,
    path: set.path,
    profile: profileJson(set.profile),
    owns: set.owns,
    verdicts: set.verdicts.map(({ rule, verdict, reason, subjects }) => ({
      rule,
      verdict,
      reason: hideKeyMaterial(reason),
      // Those that pass are counted in the reason: a list of them would be many times as long as the rest.
      subjects: subjects
        .filter(({ verdict }) => verdict === "fail" || verdict === "undecided")
        .map(subjectJson),
    })),
  };
}

/** How many findings the baseline knows, how many are new, and what is to be said of its entries. */
function baselineJson(report: Report): object {
  const counts = baselineCounts(report);
  if (counts === null) return {};
  const { known, added, expired, unused } = counts;
  return { baseline: { known, new: added, expired, unused } };
}

/** `--format json`: the whole report, in the shape that the documentation promises as version 1. */
export function json(report: Report): string {
  const content = {
    version: 1,
    sets: report.sets.map(setJson),
    findings: report.findings.map(findingJson),
    files: report.files.map(({ path, state, reason }) => ({ path, state, reason })),
    ...baselineJson(report),
    summary: summaryOf(report),
  };
  return `${safeJson(JSON.stringify(content, null, 2))}\n`;
}
