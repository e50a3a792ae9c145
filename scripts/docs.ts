/**
 * Writes what is generated from the code: the rule indexes, the rule pages' heads and examples, the README's tables.
 * `--index-only` writes the indexes alone; `test/docs.test.ts` fails while anything is out of date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { everydayIndex, root, ruleIndex } from "./catalogue.ts";

writeFileSync(join(root, "rules", "index.ts"), ruleIndex());
// What needs the rules themselves is loaded after the index was written.
const { rules } = await import("../rules/index.ts");
writeFileSync(join(root, "rules", "everyday.ts"), everydayIndex(rules));
if (!process.argv.includes("--index-only")) {
  const { generated } = await import("./pages.ts");
  for (const [path, text] of await generated()) writeFileSync(join(root, path), text);
}
