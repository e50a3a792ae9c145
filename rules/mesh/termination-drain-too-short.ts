import { setValue } from "../../src/fix/edits.ts";
import { readSetting } from "../../src/mesh/control-plane-settings.ts";
import { drainPath } from "../../src/mesh/drain-duration.ts";
import { parseDuration } from "../../src/mesh/go-values.ts";
import { controlPlaneKinds } from "../../src/mesh/kinds.ts";
import { misspeltKey } from "../../src/mesh/misspelt-key.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import { label } from "../../src/model/resource.ts";
import { plainText } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** queue-proxy keeps answering this long after its pod was told to stop (knative/serving `pkg/queue/sharedmain`). */
const queueProxyDrain = 30_000;

export const rule = defineRule({
  id: "mesh/termination-drain-too-short",
  summary: "Proxies end before queue-proxy does, so requests are cut off when a pod stops.",
  severity: "error",
  varies: true,
  category: "availability",
  documentation: [integrations("1.4.2")],
  upstream: [
    "knative/serving pkg/queue/sharedmain/main.go",
    "istio/api mesh/v1alpha1/proxy.proto",
    "openshift-knative/serverless-operator hack/lib/mesh_resources/smcp.yaml, mesh_v3_resources/02_istio.yaml",
  ],
  applies: "info up to Serverless 1.30",
  documentedFrom: "1.31",
  fix: "safe",
  reads: [...controlPlaneKinds],
  subjects: (graph) => graph.own(...controlPlaneKinds),
  *check(controlPlane, graph) {
    const serves = isServerlessMesh(graph, controlPlane);
    if (serves === "unknown") return yield undecided("the member roll that lists knative-serving");
    if (serves === "no") return yield notApplicable(`${label(controlPlane)} is not the mesh of Serverless`);
    const path = drainPath(controlPlane);
    const reading = readSetting(graph, controlPlane, path);
    if (reading.state === "unknown") return yield undecided(reading.why);
    const text = reading.state === "value" ? plainText(reading.value) : null;
    const duration = text === null ? null : parseDuration(text);
    if (duration !== null && duration > queueProxyDrain) return;

    const more = holds(facts.strictMesh, graph.profile) ? {} : { severity: "info" as const };
    const slip = text === null ? misspeltKey(controlPlane, path) : null;
    if (slip) {
      const message = `key "${slip.path.at(-1)}" is not known here and changes nothing; "${slip.meant}" is what proxies read`;
      return yield fail(atKey(controlPlane, ...slip.path), message, {
        ...more,
        advice: `rename it to ${slip.meant}`,
      });
    }
    yield fail(at(controlPlane, ...path), messageFor(text, duration), {
      ...more,
      ...remedy("set terminationDrainDuration to 35s", "safe", setValue(controlPlane, path, "35s")),
    });
  },
});

function messageFor(text: string | null, duration: number | null): string {
  const needed = "queue-proxy needs more than 30s";
  if (text === null) return `terminationDrainDuration is not set, which means 5s, but ${needed}`;
  return duration === null
    ? `terminationDrainDuration "${text}" is not a duration, and ${needed}`
    : `terminationDrainDuration is ${text}, but ${needed}`;
}
