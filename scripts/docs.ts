/**
 * Writes what is generated from the code: the rule index, the rule pages' heads and examples, the README's tables.
 * `--index-only` writes the index alone; `test/docs.test.ts` fails while anything is out of date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, ruleIndex } from "./catalogue.ts";

writeFileSync(join(root, "rules", "index.ts"), ruleIndex());
if (!process.argv.includes("--index-only")) {
  // The pages need the rules themselves, so they are loaded after the index was written.
  const { generated } = await import("./pages.ts");
  for (const [path, text] of await generated()) writeFileSync(join(root, path), text);
}
