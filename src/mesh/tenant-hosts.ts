import type { Graph } from "../model/graph.ts";
import { isAssumed } from "../model/profile.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { policyFields } from "./authorization/fields.ts";
import { namespaceLists } from "./tenant-groups.ts";

const lastLabel = (domain: string): string => domain.slice(domain.lastIndexOf(".") + 1);

/** Names that other hosts end in, and which ones. */
function endings(graph: Graph): ReadonlyMap<string, string> {
  const { clusterDomain, ingressDomain } = graph.profile;
  return new Map([
    ...(ingressDomain === null
      ? []
      : [[lastLabel(ingressDomain), `every external host, as ${ingressDomain} does`] as const]),
    ["svc", "the short host of every Service, which ends in .svc"],
    ["local", "every host that ends in cluster.local"],
    [lastLabel(clusterDomain), `every full host of a Service, as ${clusterDomain} does`],
  ]);
}

/** A host pattern for a namespace that other hosts match as well. */
export interface Overmatch {
  readonly namespace: string;
  readonly path: Path;
  /** A clause: "every host that ends in cluster.local". */
  readonly covered: string;
}

const hostEntries = (graph: Graph, policy: Resource) =>
  namespaceLists(graph, policy).flatMap(({ by, entries }) => (by === "hosts" ? entries : []));

/** The patterns `*.<namespace>` of a policy that cover other hosts as well, each namespace once. */
export function overmatches(graph: Graph, policy: Resource): readonly Overmatch[] {
  const covers = endings(graph);
  const found = new Map<string, Overmatch>();
  for (const { namespace, path } of hostEntries(graph, policy)) {
    const covered = covers.get(namespace);
    if (covered !== undefined && !found.has(namespace)) found.set(namespace, { namespace, path, covered });
  }
  return [...found.values()];
}

const topLevel = /^(?:com|org|net|io|dev|de|cloud|corp|lan|internal|test|example)$/;

/** Whether a pattern would cover external hosts if the cluster's routes ended so, which is not known. */
export function mayOvermatch(graph: Graph, policy: Resource): boolean {
  const { profile } = graph;
  const isKnown = profile.ingressDomain !== null || !isAssumed(profile, "ingressDomain");
  return !isKnown && hostEntries(graph, policy).some(({ namespace }) => topLevel.test(namespace));
}

/** Values of a policy with blanks in them, which match nothing. */
export function blankValues(
  policy: Resource,
): readonly { readonly text: string; readonly path: Path; readonly field: string }[] {
  return [...policyFields(policy)].flatMap(({ written, values }) =>
    values
      .filter(({ text }) => /\s/.test(text) && text.trim() !== "")
      .map(({ text, path }) => ({ text, path, field: written })),
  );
}
