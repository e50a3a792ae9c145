import { takeSnapshot } from "../../apply/snapshot.ts";
import { snapshotText } from "../../apply/snapshot-text.ts";
import { plural } from "../../report/summary.ts";
import { snapshotArguments } from "../cluster-arguments.ts";
import type { Io } from "../io.ts";
import { clusterOf } from "../live-objects.ts";
import { writeWhole } from "../output.ts";
import { given, type ParsedLine } from "../parse.ts";
import { say } from "../say.ts";

/** `meshlint snapshot`: a cluster's objects as a file. */
export async function runSnapshot(line: ParsedLine, io: Io): Promise<number> {
  const { output, namespaces, ...wanted } = snapshotArguments(line);
  const cluster = clusterOf(io, wanted);
  try {
    const snapshot = await takeSnapshot(cluster, { namespaces });
    const text = snapshotText(snapshot);
    if (output === null) io.stdout.write(text);
    else writeWhole(io.cwd, output, text);
    for (const { reason } of snapshot.unread) say(io, `meshlint: not read: ${reason}`);
    if (!given(line, "quiet"))
      say(
        io,
        `meshlint: ${plural(snapshot.objects.length, "object")} of ${snapshot.server} (${snapshot.version})`,
      );
    return 0;
  } finally {
    cluster.close();
  }
}
