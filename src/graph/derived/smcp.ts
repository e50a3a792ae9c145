import type { Profile } from "../../model/profile.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";
import { derivedResource, merged } from "./derived-resource.ts";

const by = "the Service Mesh operator";

/** Profiles that ship with the operator; any other is a ConfigMap of the cluster that may set anything (D8). */
const knownProfiles: ReadonlySet<Value> = new Set(["default", "small", "maistra", "servicemesh"]);

/** Whether a field that an SMCP leaves out may be set by a profile that only the cluster knows (D8). */
export function hasForeignProfile(smcp: Resource): boolean {
  const profiles = valueAt(smcp.value, ["spec", "profiles"]);
  const single = valueAt(smcp.value, ["spec", "template"]);
  const names = [...(isList(profiles) ? profiles : []), ...(typeof single === "string" ? [single] : [])];
  return names.some((name) => !knownProfiles.has(name));
}

interface GatewayFields {
  /** Of `maistra.io/v2` or of the Helm values of `maistra.io/v1`. */
  readonly labels: Path;
  readonly ports: Path;
  readonly type: Path;
  readonly annotations: Path;
  readonly podAnnotations: Path;
}

const v2Fields: GatewayFields = {
  labels: ["service", "metadata", "labels"],
  ports: ["service", "ports"],
  type: ["service", "type"],
  annotations: ["service", "metadata", "annotations"],
  podAnnotations: ["runtime", "pod", "metadata", "annotations"],
};
const v1Fields: GatewayFields = {
  labels: ["labels"],
  ports: ["ports"],
  type: ["type"],
  annotations: ["serviceAnnotations"],
  podAnnotations: ["podAnnotations"],
};

/** Ports of the charts `istio-ingress` and `istio-egress` (maistra/istio-operator `resources/helm/v2.5/gateways`). */
const defaultPorts = {
  ingress: [
    { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" },
    { name: "http2", port: 80, targetPort: 8080, protocol: "TCP" },
    { name: "https", port: 443, targetPort: 8443, protocol: "TCP" },
  ],
  egress: [
    { name: "http2", port: 80, targetPort: 8080, protocol: "TCP" },
    { name: "https", port: 443, targetPort: 8443, protocol: "TCP" },
  ],
} satisfies Record<string, Value>;

interface GatewayRequest {
  readonly smcp: Resource;
  readonly name: string;
  readonly direction: "ingress" | "egress";
  readonly path: Path;
  readonly fields: GatewayFields;
  /** Fields that the SMCP leaves out are not known. */
  readonly open: boolean;
}

function mappingAt(value: Value | undefined, path: Path): Mapping | null {
  const found = valueAt(value, path);
  return isMapping(found) ? found : null;
}

/**
 * The Deployment and the Service of one gateway. An additional gateway has its own name as label `app`, all of them
 * have `istio: ingressgateway` (or `egressgateway`) of the chart (maistra/istio-operator
 * `pkg/controller/versions/strategy_v2_4.go` renderGateway).
 */
function gatewayResources({
  smcp,
  name,
  direction,
  path,
  fields,
  open,
}: GatewayRequest): readonly Resource[] {
  const config = valueAt(smcp.value, path);
  const namespace = valueAt(config, ["namespace"]);
  const origin = {
    parent: smcp,
    path: config === undefined ? ["spec"] : path,
    by,
    namespace: typeof namespace === "string" && namespace !== "" ? namespace : smcp.namespace,
    name,
    form: open ? "patch" : "full",
  } as const;
  const labels = merged({ app: name, istio: `${direction}gateway` }, mappingAt(config, fields.labels));
  const ports = valueAt(config, fields.ports);
  const type = valueAt(config, fields.type);
  return [
    derivedResource({
      ...origin,
      apiVersion: "apps/v1",
      kind: "Deployment",
      labels,
      body: {
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: {
              labels,
              annotations: merged(mappingAt(config, fields.podAnnotations), {
                "sidecar.istio.io/inject": "false",
              }),
            },
            spec: { serviceAccountName: `${name}-service-account`, containers: [{ name: "istio-proxy" }] },
          },
        },
      },
    }),
    derivedResource({
      ...origin,
      apiVersion: "v1",
      kind: "Service",
      labels,
      annotations: mappingAt(config, fields.annotations) ?? {},
      body: {
        spec: {
          type: typeof type === "string" ? type : "ClusterIP",
          selector: labels,
          ports: isList(ports) && ports.length > 0 ? ports : defaultPorts[direction],
        },
      },
    }),
  ];
}

function isDisabled(smcp: Resource, path: Path): boolean {
  return valueAt(smcp.value, [...path, "enabled"]) === false;
}

function gatewaysOf(smcp: Resource): readonly Resource[] {
  const foreign = hasForeignProfile(smcp);
  if (isMapping(valueAt(smcp.value, ["spec", "istio"]))) {
    const root = ["spec", "istio", "gateways"];
    if (isDisabled(smcp, root)) return [];
    return (["ingress", "egress"] as const)
      .map((direction) => ({ direction, path: [...root, `istio-${direction}gateway`] }))
      .filter(({ path }) => !isDisabled(smcp, path))
      .flatMap(({ direction, path }) =>
        gatewayResources({
          smcp,
          name: `istio-${direction}gateway`,
          direction,
          path,
          fields: v1Fields,
          open: foreign,
        }),
      );
  }
  const root = ["spec", "gateways"];
  if (isDisabled(smcp, root)) return [];
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const resources: Resource[] = [];
    const path = [...root, direction];
    if (!isDisabled(smcp, path)) {
      const name = `istio-${direction}gateway`;
      resources.push(...gatewayResources({ smcp, name, direction, path, fields: v2Fields, open: foreign }));
    }
    const additional = [...root, direction === "ingress" ? "additionalIngress" : "additionalEgress"];
    for (const [name, config] of Object.entries(mappingAt(smcp.value, additional) ?? {})) {
      // Unlike the two default gateways, an additional one exists only if it says so.
      if (valueAt(config, ["enabled"]) !== true) continue;
      const own = [...additional, name];
      resources.push(
        ...gatewayResources({ smcp, name, direction, path: own, fields: v2Fields, open: foreign }),
      );
    }
    return resources;
  });
}

/**
 * The mesh-wide policies (D8; maistra/istio-operator
 * `resources/helm/v2.5/mesh-config/templates/enable-mesh-{mtls,permissive}.yaml`).
 */
function mutualTlsOf(smcp: Resource, profile: Profile): readonly Resource[] {
  const paths: readonly Path[] = [
    ["spec", "security", "dataPlane", "mtls"],
    ["spec", "istio", "global", "mtls", "enabled"],
  ];
  const path = paths.find((candidate) => valueAt(smcp.value, candidate) !== undefined);
  const mtls = path === undefined ? false : valueAt(smcp.value, path);
  // A placeholder is no boolean, and a profile of the cluster may have the missing field.
  if (typeof mtls !== "boolean" || (path === undefined && hasForeignProfile(smcp))) return [];
  const origin = { parent: smcp, path: path ?? ["spec"], by, namespace: smcp.namespace };
  const rule = (name: string, host: string, mode: string): Resource =>
    derivedResource({
      ...origin,
      apiVersion: "networking.istio.io/v1beta1",
      kind: "DestinationRule",
      name,
      body: { spec: { host, trafficPolicy: { tls: { mode } } } },
    });
  return [
    derivedResource({
      ...origin,
      apiVersion: "security.istio.io/v1beta1",
      kind: "PeerAuthentication",
      name: "default",
      body: { spec: { mtls: { mode: mtls ? "STRICT" : "PERMISSIVE" } } },
    }),
    ...(mtls
      ? [
          rule("default", `*.${profile.clusterDomain}`, "ISTIO_MUTUAL"),
          rule("api-server", `kubernetes.default.svc.${profile.clusterDomain}`, "DISABLE"),
        ]
      : []),
  ];
}

/** What the Service Mesh 2 operator makes of a ServiceMeshControlPlane: its gateways and mesh-wide policies. */
export function deriveFromControlPlane(smcp: Resource, profile: Profile): readonly Resource[] {
  return [...gatewaysOf(smcp), ...mutualTlsOf(smcp, profile)];
}
