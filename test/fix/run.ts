import { fixAll, type FixInput, type FixOutcome } from "../../src/fix/fix-all.ts";
import type { Report } from "../../src/model/report.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { lintMemory, type MemoryOptions } from "../support/lint.ts";

/** Remembers reports, as the command line does. */
export function remembered(run: (files: readonly SourceFile[]) => Report): FixInput["shown"] {
  const known = new WeakMap<readonly SourceFile[], Report>();
  return (files) => {
    const report = known.get(files) ?? run(files);
    known.set(files, report);
    return report;
  };
}

/** Files as the loader reads them. */
export function asRead(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.map(({ path, text }) => ({ path, text: text.replace(/^\uFEFF/, "") }));
}

/** Fixes files in memory, as the command line would fix all of its working directory. */
export function fixMemory(
  files: readonly SourceFile[],
  options: MemoryOptions = {},
  more: Partial<FixInput> = {},
): FixOutcome {
  const lint = remembered((now) => lintMemory(now, options));
  return fixAll({
    files: asRead(files),
    review: true,
    shown: lint,
    everything: lint,
    locked: () => null,
    fileOf: (path) => path,
    ...more,
  });
}
