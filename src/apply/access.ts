import { type Access, accessesOf } from "../mesh/access-reviews.ts";
import { type Cluster, ClusterError } from "../model/cluster.ts";
import type { Graph } from "../model/graph.ts";
import type { Mapping } from "../model/value.ts";
import { inTurns } from "./in-turns.ts";

const group = "authorization.k8s.io";

function reviewOf({ verb, group: apiGroup, resource, namespace, name }: Access, version: string): Mapping {
  return {
    apiVersion: `${group}/${version}`,
    kind: "SelfSubjectAccessReview",
    spec: {
      resourceAttributes: {
        verb,
        group: apiGroup,
        resource,
        ...(namespace !== null && { namespace }),
        ...(name !== null && { name }),
      },
    },
  };
}

/**
 * Asks the server whether whoever runs meshlint may do what applying a set takes. The answers are objects of the
 * cluster, as `operator/permission-missing` reads them; none where the server does not answer such questions.
 */
export async function askAccess(cluster: Cluster, graph: Graph): Promise<readonly Mapping[]> {
  const kind = (await cluster.kinds()).find(
    (each) => each.kind === "SelfSubjectAccessReview" && each.group === group,
  );
  if (!kind) return [];
  const own = graph.set.resources.filter(({ standing, form }) => standing === "own" && form === "full");
  const questions = new Map(
    own
      .flatMap((resource) => accessesOf(graph, resource))
      .map((access) => reviewOf(access, kind.version))
      .map((review) => [JSON.stringify(review), review] as const),
  );
  const answers = await inTurns([...questions.values()], async (review): Promise<readonly Mapping[]> => {
    try {
      const { status = null } = await cluster.create(kind, review);
      return [{ ...review, metadata: { name: "answer" }, status }];
    } catch (error) {
      if (error instanceof ClusterError && ["forbidden", "invalid", "not-found"].includes(error.problem))
        return [];
      throw error;
    }
  });
  return answers.flat().map((review, index) => ({ ...review, metadata: { name: `answer-${index}` } }));
}
