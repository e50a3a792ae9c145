import type { Place } from "../../src/mesh/field.ts";
import { greedyRolls, type Home, type Homes, namespaceHomes, rollMeshes } from "../../src/mesh/homes.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { tenants } from "../../src/mesh/tenants.ts";
import type { Graph } from "../../src/model/graph.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import type { Judgement, Spot } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const spot = ({ resource, path }: Place): Spot => at(resource, ...path);

/** The claims that the set's own files make: that of the mesh of Serverless first, for it is the other that is wrong. */
function ownClaims(graph: Graph, homes: readonly Home[]): readonly { home: Home; at: Place }[] {
  const found = serverlessMesh(graph);
  const main = found.state === "found" ? found.mesh : null;
  return homes
    .toSorted((a, b) => Number(b.mesh === main) - Number(a.mesh === main))
    .flatMap((home) => (home.at?.resource.standing === "own" ? [{ home, at: home.at }] : []));
}

function* checkShared(graph: Graph, { namespace, homes }: Homes): Generator<Judgement> {
  const greedy = greedyRolls(graph);
  const named = homes.filter(({ at }) => at === null || !greedy.some((roll) => same(roll.at, at)));
  const claims = ownClaims(graph, named);
  const last = claims.at(-1);
  if (!last || named.length < 2) return;
  const names = named.map(({ mesh }) => meshName(mesh)).join(" and ");
  yield fail(spot(last.at), `namespace ${namespace} is in the meshes ${names}, and can be in one only`, {
    related: claims.slice(0, -1).map(({ home, at }) => ({
      at: spot(at),
      message: `makes it a member of ${meshName(home.mesh)}`,
    })),
    advice: "take the namespace out of one of the meshes",
  });
}

const same = (a: Place, b: Place): boolean => a.resource === b.resource && a.path.join() === b.path.join();

/** Namespaces that have to be in one mesh, each of which is in one of its own. */
function* checkTogether(graph: Graph, what: string, names: readonly string[]): Generator<Judgement> {
  const found = serverlessMesh(graph);
  const settled = names.flatMap((namespace) => {
    const homes = namespaceHomes(graph).get(namespace)?.homes ?? [];
    const [home] = homes;
    return home && homes.length === 1 ? [{ namespace, home }] : [];
  });
  const main = settled.find(({ home }) => found.state === "found" && home.mesh === found.mesh) ?? settled[0];
  for (const { namespace, home } of settled) {
    if (!main || home.mesh === main.home.mesh) continue;
    const place = [home.at, main.home.at].find((candidate) => candidate?.resource.standing === "own");
    if (!place) continue;
    yield fail(
      spot(place),
      `${what} in two meshes: ${namespace} in ${meshName(home.mesh)}, ${main.namespace} in ${meshName(main.home.mesh)}`,
      {
        related:
          main.home.at && main.home.at !== place ? [{ at: spot(main.home.at), message: "the other" }] : [],
        advice: "make both members of one mesh",
      },
    );
  }
}

export const rule = defineSetRule({
  id: "mesh/namespace-in-two-meshes",
  summary: "A namespace, or namespaces that belong together, are members of more than one mesh.",
  severity: "error",
  category: "membership",
  documentation: [integrations("1"), integrations("2.3")],
  upstream: ["maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/memberroll.go"],
  applies: "Service Mesh 1 and 2",
  fix: "none",
  reads: [kinds.ServiceMeshMemberRoll, kinds.ServiceMeshMember, kinds.ServiceMeshControlPlane],
  applicable: (graph) =>
    rollMeshes(graph).length < 2 ? notApplicable("there is one mesh with a member roll at most") : null,
  *check(graph) {
    for (const { at: star, other } of greedyRolls(graph)) {
      if (star.resource.standing !== "own") continue;
      yield fail(spot(star), `"*" takes in every namespace, and another mesh has members of its own`, {
        related: [{ at: spot(other), message: "the members of the other mesh" }],
        advice: "list the namespaces of each mesh",
      });
    }
    for (const homes of namespaceHomes(graph).values()) {
      if (homes.homes.length > 1) yield* checkShared(graph, homes);
      else if (homes.homes.length === 1 && homes.needs !== null) yield undecided(homes.needs);
    }
    yield* checkTogether(graph, "Serving and Eventing are", [servingNamespace, eventingNamespace]);
    for (const tenant of tenants(graph))
      yield* checkTogether(graph, `the namespaces of ${tenant.name} are`, tenant.namespaces);
  },
});
