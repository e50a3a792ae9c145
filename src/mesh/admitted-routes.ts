import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, type Value, valueAt } from "../model/value.ts";
import { readString, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { gatewayNamespaces } from "./namespaces.ts";
import { disableRouteKey, isPresent } from "./passthrough.ts";
import { isClusterLocal, meantForIstio } from "./services.ts";

const items = (value: Value | undefined): readonly Value[] => {
  const list = value ?? null;
  return isList(list) ? list : [];
};

/** The condition of a type among those at a path of an object. */
function condition(value: Value, type: string): Value | undefined {
  return items(valueAt(value, ["conditions"])).find((entry) => valueAt(entry, ["type"]) === type);
}

/** Whether what a Knative Service or DomainMapping of the set is in the cluster can be reached from outside. */
export type Admission =
  | { readonly state: "admitted" }
  | { readonly state: "not-applicable"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string }
  | { readonly state: "no"; readonly message: string };

/** `https://shop.example.com/path` without scheme and path; null for other texts. */
function hostOf(url: string): string | null {
  return /^https?:\/\/([^/:]{1,253})/.exec(url)?.[1] ?? null;
}

function exemption(graph: Graph, resource: Resource, live: Resource): string | null {
  const meant = meantForIstio(graph, resource);
  if (meant.state === "no") return meant.because;
  if (valueOr(isClusterLocal(resource), false)) return "it is cluster-local and has no Route";
  if (isPresent(resource, disableRouteKey)) return "its Route is switched off";
  const status = valueAt(live.value, ["status"]) ?? null;
  const ready = valueAt(condition(status, "Ready"), ["status"]);
  return ready === "True" ? null : "it is not ready in the cluster";
}

/** Whether a router of the cluster takes a Route; where none does, why the first of them refuses it. */
function refusalOf(route: Resource): string | null {
  const routers = items(valueAt(route.value, ["status", "ingress"]));
  const conditions = routers.map((router) => condition(router, "Admitted"));
  if (conditions.some((entry) => valueAt(entry, ["status"]) === "True")) return null;
  const reason = valueAt(conditions[0], ["reason"]);
  return typeof reason === "string" ? reason : "no router has admitted it";
}

/** The state of the Routes for a resource, by the cluster's objects. */
export function admission(graph: Graph, resource: Resource): Admission {
  const live = graph.live(resource);
  if (!live) return { state: "not-applicable", why: "it is not in the cluster" };
  const exempt = exemption(graph, resource, live);
  if (exempt !== null) return { state: "not-applicable", why: exempt };
  const host = hostOf(valueOr(readString(live, ["status", "url"]), ""));
  if (host === null) return { state: "unknown", needs: "the URL in the object's status" };

  const { ingressDomain } = graph.profile;
  const mapped = graph.all(kinds.DomainMapping).some(({ name }) => name === host);
  if (ingressDomain !== null && !host.endsWith(`.${ingressDomain}`) && !mapped)
    return {
      state: "no",
      message: `its host ${host} is not below ${ingressDomain}, and no DomainMapping brings it to the cluster`,
    };
  const home = gatewayNamespaces(graph);
  const routes = graph
    .all(kinds.Route)
    .filter((route) => home.state === "unknown" || home.namespaces.includes(route.namespace ?? ""))
    .filter((route) => valueAt(route.value, ["spec", "host"]) === host);
  const where = home.state === "unknown" ? "" : ` in ${home.namespaces.join(" and ")}`;
  if (routes.length === 0)
    return { state: "no", message: `it is ready, and no Route${where} carries its host ${host}` };
  const refusals = routes.map(refusalOf);
  if (refusals.includes(null)) return { state: "admitted" };
  return {
    state: "no",
    message: `it is ready, and no router admits its Route for ${host}: ${refusals.join(", ")}`,
  };
}
