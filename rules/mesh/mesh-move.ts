import { kinds, meshKinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { isSameMesh, meshOfKnative } from "../../src/mesh/mesh-of-knative.ts";
import { meshName, type Mesh } from "../../src/mesh/meshes.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const operators = [kinds.KnativeServing, kinds.KnativeEventing] as const;

const isIn = (graph: Graph, { kind, namespace, name }: Resource): boolean =>
  graph.all(kind).some((other) => other.namespace === namespace && other.name === name);

const named = (mesh: Mesh): string =>
  `${meshName(mesh)}${mesh.family === "ossm3" ? " (Service Mesh 3)" : ""}`;

/** Whether the mesh of Serverless is another one, where no KnativeServing tells whether it stays installed. */
function movesUnseen(base: Graph, graph: Graph): boolean {
  const before = meshOfKnative(base, servingNamespace);
  const after = meshOfKnative(graph, servingNamespace);
  return before.state === "found" && after.state === "found" && !isSameMesh(before.mesh, after.mesh);
}

export const rule = defineRule({
  id: "mesh/mesh-move",
  summary: "Knative's namespaces move to another mesh while Serverless stays installed.",
  severity: "error",
  category: "change safety",
  documentation: [integrations("1")],
  upstream: [
    "openshift-knative/docs modules/serverless/pages/service-mesh/common-service-mesh-setup.adoc",
    "openshift-knative/serverless-operator hack/migrate-mesh-routes.sh",
  ],
  applies: "with a base revision",
  fix: "none",
  reads: [...operators, ...meshKinds],
  subjects(graph, { base }) {
    if (base === null) return notApplicable("needs a base revision: --base REV");
    const own = graph.own(...operators);
    if (own.length > 0) return own;
    if (base.all(kinds.KnativeServing).length === 0 && movesUnseen(base, graph))
      return undecided("the KnativeServing, which may stay while its mesh changes");
    return notApplicable("no KnativeServing or KnativeEventing stays in the set");
  },
  *check(operator, graph, { base }) {
    if (base === null || !isIn(base, operator))
      return yield notApplicable(`${label(operator)} is not in the base revision`);
    const namespace =
      operator.namespace ?? (operator.kind === kinds.KnativeServing ? servingNamespace : eventingNamespace);
    const before = meshOfKnative(base, namespace);
    const after = meshOfKnative(graph, namespace);
    if (before.state === "none" || after.state === "none")
      return yield notApplicable(`${namespace} is in no mesh in one of the revisions`);
    if (before.state === "unknown") return yield undecided(`${before.needs}, in the base revision`);
    if (after.state === "unknown") return yield undecided(after.needs);
    if (isSameMesh(before.mesh, after.mesh)) return;
    const place = after.at?.resource.standing === "own" ? after.at : null;
    yield fail(
      place ? at(place.resource, ...place.path) : at(operator, "metadata", "name"),
      `${namespace} moves from mesh ${named(before.mesh)} to ${named(after.mesh)} while ${label(operator)} stays`,
      {
        related: place ? [{ at: at(operator, "metadata", "name"), message: "stays installed" }] : [],
        advice: "uninstall Serverless, change the mesh, and install Serverless anew",
      },
    );
  },
});
