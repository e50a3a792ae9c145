/** What a sentence of a document does. A pitfall is a trap that it warns of, or one that its text or sample sets. */
export const statementKinds = [
  "requirement",
  "prerequisite",
  "recommendation",
  "unsupported",
  "order",
  "pitfall",
  "fact",
  "verification",
] as const;
export type StatementKind = (typeof statementKinds)[number];

/**
 * `manifest`: manifests show it. `live`: only a running cluster does; its rules find known causes in manifests.
 * `none`: neither does.
 */
export type StatementCheck = "manifest" | "live" | "none";

/** One thing that a document asks for, forbids, warns of or tells, in our own words. */
export interface Statement {
  /** Document, section and number in it, `S0-1.4.2-04`: a public name, never used again for something else. */
  readonly id: string;
  readonly section: string;
  readonly heading: string;
  readonly text: string;
  readonly kind: StatementKind;
  readonly check: StatementCheck;
  /** Why no rule judges it; only where there is none. */
  readonly reason: string | null;
  /** Rules that it takes to judge it. */
  readonly rules: readonly string[];
}

/** A document with its statements in the order of its sections. */
export interface StatedDocument {
  readonly id: string;
  /** As in the rules' citations. */
  readonly title: string;
  /** What the edition is for. */
  readonly edition: string;
  /** Serverless versions that the edition fits; null if it is not about them. */
  readonly serverless: { readonly from: string; readonly until: string } | null;
  readonly statements: readonly Statement[];
}

type Make = (place: string, heading: string, text: string, rules?: readonly string[]) => Statement;

/** Makers of a document's statements, one for each kind; `place` is section and number: `1.4.2-04`. */
export function statementsOf(document: string): Readonly<Record<StatementKind, Make>> {
  const maker =
    (kind: StatementKind): Make =>
    (place, heading, text, rules = []) => ({
      id: `${document}-${place}`,
      section: place.slice(0, place.lastIndexOf("-")),
      heading,
      text,
      kind,
      check: "manifest",
      reason: null,
      rules,
    });
  return {
    requirement: maker("requirement"),
    prerequisite: maker("prerequisite"),
    recommendation: maker("recommendation"),
    unsupported: maker("unsupported"),
    order: maker("order"),
    pitfall: maker("pitfall"),
    fact: maker("fact"),
    verification: maker("verification"),
  };
}

/** A statement that only a running cluster settles. @param reason why no rule looks for causes, where none does */
export function live(statement: Statement, reason: string | null = null): Statement {
  return { ...statement, check: "live", reason };
}

/** A statement that neither manifests nor a cluster settle. */
export function beyond(statement: Statement, reason: string): Statement {
  return { ...statement, check: "none", reason };
}
