import { describe, expect, it } from "vitest";
import { lint } from "../../src/engine/lint.ts";
import { emptyConfig, type ConfigSet } from "../../src/model/config.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Rule } from "../../src/rule/define.ts";

const common = {
  summary: "A rule that looks at the cluster.",
  severity: "error",
  category: "ordering",
  documentation: [{ title: "Book", section: "1" }],
  fix: "none",
  live: true,
  reads: ["ConfigMap"],
} as const;

/** Tells what each of the set's objects is in the cluster, and how many objects there are of its name. */
const looking = defineRule({
  ...common,
  id: "test/looking",
  subjects: (graph) => graph.own("ConfigMap"),
  *check(resource, graph) {
    const live = graph.live(resource);
    const status = live ? String(valueAt(live.value, ["status", "state"])) : "absent";
    const candidates = graph.named("ConfigMap", resource.namespace, resource.name).length;
    const other = graph.find("ConfigMap", "shop", "other", null).state;
    yield fail(at(resource, "metadata", "name"), `${status}, ${candidates}, other ${other}`);
  },
});

const map = (name: string, more = "", path = `${name}.yaml`): SourceFile => ({
  path,
  text: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop }\n${more}`,
});

function run(
  files: readonly SourceFile[],
  live: readonly SourceFile[] | undefined,
  { sets = [], rule = looking }: { readonly sets?: readonly ConfigSet[]; readonly rule?: Rule } = {},
) {
  return lint({
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
    ...(live && { live }),
    now: new Date(0),
  });
}
const messages = (...input: Parameters<typeof run>): readonly string[] =>
  run(...input).findings.map((finding) => `${finding.at.file.path} ${finding.message}`);

describe("a cluster's objects", () => {
  it("let the rules run that need them", () => {
    const without = run([map("a")], undefined).sets[0]?.verdicts[0];
    expect(without).toMatchObject({ verdict: "not-applicable", reason: "needs a cluster" });
    expect(messages([map("a")], [])).toEqual(["a.yaml absent, 1, other absent"]);
  });

  it("are what the set replaces, with their status, and no second candidates of it", () => {
    const live = [map("a", "status: { state: ready }\n", "list.yaml"), map("other")];
    expect(messages([map("a")], live)).toEqual(["a.yaml ready, 1, other found"]);
  });

  it("are never subjects, and no findings are placed in them", () => {
    expect(messages([map("a")], [map("b"), map("c")])).toEqual(["a.yaml absent, 1, other absent"]);
  });

  it("are read from JSON too", () => {
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "shop" },
      status: { state: "json" },
    };
    const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: [object] });
    expect(messages([map("a")], [{ path: "all.json", text }])).toEqual(["a.yaml json, 1, other absent"]);
  });

  it("are known to every set of the config", () => {
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
    const files = [map("a", "", "one/a.yaml"), map("b", "", "two/b.yaml")];
    const live = [map("a", "status: { state: ready }\n")];
    expect(messages(files, live, { sets: [set("one"), set("two")] })).toEqual([
      "one/a.yaml ready, 1, other absent",
      "two/b.yaml absent, 1, other absent",
    ]);
  });

  it("are not asked for by rules without them", () => {
    const offline: Rule = { ...looking, live: false };
    expect(messages([map("a")], undefined, { rule: offline })).toEqual(["a.yaml absent, 1, other outside"]);
  });
});
