import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The declarations that a declaration imports. */
function imported(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)\.[tj]s"/g)].flatMap((match) =>
    match[1] === undefined ? [] : `${resolve(dirname(file), match[1])}.d.ts`,
  );
}

/** Removes the declarations that no entry reaches: the compiler writes one for every file that it reads. */
export function pruneTypes(folder: string, entries: readonly string[]): void {
  const reached = new Set<string>();
  const open = entries.map((entry) => join(folder, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    if (!existsSync(file)) throw new Error(`${file} is imported by a declaration, but was not written`);
    reached.add(file);
    open.push(...imported(file));
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}
