import { isUnknown } from "../../model/placeholder.ts";
import type { Path, Value } from "../../model/value.ts";
import type { GpuClaim, GpuUser } from "./gpu-users.ts";
import { gpuFlaw, quantity } from "./quantity.ts";

type List = "limits" | "requests";

/** What is wrong with a container's word about one GPU resource. */
export type ClaimFlaw =
  /** Nothing offers the name; `meant` is probably right. */
  | { readonly type: "name"; readonly path: Path; readonly meant: string }
  | {
      readonly type: "quantity";
      readonly path: Path;
      readonly value: Value;
      /** A clause: "is no quantity". */
      readonly said: string;
      /** It is a number that Kubernetes takes: none. */
      readonly isNone: boolean;
    }
  /** The request has no limit, or another one. */
  | {
      readonly type: "limit";
      readonly path: Path;
      readonly limitPath: Path;
      readonly request: Value;
      readonly limit: Value | undefined;
    }
  | { readonly type: "unknown"; readonly needs: string };

/** What Kubernetes refuses of a claim; numbers first, and how they go together only where each of them is right. */
export function claimFlaws({ pod }: GpuUser, claim: GpuClaim): readonly ClaimFlaw[] {
  const { key, meant, resources, limit, request } = claim;
  const path = (list: List): Path => [...resources, list, key];
  const values = { limits: limit, requests: request };
  const given = (["limits", "requests"] as const).filter((list) => values[list] !== undefined);
  if (meant !== null) return given.map((list) => ({ type: "name", path: path(list), meant }));
  const flaws = given.flatMap((list): readonly ClaimFlaw[] => {
    const value = values[list] ?? null;
    if (isUnknown(value)) return [{ type: "unknown", needs: `the number of ${key} in ${list}` }];
    const said = gpuFlaw(value);
    return said === null
      ? []
      : [{ type: "quantity", path: path(list), value, said, isNone: quantity(value) === 0n }];
  });
  // Where both of them ask for none, one word is enough.
  if (flaws.length > 0)
    return flaws.filter(
      (flaw) =>
        !(flaw.type === "quantity" && flaw.isNone && flaw.path.at(-2) === "requests" && limit !== undefined),
    );
  if (request === undefined || (limit !== undefined && quantity(limit) === quantity(request))) return [];
  // What a patch or an update leaves out may be there already.
  if (limit === undefined && pod.resource.form === "patch")
    return [{ type: "unknown", needs: `the limit of ${key} that the service has` }];
  return [{ type: "limit", path: path("requests"), limitPath: path("limits"), request, limit }];
}
