import { describe, expect, it } from "vitest";
import { lint } from "../../src/engine/lint.ts";
import { emptyConfig, type ConfigSet } from "../../src/model/config.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { at, defineRule, fail, notApplicable } from "../../src/rule/define.ts";

const rule = defineRule({
  id: "test/renamed",
  summary: "A rule that compares.",
  severity: "error",
  category: "change safety",
  documentation: [{ title: "Book", section: "1" }],
  fix: "none",
  reads: ["ConfigMap"],
  subjects: (graph, { base }) => (base ? graph.own("ConfigMap") : notApplicable("no base")),
  *check(resource, graph, { base }) {
    const before = base?.own("ConfigMap").map(({ name }) => name) ?? [];
    yield fail(at(resource, "metadata", "name"), `${graph.set.name}: was ${before.join(", ")}`);
  },
});

const map = (path: string, name: string): SourceFile => ({
  path,
  text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`,
});
const set = (path: string): ConfigSet => ({
  name: null,
  path,
  render: "none",
  values: [],
  namespace: null,
  owns: [],
  context: [],
  tenants: [],
  profile: {},
});

function run(files: readonly SourceFile[], base?: readonly SourceFile[], sets: readonly ConfigSet[] = []) {
  const report = lint({
    files,
    fileStates: [],
    config: { ...emptyConfig, sets },
    configFolder: ".",
    options: {
      profile: {},
      rules: [],
      skip: [],
      severities: [],
      strict: false,
      sets: [],
      shownPaths: ["."],
      named: [],
    },
    catalogue: [rule],
    contextFiles: [],
    ...(base && { base: { files: base } }),
    now: new Date(0),
  });
  return report.findings.map((finding) => `${finding.at.file.path} ${finding.message}`);
}

describe("a base revision", () => {
  it("is given to the rules, set by set", () => {
    expect(run([map("a.yaml", "new")], [map("b.yaml", "old")])).toEqual(["a.yaml default: was old"]);
  });

  it("is null where there is none", () => {
    expect(run([map("a.yaml", "new")])).toEqual([]);
  });

  it("gives no findings of its own", () => {
    expect(run([map("a.yaml", "new")], [map("a.yaml", "old"), map("b.yaml", "older")])).toHaveLength(1);
  });

  it("need not have every set of the config", () => {
    const files = [map("one/a.yaml", "new"), map("two/a.yaml", "new")];
    expect(run(files, [map("one/a.yaml", "old")], [set("one"), set("two")])).toEqual([
      "one/a.yaml one: was old",
    ]);
  });
});
