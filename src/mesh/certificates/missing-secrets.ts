import type { Graph } from "../../model/graph.ts";
import { label, type Resource } from "../../model/resource.ts";
import { meshes } from "../meshes.ts";
import { gatewayNamespaces } from "../namespaces.ts";
import { type CertificateUse, otherMaker, secretsOf } from "./served-secrets.ts";

/** Where the Secret of a Gateway's server is. */
export type SecretPresence =
  | { readonly state: "there" }
  | { readonly state: "missing"; readonly message: string; readonly elsewhere: Resource | null }
  | { readonly state: "unknown"; readonly needs: string };

const places = (namespaces: readonly string[]): string => namespaces.join(" and ");
const readers = { gateway: "the gateway's pods read it", "domain-mapping": "Knative reads it" } as const;

/** Looks for the Secret that a use names in the namespaces where it is read (definition D14). */
export function secretPresence(graph: Graph, use: CertificateUse): SecretPresence {
  const { here, elsewhere, open } = secretsOf(graph, use);
  const { name, namespaces } = use;
  const lacking = (namespaces ?? []).filter((home) => !here.some((secret) => secret.namespace === home));
  if (namespaces !== null && lacking.length === 0) return { state: "there" };
  const maker = otherMaker(graph, name);
  if (maker !== null) return { state: "unknown", needs: maker };
  if (open.length > 0) {
    const homes = gatewayNamespaces(graph);
    const atGateway = use.by === "gateway" && namespaces === null && homes.state === "unknown";
    return { state: "unknown", needs: atGateway ? homes.needs : `the namespace of Secret ${name}` };
  }
  // One of several control planes, of which the Gateway has one, has it.
  if (use.by === "gateway" && here.length > 0 && meshes(graph).length > 1)
    return { state: "unknown", needs: `which control plane serves the Gateway: it reads ${name} there` };
  const [other] = elsewhere;
  if (other && here.length === 0)
    return {
      state: "missing",
      elsewhere: other,
      message: `the Secret ${name} is in namespace ${other.namespace}, and ${readers[use.by]} in ${places(lacking)}`,
    };
  if (!graph.owns("certificates")) return { state: "unknown", needs: `the Secret ${name}` };
  const where = namespaces === null ? "in any namespace" : `in ${places(lacking)}, where ${readers[use.by]}`;
  return { state: "missing", elsewhere: null, message: `there is no Secret ${name} ${where}` };
}

/** `Secret knative-serving/wildcard-certs`, or the object that makes it. */
export function secretLabel(secret: Resource): string {
  return label(secret.origin.from === "derived" ? secret.origin.parent : secret);
}
