import { type ParsedLine, single, values } from "./parse.ts";

/** Which cluster a command line means. */
export interface ClusterArguments {
  readonly kubeconfig: string | null;
  readonly context: string | null;
}

export function clusterArguments(line: ParsedLine): ClusterArguments {
  return { kubeconfig: single(line, "kubeconfig"), context: single(line, "context") };
}

export interface SnapshotArguments extends ClusterArguments {
  readonly output: string | null;
  /** Null: all. */
  readonly namespaces: readonly string[] | null;
}

export function snapshotArguments(line: ParsedLine): SnapshotArguments {
  const namespaces = values(line, "namespace");
  return {
    ...clusterArguments(line),
    output: single(line, "output"),
    namespaces: namespaces.length === 0 ? null : [...new Set(namespaces)].sort(),
  };
}
