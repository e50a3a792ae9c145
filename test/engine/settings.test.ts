import { describe, expect, it } from "vitest";
import { everything, parseLevel, ruleMatches, settingsOf } from "../../src/engine/settings.ts";
import { emptyConfig, type Config } from "../../src/model/config.ts";
import { UsageError } from "../../src/model/errors.ts";
import { defineSetRule, type Rule } from "../../src/rule/define.ts";

const ruleOf = (id: string, options?: Rule["options"]): Rule =>
  defineSetRule({
    id,
    summary: "A rule.",
    severity: "error",
    category: "hygiene",
    documentation: [{ title: "Book", section: "1" }],
    fix: "none",
    reads: [],
    check: () => [],
    ...(options && { options }),
  });

const validity = ruleOf("cert/validity", {
  days: { default: 30, schema: { type: "number" }, description: "days" },
  names: { default: [], schema: { type: "array" }, description: "names" },
});
const rules = [validity, ruleOf("tenant/one"), ruleOf("tenant/two")];

const configWith = (...entries: Config["rules"]): Config => ({
  ...emptyConfig,
  file: "meshlint.yaml",
  rules: entries,
});
const ids = (config: Config, selection = everything): readonly string[] =>
  [...settingsOf(rules, config, selection).keys()].map((rule) => rule.id);

describe("ruleMatches", () => {
  it.each([
    ["tenant/one", "tenant/one", true],
    ["tenant/one", "tenant/one-more", false],
    ["tenant/*", "tenant/one", true],
    ["*", "tenant/one", true],
    ["*missing*", "gateway/knative-gateway-missing", true],
    ["*missing*", "gateway/selector", false],
    ["t*t/one", "tenant/one", true],
    ["t*o*e", "tenant/one", true],
    ["*one", "tenant/two", false],
    // The stars may not share characters.
    ["ab*ba", "aba", false],
    ["a*b*b", "ab", false],
    [".*", "tenant/one", false],
  ])("%s on %s: %s", (pattern, id, expected) => {
    expect(ruleMatches(pattern, id)).toBe(expected);
  });
});

describe("settingsOf", () => {
  it("runs every rule at its own severities by default", () => {
    expect(ids(emptyConfig)).toEqual(["cert/validity", "tenant/one", "tenant/two"]);
    expect(settingsOf(rules, emptyConfig, everything).get(validity)).toEqual({
      level: null,
      options: { days: 30, names: [] },
    });
  });

  it("takes the last level that fits, and leaves rules that are off", () => {
    const config = configWith(
      { pattern: "tenant/*", level: "off", options: {} },
      { pattern: "tenant/two", level: "info", options: {} },
    );
    expect(ids(config)).toEqual(["cert/validity", "tenant/two"]);
  });

  it("keeps options of earlier entries and lets a glob pass over rules without the option", () => {
    const config = configWith(
      { pattern: "cert/validity", level: "warning", options: { days: 60 } },
      { pattern: "*", level: null, options: { names: ["a"] } },
    );
    expect(settingsOf(rules, config, everything).get(validity)).toEqual({
      level: "warning",
      options: { days: 60, names: ["a"] },
    });
  });

  it("lets the command line choose, skip and set levels over the config", () => {
    const config = configWith({ pattern: "tenant/one", level: "off", options: {} });
    const selection = {
      rules: ["tenant/*"],
      skip: ["tenant/two"],
      severities: [{ pattern: "tenant/*", level: "info" as const }],
    };
    expect(ids(config, selection)).toEqual(["tenant/one"]);
  });

  it.each([
    [
      "a rule of --rule",
      emptyConfig,
      { ...everything, rules: ["tenant/onee"] },
      /--rule: unknown rule "tenant\/onee"; did you mean "tenant\/one"\?/,
    ],
    [
      "a glob of --skip",
      emptyConfig,
      { ...everything, skip: ["zzzzzzzzzzz/*"] },
      /--skip: unknown rule "zzzzzzzzzzz\/\*"$/,
    ],
    [
      "a rule of --severity",
      emptyConfig,
      { ...everything, severities: [{ pattern: "x/y", level: "off" as const }] },
      /--severity: unknown rule/,
    ],
    [
      "a rule of the config",
      configWith({ pattern: "tenant/tow", level: "off", options: {} }),
      everything,
      /meshlint\.yaml: unknown rule "tenant\/tow"; did you mean "tenant\/two"/,
    ],
    [
      "an option",
      configWith({ pattern: "cert/validity", level: null, options: { day: 1 } }),
      everything,
      /rule cert\/validity has no option "day"; did you mean "days"\?/,
    ],
    [
      "an option of a rule without any",
      configWith({ pattern: "tenant/one", level: null, options: { zzz: 1 } }),
      everything,
      /rule tenant\/one has no option "zzz"$/,
    ],
    [
      "an option's type",
      configWith({ pattern: "cert/validity", level: null, options: { days: "60" } }),
      everything,
      /option "days" of rule cert\/validity has to be a number/,
    ],
    [
      "a list option's type",
      configWith({ pattern: "cert/validity", level: null, options: { names: {} } }),
      everything,
      /has to be a list/,
    ],
  ] as const)("refuses an unknown name: %s", (_name, config, selection, message) => {
    expect(() => settingsOf(rules, config, selection)).toThrow(UsageError);
    expect(() => settingsOf(rules, config, selection)).toThrow(message);
  });

  it("takes an option named like a method of objects for what it is: unknown", () => {
    const config = configWith({ pattern: "cert/validity", level: null, options: { constructor: 1 } });
    expect(() => settingsOf(rules, config, everything)).toThrow(/no option "constructor"/);
  });
});

describe("parseLevel", () => {
  it("reads RULE=LEVEL", () => {
    expect(parseLevel("tenant/*=off")).toEqual({ pattern: "tenant/*", level: "off" });
  });
  it.each(["tenant/*", "=error", "a/b=fatal", "a/b=error=warning"])("refuses %s", (text) => {
    expect(() => parseLevel(text)).toThrow(UsageError);
  });
});
