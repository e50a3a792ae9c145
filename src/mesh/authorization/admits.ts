import type { PolicySet } from "./decide.ts";
import type { PeerTest } from "./peer-pattern.ts";

/**
 * Whether some ALLOW rule may let a caller in, whatever it asks for. True where no ALLOW policy is: then all get in.
 * @param peer identity in the client certificate; null without one
 */
export function mayAdmit(set: PolicySet, peer: string | null): boolean {
  const { ALLOW } = set.byAction;
  const mayHold = (tests: readonly PeerTest[]): boolean => tests.every((test) => test(peer) !== "no");
  return (
    ALLOW.length === 0 ||
    ALLOW.some(({ http }) =>
      http.some(
        ({ peers, sources }) =>
          mayHold(peers) && (sources.length === 0 || sources.some((source) => mayHold(source.peers))),
      ),
    )
  );
}
