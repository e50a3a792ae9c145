import { replaceScalar, setValue } from "../../src/fix/edits.ts";
import { read, readList, readString, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { requestPort } from "../../src/mesh/local-port.ts";
import { ownLocalServices } from "../../src/mesh/local-service.ts";
import { isMapping } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const http2Names: ReadonlySet<string> = new Set(["http2", "grpc"]);
/** Kubernetes' own name for HTTP/2 without TLS, and its short form. */
const http2Applications: ReadonlySet<string> = new Set(["h2c", "kubernetes.io/h2c"]);

/** What istiod makes of a name: its part before the first dash counts. */
function protocolOf(name: string, field: "name" | "appProtocol"): "http2" | "http" | "other" {
  if (field === "appProtocol" && http2Applications.has(name)) return "http2";
  const prefix = name.toLowerCase().replace(/-.*/, "");
  if (http2Names.has(prefix)) return "http2";
  return prefix === "http" ? "http" : "other";
}

export const rule = defineRule({
  id: "gateway/local-service-port-name",
  summary: "The port of the local gateway's Service does not say that it carries HTTP/2.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: [
    "istio/istio pkg/config/kube/conversion.go",
    "maistra/istio-operator resources/smcp-templates/v2.5/base",
  ],
  fix: "safe",
  reads: [kinds.Service],
  subjects(graph) {
    const answer = ownLocalServices(graph);
    return answer.state === "found" ? answer.services : unsettled(answer);
  },
  *check(service) {
    const port = requestPort(service);
    if (port.state === "unknown") return yield undecided(port.why);
    if (port.state === "absent") return yield notApplicable("the Service has no port 80, which is reported");
    const { path } = port.value;
    const application = readString(service, [...path, "appProtocol"]);
    const name = readString(service, [...path, "name"]);
    // appProtocol, where there is one, counts instead of the name.
    const [reading, field] =
      application.state === "absent" ? ([name, "name"] as const) : ([application, "appProtocol"] as const);
    if (reading.state === "unknown") return yield undecided(reading.why);
    const protocol = protocolOf(valueOr(reading, ""), field);
    if (protocol === "http2") return;

    const others = valueOr(readList(service, ["spec", "ports"]), []);
    const taken = field === "name" && others.some((entry) => isMapping(entry) && entry.name === "http2");
    const written = read(service, [...path, field]).state === "value";
    const edits = taken ? null : (written ? replaceScalar : setValue)(service, [...path, field], "http2");
    const title = field === "name" ? "name the port http2" : "set appProtocol to http2";
    const said =
      reading.state === "value" ? `port 80 has the ${field} "${reading.value}"` : "port 80 has no name";
    const effect =
      protocol === "http"
        ? "callers lose HTTP/2"
        : "the mesh takes it for plain TCP and cannot route by host";
    yield fail(at(service, ...path, written ? field : "port"), `${said}: ${effect}`, {
      ...(protocol === "http" && { severity: "warning" as const }),
      ...remedy(title, "safe", edits),
    });
  },
});
