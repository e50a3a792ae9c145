import type { SetReport } from "../model/report.ts";
import { type Location, positionAt } from "../model/source.ts";
import type { Conformance, FailedPlace, JudgedDocument, JudgedStatement } from "./conformance.ts";
import { statementsIn } from "./conformance.ts";
import { profileJson } from "./json.ts";
import { hideKeyMaterial, safeJson } from "./safe-text.ts";

function placeJson(at: Location | null): object {
  return at === null
    ? { file: null, line: null, column: null }
    : { file: at.file.path, ...positionAt(at.file, at.start) };
}

function failedJson({ rule, severity, message, at, suppressed }: FailedPlace): object {
  return {
    ...placeJson(at),
    rule,
    severity,
    message: hideKeyMaterial(message),
    suppressed: suppressed && {
      by: suppressed.by,
      reason: hideKeyMaterial(suppressed.reason),
      until: suppressed.until,
    },
  };
}

function statementJson(judged: JudgedStatement): object {
  const { statement, verdict, rules, places, needs, reason, suppressed } = judged;
  const { id, section, heading, text, kind, check } = statement;
  return {
    id,
    section,
    heading,
    statement: text,
    kind,
    check,
    verdict,
    suppressed,
    reason: reason === null ? null : hideKeyMaterial(reason),
    rules,
    places: places.map(failedJson),
    needs: needs.map((open) => ({ ...open, needs: hideKeyMaterial(open.needs) })),
  };
}

function documentJson(judged: JudgedDocument): object {
  const { document, otherEdition, counts, sections } = judged;
  return {
    id: document.id,
    title: document.title,
    edition: document.edition,
    otherEdition,
    counts,
    sections: sections.map((section) => ({ section: section.section, counts: section.counts })),
    statements: statementsIn(judged).map(statementJson),
  };
}

function setJson(set: SetReport): object {
  return { name: set.name, path: set.path, profile: profileJson(set.profile), owns: set.owns };
}

/** `report --format json`: the shape that docs/report.md promises as version 1. */
export function conformanceJson({ sets, counts }: Conformance): string {
  const content = {
    version: 1,
    sets: sets.map((judged) => ({
      ...setJson(judged.set),
      counts: judged.counts,
      documents: judged.documents.map(documentJson),
    })),
    summary: { statements: Object.values(counts).reduce((sum, count) => sum + count, 0), ...counts },
  };
  return `${safeJson(JSON.stringify(content, null, 2))}\n`;
}
