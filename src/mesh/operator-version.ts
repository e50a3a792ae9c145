import type { Graph } from "../model/graph.ts";
import { atLeast, compareVersions, parseVersion } from "../model/version.ts";
import type { Version } from "../model/version.ts";
import { familyOfProfile } from "./control-planes.ts";
import { readString, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";

/**
 * The oldest control plane that each minor version of the operator still runs, newest operator first
 * (maistra/istio-operator `build/build.sh` MINIMUM_SUPPORTED_VERSION of its release branches). Later operators only
 * drop more.
 */
const oldest: readonly (readonly [operator: string, controlPlane: string])[] = [
  ["2.5", "2.2"],
  ["2.4", "2.1"],
  ["2.3", "2.0"],
  ["2.2", "1.1"],
];

function ofOperator(operator: Version): readonly Version[] {
  const text = oldest.find(([minor]) => atLeast(operator, minor))?.[1] ?? "";
  return [parseVersion(text) ?? []].flat();
}

function versionOfCsv(name: string): readonly Version[] {
  const text = /^servicemeshoperator\.v(\d+\.\d+)/.exec(name)?.[1] ?? "";
  return [parseVersion(text) ?? []].flat();
}

/** Versions of the operator of Service Mesh 2 that a cluster's objects name, else the one that the user states. */
function operators(graph: Graph): readonly Version[] {
  const names = [
    ...graph.all(kinds.ClusterServiceVersion).map(({ name }) => name),
    ...graph
      .all(kinds.OperatorSubscription)
      .map((subscription) => valueOr(readString(subscription, ["status", "installedCSV"]), "")),
  ];
  const found = names.flatMap(versionOfCsv);
  const { from } = graph.profile.sources.mesh;
  const stated = from === "option" || from === "config";
  if (found.length > 0 || !stated || familyOfProfile(graph.profile) !== "ossm2") return found;
  return [graph.profile.mesh];
}

/**
 * The oldest version of a ServiceMeshControlPlane that the installed operator takes; null if nothing tells which
 * operator that is, or it takes all.
 */
export const oldestOffered = once((graph: Graph): Version | null => {
  const [first, ...others] = operators(graph).flatMap(ofOperator);
  if (first === undefined) return null;
  return others.reduce((a, b) => (compareVersions(b, a) < 0 ? b : a), first);
});
