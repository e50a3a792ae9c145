import type { PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isMapping, toJson, valueAt } from "../../model/value.ts";
import type { Path, Value } from "../../model/value.ts";
import { type Container, containersOf, declaredPorts } from "./ports.ts";

/** An HTTP probe of a container. */
export interface Probe {
  readonly kind: string;
  readonly container: Container;
  readonly path: Path;
  readonly port: string | number;
  /** The number of the port; null where no port of the container has the name. */
  readonly number: number | null;
  readonly isHttps: boolean;
}

const probeKeys = ["readinessProbe", "livenessProbe", "startupProbe"];

/** The HTTP probes of a pod's containers. */
export function probesOf(pod: PodTemplate): readonly Probe[] {
  return containersOf(pod).flatMap((container) =>
    probeKeys.flatMap((kind): readonly Probe[] => {
      const request = valueAt(container.value, [kind, "httpGet"]);
      if (!isMapping(request)) return [];
      const { port, scheme } = request;
      if ((typeof port !== "string" && typeof port !== "number") || isUnknown(port) || isUnknown(scheme))
        return [];
      const named = declaredPorts(container).find(({ name }) => name === port)?.containerPort;
      const number = typeof port === "number" ? port : named;
      return [
        {
          kind,
          container,
          path: [...container.path, kind, "httpGet"],
          port,
          number: typeof number === "number" ? number : null,
          isHttps: scheme === "HTTPS",
        },
      ];
    }),
  );
}

/** Whether a number stands in the settings of a container: its arguments, or its environment. */
function mentions({ value }: Container, port: number): boolean {
  const digits = new RegExp(`(?<!\\d)${port}(?!\\d)`);
  const texts: readonly (Value | undefined)[] = [value.args, value.command, value.env];
  return texts.some((text) => text !== undefined && digits.test(toJson(text)));
}

/**
 * Whether a probe asks at a port that its container does not seem to have: a name that is not in its list, or, over
 * TLS, a number that is in neither the list nor its settings. A container without a list may have any number, and many
 * servers answer plain probes at a port that they do not list.
 */
export function asksNowhere({ container, port, number, isHttps }: Probe): boolean {
  if (typeof port === "string") return number === null;
  if (!isHttps) return false;
  const declared = declaredPorts(container);
  if (declared.length === 0 || declared.some(({ containerPort }) => containerPort === port)) return false;
  return !mentions(container, port);
}
