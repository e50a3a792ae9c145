import { positionAt } from "../model/source.ts";
import {
  type Conformance,
  type FailedPlace,
  type JudgedConformance,
  type JudgedDocument,
  type JudgedStatement,
  serverlessOf,
  severityOf,
  statementVerdicts,
  statementsIn,
  type StatementVerdict,
  type VerdictCounts,
  verdictWords,
} from "./conformance.ts";
import { inertLines, safeMessage } from "./safe-text.ts";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is neither markup nor a secret, one line, also fit for an attribute in quotation marks. */
function text(plain: string): string {
  return safeMessage(plain).replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
}

const colors: Readonly<Record<StatementVerdict, string>> = {
  fail: "#b3261e",
  undecided: "#b58100",
  pass: "#2e7d32",
  "not-applicable": "#9aa0a6",
  "needs-cluster": "#3b6ea5",
  "not-judged": "#d0d4d9",
};

/** No script, nothing loaded: the file can be kept with an audit and opened anywhere. */
const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .5rem; text-align: left; vertical-align: top; }
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; }
td:first-child { white-space: nowrap; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: 1.2rem; }
summary { cursor: pointer; margin: .3rem 0; }
ul { margin: .3rem 0; padding-left: 1.2rem; }
.verdict { font-weight: 600; white-space: nowrap; }
${statementVerdicts.map((verdict) => `.${verdict} { color: ${colors[verdict]}; }`).join("\n")}
.not-judged { color: #70757a; }
`;

/** A bar with a part for each verdict, as wide as the verdict is frequent. */
function bar(counts: VerdictCounts): string {
  const all = statementVerdicts.reduce((sum, verdict) => sum + counts[verdict], 0);
  let from = 0;
  const parts = statementVerdicts.map((verdict) => {
    const count = counts[verdict];
    const part = `<rect x="${from}" y="0" width="${count}" height="1" fill="${colors[verdict]}"><title>${count} ${verdictWords[verdict]}</title></rect>`;
    from += count;
    return count === 0 ? "" : part;
  });
  const label = statementVerdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdictWords[verdict]}`)
    .join(", ");
  return `<svg viewBox="0 0 ${all} 1" preserveAspectRatio="none" role="img" aria-label="${label}">${parts.join("")}</svg>`;
}

function countRow(name: string, counts: VerdictCounts): string {
  const cells = statementVerdicts.map((verdict) => `<td class="count">${counts[verdict]}</td>`);
  return `<tr><td>${name}</td>${cells.join("")}<td style="width: 40%">${bar(counts)}</td></tr>`;
}

function countTable(first: string, rows: readonly string[]): string {
  const head = statementVerdicts.map(
    (verdict) => `<th class="count ${verdict}">${verdictWords[verdict]}</th>`,
  );
  return `<table><thead><tr><th>${first}</th>${head.join("")}<th></th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function placeItem({ rule, severity, message, at, suppressed }: FailedPlace): string {
  const where =
    at === null
      ? "the set as a whole"
      : `<code>${text(`${at.file.path}:${positionAt(at.file, at.start).line}`)}</code>`;
  const until = suppressed === null || suppressed.until === null ? "" : ` until ${text(suppressed.until)}`;
  const silenced =
    suppressed === null ? "" : ` (suppressed by ${suppressed.by}${until}: ${text(suppressed.reason)})`;
  return `<li>${where} ${severity ?? ""} <code>${text(rule)}</code>: ${text(message)}${silenced}</li>`;
}

function needItem({ rule, needs, subjects }: JudgedStatement["needs"][number]): string {
  const often = subjects > 1 ? `, for ${subjects} objects` : "";
  return `<li>needs ${text(needs)} (<code>${text(rule)}</code>${often})</li>`;
}

function statementRow(judged: JudgedStatement): string {
  const { statement, verdict, suppressed, places, needs, reason } = judged;
  const how = verdict === "fail" ? (suppressed ? "suppressed" : severityOf(places)) : null;
  const open = verdict === "fail" || verdict === "undecided" ? needs : [];
  const items = [...places.map(placeItem), ...open.map(needItem)];
  const list = items.length === 0 ? "" : `<ul>${items.join("\n")}</ul>`;
  const why = reason === null ? "" : `<br>${text(reason)}`;
  return (
    `<tr><td>${text(statement.id)}</td>` +
    `<td><span class="verdict ${verdict}">${verdictWords[verdict]}</span>${how === null ? "" : ` (${how})`}${why}</td>` +
    `<td>${statement.kind}</td>` +
    `<td><strong>${text(statement.heading)}.</strong> ${text(statement.text)}${list}</td></tr>`
  );
}

function documentPart(
  { document, otherEdition, counts, sections }: JudgedDocument,
  serverless: string,
): string {
  const other = otherEdition
    ? `<p>This edition is for other versions than the set's Serverless ${text(serverless)}; its statements have the verdicts of the rules as they are for that version.</p>`
    : "";
  const parts = sections.map(({ section, counts: own, statements }) => {
    const open = own.fail + own.undecided > 0 ? " open" : "";
    return (
      `<details${open}><summary>Section ${text(section)}${bar(own)}</summary>` +
      `<table><thead><tr><th>statement</th><th>verdict</th><th>kind</th><th>what the document says</th></tr></thead>` +
      `<tbody>${statements.map(statementRow).join("\n")}</tbody></table></details>`
    );
  });
  return `<h3>${text(`${document.id}: ${document.title}`)}</h3><p>${text(document.edition)}</p>${bar(counts)}${other}${parts.join("\n")}`;
}

function setPart(judged: JudgedConformance): string {
  const { set, counts, documents } = judged;
  const failed = documents.flatMap(statementsIn).filter(({ verdict }) => verdict === "fail");
  const names = failed.map(({ statement }) => statement.id).join(", ");
  const rows = documents.map(({ document, counts: own }) =>
    countRow(text(`${document.id}: ${document.title}`), own),
  );
  return (
    `<h2>Set ${text(set.name)}</h2><p>Folder <code>${text(set.path)}</code>. Serverless ${text(serverlessOf(set))}.</p>` +
    countTable("document", [...rows, countRow("all", counts)]) +
    `<p>${names === "" ? "No statement fails." : `Fails: ${text(names)}.`}</p>` +
    documents.map((document) => documentPart(document, serverlessOf(set))).join("\n")
  );
}

/** `report --format html`: the report as one page with bars, that needs no network and runs no script. */
export function conformanceHtml({ sets, counts }: Conformance): string {
  const rows = sets.map(({ set, counts: own }) => countRow(text(set.name), own));
  const all = sets.length > 1 ? [countRow("all, the worst of each statement", counts)] : [];
  return inertLines(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Conformance with the product documents</title>
<style>${style}</style>
</head>
<body>
<h1>Conformance with the product documents</h1>
${countTable("set", [...rows, ...all])}
${sets.map(setPart).join("\n")}
</body>
</html>
`);
}
