import { isMoreOpen } from "./answer.ts";
import { outside } from "./matrix.ts";
import type { Matrix, MatrixLevel, Outcome, Pair } from "./matrix.ts";

/** `opens`, `closes`: more or less gets through than before. `differs`: it is refused in another way. */
export type ChangeKind = "opens" | "closes" | "differs";

/** A pair whose verdict is not what it was. */
export interface PairChange {
  readonly from: string;
  readonly to: string;
  readonly by: "call" | "url" | "events";
  readonly kind: ChangeKind;
  /** Null: there was nothing to call, or nobody to call it. */
  readonly before: Outcome | null;
  readonly after: Outcome | null;
}

export interface MatrixDiff {
  readonly by: MatrixLevel;
  /** In the order of the matrix; what opens first. */
  readonly changes: readonly PairChange[];
  readonly notes: readonly string[];
}

const columns = ["call", "url", "events"] as const;

/** How a verdict differs from another one; null: it does not. What is not there refuses. */
function kindOf(before: Outcome | null, after: Outcome | null): ChangeKind | null {
  const [then, now] = [before?.verdict ?? "DENY", after?.verdict ?? "DENY"];
  if (isMoreOpen(now, then)) return "opens";
  if (isMoreOpen(then, now)) return "closes";
  return before === null || after === null || then === now ? null : "differs";
}

const keyOf = ({ from, to }: Pair): string => JSON.stringify([from, to]);

function changesOf(before: Pair | null, after: Pair | null): readonly PairChange[] {
  const pair = after ?? before;
  if (pair === null) return [];
  const { from, to } = pair;
  return columns.flatMap((by): readonly PairChange[] => {
    // The external URL is the same for all callers: it is told once.
    if (by === "url" && from !== outside) return [];
    const [then, now] = [before?.[by] ?? null, after?.[by] ?? null];
    const kind = kindOf(then, now);
    return kind === null ? [] : [{ from, to, by, kind, before: then, after: now }];
  });
}

const order: readonly ChangeKind[] = ["opens", "closes", "differs"];

/**
 * What a change opens and closes: the pairs whose verdict is another one than before, also those with callers and
 * services that come or go.
 *
 * @param before the matrix of the base, by the same level and with the same tenants
 */
export function matrixDiff(before: Matrix, after: Matrix): MatrixDiff {
  const then = new Map(before.pairs.map((pair) => [keyOf(pair), pair] as const));
  const now = new Set(after.pairs.map(keyOf));
  const changes = [
    ...after.pairs.flatMap((pair) => changesOf(then.get(keyOf(pair)) ?? null, pair)),
    ...before.pairs.filter((pair) => !now.has(keyOf(pair))).flatMap((pair) => changesOf(pair, null)),
  ];
  return {
    by: after.by,
    changes: order.flatMap((kind) => changes.filter((change) => change.kind === kind)),
    notes: after.notes,
  };
}
