import type { Graph } from "../model/graph.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { configValue } from "./operator-config.ts";

/** Seconds, as `config-defaults` has them (knative/serving `pkg/apis/config/defaults.go`). */
export type Timeout =
  | { readonly state: "known"; readonly seconds: number }
  | {
      readonly state: "unknown";
      readonly needs: string;
      /** Serving's own default. */ readonly usual: number;
    };

const ownDefaults = { limit: 600, usual: 300 } as const;

function setting(graph: Graph, key: string, usual: number): Timeout {
  const servings = graph.all(kinds.KnativeServing);
  const unknown = (needs: string): Timeout => ({ state: "unknown", needs, usual });
  if (servings.length === 0) return unknown(`${key} of the KnativeServing`);
  const values = servings.map((serving) => configValue(serving, "defaults", key));
  const open = values.find((value) => value.state === "unknown");
  if (open?.state === "unknown") return unknown(open.why);
  const seconds = values.map((value) => (value.state === "value" ? Number(value.value) : usual));
  const largest = Math.max(...seconds);
  return Number.isNaN(largest) ? unknown(`${key} as a number`) : { state: "known", seconds: largest };
}

/** The longest timeout that Serving takes; of several candidates the longest counts. */
export const timeoutLimit = once((graph: Graph) =>
  setting(graph, "max-revision-timeout-seconds", ownDefaults.limit),
);

/** The timeout of services that leave it out. */
export const defaultTimeout = once((graph: Graph) =>
  setting(graph, "revision-timeout-seconds", ownDefaults.usual),
);
