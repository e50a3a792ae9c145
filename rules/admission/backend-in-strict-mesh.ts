import { setValue } from "../../src/fix/edits.ts";
import { backendKinds, serverWorkloads } from "../../src/mesh/admission/backends.ts";
import { reachability } from "../../src/mesh/admission/strict-mesh.ts";
import { labelPlace } from "../../src/mesh/field.ts";
import { injection, injectKey } from "../../src/mesh/injection.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { architecture, integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "admission/backend-in-strict-mesh",
  summary: "The server of a webhook or aggregated API asks the API server for a certificate of the mesh.",
  severity: "error",
  category: "mTLS",
  documentation: [architecture("6.3"), integrations("1.4.1")],
  upstream: ["knative-extensions/net-istio config/400-webhook-peer-authentication.yaml"],
  fix: "review",
  reads: [...backendKinds],
  subjects: (graph) => [...serverWorkloads(graph).keys()],
  *check(workload, graph) {
    const all = serverWorkloads(graph).get(workload) ?? [];
    const pod = all[0]?.pod;
    if (pod === undefined) return;
    const ports = new Set(all.flatMap(({ target }) => (target.state === "known" ? [target.port] : [])));
    const asked = injection(graph, pod);
    if (asked.state === "no") return;
    for (const port of ports) {
      const answer = reachability(graph, pod, port);
      if (answer.state === "open") continue;
      if (answer.state === "unknown") {
        yield undecided(answer.needs);
        continue;
      }
      if (asked.state === "unknown") {
        yield undecided(asked.needs);
        continue;
      }
      const { path } = asked.cause === "annotation" ? asked.at : labelPlace(pod, injectKey);
      const place = asked.at.resource === workload ? asked.at.path : path;
      yield fail(
        at(workload, ...place),
        `port ${port} takes calls of the API server, which has no certificate of the mesh, and the sidecar (${asked.reason}) asks for one under STRICT`,
        remedy(`set ${injectKey} of the pods to "false"`, "review", setValue(workload, path, "false")),
      );
    }
  },
});
