import { describe, expect, it } from "vitest";
import { caused } from "../../src/engine/caused.ts";
import { lint } from "../../src/engine/lint.ts";
import { emptyConfig } from "../../src/model/config.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { at, defineRule, fail, type Rule } from "../../src/rule/define.ts";

interface Case {
  readonly rule?: string;
  readonly message?: string;
  readonly path?: string;
  readonly file?: string;
  readonly start?: number;
  readonly suppressed?: boolean;
}

function finding(of: Case = {}): Finding {
  const { rule = "a/b", message = "wrong", path = "", file = "a.yaml", start = 0, suppressed = false } = of;
  return {
    rule,
    severity: "error",
    message,
    sets: [],
    at: { file: { path: file, text: "" }, start, end: start },
    path,
    resource: null,
    related: [],
    documentation: [],
    fix: null,
    suppressed: suppressed ? { by: "comment", reason: "x", until: null } : null,
  };
}

describe("what a change causes", () => {
  it.each<[string, Case, Case, boolean]>([
    ["the same finding further down", { start: 0 }, { start: 90 }, false],
    ["the same in a file with another name", { file: "old.yaml" }, { file: "new.yaml" }, false],
    ["a message whose line moved", { message: "as in line 3" }, { message: "as in line 12" }, false],
    ["another rule", { rule: "a/b" }, { rule: "a/c" }, true],
    ["another message", { message: "x is 1" }, { message: "x is 2" }, true],
    ["another field", { path: "spec.a" }, { path: "spec.b" }, true],
    ["one that is no longer suppressed", { suppressed: true }, { suppressed: false }, true],
    ["one that is suppressed now", { suppressed: false }, { suppressed: true }, true],
  ])("%s", (_name, before, after, isNew) => {
    const found = finding(after);
    expect(caused([found], [finding(before)])).toEqual(isNew ? [found] : []);
  });

  it("is everything where there was nothing, in the same order, and nothing where all is gone", () => {
    const all = [finding({ rule: "b/b" }), finding({ rule: "a/a" }), finding({ rule: "c/c" })];
    expect(caused(all, [])).toEqual(all);
    expect(caused([], all)).toEqual([]);
    expect(caused(all, all.toReversed())).toEqual([]);
  });

  it("is a second copy of what was there once, the one in the new file", () => {
    const old = finding({ file: "prod.yaml" });
    const copy = finding({ file: "again.yaml" });
    expect(caused([copy, old], [old])).toEqual([copy]);
    expect(caused([copy, old], [old, old])).toEqual([]);
  });
});

const rule = defineRule({
  id: "test/pair",
  summary: "An object lacks its partner.",
  severity: "error",
  category: "hygiene",
  documentation: [{ title: "Book", section: "1" }],
  fix: "none",
  reads: ["ConfigMap"],
  subjects: (graph) => graph.own("ConfigMap"),
  *check(map, graph) {
    const { partner } = map.value as { readonly partner?: string };
    if (partner !== undefined && graph.named("ConfigMap", null, partner).length === 0) {
      yield fail(at(map, "partner"), `there is no ${partner}`);
    }
  },
});

const map = (name: string, partner = ""): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: x}\n${partner && `partner: ${partner}\n`}`;

function run(
  head: Readonly<Record<string, string>>,
  base: Readonly<Record<string, string>> | null,
  more: {
    readonly shown?: readonly string[];
    readonly sets?: readonly string[];
    readonly detected?: boolean;
    readonly rule?: Rule;
  } = {},
): readonly string[] {
  // A text that did not change is one file, as the command line has it.
  const known = new Map<string, SourceFile>();
  const files = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([path, text]) => {
      const file = known.get(path + text) ?? { path, text };
      known.set(path + text, file);
      return file;
    });
  const report = lint({
    files: files(head),
    fileStates: [],
    config: {
      ...emptyConfig,
      sets: (more.detected === true ? [] : ["one", "two"]).map((path) => ({
        name: path,
        path: `${path}*`,
        render: "none",
        values: [],
        namespace: null,
        owns: [],
        context: [],
        tenants: [],
        profile: {},
      })),
    },
    configFolder: ".",
    options: {
      profile: {},
      rules: [],
      skip: [],
      severities: [],
      strict: false,
      sets: more.sets ?? [],
      shownPaths: more.shown ?? ["."],
      named: [],
    },
    catalogue: [more.rule ?? rule],
    contextFiles: [],
    ...(base && { base: { files: files(base) } }),
    onlyCaused: true,
    now: new Date(0),
  });
  return report.findings.map((found) => `${found.at.file.path} ${found.message}`);
}

describe("a report of what a change causes", () => {
  const two = { "two/z.yaml": map("z") };

  it("shows a finding in a file that the change does not touch", () => {
    const base = { ...two, "one/a.yaml": map("a", "b"), "one/b.yaml": map("b") };
    expect(run({ ...two, "one/a.yaml": map("a", "b") }, base)).toEqual(["one/a.yaml there is no b"]);
  });

  it("leaves out what was wrong before, also in files that were moved or edited", () => {
    const base = { ...two, "one/a.yaml": map("a", "b") };
    expect(run({ ...two, "one/sub/c.yaml": `# moved\n---\n${map("a", "b")}` }, base)).toEqual([]);
  });

  it("is the whole report without a base", () => {
    expect(run({ ...two, "one/a.yaml": map("a", "b") }, null)).toEqual(["one/a.yaml there is no b"]);
  });

  it("knows what was wrong in sets that have another name now", () => {
    const base = { ...two, "one/a.yaml": map("a"), "one-old/a.yaml": map("a", "b") };
    expect(run({ ...two, "one/a.yaml": map("a"), "one-new/a.yaml": map("a", "b") }, base)).toEqual([]);
  });

  it("sees what came from outside the shown paths, and asks for sets as the command line does", () => {
    const base = { ...two, "one/old/a.yaml": map("a", "b"), "one/new/c.yaml": map("c") };
    const head = { ...two, "one/new/a.yaml": map("a", "b"), "one/new/c.yaml": map("c", "d") };
    expect(run(head, base, { shown: ["one/new"] })).toEqual(["one/new/c.yaml there is no d"]);
    expect(run(head, two, { sets: ["one"] })).toHaveLength(2);
    expect(run(head, base, { sets: ["two"] })).toEqual([]);
  });

  it("judges a set that does not change once", () => {
    const judged: string[] = [];
    const counting: Rule = {
      ...rule,
      check: (subject, graph, context) => {
        judged.push(graph.set.name);
        return rule.check(subject, graph, context);
      },
    };
    const base = { "one/a.yaml": map("a", "b"), "two/a.yaml": map("a", "b") };
    const head = { ...base, "two/c.yaml": map("c", "d") };
    expect(run(head, base, { rule: counting })).toEqual(["two/c.yaml there is no d"]);
    expect(judged.toSorted()).toEqual(["one", "two", "two", "two"]);
  });

  it("judges a set anew whose objects are rendered in another way", () => {
    const named: Rule = defineRule({
      ...rule,
      *check(resource) {
        yield fail(at(resource, "metadata", "name"), `in ${resource.namespace}`);
      },
      subjects: (graph) => graph.own("ConfigMap"),
    });
    const kustomization = (text: string): string =>
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${text}\n`;
    const base = {
      "base/a.yaml": map("a"),
      "base/kustomization.yaml": kustomization("resources: [a.yaml]"),
      "overlay/kustomization.yaml": kustomization("namespace: shop\nresources: [../base]"),
    };
    const other = kustomization("namespace: cart\nresources: [../base]");
    const head = { ...base, "overlay/kustomization.yaml": other };
    expect(run(head, base, { rule: named, detected: true })).toEqual(["base/a.yaml in cart"]);
    expect(run(base, base, { rule: named, detected: true })).toEqual([]);
  });
});
