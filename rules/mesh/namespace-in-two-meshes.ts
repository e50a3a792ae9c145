import type { Place } from "../../src/mesh/field.ts";
import { greedyRolls, type Homes, namespaceHomes, rollMeshes } from "../../src/mesh/homes.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { rivalClaims, separated } from "../../src/mesh/rival-homes.ts";
import { tenants } from "../../src/mesh/tenants.ts";
import type { Graph } from "../../src/model/graph.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import type { Judgement, Spot } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const spot = ({ resource, path }: Place): Spot => at(resource, ...path);

function* checkShared(graph: Graph, homes: Homes): Generator<Judgement> {
  const { claims, names } = rivalClaims(graph, homes);
  const last = claims.at(-1);
  if (!last) return;
  const message = `namespace ${homes.namespace} is in the meshes ${names.join(" and ")}, and can be in one only`;
  yield fail(spot(last.at), message, {
    related: claims.slice(0, -1).map(({ mesh, at }) => ({
      at: spot(at),
      message: `makes it a member of ${meshName(mesh)}`,
    })),
    advice: "take the namespace out of one of the meshes",
  });
}

/** Namespaces that have to be in one mesh, each of which is in one of its own. */
function* checkTogether(graph: Graph, what: string, names: readonly string[]): Generator<Judgement> {
  for (const { stray, main, at: place } of separated(graph, names)) {
    const [its, theirs] = [stray, main].map(
      ({ namespace, home }) => `${namespace} in ${meshName(home.mesh)}`,
    );
    const other = main.home.at;
    yield fail(spot(place), `${what} in two meshes: ${its}, ${theirs}`, {
      related: other && other !== place ? [{ at: spot(other), message: "the other" }] : [],
      advice: "make both members of one mesh",
    });
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
