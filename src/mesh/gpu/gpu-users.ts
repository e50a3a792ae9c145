import type { Graph, PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";
import { scriptKinds } from "../embedded-scripts.ts";
import type { Place } from "../field.ts";
import { workloadKinds } from "../kinds.ts";
import { fileFits } from "../file-text.ts";
import { once } from "../memo.ts";
import { deployedServices } from "../pipelines/deployed-services.ts";
import type { WordSpot } from "../pipelines/kn-service.ts";
import { isOwned, revisionKinds } from "../revision-templates.ts";
import { quantity, wholeNumber } from "./quantity.ts";
import { isGpuKey, meantGpuKey } from "./resource-names.ts";

/** What rules about GPUs read. */
export const gpuReads: readonly string[] = [...revisionKinds, ...scriptKinds];

/** One container's word about one GPU resource. */
export interface GpuClaim {
  readonly key: string;
  /** The name that was meant, if this one is misspelt. */
  readonly meant: string | null;
  /** Path of the container's `resources`. */
  readonly resources: Path;
  /** Undefined: not given. */
  readonly limit: Value | undefined;
  readonly request: Value | undefined;
  /** Ends before the other containers start. */
  readonly first: boolean;
}

/** Pods that ask for a GPU. */
export interface GpuUser {
  /** The object that a finding is about: the workload, or the one with the call of `kn`. */
  readonly owner: Resource;
  readonly pod: PodTemplate;
  /** A Knative Service, by itself or by `kn`; else any other workload. */
  readonly isService: boolean;
  readonly claims: readonly GpuClaim[];
  /** Where a field of the pods' object stands. */
  spot(path: Path): Place | WordSpot;
}

function given(resources: Mapping, list: string, key: string): Value | undefined {
  const found = resources[list] ?? null;
  const value = isMapping(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return value ?? undefined;
}

function claimsOf(pod: PodTemplate): readonly GpuClaim[] {
  return ["containers", "initContainers"].flatMap((list) => {
    const containers = Object.hasOwn(pod.spec, list) ? (pod.spec[list] ?? null) : null;
    return (isList(containers) ? containers : []).flatMap((container, index): readonly GpuClaim[] => {
      if (!isMapping(container) || !isMapping(container.resources)) return [];
      const { resources } = container;
      const keys = ["limits", "requests"].flatMap((name) => {
        const quantities = resources[name] ?? null;
        return isMapping(quantities) ? Object.keys(quantities) : [];
      });
      return [...new Set(keys)].flatMap((key) => {
        const meant = meantGpuKey(key);
        if (!isGpuKey(key) && meant === null) return [];
        return [
          {
            key,
            meant,
            resources: [...pod.specPath, list, index, "resources"],
            limit: given(resources, "limits", key),
            request: given(resources, "requests", key),
            // A sidecar container starts first and stays.
            first: list === "initContainers" && container.restartPolicy !== "Always",
          },
        ];
      });
    });
  });
}

// Most files have not the maker's name at all; a backslash may hide it as an escape.
const mayUseGpus = fileFits(/nvidia\.com/);

/** All pods that ask for GPUs, those of the context too; what a controller made from another object is left out. */
export const gpuUsers = once((graph: Graph): readonly GpuUser[] => {
  const users: GpuUser[] = [];
  const add = (user: Omit<GpuUser, "claims">): void => {
    const claims = claimsOf(user.pod);
    if (claims.length > 0) users.push({ ...user, claims });
  };
  for (const owner of graph.all(...revisionKinds, ...workloadKinds)) {
    if (owner.standing === "derived" || !mayUseGpus(owner) || isOwned(owner)) continue;
    const isService = revisionKinds.some((kind) => kind === owner.kind);
    for (const pod of graph.podsOf(owner))
      add({ owner, pod, isService, spot: (path) => ({ resource: owner, path }) });
  }
  for (const [owner, services] of deployedServices(graph))
    for (const { service, spot } of services)
      for (const pod of graph.podsOf(service)) add({ owner, pod, isService: true, spot });
  return users;
});

/** The GPU users that findings about an object are about. */
export function gpuUsersOf(graph: Graph, owner: Resource): readonly GpuUser[] {
  return gpuUsers(graph).filter((user) => user.owner === owner);
}

/** The set's own objects that ask for GPUs. */
export function gpuOwners(graph: Graph, services: "services" | "all"): readonly Resource[] {
  const own = gpuUsers(graph).filter(
    ({ owner, isService }) => owner.standing === "own" && (isService || services === "all"),
  );
  return [...new Set(own.map(({ owner }) => owner))];
}

/** How many of a resource one claim takes; null if that is not known (a placeholder, no whole number). */
function amount({ limit, request }: GpuClaim): bigint | null {
  const value = limit ?? request ?? null;
  const size = isUnknown(value) ? null : quantity(value);
  return size === null || size < 0n ? null : wholeNumber(size);
}

/** What one pod takes of a GPU resource. */
export interface GpuNeed {
  readonly key: string;
  /** Null: not known. */
  readonly count: bigint | null;
  /** The field of the largest claim. */
  readonly path: Path;
}

/** What one pod of a user takes of each GPU resource: all containers together, or one that runs before them. */
export function needsOf({ claims }: GpuUser): readonly GpuNeed[] {
  const needs = new Map<string, GpuNeed & { readonly sum: bigint; readonly largest: bigint }>();
  for (const claim of claims) {
    const { key, meant, resources, limit, first } = claim;
    if (meant !== null) continue;
    const known = needs.get(key);
    const count = amount(claim);
    const mine = count ?? 0n;
    const sum = (known?.sum ?? 0n) + (first ? 0n : mine);
    const speaks = !known || mine > known.largest;
    const largest = speaks ? mine : known.largest;
    needs.set(key, {
      key,
      sum,
      largest,
      count: count === null || known?.count === null ? null : sum > largest ? sum : largest,
      path: speaks ? [...resources, limit === undefined ? "requests" : "limits", key] : known.path,
    });
  }
  return [...needs.values()].map(({ key, count, path }) => ({ key, count, path }));
}

/** Whether a pod takes a GPU at all, as far as that is known: a count of none is no use of one. */
export function takesGpu(user: GpuUser): boolean {
  return needsOf(user).some(({ count }) => count !== 0n);
}
