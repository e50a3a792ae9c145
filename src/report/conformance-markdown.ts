import { isAssumed } from "../model/profile.ts";
import { positionAt } from "../model/source.ts";
import type {
  Conformance,
  FailedPlace,
  JudgedConformance,
  JudgedDocument,
  JudgedStatement,
  VerdictCounts,
} from "./conformance.ts";
import { serverlessOf, severityOf, statementsIn, statementVerdicts, verdictWords } from "./conformance.ts";
import { profileValue } from "./profile.ts";
import { markdownCode as code, markdownTable as table, markdownText as text } from "./markdown-text.ts";
import { inertLines } from "./safe-text.ts";
import { plural } from "./summary.ts";

/** Places that a rule is shown to fail at in one statement; the JSON has all of them. */
const most = 12;

const total = (counts: VerdictCounts): number =>
  statementVerdicts.reduce((sum, verdict) => sum + counts[verdict], 0);

const countCells = (counts: VerdictCounts): readonly string[] => [
  ...statementVerdicts.map((verdict) => String(counts[verdict])),
  String(total(counts)),
];

const countHead = [...statementVerdicts.map((verdict) => verdictWords[verdict]), "statements"];

/** `2 fail, 3 pass`: what there is. */
function countText(counts: VerdictCounts): string {
  return statementVerdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdictWords[verdict]}`)
    .join(", ");
}

function verdictCell({ verdict, suppressed, places }: JudgedStatement): string {
  if (verdict !== "fail") return verdictWords[verdict];
  const how = suppressed ? "suppressed" : severityOf(places);
  return how === null ? "**fail**" : `**fail** (${how})`;
}

function statementRow(judged: JudgedStatement): readonly string[] {
  const { statement, reason } = judged;
  const why = reason === null ? "" : ` (${text(reason)})`;
  return [
    statement.id,
    verdictCell(judged) + why,
    statement.kind,
    `**${text(statement.heading)}.** ${text(statement.text)}`,
  ];
}

function placeLine({ rule, severity, message, at, suppressed }: FailedPlace): string {
  const where =
    at === null ? "the set as a whole" : code(`${at.file.path}:${positionAt(at.file, at.start).line}`);
  const until = suppressed === null || suppressed.until === null ? "" : ` until ${text(suppressed.until)}`;
  const silenced =
    suppressed === null ? "" : ` (suppressed by ${suppressed.by}${until}: ${text(suppressed.reason)})`;
  const how = severity === null ? "" : ` ${severity}`;
  return `  - ${where}${how} ${code(rule)}: ${text(message)}${silenced}`;
}

function placeLines(places: readonly FailedPlace[]): readonly string[] {
  const byRule = new Map<string, FailedPlace[]>();
  for (const place of places) {
    const known = byRule.get(place.rule);
    if (known) known.push(place);
    else byRule.set(place.rule, [place]);
  }
  return [...byRule].flatMap(([rule, all]) => {
    const left = all.length - most;
    return [
      ...all.slice(0, most).map(placeLine),
      ...(left > 0 ? [`  - and ${plural(left, "more place", "more places")} of ${code(rule)}`] : []),
    ];
  });
}

function needLines({ needs }: JudgedStatement): readonly string[] {
  return needs.map(({ rule, needs: what, subjects }) => {
    const often = subjects > 1 ? `, for ${subjects} objects` : "";
    return `  - needs ${text(what)} (${code(rule)}${often})`;
  });
}

/** What there is to say below the table: places of failures, causes, and what would decide. */
function details(judged: JudgedStatement): readonly string[] {
  const { statement, verdict, places } = judged;
  const causes = placeLines(places);
  switch (verdict) {
    case "fail":
      return [`- ${statement.id} fails:`, ...causes, ...needLines(judged)];
    case "undecided":
      return [`- ${statement.id} is undecided:`, ...needLines(judged)];
    case "needs-cluster":
      return places.length === 0
        ? []
        : [`- ${statement.id} needs a cluster, but manifests show what would break it:`, ...causes];
    default:
      return [];
  }
}

function documentLines({ document, otherEdition, counts, sections }: JudgedDocument, serverless: string) {
  const other = otherEdition
    ? [
        "",
        `This edition is for other versions than the set's Serverless ${serverless}; its statements have the verdicts ` +
          "of the rules as they are for that version.",
      ]
    : [];
  return [
    `### ${document.id}: ${text(document.title)}`,
    "",
    `${text(document.edition)}: ${countText(counts)}.`,
    ...other,
    ...sections.flatMap((section) => {
      const below = section.statements.flatMap(details);
      return [
        "",
        `#### ${document.id}, section ${section.section}: ${countText(section.counts)}`,
        "",
        ...table(
          ["statement", "verdict", "kind", "what the document says"],
          section.statements.map(statementRow),
        ),
        ...(below.length === 0 ? [] : ["", ...below]),
      ];
    }),
    "",
  ];
}

function profileLine({ set }: JudgedConformance): string {
  const version = (key: "serverless" | "mesh"): string =>
    `${text(profileValue(set.profile, key) ?? "unknown")}${isAssumed(set.profile, key) ? " (assumed)" : ""}`;
  const owned = set.owns.length === 0 ? "no layer" : set.owns.join(", ");
  return `Serverless ${version("serverless")}, Service Mesh ${version("mesh")}; responsible for: ${owned}.`;
}

/** Names of the statements that fail, the documents' own order kept. */
function failedLine({ documents }: JudgedConformance): string {
  const failed = documents
    .flatMap(statementsIn)
    .filter(({ verdict }) => verdict === "fail")
    .map(({ statement }) => statement.id);
  return failed.length === 0 ? "No statement fails." : `Fails: ${failed.join(", ")}.`;
}

function setLines(judged: JudgedConformance): readonly string[] {
  const { set, counts, documents } = judged;
  return [
    `## Set ${text(set.name)}`,
    "",
    `Folder ${code(set.path)}. ${profileLine(judged)}`,
    "",
    ...table(
      ["document", ...countHead],
      [
        ...documents.map((document) => [
          `${document.document.id}: ${text(document.document.title)}`,
          ...countCells(document.counts),
        ]),
        ["all", ...countCells(counts)],
      ],
    ),
    "",
    failedLine(judged),
    "",
    ...documents.flatMap((document) => documentLines(document, serverlessOf(set))),
  ];
}

const legend = [
  "Each statement of the documents, in our words, with what the manifests say about it. **fail**: a place breaks it, " +
    "also where the finding is suppressed. **undecided**: what decides it is not in these manifests. **pass**: whatever " +
    "it is about was found and is as asked. **not applicable**: there is nothing that it is about, or it is for another " +
    "version. **needs a cluster**: only a running cluster settles it. **not judged**: nothing that a cluster or a " +
    "manifest shows.",
] as const;

/** `report --format markdown`: for people, and to be kept with an audit. */
export function conformanceMarkdown({ sets, counts }: Conformance): string {
  const lines = [
    "# Conformance with the product documents",
    "",
    ...legend,
    "",
    ...table(
      ["set", ...countHead],
      [
        ...sets.map((judged) => [text(judged.set.name), ...countCells(judged.counts)]),
        ...(sets.length > 1 ? [["all, the worst of each statement", ...countCells(counts)]] : []),
      ],
    ),
    "",
    ...sets.flatMap(setLines),
  ];
  return inertLines(`${lines.join("\n").trimEnd()}\n`);
}
