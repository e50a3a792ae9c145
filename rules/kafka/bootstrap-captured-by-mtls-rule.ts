import { conflict, replaceScalar } from "../../src/fix/edits.ts";
import { readSetting } from "../../src/mesh/control-plane-settings.ts";
import { clientTls } from "../../src/mesh/destination-rules.ts";
import { readString, valueOr } from "../../src/mesh/field.ts";
import { bootstrapLists, dataPlaneNamespace, listsOfKafka } from "../../src/mesh/kafka-bootstrap.ts";
import { clusterName, isForKafka, usesMesh } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { membership } from "../../src/mesh/membership.ts";
import { mtlsPath } from "../../src/mesh/mtls.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { type FoundMesh, serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { hostsOf, portsOf } from "../../src/mesh/service-entries.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { type Path, valueAt } from "../../src/model/value.ts";
import {
  at,
  defineRule,
  fail,
  type Judgement,
  notApplicable,
  undecided,
  remedy,
} from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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

/** The short name in every place at once: entry and bootstrap lists have to agree. */
function shortened(graph: Graph, resource: Resource, host: Host, short: string): readonly Edit[] | null {
  const places: (readonly [Resource, Path])[] = [[resource, host.path]];
  for (const list of bootstrapLists(graph)) {
    if (list.resource.standing !== "own") continue;
    for (const address of list.addresses)
      if (address.host === host.text) places.push([list.resource, address.path]);
  }
  const all: Edit[] = [];
  const done = new Set<string>();
  for (const [of, path] of places) {
    const key = JSON.stringify([label(of), path]);
    const value = valueAt(of.value, path);
    if (done.has(key) || typeof value !== "string") continue;
    done.add(key);
    const edits = replaceScalar(of, path, value.replaceAll(host.text, short));
    if (edits === null || conflict(all, edits)) return null;
    all.push(...edits);
  }
  return all;
}

function* checkHost(resource: Resource, host: Host, found: FoundMesh, graph: Graph): Generator<Judgement> {
  const name = clusterName(graph, host.text);
  if (name === null || !host.text.toLowerCase().endsWith(`.svc.${graph.profile.clusterDomain}`)) return;
  const { mesh } = found;
  const home = membership(graph, name.namespace, mesh);
  if (home.state === "unknown") return yield undecided(home.needs);
  if (home.state === "member") return;
  if (host.home === null) return yield undecided(`the namespace of ${label(resource)}`);
  const [port = 0] = host.ports;
  const from = resource.kind === kinds.KnativeKafka ? dataPlaneNamespace(resource) : eventingNamespace;
  const tls = clientTls(graph, { from, host: host.text, to: host.home, port, rootNamespace: mesh.namespace });
  if (tls.state === "unknown") return yield undecided(tls.needs);
  if (tls.state !== "mode" || tls.mode !== "ISTIO_MUTUAL") return;
  const short = `${name.service}.${name.namespace}`;
  const edits = shortened(graph, resource, host, short);
  const title = `use the short name ${short}, in the bootstrap lists too`;
  yield fail(
    at(resource, ...host.path),
    `sidecars ask "${host.text}" for mutual TLS, by the rule for *.${graph.profile.clusterDomain} of the control plane, and Kafka there is outside the mesh`,
    {
      related: [{ at: at(tls.at.resource, ...tls.at.path), message: "makes that rule" }],
      ...remedy(title, "review", edits),
    },
  );
}

const isClusterWide = ({ mesh }: FoundMesh): boolean =>
  mesh.controlPlanes.some(
    ({ resource }) => valueOr(readString(resource, ["spec", "mode"]), "") === "ClusterWide",
  );

export const rule = defineRule({
  id: "kafka/bootstrap-captured-by-mtls-rule",
  summary:
    "Kafka's full host name falls under the mesh's rule for mutual TLS, although Kafka has no sidecar.",
  severity: "error",
  category: "egress",
  documentation: [integrations("1.4.2"), integrations("1.4.3")],
  upstream: ["maistra/istio-operator resources/helm/v2.5/mesh-config/templates/enable-mesh-mtls.yaml"],
  applies: "Service Mesh 2",
  fix: "review",
  reads: [kinds.ServiceEntry, kinds.KnativeKafka],
  subjects: (graph) => [
    ...graph.own(kinds.ServiceEntry).filter((entry) => isForKafka(graph, entry)),
    ...graph.own(kinds.KnativeKafka),
  ],
  *check(resource, graph) {
    const found = serverlessMesh(graph);
    if (found.state === "none") return yield notApplicable(found.why);
    if (found.state === "unknown") return yield undecided(found.needs);
    if (found.mesh.family !== "ossm2") return yield notApplicable("only Service Mesh 2 makes such a rule");
    if (resource.kind === kinds.KnativeKafka) {
      if (!isClusterWide(found))
        return yield notApplicable("the mesh knows only the Services of its members");
      const used = usesMesh(graph, resource);
      if (used.state === "no") return yield notApplicable(used.why);
    }
    const hosts = hostsIn(resource, graph);
    for (const plane of found.mesh.controlPlanes) {
      const strict = readSetting(graph, plane.resource, mtlsPath(plane));
      if (strict.state === "unknown" && hosts.length > 0) return yield undecided(strict.why);
    }
    if (found.mesh.controlPlanes.length === 0) return yield undecided("the control plane of the mesh");
    for (const host of hosts) yield* checkHost(resource, host, found, graph);
  },
});
