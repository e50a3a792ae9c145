import { buildGraph } from "../graph/build.ts";
import { makeProfile } from "../graph/profile.ts";
import { loadFiles } from "../load/load.ts";
import { discoverSets, type SetInput } from "../load/sets/discover.ts";
import { treeAt } from "../load/sets/paths.ts";
import { UsageError } from "../model/errors.ts";
import type { BaselineReport } from "../model/baseline.ts";
import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import type { FileState, Report, SetReport } from "../model/report.ts";
import { layers, type ResourceSet } from "../model/set.ts";
import type { SourceFile } from "../model/source.ts";
import type { Rule } from "../rule/define.ts";
import { applyBaseline } from "./baseline.ts";
import { caused } from "./caused.ts";
import { judge, type Judged } from "./judge.ts";
import type { LintInput } from "./lint-input.ts";
import { inOrder, mergeAcrossSets } from "./merge.ts";
import { isSameSet } from "./same-set.ts";
import { ruleMatches, type RuleSettings, settingsOf } from "./settings.ts";
import { isBelow } from "./shown.ts";
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

/** One revision of the tree with the sets of it that are judged. */
interface Revision {
  readonly files: readonly SourceFile[];
  /** What was not read, or could not be. */
  readonly states: readonly FileState[];
  readonly judged: readonly ResourceSet[];
  readonly graphOf: (set: ResourceSet) => Graph;
  /** Of a base: the sets that the change leaves as they are, with what they are at the head. */
  readonly unchanged: ReadonlyMap<ResourceSet, ResourceSet>;
  /** No set is left out. */
  readonly complete: boolean;
}

const graphOf = (set: ResourceSet): Graph => buildGraph(set, makeProfile(set));

/**
 * The base revision: of its sets those that are judged at the head too, and those that are gone there, discovered as
 * those of the head are.
 */
function baseRevision(
  { base, options }: LintInput,
  head: SetInput,
  all: readonly ResourceSet[],
  { judged, complete }: Revision,
): Revision | null {
  if (base === undefined) return null;
  const { documents, files: states } = loadFiles(base.files);
  const names = new Set(judged.map((set) => set.name));
  const elsewhere = new Set(all.map((set) => set.name));
  const asked = (name: string): boolean =>
    options.sets.length === 0 || options.sets.some((pattern) => ruleMatches(pattern, name));
  const sets = discoverSets({ ...head, documents, mayLack: true }).filter(
    ({ name }) => names.has(name) || (!elsewhere.has(name) && asked(name)),
  );
  const unchanged = new Map(
    sets.flatMap((set) => {
      const now = judged.find(({ name }) => name === set.name);
      return now && isSameSet(set, now) ? [[set, now] as const] : [];
    }),
  );
  // Those of the base are asked for twice: by rules that compare, and to judge the base itself.
  const graphs = new Map<ResourceSet, Graph>();
  return {
    files: base.files,
    states: [...(base.fileStates ?? []), ...states],
    judged: sets,
    graphOf(set) {
      const graph = graphs.get(set) ?? graphOf(set);
      graphs.set(set, graph);
      return graph;
    },
    unchanged,
    complete,
  };
}

/** A set with what the rules say about it. */
interface JudgedSet {
  readonly set: ResourceSet;
  readonly said: Judged;
  readonly report: SetReport;
}

function judgeSets(
  { judged, graphOf }: Revision,
  { options, now, certificates = null }: LintInput,
  settings: ReadonlyMap<Rule, RuleSettings>,
  base: Revision | null,
): readonly JudgedSet[] {
  return judged.map((set) => {
    const graph = graphOf(set);
    const before = base?.judged.find(({ name }) => name === set.name);
    const baseGraph = base && before ? (base.unchanged.has(before) ? graph : base.graphOf(before)) : null;
    const { strict } = options;
    const said = judge(graph, settings, { now, strict, base: baseGraph, certificates });
    const owns = layers.filter((layer) => graph.owns(layer));
    const { profile } = graph;
    return { set, said, report: { name: set.name, path: set.path, profile, owns, verdicts: said.verdicts } };
  });
}

/** The same for a base: what is said about sets that the change leaves as they are is known from the head. */
function judgeBase(
  base: Revision,
  input: LintInput,
  settings: ReadonlyMap<Rule, RuleSettings>,
  head: readonly JudgedSet[],
): readonly JudgedSet[] {
  const known = new Set(base.unchanged.values());
  const judged = base.judged.filter((set) => !base.unchanged.has(set));
  return [
    ...head.filter(({ set }) => known.has(set)),
    ...judgeSets({ ...base, judged }, input, settings, null),
  ];
}

/** The findings of a revision, suppressed ones marked, before anything is left out; and what became of the baseline. */
function findingsOf(
  { files, states, complete }: Revision,
  judged: readonly JudgedSet[],
  input: LintInput,
  settings: ReadonlyMap<Rule, RuleSettings>,
): { readonly findings: readonly Finding[]; readonly baseline: BaselineReport | null } {
  const { config, options, now, catalogue, baseline = null } = input;
  const found = judged.flatMap(({ said }) => said.findings);
  const texts = new Map(files.map((file) => [file.path, file]));
  // An unreadable document has no resources: a finding without one is about its text.
  const explained = found.filter((finding) => finding.resource === null);
  found.push(...unreadableFindings(states, texts, options.named, settings, explained));
  const verdicts = judged.flatMap(({ said }) => said.verdicts);
  const findings = applySuppressions(mergeAcrossSets(found), {
    files,
    config,
    now,
    settings,
    catalogue,
    verdicts,
    judged: new Set(judged.flatMap(({ set }) => set.documents.map((document) => document.file.path))),
    complete,
    configTree: treeAt(input.configFolder, input.belowConfig),
  });
  if (baseline === null) return { findings, baseline };
  const { shownPaths } = options;
  const known = { baseline, now, settings, catalogue, verdicts, complete, shownPaths };
  const applied = applyBaseline(findings, known);
  return { findings: applied.findings, baseline: { path: baseline.path, uses: applied.uses } };
}

/** What sets are discovered from. */
function setInputOf(input: LintInput): SetInput {
  const contextDocuments = new Map(
    input.contextFiles.map(({ source, files }) => [source, loadFiles(files).documents] as const),
  );
  return {
    documents: loadFiles(input.files).documents,
    config: input.config,
    configFolder: input.configFolder,
    ...(input.belowConfig !== undefined && { belowConfig: input.belowConfig }),
    ...(input.root !== undefined && { root: input.root }),
    ...(input.belowRoot !== undefined && { belowRoot: input.belowRoot }),
    contextDocuments,
    ...(input.live && { live: loadFiles(input.live).documents }),
    profile: input.options.profile,
  };
}

/**
 * The graphs of the sets that {@link lint} judges, for who wants more of them than findings.
 *
 * @throws UsageError as `lint` does
 */
export function judgedGraphs(input: LintInput): readonly Graph[] {
  return chosen(discoverSets(setInputOf(input)), input).map(graphOf);
}

/**
 * Everything that the rules say about the files of a repository. Pure: the same input gives the same report.
 *
 * @throws UsageError for what the user asked for and does not exist: a rule, a set, a version
 */
export function lint(input: LintInput): Report {
  const { config, options } = input;
  const settings = settingsOf(input.catalogue, config, options);
  const loaded = loadFiles(input.files);
  const setInput = setInputOf(input);
  const all = discoverSets(setInput);
  const judgedSets = chosen(all, input);
  const head: Revision = {
    files: input.files,
    states: [...input.fileStates, ...loaded.files],
    judged: judgedSets,
    graphOf,
    unchanged: new Map(),
    complete: judgedSets.length === all.length,
  };
  const base = baseRevision(input, setInput, all, head);
  const judged = judgeSets(head, input, settings, base);
  const found = findingsOf(head, judged, input, settings);
  const findings =
    base !== null && input.onlyCaused === true
      ? caused(
          found.findings,
          findingsOf(base, judgeBase(base, input, settings, judged), input, settings).findings,
        )
      : found.findings;
  const isShown = ({ at: { file } }: Finding): boolean =>
    isBelow(file.path, options.shownPaths) || file.path === found.baseline?.path;
  return {
    sets: judged.map(({ report }) => report),
    findings: inOrder(findings.filter(isShown)),
    files: head.states
      .filter((state) => isBelow(state.path, options.shownPaths))
      .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    crashes: judged.flatMap(({ said }) => said.crashes),
    ...(found.baseline && { baseline: found.baseline }),
    counts: countsOf(judgedSets, loaded.variables),
  };
}
