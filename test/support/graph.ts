import { buildGraph } from "../../src/graph/build.ts";
import { makeProfile, parseProfileOption } from "../../src/graph/profile.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import type { ManifestDocument } from "../../src/model/document.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Kind, Resource } from "../../src/model/resource.ts";
import type { Layer, ResourceSet, Tenant } from "../../src/model/set.ts";

/** One file `all.yaml`, or files by path; each may hold several documents. */
export type Files = string | Readonly<Record<string, string>>;

export interface GraphOptions {
  /** As `--profile`: `serverless=1.32,mesh=2.4`. */
  readonly profile?: string;
  readonly owns?: readonly Layer[];
  readonly tenants?: readonly Tenant[];
  /** The namespace of objects that name none. */
  readonly namespace?: string;
  /** Files whose documents are patch fragments. */
  readonly patches?: Readonly<Record<string, string>>;
  /** What is known to exist beside the set. */
  readonly context?: Files;
  readonly complete?: true | readonly Layer[];
  /** The context is a cluster's. */
  readonly live?: boolean;
  readonly members?: Readonly<Record<string, readonly string[]>>;
  readonly appliedAsWhole?: boolean;
  /** Loads files, documents and resources in the opposite order: nothing may depend on it. */
  readonly reverse?: boolean;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

function documentsOf(files: Files): readonly ManifestDocument[] {
  const entries = typeof files === "string" ? [["all.yaml", files] as const] : Object.entries(files);
  return entries.flatMap(([path, text]) => {
    const documents = parseDocuments({ path, text });
    for (const document of documents) {
      if (document.error) throw new Error(`${path}: ${document.error.message}`);
      freeze(document.value);
    }
    return documents;
  });
}

/**
 * The set that some manifests make, read by the real loader. Values are frozen: code that changes them fails.
 * @throws Error if a document cannot be read
 */
export function setOf(files: Files, options: GraphOptions = {}): ResourceSet {
  const documents = [...documentsOf(files)];
  const patches = documentsOf(options.patches ?? {});
  const read = (document: ManifestDocument, form: "full" | "patch", standing: "own" | "context") =>
    toResources(document, { namespace: options.namespace ?? null, form, standing });
  const resources: Resource[] = [
    ...documents.flatMap((document) => read(document, "full", "own")),
    ...patches.flatMap((document) => read(document, "patch", "own")),
  ];
  const context = documentsOf(options.context ?? {}).flatMap((document) => [
    ...read(document, "full", "context"),
  ]);
  documents.push(...patches);
  if (options.reverse === true) for (const list of [documents, resources, context]) list.reverse();
  for (const resource of [...resources, ...context]) freeze(resource.value);
  return {
    name: "test",
    path: ".",
    documents,
    resources,
    context: {
      resources: context,
      complete: options.complete ?? [],
      members: options.members ?? {},
      live: options.live ?? false,
    },
    owns: options.owns ?? [],
    appliedAsWhole: options.appliedAsWhole ?? false,
    tenants: options.tenants ?? [],
    profile: {
      option: options.profile === undefined ? {} : parseProfileOption(options.profile),
      config: {},
    },
  };
}

/** The graph of some manifests. */
export function graphOf(files: Files, options: GraphOptions = {}): Graph {
  const set = setOf(files, options);
  return buildGraph(set, makeProfile(set));
}

/** The only resource of a kind and name, whatever its namespace; throws if there is none or several. */
export function only(graph: Graph, kind: Kind, name: string): Resource {
  const found = graph.named(kind, null, name);
  const [resource] = found;
  if (!resource || found.length > 1) throw new Error(`${found.length} candidates of ${kind} ${name}`);
  return resource;
}
