import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { committedFiles } from "../../scripts/build.ts";
import { isForkEvent } from "../../src/action/event.ts";
import { inputNames, readInputs } from "../../src/action/inputs.ts";
import { run as runCli } from "../cli/run.ts";
import { repository } from "../shared.ts";
import { runProgram, workspace } from "./support.ts";

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The outputs of a step: `name<<delimiter`, the value, the delimiter. */
function outputsOf(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/^(.+)<<(ghadelimiter_.+)\r?\n([^]*?)\r?\n?\2$/gm);
  return Object.fromEntries(Array.from(found, ([, name = "", , value = ""]) => [name, value]));
}

/** Runs the committed bundle as a runner does: inputs left out are the defaults of action.yml. */
function runAction(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Run {
  const files = { summary: join(folder, "summary.md"), outputs: join(folder, "outputs.txt") };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const given = Object.entries({ ...defaults(), ...inputs }).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const { status, stdout } = runProgram(repository, process.execPath, [join(repository, "action/main.mjs")], {
    GITHUB_WORKSPACE: folder,
    GITHUB_STEP_SUMMARY: files.summary,
    GITHUB_OUTPUT: files.outputs,
    ...Object.fromEntries(given),
    ...env,
  });
  const summary = readFileSync(files.summary, "utf8");
  return { status, stdout, summary, outputs: outputsOf(readFileSync(files.outputs, "utf8")) };
}

const metadata: {
  inputs: Record<string, { default: string }>;
  outputs: Record<string, unknown>;
  runs: { using: string; main: string };
} = parse(readFileSync(join(repository, "action.yml"), "utf8"));

function defaults(): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.inputs).map(([name, input]) => [name, input.default]));
}

const commandsOf = (stdout: string): readonly string[] =>
  stdout.split("\n").filter((line) => line.startsWith("::"));

describe("what is committed is what the sources give (npm run bundle)", async () => {
  const files = await committedFiles();
  it.each([...files.keys()])("%s", (path) => {
    // Not toBe: nobody wants to read the difference of two minified files.
    const same = readFileSync(join(repository, path), "utf8") === files.get(path);
    expect(same, `${path} is out of date: npm run bundle`).toBe(true);
  });

  it("no bundle names a folder of the machine that built it", () => {
    for (const [path, text] of files) expect(text.includes(repository), path).toBe(false);
  });
});

describe("action.yml", () => {
  it("declares the inputs that are read, and runs the bundle", () => {
    expect(Object.keys(metadata.inputs).sort()).toEqual([...inputNames].sort());
    expect(metadata.runs).toEqual({ using: "node24", main: "action/main.mjs" });
  });

  it("has the defaults that a missing input has", () => {
    const declared = readInputs((name) => defaults()[name] ?? "");
    expect(declared).toEqual({ ...readInputs(() => ""), paths: ["."] });
  });
});

describe("the Action in a workspace", () => {
  it("passes a clean one", () => {
    const run = runAction(workspace(["platform", "app"]), {});
    expect(run.status).toBe(0);
    expect(commandsOf(run.stdout)).toEqual([]);
    expect(run.stdout).toContain("No findings");
    expect(run.summary).toContain("no findings");
    expect(run.summary).not.toContain("| --- |");
    expect(run.outputs).toEqual({ errors: "0", warnings: "0", infos: "0", "sarif-file": "" });
  });

  it("fails a broken one, and says where in annotations, summary, outputs, log and SARIF", () => {
    const folder = workspace(["platform", "app-broken"]);
    const run = runAction(
      folder,
      { paths: "platform\n  app-broken\n", format: "compact", "sarif-file": "meshlint.sarif" },
      { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "o/r", GITHUB_SHA: "abc" },
    );
    expect(run.status).toBe(1);
    const errors = commandsOf(run.stdout).filter((line) => line.startsWith("::error file="));
    expect(errors.length).toBe(Number(run.outputs.errors));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatch(/^::error file=app-broken\/service\.yaml,line=\d+,/);
    expect(run.stdout).toMatch(/^::error::meshlint found \d+ errors?,/m);
    expect(run.stdout).toMatch(/^app-broken\/service\.yaml:\d+/m);
    expect(run.summary).toContain("| --- |");
    expect(run.summary).toMatch(/\[`service\/[a-z-]+`\]\(https:\/\/github\.com\/[^)]+\.md\)/);
    expect(run.summary).toMatch(/app-broken\/service\.yaml:\d+/);
    const sarif = JSON.parse(readFileSync(join(folder, "meshlint.sarif"), "utf8"));
    expect(sarif.runs[0].results.length).toBeGreaterThanOrEqual(errors.length);
    expect(sarif.runs[0].tool.driver.rules[0].help.markdown).toContain("How to fix");
    expect(run.outputs["sarif-file"]).toBe("meshlint.sarif");
  });

  it("links to the checkout where the workspace is one", () => {
    const head = { ".git/HEAD": "ref: refs/heads/main\n" };
    const run = runAction(
      workspace(["app-broken"], head),
      {},
      { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "o/r", GITHUB_SHA: "abc" },
    );
    expect(run.summary).toMatch(
      /\[`app-broken\/service\.yaml:\d+`\]\(https:\/\/github\.com\/o\/r\/blob\/abc\/app-broken\/service\.yaml#L\d+\)/,
    );
  });

  it("fails by fail-on only, and stays silent in the log if told so", () => {
    const run = runAction(workspace(["app-broken"]), { "fail-on": "never", format: "none" });
    expect(run.status).toBe(0);
    expect(Number(run.outputs.errors)).toBeGreaterThan(0);
    expect(run.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("::"))).toEqual([]);
  });

  it("takes the config that is named", () => {
    const config = "rules: { '*/*': off }\n";
    const run = runAction(workspace(["app-broken"], { "ci/lint.yaml": config }), { config: "ci/lint.yaml" });
    expect(run.outputs.errors).toBe("0");
    expect(run.status).toBe(0);
  });

  it("counts only what the baseline does not know", async () => {
    const folder = workspace(["app-broken"]);
    expect((await runCli(folder, ["--baseline", "known.json", "--update-baseline"])).status).toBe(0);
    const run = runAction(folder, { baseline: "known.json" });
    expect(run.outputs.errors).toBe("0");
    expect(run.status).toBe(0);
    expect(run.summary).toMatch(/\d known findings are in the baseline, 0 are new/);
    expect(runAction(folder, {}).status).toBe(1);
  });

  it.each([
    ["a baseline that is not there", { baseline: "nowhere.json" }, /cannot read baseline nowhere\.json/],
    ["an input that takes other values", { "fail-on": "eror" }, /input fail-on takes .*"error"/],
    ["a path that does not exist", { paths: "nowhere" }, /no such file or folder: nowhere/],
    ["a SARIF file that cannot be written", { "sarif-file": "no/such/x" }, /cannot write no\/such\/x/],
  ])("fails with a sentence for %s", (_name, inputs, message) => {
    const run = runAction(workspace(["app"]), inputs);
    expect(run.status).toBe(1);
    expect(commandsOf(run.stdout).join("\n")).toMatch(message);
  });

  it("fails where there is nothing to lint", () => {
    const run = runAction(workspace([]), {});
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/^::error::nothing to lint/m);
  });

  it("gives no command and no markup to a file's name or content", () => {
    const name = "a<img src=x>%0A::warning::b\n::warning::c.yaml";
    const text = [
      "apiVersion: serving.knative.dev/v1",
      "kind: Service",
      'metadata: { name: "<b>x</b>\\n::warning::d", namespace: shop }',
      "spec:",
      "  template:",
      "    metadata: { annotations: { sidecar.istio.io/inject: true } }",
      "    spec: { containers: [{ image: x }] }",
      "",
    ].join("\n");
    const run = runAction(workspace([], { [name]: text }), {});
    expect(Number(run.outputs.errors)).toBeGreaterThan(0);
    expect(run.stdout).not.toMatch(/^\s*::warning::/m);
    // Names of files stand in code spans, where nothing is markup.
    expect(run.summary.replace(/`[^`\n]*`/g, "")).not.toMatch(/(?<!\\)<(?:img|b)\b/);
    expect(run.summary).toContain("`a<img src=x>");
  });

  it("lets no pull request from a fork extend packages", () => {
    const files = {
      "meshlint.yaml": "extends: policies\n",
      "node_modules/policies/meshlint.yaml": "rules: { '*/*': off }\n",
      "event.json": JSON.stringify({
        pull_request: { head: { repo: { full_name: "x/r" } }, base: { repo: { full_name: "o/r" } } },
      }),
    };
    const folder = workspace(["app-broken"], files);
    expect(runAction(folder, {}).status).toBe(0);
    const forked = runAction(folder, {}, { GITHUB_EVENT_PATH: join(folder, "event.json") });
    expect(forked.status).toBe(1);
    expect(forked.stdout).toContain("packages are not allowed here");
  });
});

describe("an event", () => {
  const pullRequest = (head: { full_name: string } | null) => ({
    pull_request: { head: { repo: head }, base: { repo: { full_name: "o/r" } } },
  });
  it.each([
    ["a push", { ref: "refs/heads/main" }, false],
    ["a pull request of the repository", pullRequest({ full_name: "o/r" }), false],
    ["a pull request of a fork", pullRequest({ full_name: "x/r" }), true],
    ["a pull request of a deleted fork", pullRequest(null), true],
  ])("%s", (_name, payload, expected) => {
    expect(isForkEvent(payload)).toBe(expected);
  });
});
