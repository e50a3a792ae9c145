import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { coreBuild } from "../../scripts/build.ts";
import type * as Core from "../../src/core.ts";
import { formatNames, formatReport, lint } from "../../src/index.ts";
import { repository } from "../shared.ts";
import { workspace } from "./support.ts";

const path = "app-broken/service.yaml";
const text = readFileSync(join(repository, "fixtures", path), "utf8");

describe("the core without Node", () => {
  // Nothing of Node, and nothing of a browser either: what the language itself has.
  const sandbox = createContext({});
  let core: typeof Core;

  beforeAll(async () => {
    const options = coreBuild(join(repository, "dist"));
    const { outputFiles } = await build({
      ...options,
      splitting: false,
      format: "iife",
      globalName: "meshlint",
      write: false,
    });
    runInContext(outputFiles.map((file) => file.text).join("\n"), sandbox);
    core = runInContext("meshlint", sandbox);
  });

  it("has no process, no require and no Buffer", () => {
    expect(runInContext("typeof process + typeof require + typeof Buffer", sandbox)).toBe(
      "undefined".repeat(3),
    );
  });

  it("finds what the library finds on disk", async () => {
    const report = await core.lintFiles([{ path, text: `\uFEFF${text}` }]);
    const onDisk = await lint({ cwd: workspace(["app-broken"]) });
    expect(report.findings.length).toBeGreaterThan(0);
    expect(core.formatReport("json", report)).toBe(await formatReport("json", onDisk));
  });

  it.each(formatNames)("writes %s", async (name) => {
    const report = await core.lintFiles([{ path, text }]);
    expect(core.formatReport(name, report)).toContain(path);
  });

  it.each(["compact", "github", "gitlab", "json", "junit", "markdown", "pretty"] as const)(
    "writes the bytes of the library as %s",
    async (name) => {
      const report = await core.lintFiles([{ path, text }]);
      expect(core.formatReport(name, report)).toBe(await formatReport(name, report));
    },
  );

  it("asks for a second opinion where the first reader refuses what kubectl takes", async () => {
    const files = [
      {
        path: "list.yaml",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  b: [\n  c\n  ]\n",
      },
    ];
    const report = await core.lintFiles(files);
    expect(report.files).toEqual([]);
    expect(report.counts.documents).toBe(1);
  });

  it("takes a config as text, and refuses a broken one", async () => {
    const config = { path: "meshlint.yaml", text: "rules: { '*/*': off }\n" };
    expect((await core.lintFiles([{ path, text }], { config })).findings).toEqual([]);
    const wrong = { path: "meshlint.yaml", text: "rule: {}\n" };
    await expect(core.lintFiles([{ path, text }], { config: wrong })).rejects.toThrow(/rule/);
  });

  it("tells what a change causes", async () => {
    const same = await core.lintFiles([{ path: "moved.yaml", text }], {
      base: [{ path, text }],
      changed: true,
    });
    expect(same.findings).toEqual([]);
    const all = await core.lintFiles([{ path, text }]);
    const added = await core.lintFiles([{ path, text }], { base: [], changed: true });
    expect(added.findings).toHaveLength(all.findings.length);
  });

  it("takes the options of the library", async () => {
    const report = await core.lintFiles([{ path, text }], {
      paths: ["elsewhere"],
      profile: { mesh: "2.4" },
      rules: ["service/*"],
      skip: [],
      severity: {},
      strict: true,
      sets: [],
      now: new Date("2026-01-01"),
    });
    expect(report.findings).toEqual([]);
  });

  it("cannot be built with Node's modules below it", async () => {
    const contents = 'export * from "./src/load/files.ts";';
    const { entryPoints: _entryPoints, ...options } = coreBuild("nowhere");
    const attempt = build({
      ...options,
      stdin: { contents, resolveDir: repository, loader: "ts" },
      write: false,
      logLevel: "silent",
    });
    await expect(attempt).rejects.toThrow(/Could not resolve "node:/);
  });
});
