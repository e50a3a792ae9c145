/**
 * Ports of Knative, of the operator's metrics proxy and of the mesh's gateways (Knative Serving
 * `pkg/networking/constants.go`; the table of Knative's workloads).
 */
export const ports = {
  /** queue-proxy's admin port: `/wait-for-drain`, called by the kubelet before a pod stops. */
  queueAdmin: 8022,
  /** Metrics behind the operator's rbac-proxy. */
  secureMetrics: 8444,
  metrics: 9090,
  eventingMetrics: 9092,
  http1: 8012,
  http2: 8013,
  https: 8112,
  receiverHttp: 8080,
  receiverHttps: 8443,
  webhook: 8443,
  localGateway: 8081,
  gatewayHttp: 8080,
  gatewayHttps: 8443,
  gatewayStatus: 15021,
} as const;

/** Ports of the queue-proxy and the activator that requests arrive at. */
export const requestPorts: readonly number[] = [ports.http1, ports.http2, ports.https];
