import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { podTemplatesOf } from "../graph/pods.ts";
import { kinds } from "../mesh/kinds.ts";
import { servingNamespace } from "../mesh/knative-gateways.ts";
import { oncePer } from "../mesh/memo.ts";
import type { Backend } from "./call.ts";

const name = "any-service";

/**
 * A Knative Service as the documents ask for it, in a namespace whose own are not in the set: whoever keeps policies
 * apart from applications can still ask whether they hold. Null where the set has no Knative at all.
 */
export const assumedService = oncePer((graph: Graph, namespace: string): Backend | null => {
  const policies = graph
    .all(kinds.AuthorizationPolicy)
    .filter((policy) => policy.namespace === servingNamespace);
  const [parent] = [...graph.all(kinds.KnativeServing), ...policies];
  if (!parent) return null;
  const metadata = {
    name,
    namespace,
    annotations: { "serving.knative.openshift.io/enablePassthrough": "true" },
  };
  const template = {
    metadata: { labels: { "sidecar.istio.io/inject": "true" } },
    spec: { containers: [{ image: "assumed" }] },
  };
  const service: Resource = {
    id: { group: "serving.knative.dev", kind: "Service", namespace, name },
    kind: kinds.KnativeService,
    apiVersion: "serving.knative.dev/v1",
    version: "v1",
    scope: "namespace",
    namespace,
    name,
    value: { apiVersion: "serving.knative.dev/v1", kind: "Service", metadata, spec: { template } },
    origin: { from: "derived", parent, path: [], by: "an assumption" },
    form: "full",
    standing: "derived",
  };
  const [pod] = podTemplatesOf(service);
  return pod === undefined ? null : { service, pod };
});
