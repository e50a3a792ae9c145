import { describe, expect, it } from "vitest";
import { directivesOf } from "../../src/engine/comments.ts";
import { everything, settingsOf } from "../../src/engine/settings.ts";
import { applySuppressions, type SuppressionInput } from "../../src/engine/suppress.ts";
import { applyEdits } from "../../src/fix/edits.ts";
import { type Config, type ConfigSuppression, emptyConfig } from "../../src/model/config.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { positionAt, type SourceFile } from "../../src/model/source.ts";
import { rule as expired } from "../../rules/suppression/expired.ts";
import { rule as noReason } from "../../rules/suppression/no-reason.ts";
import { rule as unknownRule } from "../../rules/suppression/unknown-rule.ts";
import { rule as unused } from "../../rules/suppression/unused.ts";
import { plainRule } from "../support/plain-rule.ts";

const catalogue = [
  plainRule("mesh/a"),
  plainRule("mesh/b"),
  plainRule("tenant/x"),
  plainRule("live/x", { live: true }),
  noReason,
  expired,
  unused,
  unknownRule,
];

const fileOf = (text: string, path = "a.yaml"): SourceFile => ({ path, text });

function finding(rule: string, file: SourceFile, line: number, more: Partial<Finding> = {}): Finding {
  const start = file.text
    .split(/(?<=\r\n|\n|\r(?!\n))/)
    .slice(0, line - 1)
    .join("").length;
  return {
    rule,
    severity: "error",
    message: "wrong",
    sets: ["all"],
    at: { file, start, end: start },
    path: "",
    resource: null,
    related: [],
    documentation: [],
    fix: null,
    suppressed: null,
    ...more,
  };
}

interface Given extends Partial<Omit<SuppressionInput, "config">> {
  readonly suppress?: readonly Partial<ConfigSuppression>[];
  readonly config?: Partial<Config>;
}

function apply(
  findings: readonly Finding[],
  files: readonly SourceFile[],
  given: Given = {},
): readonly Finding[] {
  const { suppress = [], config: more = {}, ...rest } = given;
  const configFile = fileOf("suppress:\n", "meshlint.yaml");
  const config: Config = {
    ...emptyConfig,
    file: configFile.path,
    ...more,
    suppress: suppress.map((entry, index) => ({
      rule: "mesh/a",
      resource: null,
      path: null,
      reason: "agreed",
      until: null,
      at: { file: configFile, start: index, end: index + 1 },
      ...entry,
    })),
  };
  return applySuppressions(findings, {
    files,
    config,
    now: new Date("2026-11-20T23:59:59Z"),
    settings: settingsOf(catalogue, emptyConfig, everything),
    catalogue,
    ...rest,
  });
}

/** `line rule [why it is suppressed]`, and the message of findings about suppressions. */
const show = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ rule, at, message, suppressed }) => {
    const { line } = positionAt(at.file, at.start);
    const about = rule.startsWith("suppression/") ? `: ${message}` : "";
    return `${line} ${rule}${about}${suppressed ? ` [${suppressed.by}: ${suppressed.reason}]` : ""}`;
  });

/** Findings of rules at lines of a text, and what its comments make of them. */
const run = (text: string, at: readonly (readonly [string, number])[], given: Given = {}) => {
  const file = fileOf(text);
  return show(
    apply(
      at.map(([rule, line]) => finding(rule, file, line)),
      [file],
      given,
    ),
  );
};

describe("comments", () => {
  it("disable-next-line is about the next line alone", () => {
    const text = "# meshlint-disable-next-line mesh/a -- agreed\na: 1\nb: 2\n";
    expect(
      run(text, [
        ["mesh/a", 2],
        ["mesh/b", 2],
        ["mesh/a", 3],
      ]),
    ).toEqual(["2 mesh/a [comment: agreed]", "2 mesh/b", "3 mesh/a"]);
  });

  it("disable-next-line skips other comments, with any line break", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = [
        "# meshlint-disable-next-line mesh/a -- one",
        "# meshlint-disable-next-line mesh/b -- two",
        "  # more",
        "a: 1",
      ].join(end);
      const at = [
        ["mesh/a", 4],
        ["mesh/b", 4],
      ] as const;
      expect(run(text, at)).toEqual(["4 mesh/a [comment: one]", "4 mesh/b [comment: two]"]);
    }
  });

  it("disable holds until enable", () => {
    const text = [
      "# meshlint-disable mesh/* -- agreed", // 1
      "a: 1",
      "# meshlint-enable mesh/a",
      "b: 2",
      "# meshlint-enable",
      "c: 3",
      "# meshlint-disable mesh/a -- again", // 7
      "d: 4",
    ].join("\n");
    const at = [2, 4, 6, 8].flatMap((line) => [["mesh/a", line] as const, ["mesh/b", line] as const]);
    expect(run(text, at)).toEqual([
      "2 mesh/a [comment: agreed]",
      "2 mesh/b [comment: agreed]",
      "4 mesh/a",
      "4 mesh/b [comment: agreed]",
      "6 mesh/a",
      "6 mesh/b",
      "8 mesh/a [comment: again]",
      "8 mesh/b",
    ]);
  });

  it("disable does not reach lines above it", () => {
    expect(run("a: 1\n# meshlint-disable mesh/a -- agreed\nb: 2\n", [["mesh/a", 1]])).toEqual([
      "1 mesh/a",
      "2 suppression/unused: nothing of mesh/a is found in the lines below",
    ]);
  });

  it("disable-file is about the whole file, and no other", () => {
    const one = fileOf("a: 1\n---\nb: 2\n# meshlint-disable-file mesh/a, tenant/* -- agreed\n");
    const other = fileOf("a: 1\n", "b.yaml");
    const found = [finding("mesh/a", one, 1), finding("tenant/x", one, 3), finding("mesh/a", other, 1)];
    expect(show(apply(found, [one, other]))).toEqual([
      "1 mesh/a [comment: agreed]",
      "3 tenant/x [comment: agreed]",
      "1 mesh/a",
    ]);
  });

  it("may follow a value", () => {
    const text = "a: 1 # meshlint-disable-next-line mesh/a -- agreed\nb: 2\n";
    expect(run(text, [["mesh/a", 2]])).toEqual(["2 mesh/a [comment: agreed]"]);
  });

  it("keeps what a baseline has said", () => {
    const file = fileOf("# meshlint-disable-file mesh/a -- agreed\na: 1\n");
    const known = { by: "baseline", reason: "old", until: null } as const;
    const [first] = apply([finding("mesh/a", file, 2, { suppressed: known })], [file]);
    expect(first?.suppressed).toEqual(known);
  });

  it("are comments of YAML, never text in a value", () => {
    const text = [
      "a: |",
      "  # meshlint-disable-file mesh/a",
      'b: "# meshlint-disable-file mesh/a"',
      "c: '",
      "  # meshlint-disable-file mesh/a'",
      "d: x# meshlint-disable-file mesh/a",
      '"# meshlint-disable-file mesh/a": e',
      "? '# meshlint-disable-file mesh/b'",
      ": f",
      "",
    ].join("\n");
    expect(directivesOf(fileOf(text))).toEqual([]);
  });

  it("are read in all other places", () => {
    const text = [
      "# meshlint-disable mesh/a",
      "a: | # meshlint-disable mesh/b",
      "  text",
      "b: [ #meshlint-disable mesh/c",
      "  x]",
      "c: &x d # meshlint-disable mesh/d",
      "e: *x # meshlint-disable mesh/e",
      "# meshlint-disable mesh/f",
      "---",
      "a: [",
      "# meshlint-disable mesh/g",
    ].join("\n");
    expect(directivesOf(fileOf(text)).map((directive) => directive.patterns[0])).toEqual(
      [..."abcdefg"].map((letter) => `mesh/${letter}`),
    );
    expect(directivesOf(fileOf("a: meshlint-disable\n"))).toEqual([]);
    expect(directivesOf(fileOf("a: 1\n"))).toEqual([]);
  });

  it("costs nothing where there is none", () => {
    const file = fileOf("a: 1\n");
    const found = [finding("mesh/a", file, 1)];
    expect(apply(found, [file])).toBe(found);
  });
});

describe("findings about comments", () => {
  it("a missing reason suppresses all the same", () => {
    for (const text of [
      "# meshlint-disable-file mesh/a\na: 1\n",
      "# meshlint-disable-file mesh/a --\na: 1\n",
    ])
      expect(run(text, [["mesh/a", 2]])).toEqual([
        "2 mesh/a [comment: ]",
        "1 suppression/no-reason: mesh/a is suppressed without a reason",
      ]);
  });

  it("names the rule that was meant", () => {
    expect(run("# meshlint-disable-file mesh/aa -- agreed\na: 1\n", [["mesh/a", 2]])).toEqual([
      "2 mesh/a",
      '1 suppression/unknown-rule: there is no rule "mesh/aa"; did you mean "mesh/a"?',
    ]);
    expect(run("# meshlint-enable mesh/aa\n", [])).toEqual([
      '1 suppression/unknown-rule: there is no rule "mesh/aa"; did you mean "mesh/a"?',
    ]);
    expect(run("# meshlint-enable mesh/a\n", [])).toEqual([]);
    expect(run("# meshlint-disable -- agreed\n", [])).toEqual([
      '1 suppression/unknown-rule: "meshlint-disable" names no rule',
    ]);
    expect(run("# meshlint-disable-lines mesh/a -- agreed\n", [])).toEqual([
      '1 suppression/unknown-rule: there is no comment "meshlint-disable-lines"; did you mean "disable-file"?',
    ]);
  });

  it("takes an unused comment out, with its line where it stands alone", () => {
    const fixed = (text: string) => {
      const [found] = apply([], [fileOf(text)]);
      expect(found?.rule).toBe("suppression/unused");
      return found?.fix ? applyEdits(text, found.fix.edits) : null;
    };
    expect(fixed("a: 1\n  # meshlint-disable-next-line mesh/a -- x\nb: 2\n")).toBe("a: 1\nb: 2\n");
    expect(fixed("a: 1 # meshlint-disable-next-line mesh/a -- x \r\nb: 2\r\n")).toBe("a: 1 \r\nb: 2\r\n");
    expect(fixed("a: 1\n# meshlint-disable-file mesh/a -- x")).toBe("a: 1\n");
    expect(fixed("# meshlint-disable mesh/a -- x\na: 1\n")).toBeNull();
    expect(fixed("# meshlint-disable-file mesh/a mesh/b -- x\na: 1\n")).toBeNull();
  });

  it("calls nothing unused that was not looked at", () => {
    const file = fileOf("# meshlint-disable-file mesh/a -- x\na: 1\n");
    const only = (id: string) =>
      settingsOf(catalogue, emptyConfig, { ...everything, rules: [id, "suppression/*"] });
    const undecided = { rule: "mesh/a", verdict: "undecided", reason: "", subjects: [] } as const;
    expect(show(apply([], [file]))).toHaveLength(1);
    expect(show(apply([], [file], { settings: only("mesh/a") }))).toHaveLength(1);
    expect(apply([], [file], { settings: only("mesh/b") })).toEqual([]);
    expect(apply([], [file], { verdicts: [undecided] })).toEqual([]);
    expect(apply([], [file], { verdicts: [{ ...undecided, verdict: "pass" }] })).toHaveLength(1);
    expect(apply([], [file], { judged: new Set(["b.yaml"]) })).toEqual([]);
    expect(apply([], [file], { judged: new Set(["a.yaml"]) })).toHaveLength(1);
    expect(apply([], [fileOf("# meshlint-disable-file live/x -- x\na: 1\n")])).toEqual([]);
  });

  it("has the severity of the config, and is off where its rule is", () => {
    const file = fileOf("# meshlint-disable-file mesh/a\na: 1\n");
    const settings = (level: "error" | "off") =>
      settingsOf(catalogue, emptyConfig, {
        ...everything,
        severities: [{ pattern: "suppression/*", level }],
      });
    const found = [finding("mesh/a", file, 2)];
    expect(apply(found, [file], { settings: settings("error") }).map((f) => f.severity)).toEqual([
      "error",
      "error",
    ]);
    expect(apply(found, [file]).map((f) => f.severity)).toEqual(["error", "warning"]);
    expect(apply(found, [file], { settings: settings("off") })).toHaveLength(1);
  });

  it("is hidden by its own id only, and never by itself", () => {
    expect(run("# meshlint-disable-file * -- x\n# meshlint-disable-next-line tenant/x\na: 1\n", [])).toEqual([
      "2 suppression/no-reason: tenant/x is suppressed without a reason",
      "1 suppression/unused: nothing of * is found in this file",
      "2 suppression/unused: nothing of tenant/x is found in the next line",
    ]);
    expect(
      run(
        "# meshlint-disable-file suppression/unused suppression/no-reason -- x\n" +
          "# meshlint-disable-next-line tenant/x\na: 1\n",
        [],
      ),
    ).toEqual([
      "2 suppression/no-reason: tenant/x is suppressed without a reason [comment: x]",
      "2 suppression/unused: nothing of tenant/x is found in the next line [comment: x]",
    ]);
    expect(run("# meshlint-disable-file suppression/no-reason\n", [])).toEqual([
      "1 suppression/no-reason: suppression/no-reason is suppressed without a reason",
      "1 suppression/unused: nothing of suppression/no-reason is found in this file",
    ]);
  });
});

describe("entries of the config", () => {
  const file = fileOf("a: 1\nb: 2\n", "apps/shop/a.yaml");
  const gateway: Resource = {
    id: { group: "networking.istio.io", kind: "Gateway", namespace: "shop", name: "public" },
    kind: "Gateway.networking.istio.io",
    apiVersion: "networking.istio.io/v1",
    version: "v1",
    scope: "namespace",
    namespace: "shop",
    name: "public",
    value: {},
    origin: {
      from: "document",
      base: [],
      document: {
        file,
        index: 0,
        span: { start: 0, end: 0 },
        value: {},
        error: null,
        notices: [],
        places: { value: () => undefined, key: () => undefined, shared: () => false, paths: () => [] },
      },
    },
    form: "full",
    standing: "own",
  };
  const reasonOf = (
    entry: Partial<ConfigSuppression>,
    resource: Resource | null = gateway,
    given: Given = {},
  ) =>
    apply([finding("mesh/a", file, 1, { resource })], [], { suppress: [entry], ...given })[0]?.suppressed ??
    null;

  it.each<[string, Resource | null, boolean]>([
    ["Gateway/shop/public", gateway, true],
    ["Gateway/public", gateway, true],
    ["Gateway.networking.istio.io/shop/public", gateway, true],
    ["Gateway/*/pub*", gateway, true],
    ["Gateway/other/public", gateway, false],
    ["Gateway/shop/other", gateway, false],
    ["Service/shop/public", gateway, false],
    ["Gateway/shop/public", null, false],
    ["Gateway/shop/public", { ...gateway, namespace: null }, false],
    ["Gateway/public", { ...gateway, namespace: null }, true],
  ])("%s", (resource, of, expected) => {
    expect(reasonOf({ resource }, of)).toEqual(
      expected ? { by: "config", reason: "agreed", until: null } : null,
    );
  });

  it.each<[string, boolean]>([
    ["apps/shop/a.yaml", true],
    ["apps/**", true],
    ["apps/shop", true],
    ["apps/shop/", true],
    ["apps", true],
    ["**/*.yaml", true],
    ["shop/**", false],
    ["ap", false],
  ])("path %s", (path, expected) => {
    expect(reasonOf({ path }) !== null).toBe(expected);
  });

  it("reads paths from the config's folder", () => {
    expect(reasonOf({ path: "shop/*" }, gateway, { config: { file: "apps/meshlint.yaml" } })).not.toBeNull();
    expect(reasonOf({ path: "apps/**" }, gateway, { config: { file: null } })).not.toBeNull();
    const configTree = { inRoot: (path: string) => `deep/${path}` };
    expect(reasonOf({ path: "deep/apps/*/*" }, gateway, { configTree })).not.toBeNull();
  });

  it("holds through its last day", () => {
    expect(reasonOf({ until: "2026-11-20" })).toEqual({
      by: "config",
      reason: "agreed",
      until: "2026-11-20",
    });
    const found = apply([finding("mesh/a", file, 1)], [], { suppress: [{ until: "2026-11-19" }] });
    expect(show(found)).toEqual([
      "1 mesh/a",
      "1 suppression/expired: the suppression of mesh/a ended on 2026-11-19",
    ]);
  });

  it("tells what is wrong with it", () => {
    const suppress = [
      { rule: "mesh/a", reason: " " },
      { rule: "tenant/*", resource: "Gateway/shop/public", path: "x" },
      { rule: "mesh/b", path: "x" },
      { rule: "mesh/b" },
      { rule: "mash/a" },
    ];
    const found = [finding("mesh/a", file, 1)];
    expect(show(apply(found, [], { suppress }))).toEqual([
      "1 mesh/a [config:  ]",
      "1 suppression/no-reason: mesh/a is suppressed without a reason",
      '1 suppression/unknown-rule: there is no rule "mash/a"; did you mean "mesh/a"?',
      "1 suppression/unused: nothing of tenant/* is found in Gateway/shop/public",
      "1 suppression/unused: nothing of mesh/b is found in x",
      "1 suppression/unused: nothing of mesh/b is found in every file",
    ]);
    expect(show(apply(found, [], { suppress, complete: false }))).toHaveLength(3);
  });

  it("comes behind a comment, and both are of use", () => {
    const text = fileOf("# meshlint-disable-file mesh/a -- near\na: 1\n");
    expect(show(apply([finding("mesh/a", text, 2)], [text], { suppress: [{}] }))).toEqual([
      "2 mesh/a [comment: near]",
    ]);
  });
});
