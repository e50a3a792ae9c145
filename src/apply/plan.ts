import { type Cluster, ClusterError, type FieldConflict, type ServedKind } from "../model/cluster.ts";
import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import { profileKeys } from "../model/profile.ts";
import { label, type Resource } from "../model/resource.ts";
import { positionAt } from "../model/source.ts";
import { type Mapping, valueAt } from "../model/value.ts";
import { bringersAmong, bringKind } from "./brought-kinds.ts";
import { type Change, changesBetween } from "./changes.ts";
import { ownObjects, placeOf, unfitFor } from "./fitness.ts";
import { inTurns } from "./in-turns.ts";
import { canonical, digestOf, manifestOf } from "./manifest-object.ts";
import type { Plan, PlannedObject, PlannedStep, Refusal } from "./plan-model.ts";
import { waitsFor } from "./readiness.ts";
import { liveRefusals } from "./refusals.ts";
import { inApplyOrder, stepOf, steps } from "./steps.ts";

export interface PlanOptions {
  /** Active findings of the set, judged beside the cluster's objects. */
  readonly findings: readonly Finding[];
  /** Take over fields of other managers: they are no reason to stop. */
  readonly force: boolean;
}

/** Findings of errors stop an application; there is no way around but a suppression with a reason. */
function ofFindings(findings: readonly Finding[]): readonly Refusal[] {
  return findings
    .filter(({ severity, suppressed }) => severity === "error" && suppressed === null)
    .map(({ rule, message, at, documentation, fix }) => {
      const [source] = documentation;
      return {
        message: `${rule}: ${message}`,
        section: source ? `${source.title}, section ${source.section}` : null,
        advice: fix?.title ?? `meshlint explain ${rule}`,
        place: `${at.file.path}:${positionAt(at.file, at.start).line}`,
      };
    });
}

/** A set that is judged by other versions than the cluster has is judged wrongly. */
function ofProfile({ profile }: Graph): readonly Refusal[] {
  return profile.conflicts.map(({ key, config, detected, at }) => ({
    message: `the profile says ${key} ${config}, and it is ${detected}`,
    section: null,
    advice: `set ${key} to "${detected}" in meshlint.yaml, or remove it there`,
    place: `${at.file.path}:${positionAt(at.file, at.start).line}`,
  }));
}

/** Versions by which a set was judged, as `--profile` takes them. */
export function profileText({ profile }: Graph): string {
  return profileKeys
    .flatMap((key) => {
      const value = profile[key];
      if (value === null || value === undefined) return [];
      const text = Array.isArray(value)
        ? value.join(",")
        : typeof value === "object" && "major" in value
          ? `${value.major}.${value.minor}`
          : String(value);
      return text === "" ? [] : [`${key}=${text}`];
    })
    .join(" ");
}

/** What the server has, and would have: asked once per object, lists for kinds with many. */
class Look {
  readonly #cluster: Cluster;
  readonly #lists = new Map<string, Promise<ReadonlyMap<string, Mapping>>>();
  readonly #many: ReadonlySet<string>;

  constructor(cluster: Cluster, resources: readonly Resource[]) {
    this.#cluster = cluster;
    const counts = new Map<string, number>();
    for (const resource of resources) {
      const key = listKey(resource);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    this.#many = new Set([...counts].filter(([, count]) => count > 5).map(([key]) => key));
  }

  async live(kind: ServedKind, resource: Resource): Promise<Mapping | null> {
    const { namespace, name } = resource;
    const key = listKey(resource);
    if (!this.#many.has(key)) return this.#cluster.get(kind, namespace, name);
    const list = this.#lists.get(key) ?? this.#list(kind, namespace);
    this.#lists.set(key, list);
    return (await list).get(name) ?? null;
  }

  async #list(kind: ServedKind, namespace: string | null): Promise<ReadonlyMap<string, Mapping>> {
    const found = await this.#cluster.list(kind, { namespace });
    return new Map(found.map((object) => [String(valueAt(object, ["metadata", "name"])), object]));
  }
}

const listKey = ({ apiVersion, kind, namespace }: Resource): string =>
  JSON.stringify([apiVersion, kind, namespace]);

interface Asked {
  readonly planned: Omit<PlannedObject, "resource" | "object" | "digest" | "file" | "line" | "waitsFor">;
  readonly refusal: Refusal | null;
}

const unchecked = { action: "create", changes: [], conflicts: [], checked: false } as const;

function refused(resource: Resource, error: ClusterError): Refusal {
  const details = error.causes.map(({ field, message }) => `${field}: ${message}`);
  return {
    message: [error.message, ...details].join("; "),
    section: null,
    advice:
      error.problem === "forbidden" ? "ask for the permission, or use other credentials" : "mend the object",
    place: placeOf(resource),
  };
}

/** Asks the server what would become of an object. */
async function ask(
  cluster: Cluster,
  look: Look,
  graph: Graph,
  served: readonly ServedKind[],
  namespaces: ReadonlySet<string>,
  bringers: readonly Resource[],
  resource: Resource,
  object: Mapping,
): Promise<Asked> {
  const kind = served.find(
    (each) =>
      each.kind === resource.id.kind && each.group === resource.id.group && each.version === resource.version,
  );
  if (!kind) {
    if (bringKind(bringers, resource)) return { planned: unchecked, refusal: null };
    const message = `the cluster serves no ${resource.apiVersion} ${resource.id.kind}`;
    const advice = "install the operator or definition that brings it, or write a version that is served";
    return { planned: unchecked, refusal: { message, section: null, advice, place: placeOf(resource) } };
  }
  if (kind.namespaced && resource.namespace !== null && !namespaces.has(resource.namespace)) {
    const own = graph
      .own("Namespace", "Project.project.openshift.io")
      .some(({ name }) => name === resource.namespace);
    if (own) return { planned: unchecked, refusal: null };
    const message = `the namespace of ${label(resource)} does not exist, and the set does not make it`;
    const advice = `add a Namespace ${resource.namespace} to the set, or create it`;
    return { planned: unchecked, refusal: { message, section: null, advice, place: placeOf(resource) } };
  }
  const before = await look.live(kind, resource);
  let after: Mapping;
  let conflicts: readonly FieldConflict[] = [];
  try {
    after = await cluster.apply(kind, object, { dryRun: true, force: false });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.problem !== "conflict" || error.conflicts.length === 0) {
      if (["unreachable", "unauthorized", "timeout", "busy"].includes(error.problem)) throw error;
      return { planned: { ...unchecked, checked: true }, refusal: refused(resource, error) };
    }
    conflicts = error.conflicts;
    after = await cluster.apply(kind, object, { dryRun: true, force: true });
  }
  const changes: readonly Change[] = before === null ? [] : changesBetween(before, after);
  const action = before === null ? "create" : changes.length === 0 ? "unchanged" : "change";
  return { planned: { action, changes, conflicts, checked: true }, refusal: null };
}

function conflictRefusal({ resource, conflicts }: PlannedObject): readonly Refusal[] {
  if (conflicts.length === 0) return [];
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].join(", ");
  const fields = conflicts.map(({ field }) => field.replace(/^\./, "")).join(", ");
  return [
    {
      message: `${managers} owns fields of ${label(resource)}: ${fields}`,
      section: null,
      advice: "leave these fields to it, or take them over with --force-conflicts",
      place: placeOf(resource),
    },
  ];
}

/**
 * What applying a set would do to a cluster: every object in the documents' order with what becomes of it, and all reasons
 * not to. The server is only asked; nothing is changed.
 *
 * @param graph of the set, with the cluster's objects as its live context
 * @throws ClusterError where the server does not answer
 */
export async function makePlan(cluster: Cluster, graph: Graph, options: PlanOptions): Promise<Plan> {
  const unfit = unfitFor(graph);
  const own = ownObjects(graph).filter(({ form, name }) => form === "full" && name !== "");
  const resources = unfit.length > 0 ? [] : inApplyOrder(graph, own);
  const served = await cluster.kinds();
  const namespaceKind = served.find(({ kind, group }) => kind === "Namespace" && group === "");
  const existing = namespaceKind ? await cluster.list(namespaceKind) : [];
  const namespaces = new Set(existing.map((object) => String(valueAt(object, ["metadata", "name"]))));
  const look = new Look(cluster, resources);
  const bringers = bringersAmong(resources);

  const refusals: Refusal[] = [
    ...unfit,
    ...ofFindings(options.findings),
    ...ofProfile(graph),
    ...liveRefusals(graph),
  ];
  const planned = await inTurns(resources, async (resource): Promise<PlannedObject> => {
    const object = manifestOf(resource);
    const asked = await ask(cluster, look, graph, served, namespaces, bringers, resource, object);
    if (asked.refusal) refusals.push(asked.refusal);
    const place = placeOf(resource);
    const colon = place.lastIndexOf(":");
    return {
      resource,
      object,
      digest: await digestOf(canonical(object)),
      file: place.slice(0, colon),
      line: Number(place.slice(colon + 1)),
      ...asked.planned,
      waitsFor: waitsFor(resource.kind),
    };
  });
  if (!options.force) refusals.push(...planned.flatMap(conflictRefusal));
  return {
    set: graph.set.name,
    server: cluster.server,
    context: cluster.context,
    profile: profileText(graph),
    steps: steps.flatMap(({ id }): readonly PlannedStep[] => {
      const objects = planned.filter(({ resource }) => stepOf(graph, resource) === id);
      return objects.length > 0 ? [{ step: id, objects }] : [];
    }),
    // Requests end in any order.
    refusals: refusals.toSorted((a, b) =>
      (a.place ?? "") < (b.place ?? "") ? -1 : (a.place ?? "") > (b.place ?? "") ? 1 : 0,
    ),
  };
}
