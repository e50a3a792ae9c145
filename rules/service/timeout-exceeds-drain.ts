import { drainOf, drainPath } from "../../src/mesh/drain-duration.ts";
import { readNumber } from "../../src/mesh/field.ts";
import { injectionInMesh } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { defaultTimeout, timeoutLimit } from "../../src/mesh/revision-timeouts.ts";
import { revisionKinds, revisionTemplates } from "../../src/mesh/revision-templates.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkDrain(service: Resource, graph: Graph, path: Path, seconds: number): Generator<Judgement> {
  for (const pod of graph.podsOf(service)) {
    const asked = injectionInMesh(graph, pod);
    if (asked.state === "no") return yield notApplicable("it asks for no sidecar");
    const drain = drainOf(graph, pod);
    if (drain.state === "none" || drain.state === "unknown") return yield unsettled(drain);
    if (seconds * 1000 <= drain.duration) return;
    if (asked.state === "unknown") return yield undecided(asked.needs);
    const { by, text } = drain;
    yield fail(
      at(service, ...path),
      `requests may take ${seconds} seconds, but when a pod stops its proxy ends after ${text}, so longer ones can be cut`,
      {
        related: by ? [{ at: at(by, ...drainPath(by)), message: "ends after this" }] : [],
        advice: `set terminationDrainDuration to ${seconds}s or more for the pod, by annotation proxy.istio.io/config`,
      },
    );
  }
}

export const rule = defineRule({
  id: "service/timeout-exceeds-drain",
  summary: "Requests of a Knative Service may take longer than its proxy lives when a pod stops.",
  severity: "info",
  varies: true,
  category: "availability",
  documentation: [integrations("1.4.2")],
  upstream: [
    "knative/serving pkg/apis/config/defaults.go",
    "knative/serving pkg/reconciler/revision/resources/deploy.go",
  ],
  fix: "none",
  reads: [...revisionKinds],
  options: {
    defaults: {
      default: true,
      schema: { type: "boolean" },
      description: "Judge services that leave timeoutSeconds to its default (300) as well.",
    },
  },
  subjects: revisionTemplates,
  *check(service, graph, { options }) {
    const inRevision = service.kind === kinds.Revision;
    const path = ["spec", ...(inRevision ? [] : ["template", "spec"]), "timeoutSeconds"];
    const written = readNumber(service, path);
    if (written.state === "unknown") return yield undecided(written.why);
    if (written.state === "absent") {
      if (options.defaults !== true) return yield notApplicable("timeoutSeconds is left to its default");
      const usual = defaultTimeout(graph);
      if (usual.state === "unknown") return yield undecided(usual.needs);
      return yield* checkDrain(service, graph, path, usual.seconds);
    }
    const limit = timeoutLimit(graph);
    if (limit.state === "known" && written.value > limit.seconds)
      return yield fail(
        at(service, ...path),
        `timeoutSeconds is ${written.value}, but this Serving takes ${limit.seconds} at most and refuses the service`,
        {
          severity: "error",
          advice: "lower it, or raise max-revision-timeout-seconds in the KnativeServing",
        },
      );
    if (limit.state === "unknown" && written.value > limit.usual) yield undecided(limit.needs);
    yield* checkDrain(service, graph, path, written.value);
  },
});
