import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "./shared.ts";

/** Who may import whom, by folder below src (`rules` is the folder beside it). Everyone may import `model`. */
const law: Readonly<Record<string, readonly string[]>> = {
  model: [],
  rule: ["model"],
  load: ["model"],
  certificates: ["model"],
  cluster: ["model"],
  apply: ["model", "rule", "rules", "load", "schema", "graph", "mesh", "engine", "report", "fix"],
  schema: ["model"],
  graph: ["model", "schema"],
  mesh: ["model", "schema", "graph"],
  simulate: ["model", "schema", "graph", "mesh"],
  fix: ["model", "load"],
  // Of mesh the version facts only.
  generate: ["model", "mesh", "fix"],
  rules: ["model", "rule", "schema", "graph", "mesh", "simulate", "fix"],
  engine: ["model", "rule", "load", "schema", "graph", "mesh", "simulate"],
  report: ["model", "rule", "simulate"],
  harness: ["model", "rule", "load", "graph", "mesh", "simulate", "engine", "report", "config"],
  config: ["model", "load", "graph", "engine", "rule"],
  cli: [
    "model",
    "certificates",
    "cluster",
    "apply",
    "rule",
    "rules",
    "load",
    "schema",
    "graph",
    "mesh",
    "simulate",
    "engine",
    "report",
    "fix",
    "generate",
    "config",
    "harness",
  ],
  action: ["model", "report", "engine", "cli", "config", "load", "rules", "rule"],
  // The doors of the library.
  "surface.ts": ["model", "rule", "report"],
  "index.ts": ["model", "rule", "rules", "engine", "config", "load", "report", "cli", "surface.ts"],
  "core.ts": ["model", "rule", "rules", "engine", "config", "load", "report", "surface.ts"],
};

/** Files that may use Node's modules. */
const edge = [
  /^src\/load\/files[\w-]*\.ts$/,
  /^src\/config\/load\.ts$/,
  /^src\/certificates\/node-reader\.ts$/,
  /^src\/cluster\//,
  /^src\/cli\//,
  /^src\/action\//,
  /^src\/index\.ts$/,
];

function sources(folder: string): readonly string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .map((file) => posix.join(folder, file.replaceAll("\\", "/")))
    .filter((file) => file.endsWith(".ts"))
    .sort();
}

function imports(file: string): readonly string[] {
  const text = readFileSync(join(repository, file), "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].flatMap((match) => match[1] ?? []);
}

function layerOf(file: string): string {
  const [top = "", second = ""] = file.split("/");
  return top === "src" ? second : top;
}

const files = [...sources("src"), ...sources("rules")];

describe("the import law", () => {
  it.each(files)("%s imports only what lies below it", (file) => {
    const own = layerOf(file);
    const allowed = law[own];
    expect(allowed, `folder ${own} has no place in the law`).toBeDefined();
    for (const wanted of imports(file).filter((name) => name.startsWith("."))) {
      const layer = layerOf(posix.normalize(posix.join(posix.dirname(file), wanted)));
      if (layer !== own) expect(allowed, `${file} imports ${wanted}`).toContain(layer);
    }
  });

  it.each(files)("%s uses Node only at the edge", (file) => {
    if (edge.some((pattern) => pattern.test(file))) return;
    const node = imports(file).filter((name) => name.startsWith("node:") || name === "fast-glob");
    expect(node, `${file} has to run in a browser`).toEqual([]);
  });

  it("a rule imports no other rule", () => {
    for (const file of sources("rules").filter((name) => /^rules\/.*\//.test(name))) {
      const others = imports(file).filter((name) => name.startsWith("."));
      for (const wanted of others) {
        const target = posix.normalize(posix.join(posix.dirname(file), wanted));
        expect(target.startsWith("rules/"), `${file} imports ${wanted}`).toBe(false);
      }
    }
  });

  it("no file in src is longer than 400 lines", () => {
    for (const file of sources("src")) {
      const lines = readFileSync(join(repository, file), "utf8").split("\n").length;
      expect(lines, file).toBeLessThanOrEqual(400);
    }
  });
});
