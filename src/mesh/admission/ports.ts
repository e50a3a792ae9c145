import type { PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path } from "../../model/value.ts";

/** A container of a pod that runs as long as the pod does. */
export interface Container {
  readonly value: Mapping;
  readonly path: Path;
  readonly name: string;
}

/** Containers, and init containers that stay as sidecars. */
export function containersOf(pod: PodTemplate): readonly Container[] {
  return ["containers", "initContainers"].flatMap((key) => {
    const list = valueAt(pod.spec, [key]);
    return (isList(list) ? list : []).flatMap((value, index): readonly Container[] => {
      if (!isMapping(value) || (key === "initContainers" && value.restartPolicy !== "Always")) return [];
      const name = typeof value.name === "string" ? value.name : String(index);
      return [{ value, path: [...pod.specPath, key, index], name }];
    });
  });
}

/** The ports that a container says it has. */
export function declaredPorts({ value }: Container): readonly Mapping[] {
  const ports = valueAt(value, ["ports"]);
  return isList(ports) ? ports.filter(isMapping) : [];
}

/** The pod port that a Service port leads to; `missing`: no container has it, as far as they list their ports. */
export type PortTarget =
  | { readonly state: "known"; readonly port: number }
  | { readonly state: "missing"; readonly wanted: string | number }
  | { readonly state: "unknown"; readonly needs: string };

/**
 * Where a port of a Service leads in a pod. Ports by name have to be there; a number is wrong only where every container
 * lists its ports, and none has it: the list is information only.
 */
export function targetOf(port: Mapping, pod: PodTemplate): PortTarget {
  const wanted = port.targetPort ?? port.port;
  const containers = containersOf(pod);
  const all = containers.flatMap(declaredPorts);
  if (typeof wanted === "number") {
    const everyLists = containers.length > 0 && containers.every((one) => declaredPorts(one).length > 0);
    const isListed = all.some(({ containerPort }) => containerPort === wanted);
    return everyLists && !isListed ? { state: "missing", wanted } : { state: "known", port: wanted };
  }
  if (typeof wanted !== "string" || isUnknown(wanted))
    return { state: "unknown", needs: "the target port of the Service" };
  const named = all.find((entry) => entry.name === wanted)?.containerPort;
  return typeof named === "number" ? { state: "known", port: named } : { state: "missing", wanted };
}
