import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { checkConfig, unknownRules } from "../../src/config/check.ts";
import { configJsonSchema } from "../../src/config/schema.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { emptyConfig } from "../../src/model/config.ts";
import { UsageError } from "../../src/model/errors.ts";
import { configSchema } from "../../scripts/config-schema.ts";
import { repository } from "../shared.ts";

const ids = ["mesh/a", "mesh/b", "tenant/x", "cert/validity"].map((id) => ({ id }));
const read = (text: string) => checkConfig({ path: "meshlint.yaml", text }, ids);

/** The problems of a config, without the file's name. */
function problemsOf(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message.split("\n").map((line) => line.replace(/^meshlint\.yaml:/, ""));
  }
  return [];
}

const complete = `
profile: { serverless: 1.30, mesh: "2.4", openshift: 4.10, ingressDomain: apps.example.com, architectures: [amd64, arm64] }
ignore: ["**/debugging/**"]
sets:
  - name: prod
    path: clusters/prod
    render: helm
    values: [values.yaml]
    namespace: team-a
    owns: [mesh, gateways]
    profile: { mesh: 2.5, architectures: "amd64" }
    tenants: [{ name: one, namespaces: [one-a] }]
    context:
      - path: ../platform/**/*.yaml
      - snapshot: cluster.yaml
        complete: true
      - path: more
        complete: [mesh]
      - path: others
        complete: []
      - fact: { members: { istio-system: [knative-serving, team-a] } }
  - path: clusters/*
tenants: [{ name: team-alpha, namespaces: [team-alpha-1, 12] }]
rules:
  mesh/a: off
  cert/validity: [warning, { days: 60 }]
  tenant/*: error
  mesh/b: [info]
suppress:
  - { rule: mesh/a, resource: Gateway/shop/shop, reason: "old shop until migration", until: 2027-03-01 }
  - rule: tenant/*
    path: legacy/**
schemas: [crds/]
policies: [policies/*.yaml]
plugins: [./rules/naming.ts]
`;

describe("a config", () => {
  it("is read as it is written", () => {
    const config = read(complete);
    const where: unknown = expect.stringMatching(/^meshlint\.yaml:\d+:\d+$/);
    expect({ ...config, suppress: config.suppress.map(({ at: _at, ...entry }) => entry) }).toEqual({
      file: "meshlint.yaml",
      profile: {
        serverless: "1.30",
        mesh: "2.4",
        openshift: "4.10",
        ingressDomain: "apps.example.com",
        architectures: "amd64,arm64",
      },
      ignore: ["**/debugging/**"],
      sets: [
        {
          name: "prod",
          path: "clusters/prod",
          where,
          render: "helm",
          values: ["values.yaml"],
          namespace: "team-a",
          owns: ["mesh", "gateways"],
          profile: { mesh: "2.5", architectures: "amd64" },
          tenants: [{ name: "one", namespaces: ["one-a"] }],
          context: [
            { complete: false, source: { type: "path", pattern: "../platform/**/*.yaml" }, where },
            { complete: true, source: { type: "snapshot", file: "cluster.yaml" }, where },
            { complete: ["mesh"], source: { type: "path", pattern: "more" }, where },
            { complete: false, source: { type: "path", pattern: "others" }, where },
            {
              complete: false,
              source: { type: "fact", members: { "istio-system": ["knative-serving", "team-a"] } },
              where,
            },
          ],
        },
        {
          name: null,
          path: "clusters/*",
          where,
          render: "none",
          values: [],
          namespace: null,
          owns: [],
          profile: {},
          tenants: [],
          context: [],
        },
      ],
      tenants: [{ name: "team-alpha", namespaces: ["team-alpha-1", "12"] }],
      rules: [
        { pattern: "mesh/a", level: "off", options: {} },
        { pattern: "cert/validity", level: "warning", options: { days: 60 } },
        { pattern: "tenant/*", level: "error", options: {} },
        { pattern: "mesh/b", level: "info", options: {} },
      ],
      suppress: [
        {
          rule: "mesh/a",
          resource: "Gateway/shop/shop",
          path: null,
          reason: "old shop until migration",
          until: "2027-03-01",
        },
        { rule: "tenant/*", resource: null, path: "legacy/**", reason: null, until: null },
      ],
      schemas: ["crds/"],
      policies: ["policies/*.yaml"],
      plugins: ["./rules/naming.ts"],
    });
    const [first] = config.suppress;
    expect(complete.slice(first?.at.start, first?.at.end)).toBe("mesh/a");
  });

  it.each(["", "# nothing yet\n", "---\n", "{}\n", "rules:\nsets:\nprofile:\nsuppress: []\n"])(
    "may be %j",
    (text) => {
      expect(read(text)).toEqual({ ...emptyConfig, file: "meshlint.yaml" });
    },
  );

  it("keeps names such as __proto__ and constructor as data", () => {
    expect(problemsOf("constructor: 1\n")[0]).toMatch(/^1:1: unknown key "constructor"/);
    expect(problemsOf("rules: { __proto__: off }\n")).toEqual(['1:10: unknown rule "__proto__"']);
    expect({}).not.toHaveProperty("off");
  });
});

describe("a wrong config", () => {
  it.each<[string, string]>([
    ["rule: {}\n", '1:1: unknown key "rule"; did you mean "rules"?'],
    ["sets:\n  - path: a\n    nmae: b\n", '3:5: unknown key "nmae"; did you mean "name"?'],
    ["sets: a\n", "1:7: sets has to be a list, not a single value"],
    ["sets: {}\n", "1:7: sets has to be a list, not a mapping"],
    ["- a\n", "1:1: the config has to be a mapping, not a list"],
    ["ignore: [[a]]\n", "1:10: ignore[0] has to be a single value, not a list"],
    ["ignore: [a, ]\n", ""],
    ["ignore:\n  - a\n  -\n", "3:4: ignore[1] has to be a single value, not nothing"],
    ["ignore: ['']\n", "1:10: ignore[0] is empty"],
    ["sets: [{ name: a }]\n", "1:8: sets[0] has no path"],
    ["sets: [ ]\n", ""],
    ["sets:\n  -\n", "2:4: sets[0] has to be a mapping, not nothing"],
    [
      "sets: [{ path: a, render: kustomise }]\n",
      '1:27: unknown renderer "kustomise"; did you mean "kustomize"?',
    ],
    [
      "sets: [{ path: a, owns: [servers] }]\n",
      '1:26: unknown layer "servers"; it has to be one of mesh, gateways, serverless, tenants, kafka, certificates, nodes, admission, peerpods',
    ],
    ["sets: [{ path: a, owns: [gateway] }]\n", '1:26: unknown layer "gateway"; did you mean "gateways"?'],
    [
      "sets: [{ path: a, context: [{}] }]\n",
      "1:29: sets[0].context[0] has to have one of path, snapshot, fact",
    ],
    [
      "sets: [{ path: a, context: [{ path: b, snapshot: c }] }]\n",
      "1:29: sets[0].context[0] has to have one of path, snapshot, fact",
    ],
    ["sets: [{ path: a, context: [{ fact: {} }] }]\n", "1:37: sets[0].context[0].fact has no members"],
    [
      "sets: [{ path: a, context: [{ path: b, complete: maybe }] }]\n",
      "1:50: sets[0].context[0].complete has to be true or false",
    ],
    [
      "sets: [{ path: a, context: [{ path: b, complete: { a: b } }] }]\n",
      "1:50: sets[0].context[0].complete has to be true or false or a list, not a mapping",
    ],
    ["sets: [{ path: a, name: x }, { path: b, name: x }]\n", '1:47: there are two sets named "x"'],
    ["tenants: [{ name: a }]\n", "1:11: tenants[0] has no namespaces"],
    ["rules: { mesh/a: worning }\n", '1:18: unknown level "worning"; did you mean "warning"?'],
    ["rules: { mesh/a: [] }\n", '1:18: rules["mesh/a"] has to be [level, { options }]'],
    ["rules: { mesh/a: [error, {}, {}] }\n", '1:18: rules["mesh/a"] has to be [level, { options }]'],
    ["rules: { mesh/a: [error, 60] }\n", '1:26: rules["mesh/a"][1] has to be a mapping, not a single value'],
    ["rules: { mesh/a: { days: 60 } }\n", '1:18: rules["mesh/a"] has to be a level or a list, not a mapping'],
    ["rules:\n  mesh/a:\n", '2:10: rules["mesh/a"] has to be a level or a list, not nothing'],
    ["rules: { mash/a: off }\n", '1:10: unknown rule "mash/a"; did you mean "mesh/a"?'],
    ["rules: { nothing/*: off }\n", '1:10: unknown rule "nothing/*"'],
    ["suppress: [{ rule: tenant/y }]\n", '1:20: unknown rule "tenant/y"; did you mean "tenant/x"?'],
    ["suppress: [{ reason: x }]\n", "1:12: suppress[0] has no rule"],
    [
      "suppress: [{ rule: mesh/a, resource: shop }]\n",
      '1:38: suppress[0].resource has to be Kind/namespace/name or Kind/name, not "shop"',
    ],
    [
      "suppress: [{ rule: mesh/a, until: 01.03.2027 }]\n",
      '1:35: suppress[0].until has to be a date such as 2027-03-01, not "01.03.2027"',
    ],
    [
      "suppress: [{ rule: mesh/a, until: 20270301 }]\n",
      '1:35: suppress[0].until has to be a date such as 2027-03-01, not "20270301"',
    ],
    ["suppress: [{ rule: mesh/a, until: 2027-02-30 }]\n", "1:35: there is no day 2027-02-30"],
    ["suppress: [{ rule: mesh/a, until: 2027-04-31 }]\n", "1:35: there is no day 2027-04-31"],
    ["profile: { serverles: 1.32 }\n", '1:12: unknown key "serverles"; did you mean "serverless"?'],
    ["profile: { mesh: 2.4.x }\n", '1:18: mesh: unknown Service Mesh version "2.4.x"'],
    ["sets: [{ path: a, profile: { serverless: 9.9 } }]\n", "1:42: serverless: unknown Serverless version"],
    [
      "profile: { architectures: { a: b } }\n",
      "1:27: profile.architectures has to be a single value or a list, not a mapping",
    ],
    ["extends: [a]\n", "1:10: extends has to be a single value, not a list"],
    ["extends: ./base.yaml\n", '1:10: extends "./base.yaml" cannot be read here'],
    ["rules:\n  mesh/a: off\n  mesh/a: error\n", '3:3: key "mesh/a" stands twice'],
    ["a: 1\n---\nb: 2\n", "3:1: a config is a single document"],
    ["rules: {}\n...\nmore: 1\n", "3:1: this is not part of the config"],
  ])("%j", (text, problem) => {
    const found = problemsOf(text);
    if (problem === "") expect(found).toEqual([]);
    else expect(found[0]?.slice(0, problem.length)).toBe(problem);
  });

  it("that is no YAML is told with its place", () => {
    expect(problemsOf("rules: [\n")[0]).toMatch(/^\d+:\d+: /);
  });

  it("tells every problem at once", () => {
    expect(problemsOf("rule: {}\nsets:\n  - name: a\nignore: b\n")).toEqual([
      '1:1: unknown key "rule"; did you mean "rules"?',
      "3:5: sets[0] has no path",
      "4:9: ignore has to be a list, not a single value",
    ]);
    expect(problemsOf("rules: { x/y: off, z/w: off }\n")).toHaveLength(2);
  });

  it("lists what is known where nothing is near", () => {
    expect(problemsOf("qwertyuiop: 1\n")).toEqual([
      '1:1: unknown key "qwertyuiop"; known are extends, profile, ignore, sets, tenants, rules, suppress, schemas, policies, plugins',
    ]);
  });
});

describe("rule patterns", () => {
  it("each name at least one rule", () => {
    const patterns = ["mesh/a", "mesh/*", "*", "tenant/y"].map((pattern) => ({
      pattern,
      where: "m.yaml:1:1",
    }));
    expect(unknownRules(patterns, ["mesh/a", "tenant/x"])).toEqual([
      'm.yaml:1:1: unknown rule "tenant/y"; did you mean "tenant/x"?',
    ]);
  });
});

describe("the JSON Schema", () => {
  it("is the one that is shipped", () => {
    const shipped = readFileSync(join(repository, "schemas/meshlint.schema.json"), "utf8");
    expect(shipped).toBe(configSchema());
  });

  const validate = new Ajv({
    strict: true,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
  }).compile(configJsonSchema());
  const valid = (text: string) => validate(parseDocuments({ path: "a.yaml", text })[0]?.value ?? null);

  it("accepts what the check accepts", () => {
    expect(valid(complete), JSON.stringify(validate.errors)).toBe(true);
    expect(valid("rules:\nsets:\n")).toBe(true);
    expect(valid("")).toBe(true);
  });

  it.each([
    "rule: {}\n",
    "sets: a\n",
    "sets: [{ name: a }]\n",
    "sets: [{ path: a, owns: [gateway] }]\n",
    "sets: [{ path: a, context: [{ path: b, snapshot: c }] }]\n",
    "rules: { mesh/a: worning }\n",
    "rules: { mesh/a: [error, {}, {}] }\n",
    "suppress: [{ rule: mesh/a, until: tomorrow }]\n",
    "suppress: [{ rule: mesh/a, resource: shop }]\n",
  ])("refuses %j as the check does", (text) => {
    expect(valid(text)).toBe(false);
    expect(problemsOf(text)).not.toEqual([]);
  });

  it("describes every key", () => {
    const bare: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
      for (const [key, inner] of Object.entries(properties)) {
        if (!inner.description) bare.push(`${path}.${key}`);
        walk(inner, `${path}.${key}`);
      }
    };
    walk(configJsonSchema(), "");
    expect(bare).toEqual([]);
  });
});
