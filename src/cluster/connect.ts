import { existsSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Cluster } from "../model/cluster.ts";
import { UsageError } from "../model/errors.ts";
import { suggestion } from "../model/nearest.ts";
import { RestCluster } from "./rest.ts";
import { Transport } from "./transport.ts";

export interface ConnectOptions {
  /** `--kubeconfig`; null: `KUBECONFIG`, else `~/.kube/config`, else the credentials inside of a cluster. */
  readonly kubeconfig: string | null;
  /** `--context`; null: the current one. */
  readonly context: string | null;
  /** Milliseconds until an answer counts as missing; default 30 seconds. */
  readonly timeout?: number;
  readonly retries?: number;
  readonly signal?: AbortSignal;
}

function configOf({ kubeconfig }: ConnectOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== null && !existsSync(kubeconfig))
    throw new UsageError(`--kubeconfig: there is no file ${kubeconfig}`);
  try {
    if (kubeconfig !== null) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
    throw new UsageError(
      `the kubeconfig ${kubeconfig ?? "of KUBECONFIG or ~/.kube/config"} cannot be read: ${why}`,
    );
  }
  return config;
}

/**
 * The cluster of a kubeconfig, or the one that the process runs in, by the official client library's rules. Nothing is
 * sent yet.
 *
 * @throws UsageError for a kubeconfig that is missing or broken, and for a context that it does not have
 */
export function connect(options: ConnectOptions): Cluster {
  const config = configOf(options);
  if (options.context !== null) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(options.context))
      throw new UsageError(
        `--context: the kubeconfig has no context "${options.context}"${suggestion(options.context, names)}`,
      );
    config.setCurrentContext(options.context);
  }
  const cluster = config.getCurrentCluster();
  // What the library makes up where it finds nothing at all.
  const made = cluster?.server === "http://localhost:8080" && config.getCurrentContext() === "loaded-context";
  if (cluster === null || made)
    throw new UsageError(
      "there is no cluster: no kubeconfig was found; name one with --kubeconfig FILE or KUBECONFIG",
    );
  const { timeout = 30_000, retries = 4, signal } = options;
  const transport = new Transport(config, cluster.server, { timeout, retries, ...(signal && { signal }) });
  const context = config.getCurrentContext();
  return new RestCluster(transport, context === "inClusterContext" ? null : context);
}
