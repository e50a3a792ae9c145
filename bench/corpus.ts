/**
 * Corpora for the bench: mixed like real GitOps repositories, in which most documents are of kinds that meshlint only
 * reads past. The same number gives the same bytes.
 */
import type { SourceFile } from "../src/model/source.ts";

const deployment = (n: number, namespace: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: backend-${n}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: backend-${n}
    app.kubernetes.io/part-of: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: backend-${n}
  template:
    metadata:
      labels:
        app: backend-${n}
    spec:
      serviceAccountName: backend
      containers:
        - name: backend
          image: quay.io/example/backend:${n % 17}
          env:
            - name: LOG_LEVEL
              value: info
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: database
                  key: url
          ports:
            - containerPort: 8080
              name: http
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { memory: 256Mi }
`;

const service = (n: number, namespace: string): string => `apiVersion: v1
kind: Service
metadata:
  name: backend-${n}
  namespace: ${namespace}
spec:
  selector:
    app: backend-${n}
  ports:
    - name: http
      port: 80
      targetPort: http
`;

const configMap = (n: number, namespace: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-${n}
  namespace: ${namespace}
data:
  application.properties: |
    server.port=8080
    feature.${n}=true
    cache.ttl=3600
  mode: "production"
`;

const role = (n: number, namespace: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader-${n}
  namespace: ${namespace}
rules:
  - apiGroups: [""]
    resources: [configmaps, secrets]
    verbs: [get, list, watch]
  - apiGroups: [apps]
    resources: [deployments]
    verbs: ["*"]
`;

const knativeService = (n: number, namespace: string): string => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: function-${n}
  namespace: ${namespace}
  annotations:
    serving.knative.openshift.io/enablePassthrough: "true"
spec:
  template:
    metadata:
      labels:
        sidecar.istio.io/inject: "true"
      annotations:
        sidecar.istio.io/rewriteAppHTTPProbers: "true"
    spec:
      containers:
        - image: quay.io/example/function:${n % 13}
          env:
            - name: TARGET
              value: "number ${n}"
`;

const policy = (n: number, namespace: string): string => `apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata:
  name: allow-${n}
  namespace: ${namespace}
spec:
  action: ALLOW
  rules:
    - from:
        - source:
            namespaces: [${namespace}, knative-serving, istio-system]
`;

const mesh = (namespaces: readonly string[]): string => `apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata:
  name: basic
  namespace: istio-system
spec:
  version: v2.4
  profiles: [default]
  security:
    dataPlane:
      mtls: true
  techPreview:
    meshConfig:
      defaultConfig:
        terminationDrainDuration: 35s
  gateways:
    ingress:
      service:
        metadata:
          labels:
            knative: ingressgateway
  proxy:
    networking:
      trafficControl:
        inbound:
          excludedPorts: [8444, 8022]
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata:
  name: default
  namespace: istio-system
spec:
  members: [knative-serving, ${namespaces.join(", ")}]
---
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata:
  name: knative-serving
  namespace: knative-serving
spec:
  ingress:
    istio:
      enabled: true
  deployments:
    - name: activator
      annotations: { sidecar.istio.io/inject: "true", sidecar.istio.io/rewriteAppHTTPProbers: "true" }
    - name: autoscaler
      annotations: { sidecar.istio.io/inject: "true", sidecar.istio.io/rewriteAppHTTPProbers: "true" }
---
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata:
  name: knative-ingress-gateway
  namespace: knative-serving
spec:
  selector: { knative: ingressgateway }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: ["*"]
      tls: { mode: SIMPLE, credentialName: wildcard-certs }
---
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata:
  name: knative-local-gateway
  namespace: knative-serving
spec:
  selector: { knative: ingressgateway }
  servers:
    - port: { number: 8081, name: https, protocol: HTTPS }
      hosts: ["*"]
      tls: { mode: ISTIO_MUTUAL }
---
apiVersion: v1
kind: Service
metadata:
  name: knative-local-gateway
  namespace: istio-system
  labels: { experimental.istio.io/disable-gateway-port-translation: "true" }
spec:
  selector: { knative: ingressgateway }
  ports: [{ name: http2, port: 80, targetPort: 8081 }]
`;

const makers = [
  deployment,
  service,
  configMap,
  role,
  deployment,
  service,
  configMap,
  knativeService,
  policy,
  deployment,
];

/** About `documents` documents, four a file, in folders of a hundred files. */
export function corpus(documents: number): readonly SourceFile[] {
  const namespaces = Array.from({ length: Math.max(1, Math.ceil(documents / 250)) }, (_, n) => `team-${n}`);
  const files: SourceFile[] = [{ path: "platform/mesh.yaml", text: mesh(namespaces) }];
  for (let n = 6; n < documents; n += 4) {
    const parts = [n, n + 1, n + 2, n + 3].map((m) => {
      const make = makers[m % makers.length] ?? deployment;
      return make(m, namespaces[Math.floor(m / 250)] ?? "team-0");
    });
    files.push({ path: `apps/${Math.floor(n / 400)}/app-${n}.yaml`, text: parts.join("---\n") });
  }
  return files;
}
