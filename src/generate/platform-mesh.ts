import { documents, type GeneratedFile, manifest } from "./manifest.ts";
import type { PlatformRequest } from "./platform.ts";
import { networkingVersion } from "./served-versions.ts";

/** The control plane of Service Mesh 2, in the namespace of its ingress gateway. */
function controlPlane({ gatewayNamespace, profile }: PlatformRequest): string {
  return manifest`
# The control plane that Serverless uses (Integrations 1.4.2, step 1). There is one in this namespace, and
# Serverless cannot be moved to another one later.
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata:
  name: basic
  namespace: ${gatewayNamespace}
spec:
  version: ${`v${profile.mesh.major}.${profile.mesh.minor}`}
  profiles:
    - default
  security:
    dataPlane:
      # Strict in the whole mesh. Left out, it means permissive.
      mtls: true
  techPreview:
    meshConfig:
      defaultConfig:
        # Longer than the 30 seconds that queue-proxy takes to shut down; the default of 5s loses requests.
        terminationDrainDuration: 35s
  gateways:
    ingress:
      service:
        metadata:
          labels:
            # What the Knative gateways select, so that no other ingress gateway serves them.
            knative: ingressgateway
  proxy:
    networking:
      trafficControl:
        inbound:
          # Callers without a mesh certificate. A list is replaced as a whole: keep both.
          excludedPorts:
            - 8444 # metrics, scraped by Prometheus (Integrations 1.5)
            - 8022 # pre-stop hook, called by the kubelet
`;
}

function memberRoll({ gatewayNamespace, projects }: PlatformRequest): string {
  const members = ["knative-serving", "knative-eventing", ...projects];
  return manifest`
# Knative's own namespaces and every project with Knative Services (Integrations 1.4.2, step 2).
# The documents list knative-eventing whether Eventing is installed or not. A namespace belongs to one mesh only.
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata:
  name: default
  namespace: ${gatewayNamespace}
spec:
  members:
    ${members}
`;
}

const istio = manifest`
# Service Mesh 3 in the terms of Integrations 1.4.2, step 1: its sidecars are redirected to by the CNI plug-in.
apiVersion: sailoperator.io/v1
kind: IstioCNI
metadata:
  name: default
spec:
  namespace: istio-cni
---
# Named default, so that the label sidecar.istio.io/inject works without a revision.
apiVersion: sailoperator.io/v1
kind: Istio
metadata:
  name: default
spec:
  namespace: istio-system
  values:
    meshConfig:
      defaultConfig:
        # Longer than the 30 seconds that queue-proxy takes to shut down; the default of 5s loses requests.
        terminationDrainDuration: 35s
    global:
      proxy:
        # Callers without a mesh certificate: metrics (8444) and the kubelet's pre-stop hook (8022).
        excludeInboundPorts: "8444,8022"
---
# Mutual TLS in the whole mesh: the policy stands in the control plane's namespace and selects nothing.
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: mesh-mtls
  namespace: istio-system
spec:
  mtls:
    mode: STRICT
`;

/** Service Mesh 3 brings no ingress gateway: a Deployment whose only container istiod fills in. */
function gatewayDeployment({ gatewayNamespace }: PlatformRequest): string {
  return manifest`
# The ingress gateway. Service Mesh 3 brings none of its own.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: knative-istio-ingressgateway
  namespace: ${gatewayNamespace}
spec:
  selector:
    matchLabels:
      knative: ingressgateway
  template:
    metadata:
      annotations:
        # A gateway's proxy, not a sidecar.
        inject.istio.io/templates: gateway
      labels:
        # What the Knative gateways select.
        knative: ingressgateway
        sidecar.istio.io/inject: "true"
    spec:
      containers:
        - name: istio-proxy
          image: auto # istiod puts its own image here
---
# The gateway reads the certificate from its own namespace.
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: istio-ingressgateway-sds
  namespace: ${gatewayNamespace}
rules:
  - apiGroups: [""]
    resources: ["secrets"]
    verbs: ["get", "watch", "list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: istio-ingressgateway-sds
  namespace: ${gatewayNamespace}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: istio-ingressgateway-sds
subjects:
  - kind: ServiceAccount
    name: default
    namespace: ${gatewayNamespace}
---
# OpenShift's Routes lead here: never exposed by a load balancer of its own.
apiVersion: v1
kind: Service
metadata:
  name: knative-istio-ingressgateway
  namespace: ${gatewayNamespace}
spec:
  type: ClusterIP
  selector:
    knative: ingressgateway
  ports:
    - name: http2
      port: 80
      targetPort: 8080
    - name: https
      port: 443
      targetPort: 8443
`;
}

function externalGateway({ gatewayNamespace, profile }: PlatformRequest): string {
  return manifest`
# Integrations 1.4.2, step 4. The operator creates neither these Gateways nor the Service.
apiVersion: ${networkingVersion(profile)}
kind: Gateway
metadata:
  name: knative-ingress-gateway
  namespace: knative-serving
spec:
  selector:
    knative: ingressgateway
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      hosts:
        - "*"
      tls:
        mode: SIMPLE
        # The Secret is read where the gateway's pods run, in ${gatewayNamespace}.
        credentialName: wildcard-certs
`;
}

/** With Service Mesh 3 as well, although the operator's own tests serve HTTP there: callers keep their identity. */
function localGateway({ profile }: PlatformRequest): string {
  return manifest`
# Calls by cluster-local names: only clients with a mesh certificate get in.
apiVersion: ${networkingVersion(profile)}
kind: Gateway
metadata:
  name: knative-local-gateway
  namespace: knative-serving
spec:
  selector:
    knative: ingressgateway
  servers:
    - port:
        number: 8081
        name: https
        protocol: HTTPS
      hosts:
        - "*"
      tls:
        mode: ISTIO_MUTUAL
`;
}

function localService({ gatewayNamespace }: PlatformRequest): string {
  return manifest`
apiVersion: v1
kind: Service
metadata:
  name: knative-local-gateway
  namespace: ${gatewayNamespace}
  labels:
    # Without it istiod would serve other Gateways' port 80 on 8081 as well.
    experimental.istio.io/disable-gateway-port-translation: "true"
spec:
  type: ClusterIP
  # The label that both Gateways select. "istio: ingressgateway", as the book has it, would catch any second
  # ingress gateway of the mesh as well.
  selector:
    knative: ingressgateway
  ports:
    - name: http2
      port: 80
      targetPort: 8081
`;
}

/** The files of the mesh: control plane, membership, gateways. */
export function meshFiles(request: PlatformRequest): readonly GeneratedFile[] {
  const gateways = documents(externalGateway(request), localGateway(request), localService(request));
  const mesh =
    request.profile.mesh.major < 3
      ? [
          { path: "11-smcp.yaml", text: controlPlane(request) },
          { path: "12-smmr.yaml", text: memberRoll(request) },
        ]
      : [
          { path: "11-istio.yaml", text: istio },
          { path: "12-gateway.yaml", text: gatewayDeployment(request) },
        ];
  return [...mesh, { path: "13-gateways.yaml", text: gateways }];
}
