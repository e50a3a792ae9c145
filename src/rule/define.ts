import type { CertificateReader } from "../model/certificate.ts";
import type { ManifestDocument } from "../model/document.ts";
import type { Documentation, Fix, Severity } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Location } from "../model/source.ts";
import type { Path } from "../model/value.ts";

/** What a rule judges: an object, a file's document, or the set as a whole. */
export type Subject =
  | { readonly type: "resource"; readonly resource: Resource }
  | { readonly type: "document"; readonly document: ManifestDocument }
  | { readonly type: "set" };

/** The place of a problem: a field of a resource (absent ones too), or a span of a file. */
export type Spot =
  | { readonly resource: Resource; readonly path: Path; readonly part?: "value" | "key" }
  | {
      readonly location: Location;
      /** The field that the span belongs to, if it belongs to one. */
      readonly within?: { readonly resource: Resource; readonly path: Path } | null;
    };

export interface Problem {
  readonly verdict: "fail";
  readonly at: Spot;
  /** One sentence: what is wrong, with the offending value; no advice (that is the fix's title), no full stop. */
  readonly message: string;
  /** Only where this case differs from the rule's own severity. */
  readonly severity?: Severity;
  readonly related?: readonly { readonly at: Spot; readonly message: string }[];
  readonly documentation?: readonly Documentation[];
  /** How to put it right in one phrase (imperative), with edits where they can be written. */
  readonly fix?: Fix;
  /** How to put it right where no edit can be offered. */
  readonly advice?: string;
  /**
   * The object is exactly what another edition of the documents prints: never worse than `warning` while the
   * version is assumed (docs/definitions.md, assumed versions).
   */
  readonly otherEdition?: boolean;
  /**
   * The field that the author meant, where this problem is the cause of what other rules say about it (a misspelt
   * key, a value of the wrong type): their findings at or below it are dropped. One cause, one finding.
   */
  readonly explains?: Path;
}

export interface Undecided {
  readonly verdict: "undecided";
  /** What would decide it: "the member roll of the mesh". */
  readonly needs: string;
}

export interface NotApplicable {
  readonly verdict: "not-applicable";
  readonly reason: string;
}

/** What a rule says about one subject; nothing at all means that it passes. */
export type Judgement = Problem | Undecided | NotApplicable;

export interface RuleContext {
  /** The rule's options, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Today, as given from outside. */
  readonly now: Date;
  /** `--strict`, `plan` and `apply`: some hygiene findings are errors there. */
  readonly strict: boolean;
  /** The same set at the base revision; null where none is given, or the set is new. */
  readonly base: Graph | null;
  /** Reads X.509 certificates; null where nobody can (browsers). */
  readonly certificates: CertificateReader | null;
}

export type Category =
  | "security"
  | "availability"
  | "routing"
  | "membership"
  | "mTLS"
  | "configuration"
  | "compatibility"
  | "schema"
  | "networking"
  | "ownership"
  | "health"
  | "hygiene"
  | "support"
  | "reading"
  | "change safety"
  | "egress"
  | "ordering"
  | "permissions"
  | "TLS"
  | "cost"
  | "policy"
  | "scheduling"
  | "capacity"
  | "operations"
  | "subscription";

export interface Rule {
  /** `group/name`, equal to the file's place below `rules/`. A public contract: never reused, never renamed. */
  readonly id: string;
  /** One sentence that states the defect. */
  readonly summary: string;
  readonly severity: Severity;
  /** Whether some case or version has another severity. */
  readonly varies?: boolean;
  readonly category: Category;
  readonly documentation: readonly Documentation[];
  /** Public repositories and paths that the condition was checked against: `maistra/istio-operator path`. */
  readonly upstream?: readonly string[];
  readonly fix: "safe" | "review" | "none";
  /** Versions for which the rule says anything, as text for the rule table: `Serverless >= 1.31`. */
  readonly applies?: string;
  /**
   * From which Serverless version the documents ask for this. Told in the message while the version is assumed.
   */
  readonly documentedFrom?: string;
  /** Kinds that the rule reads: without any of them in the set the rule is not applicable, at no cost. */
  readonly reads: readonly string[];
  /** Needs a cluster: not applicable elsewhere. */
  readonly live?: boolean;
  /**
   * `any` (default): a requirement on an object is met if one of its candidates meets it. `each`: a flaw of the
   * text itself (types, spelling), judged in every candidate.
   */
  readonly candidates?: "any" | "each";
  /** All that decides it stands in the object itself: never undecided. */
  readonly selfContained?: boolean;
  /** Options with their defaults and JSON Schema. */
  readonly options?: Readonly<
    Record<string, { readonly default: unknown; readonly schema: object; readonly description: string }>
  >;
  /**
   * The subjects, or why there is nothing to judge in this set. Only the set's own objects are subjects.
   */
  subjects(graph: Graph, context: RuleContext): Iterable<Subject> | Undecided | NotApplicable;
  check(subject: Subject, graph: Graph, context: RuleContext): Iterable<Judgement>;
}

/** What an author writes: subjects are resources unless the rule says otherwise. */
export interface ResourceRule extends Omit<Rule, "subjects" | "check"> {
  subjects(graph: Graph, context: RuleContext): Iterable<Resource> | Undecided | NotApplicable;
  check(resource: Resource, graph: Graph, context: RuleContext): Iterable<Judgement>;
}

function isVerdict(value: object): value is Undecided | NotApplicable {
  return "verdict" in value;
}

/** A rule about resources: the most common kind. */
export function defineRule(rule: ResourceRule): Rule {
  return {
    ...rule,
    subjects(graph, context) {
      const found = rule.subjects(graph, context);
      if (isVerdict(found)) return found;
      return Array.from(found, (resource): Subject => ({ type: "resource", resource }));
    },
    check: (subject, graph, context) =>
      subject.type === "resource" ? rule.check(subject.resource, graph, context) : [],
  };
}

/** A rule about the documents of a set as text: what YAML readers do with them. */
export function defineDocumentRule(
  rule: Omit<Rule, "subjects" | "check"> & {
    check(document: ManifestDocument, graph: Graph, context: RuleContext): Iterable<Judgement>;
  },
): Rule {
  return {
    ...rule,
    subjects: (graph) => graph.set.documents.map((document): Subject => ({ type: "document", document })),
    check: (subject, graph, context) =>
      subject.type === "document" ? rule.check(subject.document, graph, context) : [],
  };
}

/** A rule about the set as a whole. */
export function defineSetRule(
  rule: Omit<Rule, "subjects" | "check"> & {
    applicable?(graph: Graph, context: RuleContext): Undecided | NotApplicable | null;
    check(graph: Graph, context: RuleContext): Iterable<Judgement>;
  },
): Rule {
  return {
    ...rule,
    subjects: (graph, context) => rule.applicable?.(graph, context) ?? [{ type: "set" }],
    check: (_subject, graph, context) => rule.check(graph, context),
  };
}

/** The value at a path of a resource as the place of a problem; an absent path leads to its nearest parent. */
export function at(resource: Resource, ...path: Path): Spot {
  return { resource, path };
}

/** The key of a path, where the key itself is wrong. */
export function atKey(resource: Resource, ...path: Path): Spot {
  return { resource, path, part: "key" };
}

export function fail(
  spot: Spot,
  message: string,
  more: Omit<Problem, "verdict" | "at" | "message"> = {},
): Problem {
  return { verdict: "fail", at: spot, message, ...more };
}

export function undecided(needs: string): Undecided {
  return { verdict: "undecided", needs };
}

export function notApplicable(reason: string): NotApplicable {
  return { verdict: "not-applicable", reason };
}

/** How to put a problem right: a fix where its edits can be written, else the same words as advice. */
export function remedy(
  title: string,
  safety: Fix["safety"],
  edits: Fix["edits"] | null,
): { readonly fix: Fix } | { readonly advice: string } {
  return edits ? { fix: { title, safety, edits } } : { advice: title };
}

/** An answer about the mesh that leaves a rule nothing to judge. */
export type Unsettled =
  | { readonly state: "unknown"; readonly needs: string }
  | { readonly state: "none" | "no" | "not-applicable" | "not-member"; readonly why: string };

/** What such an answer comes to: evidence is missing, or the rule has nothing to say. */
export function unsettled(answer: Unsettled): Undecided | NotApplicable {
  return answer.state === "unknown" ? undecided(answer.needs) : notApplicable(answer.why);
}
