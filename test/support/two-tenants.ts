/** A mesh with two tenants, `orange` and `violet`; `violet` has an application behind a Service. */
export const twoTenants = `apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: mesh, namespace: istio-system}
spec: {version: v2.5, security: {dataPlane: {mtls: true}}}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: {name: default, namespace: istio-system}
spec: {members: [orange, violet]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: violet}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api, sidecar.istio.io/inject: "true"}}
    spec: {containers: [{name: api, image: api, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: violet}
spec: {selector: {app: api}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;

/** The policy of `violet`'s application: it lets in one namespace only. */
export const closedTo = (source: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: violet}
spec:
  rules:
    - from: [{source: {namespaces: ["${source}"]}}]
`;
