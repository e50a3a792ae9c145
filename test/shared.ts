import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The folder of this repository. */
export const repository = root;

/**
 * Real manifests and schemas that some tests use when they are at hand: `MESHLINT_SHARED`, else a folder `shared`
 * beside the clone. A clone without them passes; such tests are reported as skipped.
 */
const folder = process.env.MESHLINT_SHARED ?? join(root, "..", "shared");

/** The path of a file or folder in the shared material, or null where it is not at hand. */
export function shared(...path: readonly string[]): string | null {
  const full = join(folder, ...path);
  return existsSync(full) ? full : null;
}
