import type { Graph } from "../model/graph.ts";
import { isList } from "../model/value.ts";
import { read } from "./field.ts";
import type { Place } from "./field.ts";
import { ingress } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { once } from "./memo.ts";

export type Integration =
  | {
      readonly evident: true;
      readonly because: "serving" | "gateway" | "roll";
      /** What shows it; null for a stated fact. */
      readonly at: Place | null;
    }
  | { readonly evident: false };

/** Names that the documents, and net-istio, give Knative's Gateways. */
const gatewayName = /^knative-[a-z0-9-]*gateway$/;

/**
 * Whether the set shows that Serverless works with a mesh: its Serving uses Istio, or Knative's Gateways exist, or a
 * member roll lists `knative-serving` (docs/definitions.md, missing things). Requirements of the integration apply only then.
 */
export const integration = once((graph: Graph): Integration => {
  const used = ingress(graph);
  if (used.state === "istio") return { evident: true, because: "serving", at: used.at };
  const gateway = graph.all(kinds.Gateway).find(({ name }) => gatewayName.test(name));
  if (gateway) return { evident: true, because: "gateway", at: { resource: gateway, path: [] } };
  const path = ["spec", "members"];
  for (const roll of [
    ...graph.all(kinds.ServiceMeshMemberRoll),
    ...graph.fragments(kinds.ServiceMeshMemberRoll),
  ]) {
    const members = read(roll, path);
    const listed =
      members.state === "value" && isList(members.value) && members.value.includes(servingNamespace);
    if (listed) return { evident: true, because: "roll", at: { resource: roll, path } };
  }
  const stated = Object.values(graph.set.context.members).some((list) => list.includes(servingNamespace));
  return stated ? { evident: true, because: "roll", at: null } : { evident: false };
});
