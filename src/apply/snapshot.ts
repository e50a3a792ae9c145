import { type Cluster, ClusterError, type ServedKind } from "../model/cluster.ts";
import type { Kind } from "../model/resource.ts";
import { snapshotApi, type SnapshotHead, type Unread } from "../model/snapshot.ts";
import { type Mapping, valueAt } from "../model/value.ts";
import { kinds } from "../mesh/kinds.ts";
import { inTurns } from "./in-turns.ts";
import { reduced } from "./reduce.ts";

/** What a cluster holds of the kinds that rules read. */
export interface Snapshot extends SnapshotHead {
  readonly server: string;
  /** `v1.27.4`. */
  readonly version: string;
  /** Sorted by kind, namespace and name, so that two snapshots of the same objects are the same. */
  readonly objects: readonly Mapping[];
}

export interface SnapshotOptions {
  /** Null: all namespaces. */
  readonly namespaces: readonly string[] | null;
  /** Is told which kind is read. */
  readonly onKind?: (kind: ServedKind) => void;
}

const keyOf = ({ group, kind }: ServedKind): Kind => (group === "" ? kind : `${kind}.${group}`);

/** Kinds that rules ask for, one version of each: the server's preferred one. */
function wantedKinds(served: readonly ServedKind[]): readonly ServedKind[] {
  const wanted = new Set<Kind>(Object.values(kinds));
  const found = new Map<Kind, ServedKind>();
  for (const kind of served) {
    const key = keyOf(kind);
    if (wanted.has(key) && kind.verbs.includes("list") && !found.has(key)) found.set(key, kind);
  }
  return [...found.values()];
}

async function listAll(
  cluster: Cluster,
  kind: ServedKind,
  namespaces: readonly string[] | null,
): Promise<readonly Mapping[]> {
  if (namespaces === null || !kind.namespaced) return cluster.list(kind);
  const lists = await Promise.all(namespaces.map((namespace) => cluster.list(kind, { namespace })));
  return lists.flat();
}

/** Kinds that say nothing more than what stands in a namespace nobody asked for. */
function isAsked(object: Mapping, namespaces: readonly string[] | null): boolean {
  const isNamespace = object.kind === "Namespace" && object.apiVersion === "v1";
  return (
    namespaces === null || !isNamespace || namespaces.includes(String(valueAt(object, ["metadata", "name"])))
  );
}

const text = (object: Mapping, ...path: readonly string[]): string => {
  const found = valueAt(object, path);
  return typeof found === "string" ? found : "";
};

function byPlace(a: Mapping, b: Mapping): number {
  const key = (object: Mapping): readonly string[] => [
    text(object, "apiVersion"),
    text(object, "kind"),
    text(object, "metadata", "namespace"),
    text(object, "metadata", "name"),
  ];
  const [left, right] = [key(a), key(b)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? 0 : (left[at] ?? "") < (right[at] ?? "") ? -1 : 1;
}

/**
 * Reads the objects that rules ask for. Secret values and most of what is no setting are left out as soon as they
 * arrive ({@link reduced}). Kinds that may not be read are told, and the others are read all the same.
 *
 * @throws ClusterError where nothing at all can be read: no answer, wrong credentials
 */
export async function takeSnapshot(cluster: Cluster, options: SnapshotOptions): Promise<Snapshot> {
  const { namespaces } = options;
  const { text: version } = await cluster.version();
  const unread: Unread[] = [];
  const lists = await inTurns(wantedKinds(await cluster.kinds()), async (kind) => {
    options.onKind?.(kind);
    try {
      const found = await listAll(cluster, kind, namespaces);
      return found
        .filter((object) => isAsked(object, namespaces))
        .flatMap((object): readonly Mapping[] => {
          const kept = reduced(object);
          return kept === null ? [] : [kept];
        });
    } catch (error) {
      if (!(error instanceof ClusterError) || ["unreachable", "unauthorized"].includes(error.problem))
        throw error;
      unread.push({ kind: keyOf(kind), reason: error.message });
      return [];
    }
  });
  return {
    server: cluster.server,
    version,
    namespaces,
    unread: unread.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
    objects: lists.flat().toSorted(byPlace),
  };
}

/** The first document of a snapshot's file: what was read, and what could not be. */
export function headOf(snapshot: Snapshot): Mapping {
  const { server, version, namespaces, unread } = snapshot;
  return {
    apiVersion: snapshotApi,
    kind: "Snapshot",
    server,
    version,
    namespaces: namespaces ?? "all",
    unread: unread.map(({ kind, reason }) => ({ kind, reason })),
  };
}
