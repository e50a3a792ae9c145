import {
  claimFlaw,
  type DomainFlaw,
  gatewayHostFlaws,
  routeFlaw,
  unusedClaim,
} from "../../src/mesh/certificates/custom-domains.ts";
import { secretPresence } from "../../src/mesh/certificates/missing-secrets.ts";
import { certificateUses } from "../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

const subjectKinds = [kinds.DomainMapping, kinds.ClusterDomainClaim, kinds.Gateway, kinds.Route] as const;

/** The certificate that a DomainMapping names has to be beside it. */
function certificateFlaws(graph: Graph, mapping: Resource): readonly DomainFlaw[] {
  return certificateUses(graph)
    .filter((use) => use.at.resource === mapping)
    .flatMap((use): readonly DomainFlaw[] => {
      const found = secretPresence(graph, use);
      if (found.state === "there") return [];
      if (found.state === "unknown") return [found];
      const { path } = use.at;
      const advice = `create the Secret ${use.name} in the namespace of the DomainMapping`;
      return [{ state: "wrong", path, message: found.message, advice }];
    });
}

function flawsOf(graph: Graph, resource: Resource): readonly (DomainFlaw | null)[] {
  switch (resource.kind) {
    case kinds.DomainMapping:
      return [claimFlaw(graph, resource), ...certificateFlaws(graph, resource)];
    case kinds.ClusterDomainClaim:
      return [unusedClaim(graph, resource)];
    case kinds.Gateway:
      return gatewayHostFlaws(graph, resource);
    default:
      return [routeFlaw(graph, resource)];
  }
}

export const rule = defineRule({
  id: "cert/custom-domain-unmapped",
  summary: "A host outside the cluster's domain has no complete domain mapping.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.1"), oldestIntegrations("1.1")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/extension.go",
    "knative/serving pkg/apis/serving/v1beta1/domainmapping_types.go",
  ],
  fix: "none",
  reads: subjectKinds,
  subjects: (graph) => graph.own(...subjectKinds),
  *check(resource, graph) {
    for (const flaw of flawsOf(graph, resource)) {
      if (flaw?.state === "unknown") yield undecided(flaw.needs);
      if (flaw?.state !== "wrong") continue;
      const { path, message, advice, other } = flaw;
      yield fail(at(resource, ...path), message, {
        advice,
        ...(other && { related: [{ at: at(other.resource, ...other.path), message: "the claim" }] }),
      });
    }
  },
});
