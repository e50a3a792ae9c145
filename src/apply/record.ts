import { kinds } from "../mesh/kinds.ts";
import { type Cluster, ClusterError } from "../model/cluster.ts";
import type { Mapping } from "../model/value.ts";
import { canonical, digestOf } from "./manifest-object.ts";
import { type Plan, plannedObjects, type PlannedObject } from "./plan-model.ts";

/** What is known about a run beside its plan. */
export interface RecordFacts {
  readonly state: "applying" | "done" | "stopped" | "aborted";
  /** The commit that the set's files are of; null: none, or files differ from it. */
  readonly revision: string | null;
  readonly version: string;
  readonly holder: string;
  readonly started: Date;
  readonly ended: Date | null;
  readonly applied: number;
}

/** etcd takes 1.5 MiB an object at most, and a ConfigMap 1 MiB. */
const largest = 900_000;

const idOf = ({ resource }: PlannedObject): string => {
  const { kind, namespace, name } = resource;
  return namespace === null ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
};

/** `meshlint-prod`; names that are no DNS labels get a piece of their digest. */
async function nameOf(set: string): Promise<string> {
  const plain = set
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (plain === set && set.length <= 40) return `meshlint-${set}`;
  const cut = plain.slice(0, 40).replace(/-+$/, "");
  return ["meshlint", cut, (await digestOf(set)).slice(0, 8)].filter((part) => part !== "").join("-");
}

/**
 * The record of a set's last run: which versions of which objects were applied, and how that ended. It has no values;
 * of Secrets not even a digest, from which a short value could be guessed.
 */
export async function recordOf(plan: Plan, namespace: string, facts: RecordFacts): Promise<Mapping> {
  const objects = plannedObjects(plan);
  const digests = Object.fromEntries(
    objects
      .filter(({ resource }) => resource.kind !== kinds.Secret)
      .map((object) => [idOf(object), object.digest]),
  );
  const text = canonical(digests);
  const count = (wanted: string): string => String(objects.filter(({ action }) => action === wanted).length);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: await nameOf(plan.set),
      namespace,
      labels: { "app.kubernetes.io/managed-by": "meshlint" },
    },
    data: {
      version: "1",
      set: plan.set,
      state: facts.state,
      profile: plan.profile,
      meshlint: facts.version,
      ...(facts.revision !== null && { revision: facts.revision }),
      by: facts.holder,
      started: facts.started.toISOString(),
      ...(facts.ended && { ended: facts.ended.toISOString() }),
      objects: String(objects.length),
      applied: String(facts.applied),
      created: count("create"),
      changed: count("change"),
      unchanged: count("unchanged"),
      digest: await digestOf(text),
      ...(text.length <= largest && { digests: text }),
    },
  };
}

/** Keeps a record; a message says why that was not possible, which stops nobody. */
export async function keepRecord(cluster: Cluster, record: Mapping): Promise<string | null> {
  try {
    const kind = (await cluster.kinds()).find((each) => each.kind === "ConfigMap" && each.group === "");
    if (!kind) return "the server has no ConfigMaps: no record is kept";
    await cluster.apply(kind, record, { dryRun: false, force: true });
    return null;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return `no record is kept: ${error.message}`;
  }
}
