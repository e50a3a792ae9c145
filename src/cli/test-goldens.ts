import { resolve } from "node:path";
import { diffLines } from "diff";
import type { Goldens } from "../harness/snapshot.ts";
import { displayPath, readSource } from "../load/files.ts";
import type { Io } from "./io.ts";
import { writeWhole } from "./output.ts";

/** Changed lines with the two around them. */
function linesOf(before: string, after: string): readonly string[] {
  return diffLines(before, after).flatMap(({ added, removed, value }) => {
    const lines = value.replace(/\n$/, "").split("\n");
    if (added) return lines.map((line) => `+ ${line}`);
    if (removed) return lines.map((line) => `- ${line}`);
    if (lines.length <= 4) return lines.map((line) => `  ${line}`);
    return [...lines.slice(0, 2), "…", ...lines.slice(-2)].map((line) => `  ${line}`);
  });
}

/** Golden files in the working directory. @param update write them instead of comparing */
export function goldensOf(io: Io, update: boolean): Goldens {
  return {
    read(path) {
      const read = readSource(path, io.cwd);
      return read.state === "read" ? read.file.text : null;
    },
    write: update ? (path, text) => writeWhole(io.cwd, path, text) : null,
    seenFrom: (folder, path) => displayPath(resolve(io.cwd, folder), resolve(io.cwd, path)),
    diff: linesOf,
  };
}
