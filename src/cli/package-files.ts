import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Put in by the build. */
declare const MESHLINT_VERSION: string | undefined;

/** The folder of this package: that of its sources in a clone, that above `dist` when installed. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** The version of meshlint. */
export function meshlintVersion(): string {
  if (typeof MESHLINT_VERSION === "string") return MESHLINT_VERSION;
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(join(packageRoot(), "package.json"), "utf8"),
  );
  return manifest.version;
}

/** The Markdown page of a rule of the catalogue, null if it has none. `id` has to be a known one. */
export function rulePage(id: string): string | null {
  const file = join(packageRoot(), "rules", `${id}.md`);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
