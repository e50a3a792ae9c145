import type { Severity } from "../../model/finding.ts";
import type { Path } from "../../model/value.ts";

/** Something that is wrong with a part of a MachineConfig. */
export interface Flaw {
  readonly path: Path;
  readonly message: string;
  /** Imperative phrase. */
  readonly advice: string;
  /** Absent: the machine config operator refuses it. */
  readonly severity?: Severity;
  /** The entry that it repeats. */
  readonly other?: Path;
}

/** What a flaw depends on and nobody knows. */
export interface Open {
  readonly needs: string;
}

export type FlawOrOpen = Flaw | Open;
