import type { Severity } from "../model/finding.ts";
import type { Graph, PodTemplate } from "../model/graph.ts";
import { atLeast } from "../model/version.ts";
import { annotation } from "./field.ts";
import { parseBool } from "./go-values.ts";
import { versionsOf } from "./pod-versions.ts";
import { probeRewriteKey } from "./sidecar-settings.ts";
import { facts, holds } from "./version-facts.ts";

/** What a pod's annotation says about the kubelet's probes. */
export type ProbeRewrite =
  | { readonly state: "on" }
  /** `text`: what is written, null if nothing is; `refused`: it switches the rewriting off. */
  | { readonly state: "missing"; readonly text: string | null; readonly refused: boolean }
  | { readonly state: "unknown"; readonly why: string };

export function probeRewrite(pod: PodTemplate): ProbeRewrite {
  const value = annotation(pod, probeRewriteKey);
  if (value.state === "unknown") return value;
  const text = value.state === "value" ? value.value : null;
  const parsed = text === null ? null : parseBool(text);
  return parsed === true ? { state: "on" } : { state: "missing", text, refused: parsed === false };
}

/** Charts rewrite probes mesh-wide from Service Mesh 2.1 on; what the documents ask for is a safeguard there. */
export function unwrittenSeverity(graph: Graph, pod: PodTemplate): Severity {
  const versions = versionsOf(graph, pod);
  if (versions.every((version) => !atLeast(version, "2.1"))) return "error";
  const modern =
    versions.every((version) => version.major >= 3) || holds(facts.injectionByLabel, graph.profile);
  return modern ? "info" : "warning";
}
