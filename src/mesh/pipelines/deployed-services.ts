import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { embeddedKn, scriptKinds } from "../embedded-scripts.ts";
import { once } from "../memo.ts";
import { type KnService, knServicesOf } from "./kn-service.ts";

/** The Knative Services that scripts of the set's own objects make by `kn`, by the object with the script. */
export const deployedServices = once((graph: Graph): ReadonlyMap<Resource, readonly KnService[]> => {
  const found = new Map<Resource, readonly KnService[]>();
  for (const by of graph.own(...scriptKinds)) {
    const services = knServicesOf(by, embeddedKn(by));
    if (services.length > 0) found.set(by, services);
  }
  return found;
});
