/** What the library for Node and the core for browsers have in common. */
export { UsageError } from "./model/errors.ts";
export { severities, verdicts } from "./model/finding.ts";
export { label, locate } from "./model/resource.ts";
export { lineText, positionAt } from "./model/source.ts";
export { formatPath, isList, isMapping, valueAt } from "./model/value.ts";
export { activeFindings, exitCodeOf, summaryOf, undecidedSubjects } from "./report/summary.ts";
export {
  at,
  atKey,
  defineDocumentRule,
  defineRule,
  defineSetRule,
  fail,
  notApplicable,
  undecided,
} from "./rule/define.ts";

export type { BaselineEntry, BaselineReport, BaselineUse } from "./model/baseline.ts";
export type { Certificate, CertificateReader, CertificatesReading, KeyMatch } from "./model/certificate.ts";
export type { RuleLevel } from "./model/config.ts";
export type { ManifestDocument } from "./model/document.ts";
export type {
  Documentation,
  Edit,
  Finding,
  Fix,
  Related,
  Severity,
  Suppression,
  Verdict,
} from "./model/finding.ts";
export type { Edge, EdgeKind, Graph, PodTemplate, Target } from "./model/graph.ts";
export type { Profile, ProfileKey, ProfileSource } from "./model/profile.ts";
export type { Crash, FileState, Report, RuleVerdict, SetReport, SubjectVerdict } from "./model/report.ts";
export type { Kind, Resource, ResourceId } from "./model/resource.ts";
export type { Layer, ResourceSet, Tenant } from "./model/set.ts";
export type { Location, Position, SourceFile, Span } from "./model/source.ts";
export type { Mapping, Path, Value } from "./model/value.ts";
export type { Version } from "./model/version.ts";
export type { FailOn, Summary, Undecided as UndecidedSubject } from "./report/summary.ts";
export type {
  Category,
  Judgement,
  NotApplicable,
  Problem,
  ResourceRule,
  Rule,
  RuleContext,
  Spot,
  Subject,
  Undecided,
} from "./rule/define.ts";
