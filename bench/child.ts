/**
 * One measurement in a process of its own, so that everything is as cold as for a user: `child.js MODE FOLDER`.
 * Prints one line of JSON.
 */
import { performance } from "node:perf_hooks";
import { parseAllDocuments } from "yaml";
import { rules } from "../rules/index.ts";
import { RuleCosts } from "../src/cli/rule-costs.ts";
import { judge } from "../src/engine/judge.ts";
import { inOrder, mergeAcrossSets } from "../src/engine/merge.ts";
import { everything, settingsOf } from "../src/engine/settings.ts";
import { applySuppressions } from "../src/engine/suppress.ts";
import { buildGraph } from "../src/graph/build.ts";
import { makeProfile } from "../src/graph/profile.ts";
import { listFiles, readSources } from "../src/load/files.ts";
import { loadFiles, prepareFiles } from "../src/load/load.ts";
import { discoverSets } from "../src/load/sets/discover.ts";
import { emptyConfig } from "../src/model/config.ts";
import type { SourceFile } from "../src/model/source.ts";
import { isMapping, toJson } from "../src/model/value.ts";
import { compact } from "../src/report/compact.ts";
import { loadValidators } from "../src/schema/validate.ts";

/** What a child tells: milliseconds by step, and its greatest memory in bytes. */
export interface Measured {
  readonly documents: number;
  readonly findings: number;
  readonly steps: Readonly<Record<string, number>>;
  readonly rules: Readonly<Record<string, number>>;
  readonly memory: number;
}

/** Times of steps, one after the other. */
function stopwatch() {
  const steps: Record<string, number> = {};
  let last = performance.now();
  return {
    steps,
    lap(step: string): void {
      const now = performance.now();
      steps[step] = now - last;
      last = now;
    },
  };
}

async function stages(folder: string, byRule: boolean): Promise<Measured> {
  const watch = stopwatch();
  const { paths } = listFiles(folder, { workingDirectory: folder });
  const { files } = readSources(paths, folder);
  watch.lap("read");
  prepareFiles(files);
  await loadValidators();
  watch.lap("parse");
  const { documents } = loadFiles(files);
  const sets = discoverSets({
    documents,
    config: emptyConfig,
    configFolder: ".",
    contextDocuments: new Map(),
    profile: {},
  });
  watch.lap("sets");
  const graphs = sets.map((set) => buildGraph(set, makeProfile(set)));
  watch.lap("graph");
  const costs = new RuleCosts();
  const catalogue = byRule ? rules.map(costs.measured) : rules;
  const settings = settingsOf(catalogue, emptyConfig, everything);
  const now = new Date("2026-11-20");
  const found = graphs.flatMap(
    (graph) => judge(graph, settings, { now, strict: false, base: null, certificates: null }).findings,
  );
  watch.lap("rules");
  const outside = { files, config: emptyConfig, now, settings, catalogue };
  const findings = inOrder(applySuppressions(mergeAcrossSets(found), outside));
  compact({
    sets: [],
    findings,
    files: [],
    crashes: [],
    counts: { files: 0, documents: 0, resources: 0, variables: 0 },
  });
  watch.lap("report");
  return {
    documents: documents.length,
    findings: findings.length,
    steps: watch.steps,
    rules: Object.fromEntries(costs.slowest(rules.length)),
    memory: process.resourceUsage().maxRSS * 1024,
  };
}

function textsOf(folder: string): readonly SourceFile[] {
  return readSources(listFiles(folder, { workingDirectory: folder }).paths, folder).files;
}

/** The floor: what V8 itself needs for the same values written as JSON. */
function floor(folder: string): Measured {
  const texts = loadFiles(textsOf(folder)).documents.flatMap(({ value }) =>
    isMapping(value) ? toJson(value) : [],
  );
  const watch = stopwatch();
  let count = 0;
  for (const text of texts) if (JSON.parse(text) !== null) count++;
  watch.lap("parse");
  return result(count, watch.steps);
}

/** What most tools parse with. */
function yamlPackage(folder: string): Measured {
  const files = textsOf(folder);
  const watch = stopwatch();
  let count = 0;
  for (const { text } of files) {
    for (const document of parseAllDocuments(text))
      if ("toJS" in document && document.toJS() !== null) count++;
  }
  watch.lap("parse");
  return result(count, watch.steps);
}

function result(documents: number, steps: Record<string, number>): Measured {
  const memory = process.resourceUsage().maxRSS * 1024;
  return { documents, findings: 0, steps, rules: {}, memory };
}

async function measure(mode: string, folder: string): Promise<Measured> {
  if (mode === "json") return floor(folder);
  if (mode === "yaml") return yamlPackage(folder);
  return stages(folder, mode === "rules");
}

const [, , mode = "stages", folder = "."] = process.argv;
process.stdout.write(`${JSON.stringify(await measure(mode, folder))}\n`);
