import { knativeWorkloads } from "../graph/derived/knative-workloads.ts";
import type { KnativeWorkload } from "../graph/derived/knative-workloads.ts";
import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, isList, isMapping, valueAt } from "../model/value.ts";
import type { Mapping, Path } from "../model/value.ts";
import { familyOfProfile } from "./control-planes.ts";
import { injection, injectionInMesh, injectKey } from "./injection.ts";
import type { InjectionCause } from "./injection.ts";
import { kinds } from "./kinds.ts";
import { meshesOf } from "./membership.ts";
import { oncePer } from "./memo.ts";
import { meshes } from "./meshes.ts";
import { workloadOverride } from "./overrides.ts";
import { isPatched } from "./patches.ts";
import { readsAnnotationOnly } from "./revision-templates.ts";
import { facts, holds } from "./version-facts.ts";

/** A workload that an operator runs for one of its resources, with the overrides merged in. */
export interface OperatorPod {
  readonly workload: KnativeWorkload;
  readonly pod: PodTemplate;
}

/** The workloads that an operator makes of one candidate of KnativeServing, KnativeEventing or KnativeKafka. */
export const operatorPods = oncePer((graph: Graph, operator: Resource): readonly OperatorPod[] =>
  graph
    .all(kinds.Deployment, kinds.StatefulSet)
    .filter(({ origin }) => origin.from === "derived" && origin.parent === operator)
    .flatMap((resource) =>
      knativeWorkloads
        .filter(({ cr, name }) => cr === operator.id.kind && name === resource.name)
        .flatMap((workload) => graph.podsOf(resource).map((pod) => ({ workload, pod }))),
    ),
);

/** How the sidecar of a workload is asked for in the operator's resource. */
export type SidecarRequest =
  /** A field gets the value `"true"`. */
  | { readonly how: "value"; readonly form: "label" | "annotation"; readonly path: Path }
  /** A list of overrides gets entries for the workloads. */
  | {
      readonly how: "entries";
      readonly form: "label" | "annotation";
      readonly list: Path;
      readonly entries: readonly Mapping[];
    };

/** Workloads that have no sidecar for one reason. */
export interface SidecarGap {
  readonly workloads: readonly string[];
  readonly cause: InjectionCause;
  /** A clause: "nothing asks for a sidecar". */
  readonly reason: string;
  /** The field of the operator's resource that decides, present or missing. */
  readonly path: Path;
  /** Null where asking does not help. */
  readonly request: SidecarRequest | null;
}

export interface DataPlane {
  readonly gaps: readonly SidecarGap[];
  /** Workloads whose sidecar is asked for by annotation, where the label is the form of the version. */
  readonly byAnnotation: readonly { readonly workload: string; readonly path: Path }[];
  /** What would decide about the others. */
  readonly needs: readonly string[];
}

function isSail(graph: Graph, pod: PodTemplate): boolean {
  const home = meshesOf(graph, pod.namespace);
  const all = home.state === "member" ? home.meshes : meshes(graph);
  const families = all.length === 0 ? [familyOfProfile(graph.profile)] : all.map(({ family }) => family);
  return families.includes("ossm3");
}

/** The form that the versions prefer: annotation up to Serverless 1.34, then label; always label in Service Mesh 3. */
export function preferredForm(graph: Graph, pod: PodTemplate): "label" | "annotation" {
  if (isSail(graph, pod)) return "label";
  return holds(facts.injectionByLabel, graph.profile) && !readsAnnotationOnly(graph, pod)
    ? "label"
    : "annotation";
}

/** The list that has entries already; `workloads` where none has: `deployments` is deprecated. */
export function overrideList(operator: Resource): Path {
  const used = ["workloads", "deployments"].find((name) => {
    const list = valueAt(operator.value, ["spec", name]) ?? null;
    return isList(list) && list.length > 0 && (name === "workloads" || operator.kind !== kinds.KnativeKafka);
  });
  return ["spec", used ?? "workloads"];
}

const mapOf = { label: "labels", annotation: "annotations" } as const;

/**
 * The field of an operator's resource that sets a label or annotation of a workload's pods: the one that counts, else
 * the place where it would stand; the list of overrides where no entry is about the workload.
 */
export function overridePath(
  operator: Resource,
  workload: string,
  form: "label" | "annotation",
  key: string,
): { readonly path: Path; readonly entry: Path | null } {
  const override = workloadOverride(operator, workload);
  const settings = form === "label" ? override.labels : override.annotations;
  const entry = override.entries.at(-1)?.path ?? null;
  const setting = settings.get(key);
  if (setting) return { path: setting.path, entry };
  if (entry === null) return { path: overrideList(operator), entry };
  const withMap = override.entries.findLast(({ value }) => isMapping(valueAt(value, [mapOf[form]])));
  return { path: withMap ? [...withMap.path, mapOf[form], key] : entry, entry };
}

interface Missing {
  readonly workload: string;
  readonly pod: PodTemplate;
  readonly cause: InjectionCause;
  readonly reason: string;
}

/** Why a workload has no sidecar; null if it has one, or its namespace is no member, which the member roll's rule says. */
function missingOf(
  graph: Graph,
  { workload, pod }: OperatorPod,
): Missing | { readonly needs: string } | null {
  const asked = injectionInMesh(graph, pod);
  if (asked.state === "unknown") return asked;
  const named = { workload: workload.name, pod };
  if (asked.state === "no") return { ...named, cause: asked.cause, reason: asked.reason };
  const effective = injection(graph, pod);
  if (effective.state !== "no") return null;
  const saidByRoll = effective.cause === "not-member" && graph.own(kinds.ServiceMeshMemberRoll).length > 0;
  return saidByRoll ? null : { ...named, cause: effective.cause, reason: effective.reason };
}

/** Only a request that is missing, refused, or written in a form that nobody reads can be put right by asking. */
const askable: readonly InjectionCause[] = ["label", "annotation", "annotation-ignored", "not-requested"];

function gapOf(graph: Graph, operator: Resource, missing: Missing): SidecarGap {
  const { workload, pod, cause, reason } = missing;
  const base = { workloads: [workload], cause, reason };
  if (!askable.includes(cause)) return { ...base, path: ["metadata", "namespace"], request: null };
  const written = cause === "label" || cause === "annotation" ? cause : null;
  const form = cause === "annotation-ignored" ? "label" : (written ?? preferredForm(graph, pod));
  const { path, entry } = overridePath(operator, workload, form, injectKey);
  if (entry === null) {
    const entries = [{ name: workload, [mapOf[form]]: { [injectKey]: "true" } }];
    return { ...base, path, request: { how: "entries", form, list: path, entries } };
  }
  const exact = path.at(-1) === injectKey ? path : [...entry, mapOf[form], injectKey];
  const at =
    cause === "annotation-ignored" ? overridePath(operator, workload, "annotation", injectKey).path : path;
  return { ...base, path: at, request: { how: "value", form, path: exact } };
}

/** Gaps of one reason at one place are one: two workloads that the list of overrides lacks. */
function grouped(gaps: readonly SidecarGap[]): readonly SidecarGap[] {
  const groups = new Map<string, SidecarGap>();
  for (const gap of gaps) {
    const key = `${formatPath(gap.path)} ${gap.reason}`;
    const group = groups.get(key);
    const both = group?.request?.how === "entries" && gap.request?.how === "entries";
    groups.set(
      key,
      group
        ? {
            ...group,
            workloads: [...group.workloads, ...gap.workloads],
            request:
              both && group.request.how === "entries" && gap.request.how === "entries"
                ? { ...group.request, entries: [...group.request.entries, ...gap.request.entries] }
                : group.request,
          }
        : gap,
    );
  }
  return [...groups.values()];
}

function compute(graph: Graph, operator: Resource): DataPlane {
  const gaps: SidecarGap[] = [];
  const byAnnotation: { workload: string; path: Path }[] = [];
  const needs: string[] = [];
  for (const candidate of operatorPods(graph, operator)) {
    const { workload, pod } = candidate;
    if (workload.injected !== "yes") continue;
    const missing = missingOf(graph, candidate);
    if (missing === null) {
      const asked = injectionInMesh(graph, pod);
      const older = asked.state === "yes" && asked.cause === "annotation";
      if (!older || preferredForm(graph, pod) === "annotation") continue;
      byAnnotation.push({
        workload: workload.name,
        path: overridePath(operator, workload.name, "annotation", injectKey).path,
      });
    } else if ("needs" in missing) needs.push(missing.needs);
    else if (workloadOverride(operator, workload.name).open || isPatched(graph, operator))
      needs.push(`the overrides of ${operator.id.kind} ${operator.name}`);
    else gaps.push(gapOf(graph, operator, missing));
  }
  return { gaps: grouped(gaps), byAnnotation, needs: [...new Set(needs)] };
}

/**
 * The workloads of an operator's resource that the documents want in the mesh, as far as they have no sidecar
 * (definition D4, D5 and section 7).
 */
export const dataPlane: (graph: Graph, operator: Resource) => DataPlane = oncePer(compute);
