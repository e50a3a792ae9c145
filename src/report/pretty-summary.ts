import type { Colors } from "./colors.ts";
import { isAssumed, type ProfileKey, type ProfileSource } from "../model/profile.ts";
import type { Report, SetReport } from "../model/report.ts";
import { label } from "../model/resource.ts";
import { positionAt } from "../model/source.ts";
import { profileValue } from "./profile.ts";
import { safeMessage, safeText } from "./safe-text.ts";
import { activeFindings, baselineSentence, plural, summaryOf, tally, undecidedSubjects } from "./summary.ts";

/** How many different needs and sets the summary names before it counts the rest. */
const most = 3;

const shortSource: Readonly<Record<ProfileSource, string>> = {
  option: "option",
  config: "config",
  detected: "detected",
  assumed: "assumed",
};

const versions = ["serverless", "mesh"] as const;
const titles: Readonly<Record<(typeof versions)[number], string>> = {
  serverless: "Serverless",
  mesh: "mesh",
};

function countsLine(report: Report, colors: Colors): string {
  const { errors, warnings, infos, suppressed } = summaryOf(report);
  const files = new Set(activeFindings(report).map((finding) => finding.at.file.path)).size;
  const hidden = suppressed === 0 ? "" : ` (${suppressed} suppressed)`;
  if (errors + warnings + infos === 0) return colors.green(`No findings${hidden}`);
  const counts = [plural(errors, "error"), plural(warnings, "warning"), plural(infos, "info")].join(", ");
  const paint = errors > 0 ? colors.red : colors.yellow;
  return paint(colors.bold(`${counts} in ${plural(files, "file")}${hidden}`));
}

/** How many findings `fix` may put right, and how many more with `--review`. */
function fixLines(report: Report): readonly string[] {
  const written = activeFindings(report).flatMap(({ fix }) => (fix && fix.edits.length > 0 ? [fix] : []));
  const safe = written.filter(({ safety }) => safety === "safe").length;
  const review = written.length - safe;
  if (safe === 0)
    return review === 0
      ? []
      : [`fixes: ${review} can be fixed with \`meshlint fix --review\`, to be looked at`];
  const more = review === 0 ? "" : `, ${review} more with --review`;
  return [`fixes: ${safe} can be fixed with \`meshlint fix\`${more}`];
}

function filesLines(report: Report): readonly string[] {
  const { files, documents, resources, variables } = report.counts;
  const lines = [
    `read: ${plural(files, "file")}, ${plural(documents, "document")}, ${plural(resources, "resource")}`,
  ];
  const skipped = report.files.filter((file) => file.state === "skipped").map((file) => file.reason);
  const reasons = tally(skipped).map(([reason, count]) => `${count} ${safeMessage(reason)}`);
  if (reasons.length > 0) lines.push(`skipped: ${reasons.join(", ")}`);
  const unreadable = report.files.length - skipped.length;
  if (unreadable > 0) lines.push(`unreadable: ${plural(unreadable, "file")}`);
  if (variables > 0) {
    lines.push(
      `variables: ${plural(variables, "template variable stands for an unknown value", "template variables stand for unknown values")}`,
    );
  }
  return lines;
}

function profileText({ profile }: SetReport): string {
  return versions
    .map((key) => `${titles[key]} ${profileValue(profile, key)} (${shortSource[profile.sources[key].from]})`)
    .join(", ");
}

/** The profiles in use, each said once, with the sets that have it if there is more than one. */
export function profileTexts(report: Report): readonly string[] {
  const texts = tally(report.sets.map(profileText));
  return texts.map(([text, count]) => {
    if (texts.length === 1) return text;
    const names = report.sets.filter((set) => profileText(set) === text).map((set) => safeText(set.name));
    const more = count > most ? ` and ${count - most} more` : "";
    return `${text} in ${names.slice(0, most).join(", ")}${more}`;
  });
}

function profileLines(report: Report): readonly string[] {
  const lines = profileTexts(report).map((text) => `profile: ${text}`);
  const assumed = versions.filter((key) => report.sets.some((set) => isAssumed(set.profile, key)));
  if (assumed.length > 0) {
    const example = assumed.map((key) => `${key}=${exampleOf(report, key)}`).join(",");
    lines.push(
      `  nothing tells the version: set it with --profile ${example}, or \`profile:\` in meshlint.yaml`,
    );
  }
  for (const set of report.sets) {
    for (const { key, config, detected, at } of set.profile.conflicts) {
      const place = `${safeText(at.file.path)}:${positionAt(at.file, at.start).line}`;
      lines.push(`  ${key} is ${safeText(config)} in the config, but ${safeText(detected)} in ${place}`);
    }
  }
  return lines;
}

function exampleOf(report: Report, key: ProfileKey): string {
  const set = report.sets.find(({ profile }) => isAssumed(profile, key));
  return (set && profileValue(set.profile, key)) ?? "";
}

function undecidedLines(report: Report, verbose: boolean): readonly string[] {
  const undecided = undecidedSubjects(report);
  if (undecided.length === 0) return [];
  const needs = tally(undecided.map((entry) => safeMessage(entry.needs)));
  const named = needs.slice(0, most).map(([need, count]) => (count === 1 ? need : `${need} (${count})`));
  const more = needs.length > most ? `; and ${needs.length - most} more` : "";
  const hint = verbose ? "" : "--verbose lists them, ";
  return [
    `undecided: ${undecided.length} (${named.join("; ")}${more})`,
    `  ${hint}--strict makes them warnings, \`context:\` in meshlint.yaml settles them`,
  ];
}

/** What was found, read, skipped, assumed and left undecided: a line each, and only if there is something to say. */
export function prettySummary(
  report: Report,
  { colors, verbose }: { readonly colors: Colors; readonly verbose: boolean },
): string {
  const baseline = baselineSentence(report);
  const details = [
    ...(baseline === null ? [] : [`baseline: ${baseline}`]),
    ...fixLines(report),
    ...filesLines(report),
    ...profileLines(report),
    ...undecidedLines(report, verbose),
  ];
  return [countsLine(report, colors), ...details.map((line) => colors.dim(line))].join("\n") + "\n";
}

/** For `--verbose`: what the summary only counts, one line each, in sections. */
export function prettyVerbose(report: Report, colors: Colors): readonly string[] {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${colors.bold(title)}\n${lines.map((line) => `  ${line}\n`).join("")}`];
  const many = report.sets.length > 1;
  return [
    ...section(
      "Undecided",
      undecidedSubjects(report).map(({ set, rule, resource, needs }) => {
        const where = [...(many ? [`set ${set.name}`] : []), ...(resource ? [label(resource)] : [])].join(
          ", ",
        );
        return safeMessage(`${rule.rule}${where === "" ? "" : ` for ${where}`}: needs ${needs}`);
      }),
    ),
    ...section(
      "Suppressed",
      report.findings.flatMap(({ suppressed, rule, at }) => {
        if (suppressed === null) return [];
        const until = suppressed.until === null ? "" : ` until ${suppressed.until}`;
        const place = `${at.file.path}:${positionAt(at.file, at.start).line}`;
        return [safeMessage(`${place} ${rule} by ${suppressed.by}${until}: ${suppressed.reason}`)];
      }),
    ),
    ...section(
      "Not linted",
      report.files.map(({ path, state, reason }) => safeMessage(`${path}: ${state}, ${reason}`)),
    ),
  ];
}
