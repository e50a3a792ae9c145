import { buildGraph } from "../graph/build.ts";
import { makeProfile } from "../graph/profile.ts";
import { loadFiles } from "../load/load.ts";
import { discoverSets, type SetInput } from "../load/sets/discover.ts";
import { treeAt } from "../load/sets/paths.ts";
import { UsageError } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import type { Crash, Report, SetReport } from "../model/report.ts";
import { layers, type ResourceSet } from "../model/set.ts";
import { judge } from "./judge.ts";
import type { LintInput } from "./lint-input.ts";
import { inOrder, mergeAcrossSets } from "./merge.ts";
import { ruleMatches, settingsOf } from "./settings.ts";
import { isBelow } from "./shown.ts";
import { undecidedFindings } from "./strict.ts";
import { applySuppressions } from "./suppress.ts";
import { unreadableFindings } from "./unreadable.ts";

/** The sets that are judged: those that hold a shown file, narrowed by `--set`. */
function chosen(sets: readonly ResourceSet[], input: LintInput): readonly ResourceSet[] {
  const { sets: wanted, shownPaths } = input.options;
  for (const pattern of wanted) {
    if (sets.some((set) => ruleMatches(pattern, set.name))) continue;
    const names = sets.map((set) => set.name);
    throw new UsageError(`--set: there is no set "${pattern}"${suggestion(pattern, names)}`);
  }
  return sets.filter(
    (set) =>
      (wanted.length === 0 || wanted.some((pattern) => ruleMatches(pattern, set.name))) &&
      set.documents.some((document) => isBelow(document.file.path, shownPaths)),
  );
}

/** What was read for the sets that were judged; a base under two overlays counts once. */
function countsOf(sets: readonly ResourceSet[], variables: number): Report["counts"] {
  const documents = new Set(
    sets.flatMap((set) => set.documents.filter((document) => document.value !== null)),
  );
  return {
    files: new Set([...documents].map((document) => document.file)).size,
    documents: documents.size,
    resources: sets.reduce((count, set) => count + set.resources.length, 0),
    variables,
  };
}

/** The sets of the base revision by name, discovered as those of the head are. */
function baseGraphs({ base }: LintInput, head: SetInput): ReadonlyMap<string, Graph> {
  if (base === undefined) return new Map();
  const { documents } = loadFiles(base.files);
  const sets = discoverSets({ ...head, documents, mayLack: true });
  return new Map(sets.map((set) => [set.name, buildGraph(set, makeProfile(set))]));
}

/**
 * Everything that the rules say about the files of a repository. Pure: the same input gives the same report.
 *
 * @throws UsageError for what the user asked for and does not exist: a rule, a set, a version
 */
export function lint(input: LintInput): Report {
  const { config, options, now } = input;
  const settings = settingsOf(input.catalogue, config, options);
  const loaded = loadFiles(input.files);
  const contextDocuments = new Map(
    input.contextFiles.map(({ source, files }) => [source, loadFiles(files).documents] as const),
  );
  const setInput: SetInput = {
    documents: loaded.documents,
    config,
    configFolder: input.configFolder,
    ...(input.belowConfig !== undefined && { belowConfig: input.belowConfig }),
    ...(input.root !== undefined && { root: input.root }),
    ...(input.belowRoot !== undefined && { belowRoot: input.belowRoot }),
    contextDocuments,
    profile: options.profile,
  };
  const all = discoverSets(setInput);
  const bases = baseGraphs(input, setInput);

  const judgedSets = chosen(all, input);
  const sets: SetReport[] = [];
  const crashes: Crash[] = [];
  const found: Finding[] = [];
  for (const set of judgedSets) {
    const profile = makeProfile(set);
    const graph = buildGraph(set, profile);
    const said = judge(graph, settings, {
      now,
      strict: options.strict,
      base: bases.get(set.name) ?? null,
    });
    crashes.push(...said.crashes);
    found.push(...said.findings);
    if (options.strict) found.push(...undecidedFindings(said, graph, settings));
    const owns = layers.filter((layer) => graph.owns(layer));
    sets.push({ name: set.name, path: set.path, profile, owns, verdicts: said.verdicts });
  }

  const files = [...input.fileStates, ...loaded.files];
  const texts = new Map(input.files.map((file) => [file.path, file]));
  // An unreadable document has no resources: a finding without one is about its text.
  const explained = found.filter((finding) => finding.resource === null);
  found.push(...unreadableFindings(files, texts, options.named, settings, explained));
  const judged = new Set(judgedSets.flatMap((set) => set.documents.map((document) => document.file.path)));
  const suppressed = applySuppressions(mergeAcrossSets(found), {
    files: input.files,
    config,
    now,
    settings,
    catalogue: input.catalogue,
    verdicts: sets.flatMap((set) => set.verdicts),
    judged,
    complete: judgedSets.length === all.length,
    configTree: treeAt(input.configFolder, input.belowConfig),
  });
  const shown = suppressed.filter((finding) => isBelow(finding.at.file.path, options.shownPaths));
  return {
    sets,
    findings: inOrder(shown),
    files: files
      .filter((state) => isBelow(state.path, options.shownPaths))
      .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    crashes,
    counts: countsOf(judgedSets, loaded.variables),
  };
}
