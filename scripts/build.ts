/**
 * Builds `dist/`: the command line (`meshlint.js`), the library (`index.js`), the core for browsers (`core.js`)
 * and their types. Chunks are split, so that a command loads only what it needs.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { root } from "./catalogue.ts";

const version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "node20.19",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  define: { MESHLINT_VERSION: JSON.stringify(version) },
};

/** CommonJS packages inside an ESM bundle call `require` for Node's own modules. */
const requireBanner =
  'import { createRequire as meshlintRequire } from "node:module"; const require = meshlintRequire(import.meta.url);';

/** The command line and the library. */
export function nodeBuild(outdir: string): BuildOptions {
  return {
    ...common,
    platform: "node",
    entryPoints: { meshlint: "src/cli/bin.ts", index: "src/index.ts" },
    outdir,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: requireBanner },
  };
}

/** The core without Node: fails to build if a `node:` module is imported anywhere below it. */
export function coreBuild(outdir: string): BuildOptions {
  return { ...common, platform: "browser", target: "es2023", entryPoints: { core: "src/core.ts" }, outdir };
}

/** The Action: one file, committed, so that a workflow needs no installation. */
export function actionBuild(outdir: string): BuildOptions {
  return {
    ...common,
    platform: "node",
    entryPoints: { main: "src/action/bin.ts" },
    outdir,
    outExtension: { ".js": ".mjs" },
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: requireBanner },
  };
}

if (process.argv[1] === import.meta.filename) {
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  await build(nodeBuild(dist));
  chmodSync(join(dist, "meshlint.js"), 0o755);
  await build(coreBuild(dist));
  if (existsSync(join(root, "src/action/bin.ts"))) await build(actionBuild(join(root, "action")));
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  );
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
}
