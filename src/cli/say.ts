import { inertLines, safeText } from "../report/safe-text.ts";
import type { Io } from "./io.ts";

/** Words for people on standard error. */
export function say(io: Io, text: string): void {
  const lines = text.split("\n").map(safeText).join("\n");
  io.stderr.write(inertLines(`${lines}\n`));
}
