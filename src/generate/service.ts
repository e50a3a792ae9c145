import { manifest } from "./manifest.ts";
import { imageReference, labelName } from "./names.ts";

export interface ServiceRequest {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
}

/**
 * A Knative Service of the mesh with all settings that the documents ask for (Integrations 1.4.4).
 *
 * @throws UsageError for what is no name or no image
 */
export function renderService({ name, namespace, image }: ServiceRequest): string {
  return manifest`
# A Knative Service in the mesh: all of these settings belong on each of them (Integrations 1.4.4).
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${labelName(name, "service")}
  namespace: ${labelName(namespace, "--namespace")}
  annotations:
    # On the Service itself: it shapes the Route, so that the ingress gateway serves its own certificate.
    serving.knative.openshift.io/enablePassthrough: "true"
spec:
  template:
    metadata:
      # On the template: these shape the pods.
      labels:
        # A sidecar. Service Mesh 2.2 and later prefer the label to the book's annotation.
        sidecar.istio.io/inject: "true"
      annotations:
        # The kubelet's probes get past strict mutual TLS.
        sidecar.istio.io/rewriteAppHTTPProbers: "true"
    spec:
      # Within the proxy's drain time of 35 seconds; longer requests would be cut off.
      timeoutSeconds: 30
      containers:
        - image: ${imageReference(image)}
`;
}
