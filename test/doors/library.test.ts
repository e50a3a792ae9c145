import { describe, expect, it } from "vitest";
import {
  activeFindings,
  at,
  defineRule,
  fail,
  formatNames,
  formatReport,
  lint,
  UsageError,
} from "../../src/index.ts";
import { workspace } from "./support.ts";

const rulesOf = (report: Awaited<ReturnType<typeof lint>>) => report.findings.map((finding) => finding.rule);

const shortName = defineRule({
  id: "own/short-name",
  summary: "A Service's name is short",
  severity: "warning",
  category: "hygiene",
  documentation: [{ title: "House rules", section: "1" }],
  fix: "none",
  reads: ["Service.serving.knative.dev"],
  subjects: (graph) => graph.all("Service.serving.knative.dev"),
  *check(service) {
    yield fail(at(service, "metadata", "name"), `the name ${service.name} is short`);
  },
});

describe("lint()", () => {
  it("finds what the command line finds, with places relative to cwd", async () => {
    const report = await lint({ cwd: workspace(["app-broken"]) });
    expect(activeFindings(report).length).toBeGreaterThan(0);
    expect(new Set(report.findings.map((finding) => finding.at.file.path))).toEqual(
      new Set(["app-broken/service.yaml"]),
    );
  });

  it("shows findings of the paths only, and judges with all", async () => {
    const report = await lint({ cwd: workspace(["platform", "app-broken"]), paths: ["platform"] });
    expect(report.findings).toEqual([]);
  });

  it("takes rules, skip and severity as the command line does", async () => {
    const cwd = workspace(["app-broken"]);
    const all = rulesOf(await lint({ cwd }));
    const [first = ""] = all;
    expect(new Set(rulesOf(await lint({ cwd, rules: [first] })))).toEqual(new Set([first]));
    expect(rulesOf(await lint({ cwd, skip: [first] }))).not.toContain(first);
    expect(rulesOf(await lint({ cwd, severity: { "*/*": "off" } }))).toEqual([]);
    const { findings } = await lint({ cwd, severity: { "*/*": "info" } });
    expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set(["info"]));
  });

  it("takes the profile and strict", async () => {
    const cwd = workspace(["app"]);
    const report = await lint({ cwd, profile: { mesh: "2.6" } });
    expect(report.sets[0]?.profile.mesh).toMatchObject({ major: 2, minor: 6 });
    expect(report.findings).toEqual([]);
    expect((await lint({ cwd, strict: true })).findings.length).toBeGreaterThan(0);
  });

  it("runs rules of one's own, which every option knows", async () => {
    const cwd = workspace(["app"], { "meshlint.yaml": "rules: { own/short-name: error }\n" });
    const extraRules = [shortName];
    const report = await lint({ cwd, extraRules });
    expect(report.findings.map(({ rule, severity }) => ({ rule, severity }))).toEqual([
      { rule: "own/short-name", severity: "error" },
    ]);
    const sarif = JSON.parse(await formatReport("sarif", report, { extraRules }));
    expect(sarif.runs[0].tool.driver.rules[0].shortDescription.text).toBe("A Service's name is short");
    expect(sarif.runs[0].invocations[0].exitCode).toBe(1);
  });

  it("gives an empty report where there is nothing to lint", async () => {
    const report = await lint({ cwd: workspace([]) });
    expect(report.findings).toEqual([]);
    expect(report.counts.resources).toBe(0);
  });

  it.each([
    ["a path", { paths: ["nowhere"] }],
    ["a config", { config: "nowhere.yaml" }],
    ["a rule", { rules: ["mesh/no-such-rule"] }],
    ["a set", { sets: ["nowhere"] }],
    ["a version", { profile: { serverless: "999" } }],
  ])("throws a UsageError for %s that does not exist", async (_name, options) => {
    await expect(lint({ cwd: workspace(["app"]), ...options })).rejects.toBeInstanceOf(UsageError);
  });
});

describe("formatReport()", () => {
  it.each(formatNames)("writes %s", async (name) => {
    const report = await lint({ cwd: workspace(["app-broken"]) });
    expect(await formatReport(name, report)).toContain("app-broken/service.yaml");
  });

  it("colours and shortens if asked to", async () => {
    const report = await lint({ cwd: workspace(["app-broken"]) });
    const escape = String.fromCharCode(27);
    expect(await formatReport("pretty", report)).not.toContain(escape);
    expect(await formatReport("pretty", report, { color: true })).toContain(escape);
    const one = await formatReport("compact", report, { maxFindings: 1 });
    expect(one.trimEnd().split("\n")).toHaveLength(1);
  });
});
