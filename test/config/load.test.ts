import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { extend } from "../../src/config/extend.ts";
import { findConfig, loadConfig, requireRules } from "../../src/config/load.ts";
import { type Config, type ConfigSet, emptyConfig } from "../../src/model/config.ts";
import { UsageError } from "../../src/model/errors.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "meshlint-config-")));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const load = (file: string | null = null, folder = "", packages = true) =>
  loadConfig({ cwd: join(root, folder), file, packages });

describe("the config of a run", () => {
  it("is the nearest one upward from the working directory", () => {
    write({ "meshlint.yaml": "ignore: [outer]\n", "a/meshlint.yml": "ignore: [inner]\n", "a/b/c/x": "" });
    expect(findConfig(join(root, "a/b/c"))).toBe(join(root, "a/meshlint.yml"));
    expect(load(null, "a/b/c")).toMatchObject({
      folder: "../..",
      config: { file: "../../meshlint.yml", ignore: ["inner"] },
    });
    expect(load()).toMatchObject({ folder: ".", config: { file: "meshlint.yaml", ignore: ["outer"] } });
  });

  it("is the one that the command line names", () => {
    write({ "meshlint.yaml": "ignore: [outer]\n", "ci/strict.yaml": "\uFEFFignore: [strict]\n" });
    expect(load("ci/strict.yaml")).toMatchObject({ folder: "ci", config: { ignore: ["strict"] } });
    expect(load(join(root, "ci/strict.yaml"))).toMatchObject({ config: { file: "ci/strict.yaml" } });
  });

  it("is empty where there is none", () => {
    mkdirSync(join(root, "meshlint.yaml"));
    expect(load()).toEqual({ config: emptyConfig, folder: ".", patterns: [] });
  });

  it("that cannot be read is told", () => {
    write({ "folder/x": "" });
    expect(() => load("none.yaml")).toThrow(
      new UsageError("cannot read config none.yaml: there is no such file"),
    );
    expect(() => load("folder")).toThrow("cannot read config folder: it is a folder");
    expect(() => load("folder/x/y.yaml")).toThrow("cannot read config folder/x/y.yaml: ENOTDIR");
  });

  it("that is wrong is told with file, line and column", () => {
    write({ "a/meshlint.yaml": "\n\nrule: {}\n" });
    expect(() => load("a/meshlint.yaml")).toThrow(
      'a/meshlint.yaml:3:1: unknown key "rule"; did you mean "rules"?',
    );
  });
});

describe("extends", () => {
  it("builds on other configs, with their paths", () => {
    write({
      "meshlint.yaml": "extends: ./ci/strict.yaml\nrules: { mesh/b: off }\nprofile: { mesh: 2.5 }\n",
      "ci/strict.yaml":
        "extends: ../base.yaml\nrules: { mesh/a: error }\nsuppress: [{ rule: mesh/c, path: x/** }]\n",
      "base.yaml":
        "rules: { mesh/*: info }\nprofile: { mesh: 2.4, serverless: 1.32 }\npolicies: [p/*.yaml]\n",
    });
    const { config, patterns } = load();
    expect(config.rules.map((rule) => rule.pattern)).toEqual(["mesh/*", "mesh/a", "mesh/b"]);
    expect(config.profile).toEqual({ mesh: "2.5", serverless: "1.32" });
    expect(config.suppress[0]?.path).toBe("ci/x/**");
    expect(config.policies).toEqual(["p/*.yaml"]);
    expect(config.file).toBe("meshlint.yaml");
    expect(patterns).toEqual([
      { pattern: "mesh/*", where: "base.yaml:1:10" },
      { pattern: "mesh/a", where: "ci/strict.yaml:2:10" },
      { pattern: "mesh/c", where: "ci/strict.yaml:3:20" },
      { pattern: "mesh/b", where: "meshlint.yaml:2:10" },
    ]);
  });

  it("in a circle is an error", () => {
    write({ "meshlint.yaml": "extends: ./a.yaml\n", "a.yaml": "extends: ./meshlint.yaml\n" });
    expect(() => load()).toThrow(
      "meshlint.yaml extends a.yaml extends meshlint.yaml: a config cannot extend itself",
    );
  });

  it("of a file that is not there is an error", () => {
    write({ "meshlint.yaml": "extends: ./none.yaml\n" });
    expect(() => load()).toThrow(
      'meshlint.yaml:1:10: extends "./none.yaml": cannot read none.yaml: there is no such file',
    );
  });

  it("may leave out ./ before a file", () => {
    write({ "meshlint.yaml": "extends: base.meshlint.yaml\n", "base.meshlint.yaml": "ignore: [a]\n" });
    expect(load(null, "", false).config.ignore).toEqual(["a"]);
  });

  it("may name a package, where that is allowed", () => {
    write({
      "a/meshlint.yaml": 'extends: "@team/rules"\n',
      "a/file.yaml": "extends: other/strict.yaml\n",
      "node_modules/@team/rules/meshlint.yaml": "ignore: [b]\nplugins: [./p.js, other]\n",
      "node_modules/other/strict.yaml": "ignore: ['**/c']\n",
    });
    expect(load("a/meshlint.yaml").config).toMatchObject({
      ignore: ["../node_modules/@team/rules/b"],
      plugins: ["../node_modules/@team/rules/p.js", "other"],
    });
    expect(load("a/file.yaml").config.ignore).toEqual(["**/c"]);
    expect(() => load("a/file.yaml", "", false)).toThrow(
      'a/file.yaml:1:10: extends "other/strict.yaml": packages are not allowed here',
    );
    write({ "a/none.yaml": "extends: none-such\n" });
    expect(() => load("a/none.yaml")).toThrow(
      'a/none.yaml:1:10: extends "none-such": no such package is installed; paths begin with ./',
    );
  });

  const set = (name: string | null, more: Partial<ConfigSet> = {}): ConfigSet => ({
    name,
    path: "p",
    render: "none",
    values: [],
    namespace: null,
    owns: [],
    context: [],
    tenants: [],
    profile: {},
    ...more,
  });

  it("moves all paths of the base, and replaces sets and tenants of the same name", () => {
    const base: Config = {
      ...emptyConfig,
      ignore: ["**/x", "y"],
      sets: [
        set("one"),
        set(null, {
          path: "../q",
          values: ["v.yaml"],
          context: [
            { complete: true, source: { type: "path", pattern: "c/*" } },
            { complete: true, source: { type: "snapshot", file: "s.yaml" } },
            { complete: false, source: { type: "fact", members: {} } },
          ],
        }),
      ],
      tenants: [
        { name: "t", namespaces: ["a"] },
        { name: "u", namespaces: [] },
      ],
      schemas: ["crds/", "/abs/crds"],
      plugins: ["./a.ts", "@team/p/x", "p/x.ts"],
    };
    const own: Config = {
      ...emptyConfig,
      sets: [set("one", { path: "own" })],
      tenants: [{ name: "t", namespaces: ["b"] }],
    };
    const merged = extend(base, own, "sub");
    expect(merged.ignore).toEqual(["**/x", "sub/y"]);
    expect(merged.sets.map(({ name, path }) => [name, path])).toEqual([
      [null, "q"],
      ["one", "own"],
    ]);
    expect(merged.sets[0]?.values).toEqual(["sub/v.yaml"]);
    expect(merged.sets[0]?.context.map((context) => context.source)).toEqual([
      { type: "path", pattern: "sub/c/*" },
      { type: "snapshot", file: "sub/s.yaml" },
      { type: "fact", members: {} },
    ]);
    expect(merged.tenants).toEqual([
      { name: "u", namespaces: [] },
      { name: "t", namespaces: ["b"] },
    ]);
    expect(merged.schemas).toEqual(["sub/crds", "/abs/crds"]);
    expect(merged.plugins).toEqual(["./sub/a.ts", "@team/p/x", "sub/p/x.ts"]);
    expect(extend(base, emptyConfig, ".").plugins).toEqual(base.plugins);
  });
});

describe("rule names", () => {
  it("are checked once all rules are known", () => {
    write({ "meshlint.yaml": "rules: { mesh/a: off, own/x: off, own/y: off }\n" });
    const { patterns } = load();
    expect(() => requireRules(patterns, ["mesh/a", "own/x", "own/y"])).not.toThrow();
    expect(() => requireRules(patterns, ["mesh/b"])).toThrow(
      new UsageError(
        [
          'meshlint.yaml:1:10: unknown rule "mesh/a"; did you mean "mesh/b"?',
          'meshlint.yaml:1:23: unknown rule "own/x"',
          'meshlint.yaml:1:35: unknown rule "own/y"',
        ].join("\n"),
      ),
    );
  });
});
