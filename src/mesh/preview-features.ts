import type { Graph } from "../model/graph.ts";
import type { ProfileKey } from "../model/profile.ts";
import type { Resource } from "../model/resource.ts";
import { formatVersion, type Version } from "../model/version.ts";
import type { Place } from "./field.ts";
import { istioServings } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { configValue } from "./operator-config.ts";
import { serverlessMesh } from "./serverless-mesh.ts";
import { tenants } from "./tenants.ts";
import { facts, holds } from "./version-facts.ts";

/** A feature that is, or was, a technology preview, and where the set uses it. */
export type PreviewFeature = {
  readonly name: "tenants" | "eventing-mesh" | "peer-pods" | "service-mesh-3";
  /** As messages call it. */
  readonly what: string;
  readonly at: Place;
} & (
  | { readonly state: "preview"; readonly version: string }
  | { readonly state: "available" }
  /** The version is not stated: a support status is a matter of the exact version. */
  | { readonly state: "unknown"; readonly needs: string }
);

type State =
  | { readonly state: "preview"; readonly version: string }
  | { readonly state: "available" }
  | { readonly state: "unknown"; readonly needs: string };

/** The state in the version that option or config state; one that was only detected or assumed decides nothing. */
function stateIn(
  graph: Graph,
  key: ProfileKey & ("serverless" | "openshift"),
  isPreview: (version: Version) => boolean,
): State {
  const product = key === "serverless" ? "Serverless" : "OpenShift";
  const { from } = graph.profile.sources[key];
  const version = graph.profile[key];
  if (version === null || (from !== "option" && from !== "config"))
    return { state: "unknown", needs: `profile.${key} in the config: the version of ${product}` };
  if (!isPreview(version)) return { state: "available" };
  return { state: "preview", version: `${product} ${formatVersion(version)}` };
}

const isOwn = ({ standing, form }: Resource): boolean => standing === "own" && form === "full";

function tenantIsolation(graph: Graph): readonly PreviewFeature[] {
  if (tenants(graph).length === 0) return [];
  const policy = graph
    .own(kinds.AuthorizationPolicy)
    .find((candidate) => candidate.namespace === servingNamespace);
  if (!policy) return [];
  const state = stateIn(
    graph,
    "serverless",
    ({ major, minor }) => major === 1 && (minor === 31 || minor === 32),
  );
  const what = "isolation of tenants by AuthorizationPolicies";
  return [{ name: "tenants", what, at: { resource: policy, path: [] }, ...state }];
}

function eventingInMesh(graph: Graph): readonly PreviewFeature[] {
  return graph.own(kinds.KnativeEventing).flatMap((eventing): readonly PreviewFeature[] => {
    const feature = configValue(eventing, "features", "istio");
    if (feature.state !== "value" || feature.value.toLowerCase() !== "enabled") return [];
    const state = stateIn(graph, "serverless", () => holds(facts.eventingPreview, graph.profile));
    const at = { resource: eventing, path: feature.path };
    return [{ name: "eventing-mesh", what: "Eventing in the mesh", at, ...state }];
  });
}

function peerPods(graph: Graph): readonly PreviewFeature[] {
  return graph.own(kinds.PeerPodConfig).map((config): PreviewFeature => {
    const state = stateIn(graph, "openshift", ({ major, minor }) => major === 4 && minor === 13);
    return { name: "peer-pods", what: "peer pods", at: { resource: config, path: [] }, ...state };
  });
}

function withServiceMesh3(graph: Graph): readonly PreviewFeature[] {
  const found = serverlessMesh(graph);
  if (found.state !== "found" || found.mesh.family !== "ossm3") return [];
  return istioServings(graph)
    .filter(isOwn)
    .map((serving) => ({
      name: "service-mesh-3",
      what: "Serverless with Service Mesh 3",
      at: { resource: serving, path: [] },
      state: "preview",
      version: "the documents",
    }));
}

/** Every feature of the set that is a technology preview in some version (rule operator/tech-preview-feature). */
export const previewFeatures = once((graph: Graph): readonly PreviewFeature[] => [
  ...tenantIsolation(graph),
  ...eventingInMesh(graph),
  ...peerPods(graph),
  ...withServiceMesh3(graph),
]);
