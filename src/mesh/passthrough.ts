import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import { annotation, readList, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";
import { istioServings } from "./ingress-class.ts";
import { ingressGateways } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { configValue } from "./operator-config.ts";
import { possiblePorts, serverPorts } from "./resolved-port.ts";
import { externalHosts, isClusterLocal, meantForIstio } from "./services.ts";

/**
 * Annotations of a Knative Service or DomainMapping that shape its OpenShift Route by their presence, whatever their
 * value (serverless-operator `serving/ingress/pkg/reconciler/ingress/resources/route.go`).
 */
export const passthroughKey = "serving.knative.openshift.io/enablePassthrough";
export const disableRouteKey = "serving.knative.openshift.io/disableRoute";

/** Whether an annotation is there, with any value. */
export function isPresent(resource: Resource, key: string): boolean {
  return annotation(resource, key).state !== "absent";
}

/** Settings of `config-network` that make every Route a pass-through one; the first spelling that is set counts. */
const tlsSettings = [
  ["external-domain-tls", "auto-tls"],
  ["system-internal-tls", "internal-encryption"],
] as const;

const isOn = (text: string): boolean => ["enabled", "true"].includes(text.toLowerCase());

/**
 * Whether Serving itself makes Routes pass-through: TLS of external domains, or HTTPS to the gateway's backends
 * (knative/networking `pkg/config/config.go`). One candidate of the KnativeServing that does is enough.
 */
const routesPassThrough = once((graph: Graph): Reading<boolean> => {
  const readings = istioServings(graph).flatMap((serving) =>
    tlsSettings.map((spellings) => configValue(serving, "network", ...spellings)),
  );
  if (readings.some((reading) => reading.state === "value" && isOn(reading.value)))
    return { state: "value", value: true };
  const open = readings.find((reading) => reading.state === "unknown");
  return open?.state === "unknown" ? open : { state: "value", value: false };
});

/** Whether the gateway for external traffic takes plain HTTP where a Route of edge type sends it. */
type PlainIngress = "outside" | "none" | "some";

/** Pod port behind the port `http2` of the gateway's Service, and the port itself. */
const plainPorts: readonly number[] = [80, 8080];

function hasPlainServer(graph: Graph, gateway: Resource): boolean {
  const servers = readList(gateway, ["spec", "servers"]);
  // What a placeholder stands for may be such a server.
  if (servers.state === "unknown") return true;
  return valueOr(servers, []).some((server, index) => {
    if (!isMapping(server) || !isMapping(server.port)) return false;
    const { protocol } = server.port;
    if (typeof protocol !== "string" || !/^(?:http2?|grpc)$/i.test(protocol)) return false;
    return serverPorts(graph, gateway, index).some((answer) => {
      const ports = possiblePorts(answer);
      return ports.length === 0 || ports.some((port) => plainPorts.includes(port));
    });
  });
}

/** The documented one has a single server, HTTPS on 443 (Integrations 1.4.2, step 4). */
const plainIngress = once((graph: Graph): PlainIngress => {
  const gateways = ingressGateways(graph);
  if (gateways.length === 0) return "outside";
  return gateways.some((gateway) => hasPlainServer(graph, gateway)) ? "some" : "none";
});

/** What happens to requests behind a Route that ends TLS: a clause for messages. */
const effects: Readonly<Record<PlainIngress, string>> = {
  none: "looks for plain HTTP, which the gateway for external traffic does not serve",
  some: "sends plain HTTP to the gateway, which never shows its own certificate",
  outside: "looks for plain HTTP, which the documented gateway for external traffic does not serve",
};

/** What becomes of a Route that ends TLS at the router. */
export function edgeRoute(graph: Graph): { readonly plain: PlainIngress; readonly effect: string } {
  const plain = plainIngress(graph);
  return { plain, effect: effects[plain] };
}

/** A domain of the cluster itself makes a service local as well (knative/serving `pkg/reconciler/route`). */
function hasLocalDomain(graph: Graph, resource: Resource): boolean {
  const hosts = externalHosts(graph, resource);
  const suffix = `.svc.${graph.profile.clusterDomain}`;
  return hosts !== null && hosts.length > 0 && hosts.every((host) => host.endsWith(suffix));
}

export type PassthroughNeed =
  | { readonly state: "needed" | "met" }
  | { readonly state: "exempt"; readonly because: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether a Knative Service or DomainMapping needs the pass-through annotation on its own metadata. */
export function passthroughNeed(graph: Graph, resource: Resource): PassthroughNeed {
  const exempt = (because: string): PassthroughNeed => ({ state: "exempt", because });
  const meant = meantForIstio(graph, resource);
  if (meant.state === "unknown") return { state: "unknown", needs: meant.needs };
  if (meant.state === "no") return exempt(meant.because);
  const local = isClusterLocal(resource);
  if (local.state === "unknown") return { state: "unknown", needs: local.why };
  if (valueOr(local, false) || hasLocalDomain(graph, resource))
    return exempt("it is cluster-local and has no Route");
  if (isPresent(resource, disableRouteKey)) return exempt("its Route is switched off");
  if (isPresent(resource, passthroughKey)) return { state: "met" };
  const automatic = routesPassThrough(graph);
  if (automatic.state === "unknown") return { state: "unknown", needs: automatic.why };
  if (valueOr(automatic, false)) return exempt("TLS of Serving itself makes its Route a pass-through one");
  return { state: "needed" };
}
