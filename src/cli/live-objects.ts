import { resolve } from "node:path";
import { takeSnapshot } from "../apply/snapshot.ts";
import { snapshotText } from "../apply/snapshot-text.ts";
import { connect } from "../cluster/connect.ts";
import type { Cluster } from "../model/cluster.ts";
import type { SourceFile } from "../model/source.ts";
import type { ClusterArguments } from "./cluster-arguments.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** The cluster of a command line; the paths in it are relative to the working directory. */
export function clusterOf(io: Io, { kubeconfig, context }: ClusterArguments): Cluster {
  return connect({ kubeconfig: kubeconfig === null ? null : resolve(io.cwd, kubeconfig), context });
}

/**
 * A cluster's objects of now, as the file that `snapshot` would write. What could not be read is said.
 *
 * @throws ClusterError where nothing can be read
 */
export async function liveObjects(io: Io, wanted: ClusterArguments): Promise<SourceFile> {
  const cluster = clusterOf(io, wanted);
  try {
    const snapshot = await takeSnapshot(cluster, { namespaces: null });
    for (const { reason } of snapshot.unread) say(io, `meshlint: not read: ${reason}`);
    return { path: `<${cluster.server.replace(/^https?:\/\//, "")}>`, text: snapshotText(snapshot) };
  } finally {
    cluster.close();
  }
}
