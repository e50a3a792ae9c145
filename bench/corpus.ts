/** Corpora for the bench, without faults that cost errors. The same number gives the same bytes. */
import type { SourceFile } from "../src/model/source.ts";

const deployment = (n: string, namespace: string): string => `apiVersion: apps/v1
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
      serviceAccountName: backend-${n}
      containers:
        - name: backend
          image: quay.io/example/backend:1.17
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

const service = (n: string, namespace: string): string => `apiVersion: v1
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

const configMap = (n: string, namespace: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-${n}
  namespace: ${namespace}
data:
  application.properties: |
    server.port=8080
    feature=true
    cache.ttl=3600
  mode: "production"
`;

const role = (n: string, namespace: string): string => `apiVersion: rbac.authorization.k8s.io/v1
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

export const knativeService = (n: string, namespace: string): string => `apiVersion: serving.knative.dev/v1
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
      timeoutSeconds: 30
      containers:
        - image: quay.io/example/function:1.13
          env:
            - name: TARGET
              value: "number ${n}"
`;

const policy = (n: string, namespace: string): string => `apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata:
  name: allow-${n}
  namespace: ${namespace}
spec:
  selector:
    matchLabels:
      serving.knative.dev/service: function-${n}
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
  members: [knative-serving, knative-eventing, ${namespaces.join(", ")}]
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
  config:
    observability:
      metrics.backend-destination: prometheus
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

const serviceAccount = (n: string, namespace: string): string => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: backend-${n}
  namespace: ${namespace}
`;

const roleBinding = (n: string, namespace: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader-${n}
  namespace: ${namespace}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader-${n}
subjects:
  - kind: ServiceAccount
    name: backend-${n}
    namespace: ${namespace}
`;

const route = (n: string, namespace: string): string => `apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: shop-${n}
  namespace: ${namespace}
spec:
  host: shop-${n}.apps.example.com
  to:
    kind: Service
    name: backend-${n}
  tls:
    termination: edge
    insecureEdgeTerminationPolicy: Redirect
`;

const claim = (n: string, namespace: string): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data-${n}
  namespace: ${namespace}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 10Gi
`;

const application = (n: string): string => `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: alerts-${n}
  namespace: openshift-monitoring
  labels:
    role: alert-rules
spec:
  groups:
    - name: backend-${n}
      rules:
        - alert: BackendDown${n}
          expr: up{job="backend-${n}"} == 0
          for: 5m
          labels:
            severity: warning
          annotations:
            summary: Backend ${n} has been down for five minutes
            description: |
              No replica of backend ${n} answers.
              See the runbook of the team.
`;

const trigger = (n: string, namespace: string): string => `apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: orders-${n}
  namespace: ${namespace}
spec:
  broker: default
  filter:
    attributes:
      type: example.order.created
  subscriber:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: function-${n}
`;

type Maker = (n: string, namespace: string) => string;

/**
 * How the documents are mixed, in parts of a hundred or less. `mixed`: as in public GitOps repositories, where 6 of
 * 100 documents are of kinds that meshlint has rules for by name (877 of 14,647 that were counted). `dense`: a
 * platform team's own repository, in which it is one in five.
 */
const mixes = {
  mixed: [
    [deployment, 20],
    [service, 16],
    [configMap, 16],
    [role, 9],
    [roleBinding, 9],
    [serviceAccount, 9],
    [route, 5],
    [claim, 5],
    [application, 5],
    [knativeService, 3],
    [policy, 2],
    [trigger, 1],
  ],
  dense: [
    [deployment, 3],
    [service, 2],
    [configMap, 2],
    [role, 1],
    [knativeService, 1],
    [policy, 1],
  ],
} as const satisfies Record<string, readonly (readonly [Maker, number])[]>;

export type Mix = keyof typeof mixes;

/** The makers in turn, so that neighbours differ and each hundred documents have the whole mix. */
function turns(mix: Mix): readonly Maker[] {
  return mixes[mix]
    .flatMap(([make, parts]) =>
      Array.from({ length: parts }, (_, part) => ({ make, place: (part + 0.5) / parts })),
    )
    .toSorted((a, b) => a.place - b.place)
    .map(({ make }) => make);
}

const perNamespace = 250;

const namespaceObject = (name: string): string => `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
`;

/** About `documents` documents, four a file, in folders of a hundred files; what belongs together has one number. */
export function corpus(documents: number, mix: Mix = "mixed"): readonly SourceFile[] {
  const makers = turns(mix);
  const namespaces = Array.from(
    { length: Math.max(1, Math.ceil(documents / perNamespace)) },
    (_, n) => `team-${n}`,
  );
  const objects = namespaces.flatMap((namespace, team) => {
    const counts = new Map<Maker, number>();
    return Array.from({ length: perNamespace }, (_, turn) => {
      const make = makers[turn % makers.length] ?? deployment;
      const count = counts.get(make) ?? 0;
      counts.set(make, count + 1);
      return make(`${team}-${count}`, namespace);
    });
  });
  const system = ["istio-system", "knative-serving", "knative-eventing"];
  const texts = [...[...namespaces, ...system].map(namespaceObject), ...objects].slice(0, documents - 6);
  const files: SourceFile[] = [{ path: "platform/mesh.yaml", text: mesh(namespaces) }];
  for (let n = 0; n < texts.length; n += 4) {
    files.push({
      path: `apps/${Math.floor(n / 400)}/app-${n}.yaml`,
      text: texts.slice(n, n + 4).join("---\n"),
    });
  }
  return files;
}
