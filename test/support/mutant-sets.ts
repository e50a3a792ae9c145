import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import type { Finding } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { repository } from "../shared.ts";
import { readFolder } from "./fixture-cases.ts";
import { lintMemory } from "./lint.ts";
import type { Mutant } from "./mutants.ts";

/** A set of the repository's own examples, as its `meshlint.yaml` has it. */
export interface MutantSet {
  readonly name: string;
  /** Named by the set's folder: `platform/11-smcp.yaml`. */
  readonly files: readonly SourceFile[];
  /** What is said of the set as it is. */
  readonly findings: readonly Finding[];
  /** What is said of it with a change, apart from what is said without. */
  lint(mutant: Mutant): Pick<Report, "findings" | "crashes">;
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly context?: readonly { readonly path: string; readonly complete?: boolean }[];
}

const { sets }: { readonly sets: readonly Entry[] } = parse(
  readFileSync(join(repository, "meshlint.yaml"), "utf8"),
);

function filesOf(path: string): readonly SourceFile[] {
  const files = readFolder(join(repository, path));
  return files.map((file) => ({ path: `${basename(path)}/${file.path}`, text: file.text }));
}

/** What a finding says and of what, wherever lines have moved to. */
const keyOf = ({ rule, at, path, message }: Finding): string =>
  [rule, at.file.path, path, message].join("\n");

/** @throws if `meshlint.yaml` has no set of the name */
export function mutantSet(name: string): MutantSet {
  const entry = sets.find((set) => set.name === name);
  if (!entry) throw new Error(`meshlint.yaml has no set ${name}`);
  const files = filesOf(entry.path);
  const context = entry.context?.map((part) => ({ ...part, path: part.path.replace(/^fixtures\//, "") }));
  const config = {
    path: "meshlint.yaml",
    text: JSON.stringify({ sets: [{ ...entry, path: basename(entry.path), ...(context && { context }) }] }),
  };
  const contextFiles = (entry.context ?? []).map(({ path }) => ({
    source: path.replace(/^fixtures\//, ""),
    files: filesOf(path.replace(/\/[^/]*$/, "")),
  }));
  const lint = (changed: readonly SourceFile[]): Report => lintMemory(changed, { config, contextFiles });
  const { findings } = lint(files);
  const known = new Set(findings.map(keyOf));
  return {
    name,
    files,
    findings,
    lint(mutant) {
      // Without the only object of a set there is nothing to lint.
      if (mutant.mutation === "remove object" && files.length === 1) return { findings: [], crashes: [] };
      // Files that are not changed stay the same objects, which are parsed once.
      const changed = files.map((file) =>
        file.path === mutant.file ? { path: file.path, text: mutant.text } : file,
      );
      const report = lint(changed);
      return {
        findings: report.findings.filter((finding) => !known.has(keyOf(finding))),
        crashes: report.crashes,
      };
    },
  };
}
