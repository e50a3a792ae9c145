import type { Graph, PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import {
  isList,
  isMapping,
  type Mapping,
  type Path,
  plainText,
  toJson,
  type Value,
  valueAt,
} from "../../model/value.ts";
import { type Place, read, type Reading } from "../field.ts";
import { kinds, workloadKinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { revisionKinds } from "../revision-templates.ts";
import { hasPeerPods, remoteClass, vmResource } from "./settings.ts";

/** Kinds whose pods may be peer pods. */
export const podKinds = [...workloadKinds, ...revisionKinds, kinds.ContainerSource] as const;

/** The variable that names the class the webhook acts on, and how the document spells it. */
export const classVariable = { right: "TARGET_RUNTIMECLASS", printed: "TARGET_RUNTIME_CLASS" } as const;

export interface Container {
  readonly value: Mapping;
  readonly path: Path;
}

/** The containers of a pod, in their order; init containers first or alone where asked for. */
export function containersOf(
  pod: PodTemplate,
  lists: readonly ("containers" | "initContainers")[] = ["containers"],
): readonly Container[] {
  return lists.flatMap((list) => {
    const items = valueAt(pod.spec, [list]);
    return (isList(items) ? items : []).flatMap((value, index) =>
      isMapping(value) ? [{ value, path: [...pod.specPath, list, index] }] : [],
    );
  });
}

export interface Variable extends Place {
  readonly name: string;
  /** Undefined where it comes from elsewhere. */
  readonly value: Value | undefined;
}

function variablesOf(resource: Resource, { value, path }: Container): readonly Variable[] {
  const env = valueAt(value, ["env"]);
  return (isList(env) ? env : []).flatMap((item, index): readonly Variable[] =>
    isMapping(item) && typeof item.name === "string"
      ? [{ resource, path: [...path, "env", index], name: item.name, value: item.value }]
      : [],
  );
}

const webhookNames = /peer-?pods-webhook/;

/** The variables of each container that runs the webhook of peer pods, by its names and its other variables. */
export const webhooks = once((graph: Graph): readonly (readonly Variable[])[] =>
  graph.pods().flatMap((pod) =>
    containersOf(pod).flatMap((container) => {
      const { name, image } = container.value;
      const variables = variablesOf(pod.resource, container);
      const isWebhook =
        [name, image, pod.resource.name].some(
          (text) => typeof text === "string" && webhookNames.test(text),
        ) || variables.some((variable) => variable.name === "POD_VM_EXTENDED_RESOURCE");
      return isWebhook ? [variables] : [];
    }),
  ),
);

/** The class that the webhook acts on (openshift/cloud-api-adaptor `remove-resourcespec.go`). */
export const targetClass = once((graph: Graph): Reading<string> => {
  const targets = webhooks(graph).map((variables): Value | undefined => {
    const variable = variables.find(({ name }) => name === classVariable.right);
    if (variable === undefined || variable.value === "") return remoteClass;
    return variable.value;
  });
  const [first = remoteClass] = targets;
  if (targets.some((target) => target !== first) || typeof first !== "string" || isUnknown(first))
    return { state: "unknown", why: "the runtime class that the webhook of peer pods acts on" };
  return { state: "value", value: first };
});

export function runtimeClassOf(pod: PodTemplate): Reading<Value> {
  return read(pod.resource, [...pod.specPath, "runtimeClassName"]);
}

/** The set's own templates of peer pods: those that the webhook acts on by their class. */
export const peerPods = once((graph: Graph): readonly PodTemplate[] => {
  const target = targetClass(graph);
  return graph.pods().filter((pod) => {
    const { standing, form } = pod.resource;
    if (standing !== "own" || form !== "full") return false;
    const written = runtimeClassOf(pod);
    return written.state === "value" && target.state === "value" && written.value === target.value;
  });
});

/** The own resources behind peer pods, without those that another object makes. */
export const peerPodResources = once((graph: Graph): readonly Resource[] => [
  ...new Set(peerPods(graph).map((pod) => pod.resource)),
]);

/** The path of the first container's own request or limit of a peer-pod machine; null: none asks for one. */
export function requestedVm(pod: PodTemplate): Path | null {
  for (const { value, path } of containersOf(pod))
    for (const list of ["limits", "requests"]) {
      const steps = ["resources", list, vmResource];
      if (valueAt(value, steps) !== undefined) return [...path, ...steps];
    }
  return null;
}

/** Why a pod is no peer pod although it is meant as one, with the field that says so; null: it is not meant so. */
export type Mismatch =
  | { readonly state: "wrong"; readonly path: Path; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether the pod asks for a peer pod by its class or its resources and will not become one. */
export function mismatchOf(graph: Graph, pod: PodTemplate): Mismatch | null {
  const written = runtimeClassOf(pod);
  const vm = requestedVm(pod);
  if (written.state === "absent" && vm === null) return null;
  if (written.state === "unknown") return { state: "unknown", needs: written.why };
  const target = targetClass(graph);
  if (target.state !== "value") return { state: "unknown", needs: "the class that the webhook acts on" };
  if (written.state === "absent")
    return {
      state: "wrong",
      path: vm ?? pod.specPath,
      why: `the pod asks for ${vmResource} and has no runtime class, so it runs as an ordinary pod and only takes a peer pod's place on the node`,
    };
  if (written.value === target.value) return null;
  const path = [...pod.specPath, "runtimeClassName"];
  const shown = toJson(written.value);
  const wrong = (because: string): Mismatch => ({
    state: "wrong",
    path,
    why: `the runtime class ${shown} is not ${target.value}, the one that the webhook of peer pods acts on, although ${because}`,
  });
  if (vm !== null) return wrong(`the pod asks for ${vmResource}`);
  const [made] = graph.named(kinds.RuntimeClass, null, plainText(written.value));
  if (made && valueAt(made.value, ["handler"]) === remoteClass) return wrong(`its handler is ${remoteClass}`);
  // On machines of one's own the local sandboxes work beside peer pods.
  const ownMachines = /^(?:bare-?metal|none)$/i.test(graph.profile.platform ?? "");
  if (written.value !== "kata" || ownMachines) return null;
  const used = hasPeerPods(graph);
  if (used === "unknown") return { state: "unknown", needs: "whether the cluster's sandboxes are peer pods" };
  if (used === "no") return null;
  const why = `the runtime class "kata" makes a sandbox on the node itself, and the set enables peer pods, whose class is ${target.value}`;
  return { state: "wrong", path, why };
}
