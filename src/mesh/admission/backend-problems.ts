import type { Graph } from "../../model/graph.ts";
import { label, type Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Path } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { isPatched } from "../patches.ts";
import { type Backend, backendsOf, isAggregated, portOf, serviceOf } from "./backends.ts";
import { type BundleFlaw, bundleFlaw, isInjected, lacksBundle, writesItself } from "./ca-bundle.ts";
import type { LinkProblem } from "./problem.ts";
import { webhooksOf } from "./webhooks.ts";

/** Several webhooks of one configuration usually have one Service: what is wrong with it is said once. */
function distinct(backends: readonly Backend[], keyOf: (backend: Backend) => string): readonly Backend[] {
  return [
    ...new Map(backends.toReversed().map((backend) => [keyOf(backend), backend])).values(),
  ].toReversed();
}

function absentProblem(graph: Graph, { path, namespace, name }: Backend): LinkProblem {
  const [other] = graph.named(kinds.Service, null, name);
  const found = other ? `; there is ${label(other)}` : "";
  return {
    path: [...path, "name"],
    message: `the API server is to call Service ${namespace}/${name}, which the set does not have${found}`,
    ...(other && {
      related: { resource: other, path: ["metadata", "name"], message: "a Service of this name" },
    }),
    advice: "name the Service in front of the server, or add it",
  };
}

function portProblem(backend: Backend, services: readonly Resource[]): LinkProblem | null {
  const [service] = services;
  if (!service || services.some((one) => portOf(one, backend.port) !== undefined)) return null;
  const list = valueAt(service.value, ["spec", "ports"]);
  const ports = (isList(list) ? list : []).filter(isMapping).map(({ port }) => port);
  if (!isList(list) || ports.some((port) => typeof port !== "number")) return null;
  const found = ports.length === 0 ? "no ports" : `port ${ports.join(", ")}`;
  const isWritten = valueAt(backend.from.value, [...backend.path, "port"]) !== undefined;
  return {
    path: [...backend.path, "port"],
    message: `${label(service)} has ${found}, and the API server asks for ${backend.port}${isWritten ? "" : ", the default"}`,
    related: { resource: service, path: ["spec", "ports"], message: "the ports of the Service" },
    advice: "name a port of the Service",
  };
}

/** Whether the Services are there that a webhook configuration or APIService names, with the ports. */
export function backendServiceProblems(graph: Graph, resource: Resource): readonly LinkProblem[] {
  const backends = backendsOf(resource).filter((backend) => !isAggregated(backend));
  const keyOf = ({ namespace, name, port }: Backend): string => JSON.stringify([namespace, name, port]);
  return distinct(backends, keyOf).flatMap((backend): readonly LinkProblem[] => {
    const target = serviceOf(graph, backend);
    if (target.state === "outside") return [{ needs: target.why }];
    if (target.state === "absent") return [absentProblem(graph, backend)];
    const problem = portProblem(backend, target.resources);
    return problem === null ? [] : [problem];
  });
}

const flawTexts: Readonly<Record<Exclude<BundleFlaw, "empty" | "type">, string>> = {
  pem: "caBundle is PEM as it stands, and the field takes PEM in base64",
  base64: "caBundle is no base64",
  twice: "caBundle is base64 of base64: PEM is encoded once",
  content: "caBundle is base64 of something that is no PEM certificate",
};

/** The mappings with a `caBundle`. */
function clientsOf(resource: Resource): readonly Path[] {
  if (resource.kind === kinds.ApiService) return [["spec"]];
  return webhooksOf(resource)
    .filter(({ value }) => isMapping(value.clientConfig))
    .map(({ path }) => [...path, "clientConfig"]);
}

function bundleProblems(resource: Resource): readonly LinkProblem[] {
  if (isInjected(resource)) return [];
  return clientsOf(resource).flatMap((client): readonly LinkProblem[] => {
    const path = [...client, "caBundle"];
    const flaw = bundleFlaw(valueAt(resource.value, path));
    if (flaw === null || flaw === "empty" || flaw === "type") return [];
    return [
      {
        path,
        message: flawTexts[flaw],
        advice: "give the CA's PEM in base64, in one line, or have it filled in by an annotation",
      },
    ];
  });
}

/** A webhook without CA, said once for a configuration: the annotation that would help is one for all of them. */
function missingProblems(graph: Graph, resource: Resource): readonly LinkProblem[] {
  // An APIService has a rule of its own (admission/apiservice-invalid).
  if (resource.kind === kinds.ApiService) return [];
  const lacking = backendsOf(resource).filter(
    (backend) => !isAggregated(backend) && lacksBundle(graph, resource, backend.client) !== false,
  );
  const [first] = lacking;
  if (!first) return [];
  if (isPatched(graph, resource)) return [{ needs: `${label(resource)} as Kustomize renders it` }];
  const helpless = lacking.find((backend) => writesItself(graph, backend) === "no");
  const count = lacking.length === 1 ? "a webhook has" : `${lacking.length} webhooks have`;
  const effect = helpless ? ", and the server's roles do not let it write one itself" : "";
  return [
    {
      path: [...(helpless ?? first).client, "caBundle"],
      message: `${count} no caBundle, and no annotation has it filled in${effect}`,
      severity: helpless ? "error" : "warning",
      advice:
        'annotate the configuration with service.beta.openshift.io/inject-cabundle: "true", or give the CA',
    },
  ];
}

/** Whether the API server can check the certificates of the servers. */
export function backendCertificateProblems(graph: Graph, resource: Resource): readonly LinkProblem[] {
  return [...bundleProblems(resource), ...missingProblems(graph, resource)];
}
