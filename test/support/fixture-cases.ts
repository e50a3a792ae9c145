import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import type { SourceFile } from "../../src/model/source.ts";
import { repository } from "../shared.ts";

/** What a case of a rule shows; the folder's name begins with it. */
export const outcomes = ["fail", "pass", "near", "undecided"] as const;
export type Outcome = (typeof outcomes)[number];

export interface FixtureCase {
  readonly rule: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** Manifests, with paths relative to the case's folder. */
  readonly files: readonly SourceFile[];
  /** The case's own `meshlint.yaml`, if it has one. */
  readonly config: SourceFile | null;
  /** The files below `base/`, with paths relative to it: the base revision. Null without that folder. */
  readonly base: readonly SourceFile[] | null;
  /** The files below `live/`: the cluster's objects, status included; the case runs with them. Null without it. */
  readonly live: readonly SourceFile[] | null;
}

const folders = ["base/", "live/"];

/** The files below a folder of a case, with paths relative to it. */
function below(folder: string, files: readonly SourceFile[]): readonly SourceFile[] | null {
  const found = files
    .filter((file) => file.path.startsWith(folder))
    .map(({ path, text }) => ({ path: path.slice(folder.length), text }));
  return found.length > 0 ? found : null;
}

/** Every file below a folder, as text, sorted by path. */
export function readFolder(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.replaceAll("\\", "/"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));
}

/** The cases of a rule below `fixtures/rules/<group>/<name>/`, sorted by name. */
export function casesOf(rule: string): readonly FixtureCase[] {
  const folder = join(repository, "fixtures", "rules", rule);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const outcome = outcomes.find((known) => name.startsWith(known));
      if (!outcome)
        throw new Error(
          `${posix.join("fixtures/rules", rule, name)}: a case begins with ${outcomes.join(", ")}`,
        );
      const all = readFolder(join(folder, name));
      const files = all.filter((file) => !folders.some((folder) => file.path.startsWith(folder)));
      return {
        rule,
        name,
        outcome,
        files: files.filter((file) => file.path !== "meshlint.yaml"),
        config: files.find((file) => file.path === "meshlint.yaml") ?? null,
        base: below("base/", all),
        live: below("live/", all),
      };
    });
}
