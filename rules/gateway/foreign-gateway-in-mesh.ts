import { foreignMembers, isForeignGateway } from "../../src/mesh/foreign-gateways.ts";
import { otherIngress } from "../../src/mesh/gateway-scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gateway/foreign-gateway-in-mesh",
  summary: "The mesh of Serverless serves something else as well.",
  severity: "info",
  category: "hygiene",
  documentation: [integrations("1.4.1")],
  fix: "none",
  reads: [kinds.Gateway, kinds.ServiceMeshMemberRoll],
  subjects(graph) {
    const other = otherIngress(graph);
    return other === null ? graph.own(kinds.Gateway, kinds.ServiceMeshMemberRoll) : notApplicable(other);
  },
  *check(resource, graph) {
    if (resource.kind === kinds.ServiceMeshMemberRoll) {
      for (const { path, namespace } of foreignMembers(graph, resource))
        yield fail(
          at(resource, ...path),
          `${namespace} is a member, and none of its workloads has to do with Knative: the documents want a mesh for Serverless alone`,
          { advice: "give it a mesh of its own, if it does not call Knative Services" },
        );
      return;
    }
    const foreign = isForeignGateway(graph, resource);
    if (foreign.state === "unknown") return yield undecided(foreign.needs);
    if (foreign.state === "yes")
      yield fail(
        at(resource, "metadata", "name"),
        `${label(resource)} is in the mesh of Serverless, and Knative does not use it: the documents want a mesh for Serverless alone`,
        { advice: "give it a mesh of its own" },
      );
  },
});
