import { statSync } from "node:fs";
import { resolve } from "node:path";
import { createColors } from "picocolors";
import { rules } from "../../../rules/index.ts";
import { UsageError } from "../../model/errors.ts";
import { nearest } from "../../model/nearest.ts";
import { citations } from "../../report/citation.ts";
import type { Colors } from "../../report/colors.ts";
import { safeBlock } from "../../report/safe-text.ts";
import type { Rule } from "../../rule/define.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { rulePage } from "../package-files.ts";
import type { ParsedLine } from "../parse.ts";
import { askedPlace, runExplainPlace } from "./explain-place.ts";

/** Options that have a meaning for a place only. */
const placeFlags: readonly string[] = ["format", "config", "profile", "set"];

function isManifestFile({ cwd }: Io, path: string): boolean {
  if (!/\.(?:ya?ml|json)$/i.test(path)) return false;
  return statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

const lastPart = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

/** The rule of an id, or of the part behind the slash where only one rule has it. */
function ruleNamed(name: string): Rule {
  const wanted = name.replace(/^rules\//, "").replace(/\.md$/, "");
  const exact = rules.find((rule) => rule.id === wanted);
  if (exact) return exact;
  const same = rules.filter((rule) => lastPart(rule.id) === wanted);
  const [only] = same;
  if (only && same.length === 1) return only;
  if (only) throw new UsageError(`"${name}" may be ${same.map((rule) => rule.id).join(" or ")}`);
  const near =
    nearest(
      wanted,
      rules.map((rule) => rule.id),
    ) ??
    rules.find(
      (rule) =>
        lastPart(rule.id) ===
        nearest(
          wanted,
          rules.map(({ id }) => lastPart(id)),
        ),
    )?.id;
  throw new UsageError(
    `unknown rule "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}` +
      (near === undefined ? "; meshlint rules lists them" : ""),
  );
}

/** What the catalogue tells about a rule: all that there is where a page is missing, the head where it has none. */
function headText(rule: Rule): string {
  const documents = citations(rule.documentation).map((text) => `- ${text}\n`);
  const fix = rule.fix === "none" ? "" : ` Fix: ${rule.fix}.`;
  const level = `Severity: ${rule.severity}${rule.varies ? " (varies)" : ""}. Category: ${rule.category}.${fix}`;
  return `# ${rule.id}\n\n${rule.summary}\n\n${level}\n\n${documents.join("")}\n`;
}

function pageText(rule: Rule): string {
  const page = rulePage(rule.id) ?? "";
  return /^(?:<!--[^]*?-->|\s)*# /.test(page) ? page : headText(rule) + page;
}

/** Markdown for a terminal: headings and code stand out, the rest stays as it is. */
function render(markdown: string, colors: Colors): string {
  let code = false;
  const lines = markdown.split("\n").flatMap((line) => {
    if (/^\s*```/.test(line)) {
      code = !code;
      return [];
    }
    if (code) return [`    ${colors.cyan(line)}`];
    const heading = /^#{1,6} (.*)$/.exec(line)?.[1];
    if (heading !== undefined) return [colors.bold(colors.underline(heading.replaceAll("`", "")))];
    return [
      line
        .replace(/\*\*([^*]+)\*\*/g, (_match, text: string) => colors.bold(text))
        .replace(/`([^`]+)`/g, (_match, text: string) => colors.cyan(text))
        .replace(/<!--[^]*?-->/g, ""),
    ];
  });
  return lines.join("\n");
}

/**
 * `meshlint explain RULE`: the rule's page, as Markdown where output is no terminal; `meshlint explain FILE:LINE`: what
 * the rules say about that place.
 */
export async function runExplain(line: ParsedLine, io: Io): Promise<number> {
  const [name, ...others] = line.operands;
  if (name === undefined) {
    throw new UsageError("explain needs a rule id, or a place as FILE:LINE; meshlint rules lists the rules");
  }
  if (others.length > 0) throw new UsageError("explain takes one rule, or one place, at a time");
  const place = askedPlace(name);
  if (place) return runExplainPlace(line, io, place);
  if (line.flags.some((flag) => placeFlags.includes(flag.name))) {
    throw new UsageError(`--${placeFlags.join(", --")} belong to explain FILE:LINE`);
  }
  if (isManifestFile(io, name)) throw new UsageError(`which line of ${name}? explain ${name}:LINE`);
  const rule = ruleNamed(name);
  const page = safeBlock(pageText(rule));
  const color = wantsColor(io, colorOf(line));
  io.stdout.write(`${(color ? render(page, createColors(true)) : page).trimEnd()}\n`);
  return 0;
}
