import type { Profile } from "../../model/profile.ts";
import type { Kind, Resource } from "../../model/resource.ts";
import { deriveFromKnativeService } from "./knative-service.ts";
import { deriveFromOperatorResource } from "./operators.ts";
import { deriveSecret, secretSources } from "./secrets.ts";
import { deriveFromControlPlane } from "./smcp.ts";

/**
 * What controllers will create from the full definitions of a set and its context. None of the kinds that are read
 * here is ever derived.
 */
export function deriveResources(
  all: (...kinds: readonly Kind[]) => readonly Resource[],
  profile: Profile,
): readonly Resource[] {
  return [
    ...all("ServiceMeshControlPlane.maistra.io").flatMap((smcp) => deriveFromControlPlane(smcp, profile)),
    ...all(
      "KnativeServing.operator.knative.dev",
      "KnativeEventing.operator.knative.dev",
      "KnativeKafka.operator.serverless.openshift.io",
    ).flatMap((resource) => deriveFromOperatorResource(resource, profile)),
    ...all("Service.serving.knative.dev").map(deriveFromKnativeService),
    ...secretSources.flatMap((row) => all(row.kind).flatMap((source) => deriveSecret(source, row))),
  ];
}
