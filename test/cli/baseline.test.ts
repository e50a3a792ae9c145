import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatNames } from "../../src/cli/flags.ts";
import { lint } from "../../src/index.ts";
import { lintFiles } from "../../src/core.ts";
import {
  commit,
  git,
  gitEnvironment,
  gitInstalled,
  gitMissing,
  repositoryIn,
  write,
} from "../support/git.ts";
import { folder, run } from "./run.ts";

/** service/inject-value-invalid, an error about the label of line 8. */
const bad = (name: string): string =>
  [
    "apiVersion: serving.knative.dev/v1",
    "kind: Service",
    `metadata: { name: ${name}, namespace: shop }`,
    "spec:",
    "  template:",
    "    metadata:",
    "      labels:",
    "        sidecar.istio.io/inject: true",
    "    spec: { containers: [{ image: x }] }",
    "",
  ].join("\n");
const good = (name: string): string => bad(name).replace("inject: true", 'inject: "true"');
const only = ["--rule", "service/inject-value-invalid", "--rule", "suppression/*"];
const baseline = ["--baseline", "known.json"];

/** File, line and rule of each finding that counts. */
async function found(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = await run(cwd, [...only, ...args, "-f", "compact"], {
    env: gitEnvironment,
  });
  const findings = stdout.split("\n").flatMap((line) => {
    const [, place, rule] = /^(.*:\d+):\d+: \w+ (\S+)/.exec(line) ?? [];
    return place === undefined ? [] : [`${place} ${rule}`];
  });
  return { status, findings, stderr };
}

const update = (cwd: string, ...args: readonly string[]) => run(cwd, [...only, ...args, "--update-baseline"]);
const textOf = (root: string, path = "known.json"): string => readFileSync(join(root, path), "utf8");

describe("--update-baseline", () => {
  it("accepts what there is, and from then on only what is new counts", async () => {
    const root = folder({ "a.yaml": bad("a"), "b.yaml": bad("b") });
    expect((await found(root)).status).toBe(1);
    const { status, stdout, stderr } = await update(root, ...baseline);
    expect(stderr).toBe("meshlint: 2 known findings are in known.json (2 added, 0 removed)\n");
    expect(stdout).toContain(
      "No findings (2 suppressed)\nbaseline: 2 known findings are in the baseline, 0 are new\n",
    );
    expect(status).toBe(0);
    expect(await found(root, ...baseline)).toEqual({ status: 0, findings: [], stderr: "" });
    write(root, { "a.yaml": `# a line more\n${bad("a")}`, "c.yaml": bad("c") });
    renameSync(join(root, "b.yaml"), join(root, "moved.yaml"));
    const later = await found(root, ...baseline);
    expect(later.findings).toEqual(["c.yaml:8 service/inject-value-invalid"]);
    expect(later.status).toBe(1);
    expect((await run(root, [...only, ...baseline])).stdout).toContain(
      "baseline: 2 known findings are in the baseline, 1 is new\n",
    );
  });

  it("keeps reasons and dates, takes out what is gone, and writes only what changes", async () => {
    const root = folder({ "a.yaml": bad("a"), "b.yaml": bad("b") });
    await update(root, ...baseline);
    const content = { $schema: "./baseline.schema.json", ...JSON.parse(textOf(root)) };
    content.findings[0].reason = "old shop";
    content.findings[0].until = "2999-01-01";
    writeFileSync(join(root, "known.json"), JSON.stringify(content));
    chmodSync(join(root, "known.json"), 0o640);
    write(root, { "b.yaml": good("b") });
    const stale = await found(root, ...baseline);
    expect(stale).toEqual({ status: 0, findings: ["known.json:1 suppression/unused"], stderr: "" });
    const { stderr, stdout } = await update(root, ...baseline);
    expect(stderr).toBe("meshlint: 1 known finding is in known.json (0 added, 1 removed)\n");
    expect(stdout).toContain("No findings (1 suppressed)");
    content.findings.pop();
    const text = textOf(root);
    expect(text).toBe(`${JSON.stringify(content, null, 2)}\n`);
    const { ino, mode } = statSync(join(root, "known.json"));
    expect(mode & 0o777).toBe(0o640);
    expect(await update(root, ...baseline, "--quiet")).toMatchObject({ status: 0, stderr: "" });
    expect(statSync(join(root, "known.json")).ino).toBe(ino);
  });

  it("says which entries count again, and gives them no more time", async () => {
    const root = folder({ "a.yaml": bad("a") });
    await update(root, ...baseline);
    const late = textOf(root).replace('"path"', '"until": "2020-01-01",\n      "path"');
    writeFileSync(join(root, "known.json"), late);
    const expected = ["a.yaml:8 service/inject-value-invalid", "known.json:6 suppression/expired"];
    expect(await found(root, ...baseline)).toEqual({ status: 1, findings: expected, stderr: "" });
    const { status, stdout } = await update(root, ...baseline);
    expect(status).toBe(1);
    expect(stdout).toContain("0 are new, 1 counts again since its date has passed\n");
    expect(JSON.parse(textOf(root)).findings[0].until).toBe("2020-01-01");
  });

  it("leaves alone what the run does not look at", async () => {
    const root = folder({ "a/a.yaml": bad("a"), "b/b.yaml": bad("b") });
    mkdirSync(join(root, ".git"));
    await update(root, ...baseline);
    const text = textOf(root);
    rmSync(join(root, "b/b.yaml"));
    write(root, { "b/b.yaml": good("b") });
    await run(root, ["a", ...baseline, "--update-baseline"]);
    expect(JSON.parse(textOf(root)).findings).toEqual(
      expect.arrayContaining(JSON.parse(text).findings.slice(1)),
    );
    await run(root, ["--rule", "mesh/*", ...baseline, "--update-baseline"]);
    expect(textOf(root)).toContain("b/b.yaml");
    await update(root, ...baseline);
    expect(textOf(root)).not.toContain("b/b.yaml");
  });

  it("reads the same from every folder, and the baseline is no manifest", async () => {
    const root = folder({ "deploy/a.yaml": bad("a"), "ci/x.txt": "" });
    mkdirSync(join(root, ".git"));
    await update(root, "--baseline", "ci/known.json");
    const text = textOf(root, "ci/known.json");
    expect(text).toContain('"file": "../deploy/a.yaml"');
    const deploy = join(root, "deploy");
    expect((await found(deploy, "--baseline", "../ci/known.json")).findings).toEqual([]);
    await run(deploy, [...only, "..", "--baseline", "../ci/known.json", "--update-baseline"]);
    expect(textOf(root, "ci/known.json")).toBe(text);
    const { stdout } = await run(root, [...only, "--baseline", "ci/known.json", "-v"]);
    expect(stdout).toContain("read: 1 file, 1 document, 1 resource\n");
    expect(stdout).not.toContain("ci/known.json: skipped");
  });
});

describe("wrong use is exit 2 with one line", () => {
  it.each([
    ["a file that is not there", {}, [], "there is no such file; --update-baseline writes it"],
    ["a folder", { "known.json/x": "" }, [], "it is a folder"],
    ["no baseline", { "known.json": "[]" }, [], "known.json:1:1: the baseline has to be a mapping"],
    [
      "no baseline",
      { "known.json": "<<<<<<< HEAD\n{}" },
      ["--update-baseline"],
      "; the baseline is not used",
    ],
  ])("%s", async (_name, files, args, message) => {
    const root = folder({ "a.yaml": bad("a"), ...files });
    for (const command of ["lint", "fix", "report"]) {
      if (command !== "lint" && args.length > 0) continue;
      const { status, stdout, stderr } = await run(root, [command, ...baseline, ...args]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain(message);
      expect(stderr).toMatch(/^meshlint: [^\n]*\n$/);
    }
  });

  it("a baseline that cannot be written", async () => {
    const root = folder({ "a.yaml": bad("a") });
    const { status, stderr } = await run(root, ["--baseline", "no/known.json", "--update-baseline"]);
    expect(status).toBe(2);
    expect(stderr).toContain("cannot write no/known.json: its folder does not exist");
  });
});

it("every format honours it alike", async () => {
  const root = folder({ "a.yaml": bad("a"), "b.yaml": good("b") });
  await update(root, ...baseline);
  for (const format of formatNames) {
    const { status, stdout } = await run(root, [...only, ...baseline, "-f", format]);
    expect(status).toBe(0);
    const inFormat: Readonly<Partial<Record<string, string>>> = {
      json: '"baseline": {\n    "known": 1,\n    "new": 0,\n    "expired": 0,\n    "unused": 0\n  }',
      sarif: '"kind": "external"',
      junit: '<skipped message="suppressed by baseline: ',
      pretty: "1 known finding is in the baseline",
      markdown: "1 known finding is in the baseline",
    };
    const expected = inFormat[format];
    if (expected === undefined) expect(stdout.trim()).toMatch(/^(\[\])?$/);
    else expect(stdout).toContain(expected);
  }
});

it("fix leaves alone what is known, and report counts it as a failure with its reason", async () => {
  const root = folder({ "a.yaml": bad("a") });
  await update(root, ...baseline);
  const known = textOf(root).replace('"path"', '"reason": "old shop",\n      "path"');
  writeFileSync(join(root, "known.json"), known);
  write(root, { "b.yaml": bad("b") });
  const { status } = await run(root, ["fix", ...only, ...baseline]);
  expect(status).toBe(0);
  expect([textOf(root, "a.yaml"), textOf(root, "b.yaml")]).toEqual([bad("a"), good("b")]);
  expect(textOf(root)).toBe(known);
  const { stdout } = await run(root, ["report", ...baseline]);
  expect(stdout).toMatch(/a\.yaml:8` .*\(suppressed by baseline: old shop\)/);
});

it("the library takes one as a path, the core as a text", async () => {
  const root = folder({ "a.yaml": bad("a"), "b.yaml": bad("b") });
  await update(root, ...baseline, "a.yaml");
  const options = { rules: ["service/inject-value-invalid"] };
  const onDisk = await lint({ cwd: root, baseline: "known.json", ...options });
  const inMemory = await lintFiles(
    ["a.yaml", "b.yaml", "known.json"].map((path) => ({ path, text: textOf(root, path) })),
    { baseline: { path: "known.json", text: textOf(root) }, ...options },
  );
  for (const { findings } of [onDisk, inMemory])
    expect(findings.map(({ at, suppressed }) => [at.file.path, suppressed?.by])).toEqual([
      ["a.yaml", "baseline"],
      ["b.yaml", undefined],
    ]);
  await expect(lint({ cwd: root, baseline: "nowhere.json" })).rejects.toThrow("there is no such file");
});

describe.skipIf(!gitInstalled)(`with --changed${gitMissing}`, () => {
  it("reports what the change causes and the baseline does not know", async () => {
    const root = folder();
    repositoryIn(root, { "a.yaml": bad("a"), "b.yaml": bad("b"), "c.yaml": good("c") });
    await update(root, ...baseline, "b.yaml");
    git(root, "switch", "--quiet", "--create", "topic");
    commit(root, { "c.yaml": bad("c"), "known.json": textOf(root), "d.yaml": bad("d") });
    const changed = [...baseline, "--changed", "--base", "main"];
    expect((await found(root, ...changed)).findings).toEqual([
      "c.yaml:8 service/inject-value-invalid",
      "d.yaml:8 service/inject-value-invalid",
    ]);
    await run(root, [...only, ...changed, "--update-baseline"], { env: gitEnvironment });
    expect(JSON.parse(textOf(root)).findings.map(({ file }: { file: string }) => file)).toEqual([
      "b.yaml",
      "c.yaml",
      "d.yaml",
    ]);
    expect((await found(root, ...changed)).findings).toEqual([]);
    expect((await found(root, ...baseline)).findings).toEqual(["a.yaml:8 service/inject-value-invalid"]);
  });

  it("takes the staged version of it with --staged", async () => {
    const root = folder();
    repositoryIn(root, { "a.yaml": good("a") });
    write(root, { "a.yaml": bad("a") });
    await update(root, ...baseline);
    git(root, "add", "a.yaml");
    expect((await found(root, ...baseline, "--staged")).findings).toEqual([]);
    const empty = '{ "version": 1, "findings": [] }\n';
    const full = textOf(root);
    write(root, { "known.json": empty });
    git(root, "add", "known.json");
    write(root, { "known.json": full });
    expect((await found(root, ...baseline, "--staged")).findings).toEqual([
      "a.yaml:8 service/inject-value-invalid",
    ]);
    git(root, "add", "known.json");
    expect((await found(root, ...baseline, "--staged")).findings).toEqual([]);
  });

  it("tells the one who corrects something that the baseline is behind", async () => {
    const root = folder();
    repositoryIn(root, { "a.yaml": bad("a") });
    await update(root, ...baseline);
    commit(root, { "known.json": textOf(root) });
    git(root, "switch", "--quiet", "--create", "topic");
    commit(root, { "a.yaml": good("a") });
    expect((await found(root, ...baseline, "--changed", "--base", "main")).findings).toEqual([
      "known.json:6 suppression/unused",
    ]);
  });
});
