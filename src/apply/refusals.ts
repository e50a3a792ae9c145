import { formatPath, isList, isMapping, type Path, valueAt } from "../model/value.ts";
import { controlPlaneKinds, istioCniKinds, istioKinds, kinds } from "../mesh/kinds.ts";
import { servingNamespace } from "../mesh/knative-gateways.ts";
import { eventingNamespace } from "../mesh/namespaces.ts";
import type { Graph } from "../model/graph.ts";
import { type Kind, label, type Resource } from "../model/resource.ts";
import { compareVersions, parseVersion } from "../model/version.ts";
import { placeOf } from "./fitness.ts";
import type { Refusal } from "./plan-model.ts";

const mesh = "OpenShift Serverless 1.32, Integrations, section 1.4.2";

/** Namespaces that a roll takes in by name. */
function membersOf(roll: Resource): readonly string[] {
  const members = valueAt(roll.value, ["spec", "members"]) ?? null;
  return isList(members) ? members.filter((member) => typeof member === "string") : [];
}

/** The cluster's own objects of a kind, not those that the set brings. */
const ofCluster = (graph: Graph, kind: Kind): readonly Resource[] =>
  graph.all(kind).filter(({ standing }) => standing === "context");

/** Where the cluster has a namespace as a member today; null: nowhere. */
function liveHome(graph: Graph, namespace: string): string | null {
  const label = valueAt(
    [
      ...ofCluster(graph, kinds.Namespace),
      ...graph.own(kinds.Namespace).flatMap((own) => graph.live(own) ?? []),
    ].find(({ name }) => name === namespace)?.value,
    ["metadata", "labels", "maistra.io/member-of"],
  );
  if (typeof label === "string") return label;
  const rolls = [
    ...ofCluster(graph, kinds.ServiceMeshMemberRoll),
    ...graph.own(kinds.ServiceMeshMemberRoll).flatMap((roll) => graph.live(roll) ?? []),
  ];
  return rolls.find((roll) => membersOf(roll).includes(namespace))?.namespace ?? null;
}

/** Serverless stays in the mesh that it is in: only uninstalling takes it to another one. */
function moves(graph: Graph): readonly Refusal[] {
  return graph.own(kinds.ServiceMeshMemberRoll).flatMap((roll) =>
    membersOf(roll).flatMap((member, index): readonly Refusal[] => {
      if (member !== servingNamespace && member !== eventingNamespace) return [];
      const home = liveHome(graph, member);
      if (home === null || home === roll.namespace) return [];
      return [
        {
          message: `${member} is a member of the mesh in ${home}, and ${label(roll)} would take it over`,
          section: mesh,
          advice: `keep ${member} in the roll of ${home}; moving Serverless means to uninstall it first`,
          place: placeOf(roll, ["spec", "members", index]),
        },
      ];
    }),
  );
}

/** Versions of control planes go up only. */
function lowered(graph: Graph): readonly Refusal[] {
  return graph.own(...controlPlaneKinds, kinds.KnativeServing, kinds.KnativeEventing).flatMap((own) => {
    const live = graph.live(own);
    const [head, now] = [own, live].map((resource) => {
      const version = resource && valueAt(resource.value, ["spec", "version"]);
      return typeof version === "string" ? parseVersion(version) : null;
    });
    if (!head || !now || compareVersions(head, now) >= 0) return [];
    const was = String(valueAt(live?.value, ["spec", "version"]));
    return [
      {
        message: `${label(own)} lowers spec.version from ${was} to ${String(valueAt(own.value, ["spec", "version"]))}`,
        section: mesh,
        advice: `write ${was} or a later version; what newer versions have stored older ones may not understand`,
        place: placeOf(own, ["spec", "version"]),
      },
    ];
  });
}

/** Fields that the operators' webhooks never let change. */
const fixed: readonly { readonly kinds: readonly Kind[]; readonly path: Path }[] = [
  { kinds: [kinds.ServiceMeshMember], path: ["spec", "controlPlaneRef"] },
  { kinds: [...istioKinds, ...istioCniKinds], path: ["spec", "namespace"] },
];

function immutable(graph: Graph): readonly Refusal[] {
  return fixed.flatMap((field) =>
    graph.own(...field.kinds).flatMap((own): readonly Refusal[] => {
      const live = graph.live(own);
      const [head, now] = [own.value, live?.value].map((value) => valueAt(value, field.path));
      if (now === undefined || head === undefined || JSON.stringify(head) === JSON.stringify(now)) return [];
      const written = isMapping(now) ? JSON.stringify(now) : String(now);
      return [
        {
          message: `${formatPath(field.path)} of ${label(own)} cannot be changed; the cluster has ${written}`,
          section: mesh,
          advice: "keep its value, or delete the object yourself and apply again",
          place: placeOf(own, field.path),
        },
      ];
    }),
  );
}

/** What the documents and the operators forbid, seen from what the cluster has today. */
export function liveRefusals(graph: Graph): readonly Refusal[] {
  return [...moves(graph), ...lowered(graph), ...immutable(graph)];
}
