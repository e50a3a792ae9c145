import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, plainText, type Path, type Value } from "../model/value.ts";
import { readSetting, parseYaml } from "./control-plane-settings.ts";
import { annotation } from "./field.ts";
import { parseDuration } from "./go-values.ts";
import { kinds } from "./kinds.ts";
import { serverlessControlPlanes, serverlessMesh } from "./serverless-mesh.ts";

/** Where a control plane says how long proxies drain. */
export function drainPath(controlPlane: Resource): Path {
  const mesh = controlPlane.kind === kinds.ServiceMeshControlPlane ? "techPreview" : "values";
  return ["spec", mesh, "meshConfig", "defaultConfig", "terminationDrainDuration"];
}

export type Drain =
  /** Milliseconds. `at`: the control plane that says so; null for the pod's own annotation. */
  | {
      readonly state: "known";
      readonly duration: number;
      readonly text: string;
      readonly by: Resource | null;
    }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

function fromText(value: Value, by: Resource | null): Drain {
  const text = plainText(value);
  const duration = text === null ? null : parseDuration(text);
  return text === null || duration === null
    ? { state: "none", why: "terminationDrainDuration is not a duration, which is reported" }
    : { state: "known", duration, text, by };
}

/** How long the proxy of a pod drains: by its annotation, else by the control plane of the Serverless mesh. */
export function drainOf(graph: Graph, pod: PodTemplate): Drain {
  const own = annotation(pod, "proxy.istio.io/config");
  if (own.state === "unknown") return { state: "unknown", needs: own.why };
  const config = own.state === "value" ? parseYaml(own.value) : null;
  const written = isMapping(config) ? (config.terminationDrainDuration ?? null) : null;
  if (written !== null) return fromText(written, null);
  const mesh = serverlessMesh(graph);
  if (mesh.state === "none") return { state: "none", why: mesh.why };
  const [plane] = serverlessControlPlanes(graph);
  if (!plane) return { state: "unknown", needs: "the control plane of the mesh" };
  const setting = readSetting(graph, plane, drainPath(plane));
  if (setting.state === "unknown") return { state: "unknown", needs: setting.why };
  return setting.state === "value"
    ? fromText(setting.value, plane)
    : { state: "none", why: "terminationDrainDuration is not set, which is reported" };
}
