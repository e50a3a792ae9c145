/**
 * Builds `dist/`: the command line (`meshlint.js`), the library (`index.js`), the core for browsers (`core.js`)
 * and their types. Chunks are split, so that a command loads only what it needs. Everything is bundled: the package
 * has no dependencies to install.
 *
 * With `--committed` it writes what is built and committed instead: the Action's bundle, and the NOTICE with the
 * licences of all that is bundled. Tests compare both, so an ordinary build leaves them alone.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { root } from "./catalogue.ts";
import { notice } from "./notice.ts";
import { pruneTypes } from "./types.ts";

const version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "node20.19",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  define: { MESHLINT_VERSION: JSON.stringify(version) },
} as const satisfies BuildOptions;

/** CommonJS packages inside an ESM bundle call `require` for Node's own modules. */
const requireBanner =
  'import { createRequire as meshlintRequire } from "node:module"; const require = meshlintRequire(import.meta.url);';

/** The command line and the library. */
export function nodeBuild(outdir: string) {
  return {
    ...common,
    platform: "node",
    entryPoints: { meshlint: "src/cli/bin.ts", index: "src/index.ts" },
    outdir,
    splitting: true,
    // Each start reads all of the code it needs: short names make that a tenth shorter.
    minifyIdentifiers: true,
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: requireBanner },
  } as const satisfies BuildOptions;
}

/** The core without Node: fails to build if a `node:` module is imported anywhere below it. */
export function coreBuild(outdir: string) {
  return {
    ...common,
    platform: "browser",
    target: "es2023",
    entryPoints: { core: "src/core.ts" },
    outdir,
    splitting: true,
    chunkNames: "chunks/core-[name]-[hash]",
  } as const satisfies BuildOptions;
}

/** `@actions/core` carries an HTTP client for tokens that nobody here asks for: what is not called stays out. */
const onlyWhatIsCalled: Plugin = {
  name: "only-what-is-called",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(?:@actions\/|undici$|tunnel$)/ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === "resolved") return undefined;
      const { importer, kind, namespace, resolveDir, with: attributes } = where;
      const found = await resolve(path, {
        importer,
        kind,
        namespace,
        resolveDir,
        with: attributes,
        pluginData: "resolved",
      });
      return { ...found, sideEffects: false };
    });
  },
};

/** The Action: one file, committed, so that a workflow needs no installation. */
export function actionBuild(outdir: string) {
  return {
    ...common,
    platform: "node",
    entryPoints: { main: "src/action/bin.ts" },
    outdir,
    outExtension: { ".js": ".mjs" },
    banner: { js: requireBanner },
    plugins: [onlyWhatIsCalled],
  } as const satisfies BuildOptions;
}

/** What is built and committed, as it should be: texts by path. */
export async function committedFiles(): Promise<ReadonlyMap<string, string>> {
  const outdir = join(root, "action");
  const results = await Promise.all([
    build({ ...actionBuild(outdir), write: false }),
    build({ ...nodeBuild(outdir), write: false }),
    build({ ...coreBuild(outdir), write: false }),
  ]);
  const metafiles: readonly Metafile[] = results.map((result) => result.metafile);
  return new Map([
    ["action/main.mjs", results[0].outputFiles.map((file) => file.text).join("")],
    ["NOTICE", notice(metafiles, root)],
  ]);
}

/** Builds everything that the package holds into a folder. */
export async function buildPackage(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  await Promise.all([build(nodeBuild(dist)), build(coreBuild(dist))]);
  chmodSync(join(dist, "meshlint.js"), 0o755);
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  );
  const types = join(dist, "types");
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", types], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  pruneTypes(types, ["src/index.d.ts", "src/core.d.ts"]);
}

async function writeCommitted(): Promise<void> {
  for (const [path, text] of await committedFiles()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

if (process.argv[1] === import.meta.filename) {
  await (process.argv.includes("--committed") ? writeCommitted() : buildPackage(join(root, "dist")));
}
