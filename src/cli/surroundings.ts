import { ruleMatches } from "../engine/settings.ts";
import { isBelow } from "../engine/shown.ts";
import { buildGraph } from "../graph/build.ts";
import { makeProfile } from "../graph/profile.ts";
import { loadFiles, prepareFiles } from "../load/load.ts";
import { discoverSets } from "../load/sets/discover.ts";
import { gatewayNamespaces } from "../mesh/namespaces.ts";
import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import { isAssumed, type Profile, type ProfileKey } from "../model/profile.ts";
import type { ResourceSet, Tenant } from "../model/set.ts";
import { formatVersion } from "../model/version.ts";
import type { Io } from "./io.ts";
import { readProject } from "./project.ts";

type ProfileTexts = Readonly<Partial<Record<ProfileKey, string>>>;

/** What the manifests around a place tell about the cluster. */
export interface Surroundings {
  readonly profile: Profile;
  /** Where the ingress gateway's pods run; null: the manifests do not tell. @throws UsageError if they disagree */
  readonly gatewayNamespaces: () => readonly string[] | null;
  /** Those of the config. */
  readonly tenants: readonly Tenant[];
  readonly graphs: readonly Graph[];
}

export interface SurroundingsRequest {
  /** The folder that is looked at, with what belongs to it. */
  readonly folder: string;
  /** A file in it: the sets that hold it count, if there are any. Relative to the working directory, with `/`. */
  readonly file: string | null;
  readonly config: string | null;
  readonly sets: readonly string[];
  /** Values of `--profile`. */
  readonly profile: ProfileTexts;
}

/** The profile where there is nothing to detect from. @throws UsageError for a version that is not known */
export function plainProfile(option: ProfileTexts, config: ProfileTexts): Profile {
  return makeProfile({
    name: "",
    path: ".",
    documents: [],
    resources: [],
    context: { resources: [], complete: [], members: {} },
    owns: [],
    appliedAsWhole: false,
    tenants: [],
    profile: { option, config },
  });
}

/** What all sets agree on that know it; undefined: none does. @throws UsageError if two do not agree */
function agreed<T>(
  graphs: readonly Graph[],
  what: string,
  of: (graph: Graph) => { readonly value: T; readonly text: string } | null,
): T | undefined {
  const known = graphs.flatMap((graph) => {
    const found = of(graph);
    return found === null ? [] : [{ ...found, name: graph.set.name }];
  });
  const [first] = known;
  const other = known.find(({ text }) => text !== first?.text);
  if (first && other) {
    throw new UsageError(
      `the sets here differ: ${what} is ${first.text} in ${first.name} and ${other.text} in ${other.name}; ` +
        "--set NAME chooses one",
    );
  }
  return first?.value;
}

/** A profile for all sets: of each key what those of them have that do not merely assume it. */
function commonProfile(graphs: readonly Graph[], plain: Profile): Profile {
  const holder = (key: ProfileKey, text: (profile: Profile) => string): Profile =>
    agreed(graphs, key, ({ profile }) =>
      isAssumed(profile, key) ? null : { value: profile, text: text(profile) },
    ) ?? plain;
  const serverless = holder("serverless", (profile) => formatVersion({ ...profile.serverless, patch: null }));
  const mesh = holder("mesh", (profile) => formatVersion({ ...profile.mesh, patch: null }));
  return {
    ...plain,
    serverless: serverless.serverless,
    mesh: mesh.mesh,
    clusterDomain: holder("clusterDomain", (profile) => profile.clusterDomain).clusterDomain,
    trustDomain: holder("trustDomain", (profile) => profile.trustDomain).trustDomain,
    ingressDomain: holder("ingressDomain", (profile) => profile.ingressDomain ?? "").ingressDomain,
    sources: {
      ...plain.sources,
      serverless: serverless.sources.serverless,
      mesh: mesh.sources.mesh,
    },
  };
}

function chosen(sets: readonly ResourceSet[], names: readonly string[]): readonly ResourceSet[] {
  const found = sets.filter((set) => names.length === 0 || names.some((name) => ruleMatches(name, set.name)));
  if (found.length > 0 || names.length === 0) return found;
  const [wanted = ""] = names;
  const known = sets.map((set) => set.name);
  throw new UsageError(`--set: there is no set "${wanted}"${suggestion(wanted, known)}`);
}

/**
 * Reads what the sets of some paths tell about the cluster. Nothing has to be there.
 *
 * @throws UsageError if sets contradict each other, and for a broken config
 */
export async function surroundings(io: Io, request: SurroundingsRequest): Promise<Surroundings> {
  const project = await readProject(io, [request.folder], {
    config: request.config,
    packages: true,
    sets: request.sets,
  });
  const { config, contextFiles, shownPaths } = project;
  await prepareFiles([...project.files, ...contextFiles.flatMap(({ files }) => files)]);
  const sets = discoverSets({
    documents: loadFiles(project.files).documents,
    config,
    configFolder: project.configFolder,
    ...project.tree,
    contextDocuments: new Map(
      contextFiles.map(({ source, files }) => [source, loadFiles(files).documents] as const),
    ),
    profile: request.profile,
    mayLack: true,
  });
  const holding = sets.filter((set) => set.documents.some(({ file }) => file.path === request.file));
  const near = sets.filter((set) => set.documents.some(({ file }) => isBelow(file.path, shownPaths)));
  const graphs = chosen(holding.length > 0 ? holding : near, request.sets).map((set) =>
    buildGraph(set, makeProfile(set)),
  );
  return {
    profile: commonProfile(graphs, plainProfile(request.profile, config.profile)),
    gatewayNamespaces: () =>
      agreed(graphs, "the namespace of the ingress gateway", (graph) => {
        const found = gatewayNamespaces(graph);
        return found.state === "known"
          ? { value: found.namespaces, text: found.namespaces.join(", ") }
          : null;
      }) ?? null,
    tenants: [...graphs.flatMap(({ set }) => set.tenants), ...config.tenants],
    graphs,
  };
}
