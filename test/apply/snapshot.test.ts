import { describe, expect, it } from "vitest";
import { type Snapshot, takeSnapshot } from "../../src/apply/snapshot.ts";
import { snapshotText } from "../../src/apply/snapshot-text.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { type Cluster, ClusterError, type ServedKind } from "../../src/model/cluster.ts";
import { completeness, readHead } from "../../src/model/snapshot.ts";
import type { Mapping } from "../../src/model/value.ts";

const served = (kind: string, group = "", namespaced = true): ServedKind => ({
  group,
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
  verbs: ["get", "list"],
});

const object = (kind: string, namespace: string | null, name: string): Mapping => ({
  apiVersion: "v1",
  kind,
  metadata: { name, ...(namespace !== null && { namespace }) },
});

/** A cluster with some objects, of which some kinds may not be read. */
function clusterWith(
  objects: readonly Mapping[],
  refused: Readonly<Record<string, ClusterError>> = {},
): Cluster {
  const never = () => Promise.reject(new Error("a snapshot only reads"));
  const kinds = [
    served("Service"),
    served("Secret"),
    served("Namespace", "", false),
    served("Widget", "example.com"),
  ];
  return {
    server: "https://api.example.com:6443",
    context: "test",
    version: () => Promise.resolve({ text: "v1.27.4", major: 1, minor: 27 }),
    kinds: () => Promise.resolve(kinds),
    forgetKinds: () => {},
    list: ({ kind }, { namespace = null } = {}) => {
      if (kind === "Widget") throw new Error("no rule asks for it");
      const problem = refused[kind];
      if (problem) return Promise.reject(problem);
      const inside = ({ metadata }: Mapping): boolean =>
        namespace === null || (metadata as Mapping).namespace === namespace;
      return Promise.resolve(objects.filter((each) => each.kind === kind && inside(each)));
    },
    get: never,
    apply: never,
    create: never,
    replace: never,
    close: () => {},
  };
}

const all = [
  object("Service", "team-b", "z"),
  object("Service", "team-a", "y"),
  object("Namespace", null, "team-b"),
  object("Namespace", null, "team-a"),
];
const names = ({ objects }: Snapshot): readonly unknown[] =>
  objects.map(({ kind, metadata }) => `${String(kind)} ${String((metadata as Mapping).name)}`);

describe("takeSnapshot()", () => {
  it("reads the kinds that rules ask for, in an order of its own", async () => {
    const snapshot = await takeSnapshot(clusterWith(all), { namespaces: null });
    expect(names(snapshot)).toEqual(["Namespace team-a", "Namespace team-b", "Service y", "Service z"]);
    expect(completeness(snapshot)).toBe(true);
  });

  it("reads some namespaces only, and does not pretend to know the others", async () => {
    const snapshot = await takeSnapshot(clusterWith(all), { namespaces: ["team-a"] });
    expect(names(snapshot)).toEqual(["Namespace team-a", "Service y"]);
    expect(completeness(snapshot)).toEqual([]);
  });

  it("tells what may not be read, and knows of other layers all the same", async () => {
    const forbidden = new ClusterError("forbidden", "list secrets: secrets is forbidden");
    const snapshot = await takeSnapshot(clusterWith(all, { Secret: forbidden }), { namespaces: null });
    expect(snapshot.unread).toEqual([{ kind: "Secret", reason: "list secrets: secrets is forbidden" }]);
    expect(completeness(snapshot)).toContain("mesh");
    expect(completeness(snapshot)).not.toContain("certificates");
  });

  it.each(["unreachable", "unauthorized"] as const)("gives up where the server is %s", async (problem) => {
    const cluster = clusterWith(all, { Service: new ClusterError(problem, "no") });
    await expect(takeSnapshot(cluster, { namespaces: null })).rejects.toThrow(ClusterError);
  });

  it("becomes a file that tells what it holds", async () => {
    const forbidden = new ClusterError(
      "forbidden",
      'list secrets: "secrets" is forbidden: a "quote"\nand a line',
    );
    const snapshot = await takeSnapshot(clusterWith(all, { Secret: forbidden }), { namespaces: null });
    const documents = parseDocuments({ path: "cluster.yaml", text: snapshotText(snapshot) });
    expect(documents.map(({ error }) => error)).toEqual(documents.map(() => null));
    expect(readHead(documents[0]?.value)).toEqual({ namespaces: null, unread: snapshot.unread });
    expect(documents.slice(1).map(({ value }) => value)).toEqual(snapshot.objects);
    expect(readHead(documents[1]?.value)).toBeNull();
  });
});
