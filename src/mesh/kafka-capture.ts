import type { Graph } from "../model/graph.ts";
import { label, type Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { readSetting } from "./control-plane-settings.ts";
import { clientTls } from "./destination-rules.ts";
import { type Place, readString, valueOr } from "./field.ts";
import { bootstrapLists, dataPlaneNamespace, listsOfKafka } from "./kafka-bootstrap.ts";
import { clusterName, isFullName, usesMesh } from "./kafka-egress.ts";
import { kinds } from "./kinds.ts";
import { membership } from "./membership.ts";
import { mtlsPath } from "./mtls.ts";
import { eventingNamespace } from "./namespaces.ts";
import { serverlessMesh, type FoundMesh } from "./serverless-mesh.ts";
import { hostsOf, portsOf } from "./service-entries.ts";

/** A host of Kafka that sidecars ask for mutual TLS, although it is outside the mesh. */
export interface CapturedHost {
  readonly text: string;
  readonly path: Path;
  /** `<service>.<namespace>`, which the rule does not cover. */
  readonly short: string;
  /** What makes the rule. */
  readonly rule: Place;
}

type Open = { readonly needs: string };

export type Captured =
  | { readonly state: "found"; readonly hosts: readonly (CapturedHost | Open)[] }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

interface Host {
  readonly text: string;
  readonly path: Path;
  readonly ports: readonly number[];
  /** Namespace of the ServiceEntry, or of the Service itself. */
  readonly home: string | null;
}

/** The names of a ServiceEntry; for istiod of a cluster-wide mesh every Service has them anyway. */
function hostsIn(resource: Resource, graph: Graph): readonly Host[] {
  if (resource.kind === kinds.ServiceEntry) {
    const ports = portsOf(resource).flatMap(({ number }) => number ?? []);
    return hostsOf(resource).map(({ bare, path }) => ({ text: bare, path, ports, home: resource.namespace }));
  }
  return listsOfKafka(graph, resource).flatMap((list) =>
    list.addresses.map(({ host, port, path }) => {
      const home = clusterName(graph, host)?.namespace ?? null;
      return { text: host, path, ports: [port], home };
    }),
  );
}

function capture(
  graph: Graph,
  resource: Resource,
  host: Host,
  { mesh }: FoundMesh,
): CapturedHost | Open | null {
  const name = clusterName(graph, host.text);
  if (name === null || !isFullName(graph, host.text)) return null;
  const home = membership(graph, name.namespace, mesh);
  if (home.state === "unknown") return { needs: home.needs };
  if (home.state === "member") return null;
  if (host.home === null) return { needs: `the namespace of ${label(resource)}` };
  const [port = 0] = host.ports;
  const from = resource.kind === kinds.KnativeKafka ? dataPlaneNamespace(resource) : eventingNamespace;
  const tls = clientTls(graph, { from, host: host.text, to: host.home, port, rootNamespace: mesh.namespace });
  if (tls.state === "unknown") return { needs: tls.needs };
  if (tls.state !== "mode" || tls.mode !== "ISTIO_MUTUAL") return null;
  return { text: host.text, path: host.path, short: `${name.service}.${name.namespace}`, rule: tls.at };
}

/** Whether the mesh knows the Services of all namespaces, not only those of its members. */
const isClusterWide = ({ mesh }: FoundMesh): boolean =>
  mesh.controlPlanes.some(
    ({ resource }) => valueOr(readString(resource, ["spec", "mode"]), "") === "ClusterWide",
  );

/**
 * The hosts of a ServiceEntry or a KnativeKafka that fall under the rule for mutual TLS with `*.<cluster domain>`
 * (maistra/istio-operator `resources/helm/v2.5/mesh-config/templates/enable-mesh-mtls.yaml`).
 */
export function capturedHosts(graph: Graph, resource: Resource): Captured {
  const none = (why: string): Captured => ({ state: "none", why });
  const unknown = (needs: string): Captured => ({ state: "unknown", needs });
  const found = serverlessMesh(graph);
  if (found.state !== "found") return found;
  if (found.mesh.family !== "ossm2") return none("only Service Mesh 2 makes such a rule");
  if (resource.kind === kinds.KnativeKafka) {
    if (!isClusterWide(found)) return none("the mesh knows only the Services of its members");
    const used = usesMesh(graph, resource);
    if (used.state === "no") return none(used.why);
  }
  const hosts = hostsIn(resource, graph);
  for (const plane of found.mesh.controlPlanes) {
    const strict = readSetting(graph, plane.resource, mtlsPath(plane));
    if (strict.state === "unknown" && hosts.length > 0) return unknown(strict.why);
  }
  if (found.mesh.controlPlanes.length === 0) return unknown("the control plane of the mesh");
  return { state: "found", hosts: hosts.flatMap((host) => capture(graph, resource, host, found) ?? []) };
}

/** A field that names a host, and those of the set's own bootstrap lists that name it too, each of them once. */
export function placesOfHost(graph: Graph, field: Place, host: string): readonly Place[] {
  const places = new Map<string, Place>();
  const lists = bootstrapLists(graph).filter(({ resource }) => resource.standing === "own");
  const others = lists.flatMap(({ resource, addresses }) =>
    addresses.filter((address) => address.host === host).map(({ path }) => ({ resource, path })),
  );
  for (const place of [field, ...others]) {
    const key = JSON.stringify([label(place.resource), place.path]);
    if (!places.has(key)) places.set(key, place);
  }
  return [...places.values()];
}
