import { dirname } from "node:path";
import { createColors } from "picocolors";
import { readSources } from "../../load/files.ts";
import { parseDocuments } from "../../load/parse.ts";
import { UsageError } from "../../model/errors.ts";
import { casesJson, casesSummary, casesText, reachJson, reachText } from "../../report/reach.ts";
import { readCases, runCases } from "../../simulate/cases.ts";
import type { CallCase } from "../../simulate/cases.ts";
import type { CallOptions } from "../../simulate/parties.ts";
import { reach } from "../../simulate/reach.ts";
import type { Reach } from "../../simulate/reach.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { given, type ParsedLine, single, values } from "../parse.ts";
import { askedSets, type AskedSet, onlySet, severalSets } from "../simulate-project.ts";

function headersOf(line: ParsedLine): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values(line, "header").map((text) => {
      const colon = text.indexOf(":");
      if (colon < 1) throw new UsageError(`--header takes NAME:VALUE, not ${JSON.stringify(text)}`);
      return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
    }),
  );
}

function portOf(line: ParsedLine): number | undefined {
  const text = single(line, "port");
  if (text === null) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65535) {
    throw new UsageError(`--port takes a number from 1 to 65535, not ${JSON.stringify(text)}`);
  }
  return Number(text);
}

/** The options of a call; what is not given is left out. */
function callOptions(line: ParsedLine): CallOptions {
  const names = { method: "method", path: "path", host: "host", serviceAccount: "service-account" };
  const pairs = Object.entries(names).flatMap(([key, flag]) => {
    const value = single(line, flag);
    return value === null ? [] : [[key, value] as const];
  });
  const port = portOf(line);
  return {
    ...Object.fromEntries(pairs),
    headers: headersOf(line),
    noSidecar: given(line, "no-sidecar"),
    ...(port === undefined ? {} : { port }),
  };
}

/** The answer of the one set in which both FROM and TO are. */
function answerIn(sets: readonly AskedSet[], ask: (set: AskedSet) => Reach): Reach {
  const answers: Reach[] = [];
  let first: UsageError | null = null;
  for (const set of sets) {
    try {
      answers.push(ask(set));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      first ??= error;
    }
  }
  const [answer] = answers;
  if (!answer) throw first ?? new UsageError("there is no set to ask in");
  if (answers.length > 1) throw severalSets(sets);
  return answer;
}

function casesOf(io: Io, file: string): readonly CallCase[] {
  const { files } = readSources([file], io.cwd);
  const [source] = files;
  if (!source) throw new UsageError(`no such file, or it may not be read: ${file}`);
  const [document] = parseDocuments(source);
  if (document?.error) throw new UsageError(`${file}: ${document.error.message}`);
  return readCases(document?.value, file);
}

async function runCaseFile(line: ParsedLine, io: Io, file: string): Promise<number> {
  if (line.operands.length > 0) throw new UsageError("either FROM TO or --cases FILE, not both");
  const cases = casesOf(io, file);
  const paths = values(line, "in");
  const sets = await askedSets(io, line, paths.length === 0 ? [dirname(file)] : paths, true);
  const results = runCases(onlySet(sets).graph, cases);
  const colors = createColors(wantsColor(io, colorOf(line)));
  io.stdout.write(single(line, "format") === "json" ? casesJson(results) : casesText(results, colors));
  return casesSummary(results).failed > 0 ? 1 : 0;
}

/** `meshlint reach`: whether FROM reaches TO, or the answers to a file of cases. */
export async function runReach(line: ParsedLine, io: Io): Promise<number> {
  const file = single(line, "cases");
  if (file !== null) return runCaseFile(line, io, file);
  const [from, to, ...more] = line.operands;
  if (from === undefined || to === undefined || more.length > 0) {
    throw new UsageError("reach takes FROM and TO (meshlint help reach)");
  }
  const paths = values(line, "in");
  const options = callOptions(line);
  const sets = await askedSets(io, line, paths, paths.length > 0);
  const answer = answerIn(sets, ({ graph }) => reach(graph, from, to, options));
  const colors = createColors(wantsColor(io, colorOf(line)));
  io.stdout.write(single(line, "format") === "json" ? reachJson(answer) : reachText(answer, colors));
  return 0;
}
