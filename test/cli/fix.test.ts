import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProjectFiles, writeFixed } from "../../src/cli/fix-files.ts";
import { readProject } from "../../src/cli/project.ts";
import { git, gitEnvironment, gitInstalled, gitMissing } from "../support/git.ts";
import { folder, run } from "./run.ts";

/** A Knative Service with one finding that has a safe fix, and one whose fix is to be reviewed. */
const service = (name = "shop", more = ""): string => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name} # the shop
  namespace: team-a
spec:
  template:
    metadata:
      annotations:
        sidecar.istio.io/rewriteAppHTTPProbers: "true"
      labels:
        sidecar.istio.io/inject: true   # asked for
    spec:
      containerConcurency: 5
      containers:
        - image: quay.io/team-a/${name}:1
${more}`;

const patchInstalled = spawnSync("patch", ["--version"]).status === 0;
const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

describe("fix", () => {
  test("does what is safe, says so, and has nothing to do the second time", async () => {
    const root = folder({ "a.yaml": service() });
    const { status, stdout, stderr } = await run(root, ["fix"]);
    expect(stderr).toBe("");
    expect(stdout).toContain(
      'fixed a.yaml:12:34 service/inject-value-invalid: write sidecar.istio.io/inject: "true", with quotes\n',
    );
    expect(stdout).toContain("Left to do\n");
    expect(stdout).toContain("  --review would: rename it to containerConcurrency\n");
    expect(stdout).toMatch(/^Fixed 1 finding in 1 file; 1 error, .* remain; --review would look at 1 more$/m);
    expect(status).toBe(1);
    expect(read(root, "a.yaml")).toBe(service().replace("inject: true ", 'inject: "true" '));

    const again = await run(root, ["fix"]);
    expect(again.stdout).toContain("Nothing to fix; 1 error");
    expect((await run(root, ["lint", "--format", "compact"])).stdout).not.toContain("inject-value-invalid");
  });

  test("--review also does what should be looked at", async () => {
    const root = folder({ "a.yaml": service() });
    const { status, stdout } = await run(root, ["fix", "--review"]);
    expect(stdout).toContain("schema/unknown-key: rename it to containerConcurrency (review it)\n");
    expect(stdout).toMatch(/^Fixed 2 findings in 1 file; no findings remain$/m);
    expect(status).toBe(0);
    expect((await run(root, ["lint"])).status).toBe(0);
    expect((await run(root, ["fix", "--review"])).stdout).toBe("Nothing to fix; no findings remain\n");
  });

  test("changes only what the paths and rules name", async () => {
    const root = folder({ "a/a.yaml": service("a"), "b/b.yaml": service("b") });
    await run(root, ["fix", "--review", "a", "--rule", "service/inject-*"]);
    expect(read(root, "b/b.yaml")).toBe(service("b"));
    expect(read(root, "a/a.yaml")).toBe(service("a").replace("inject: true ", 'inject: "true" '));
  });

  test("keeps a byte order mark, CRLF and permissions", async () => {
    const text = `\uFEFF${service().replaceAll("\n", "\r\n")}`;
    const root = folder({ "a.yaml": text });
    chmodSync(join(root, "a.yaml"), 0o640);
    await run(root, ["fix"]);
    expect(read(root, "a.yaml")).toBe(text.replace("inject: true ", 'inject: "true" '));
    expect(statSync(join(root, "a.yaml")).mode & 0o777).toBe(0o640);
    expect(readdirSync(root)).toEqual(["a.yaml"]);
  });

  test("gives JSON for scripts", async () => {
    const root = folder({ "a.yaml": service() });
    const { status, stdout } = await run(root, ["fix", "--format", "json", "--quiet"]);
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual([
      "version",
      "dryRun",
      "fixed",
      "withdrawn",
      "remaining",
      "files",
      "settled",
      "summary",
    ]);
    expect(report.fixed).toMatchObject([
      { rule: "service/inject-value-invalid", file: "a.yaml", line: 12, column: 34, safety: "safe" },
    ]);
    expect(report.remaining[0]).toMatchObject({ rule: "schema/unknown-key", needs: "review" });
    expect(report.files).toEqual(["a.yaml"]);
    expect(status).toBe(1);
    const dry = JSON.parse((await run(root, ["fix", "-f", "json", "--dry-run", "--review"])).stdout);
    expect(dry).toMatchObject({
      dryRun: true,
      diff: expect.stringContaining("--- a/a.yaml\n+++ b/a.yaml\n"),
    });
  });

  test("--fail-on decides about the exit code, as for lint", async () => {
    const root = folder({ "a.yaml": service() });
    expect((await run(root, ["fix", "--fail-on", "never"])).status).toBe(0);
  });

  test("refuses what cannot be", async () => {
    const root = folder({ "a.yaml": service() });
    expect(await run(root, ["fix", "b.yaml"])).toMatchObject({ status: 2 });
    expect(await run(root, ["fix", "--rule", "service/nothing"])).toMatchObject({ status: 2 });
    expect(await run(root, ["fix", "--set", "nothing"])).toMatchObject({ status: 2 });
    expect(await run(folder(), ["fix"])).toMatchObject({ status: 2 });
  });
});

describe("fix -", () => {
  test("gives the fixed text on standard output, and words on standard error", async () => {
    const text = `\uFEFF${service().replaceAll("\n", "\r\n")}`;
    const { stdout, stderr } = await run(folder(), ["fix", "-"], { stdin: text });
    expect(stdout).toBe(text.replace("inject: true ", 'inject: "true" '));
    expect(stderr).toContain("fixed <stdin>:12:34 service/inject-value-invalid");
  });

  test("gives back what needs no fix", async () => {
    const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n";
    expect(await run(folder(), ["fix", "-"], { stdin: text })).toMatchObject({ status: 0, stdout: text });
  });
});

describe("fix --dry-run", () => {
  const files = {
    "plain.yaml": service("plain"),
    "folder with space/crlf.yaml": service("crlf").replaceAll("\n", "\r\n"),
    "mark.yaml": `\uFEFF${service("mark")}`,
    "no-end.yaml": service("no-end").trimEnd(),
    "größe.yaml": service("groesse"),
  };
  const options = ["fix", "--review", "--dry-run"];

  test("writes nothing and shows a patch, with words on standard error", async () => {
    const root = folder(files);
    const { stdout, stderr, status } = await run(root, options);
    expect(stdout).toMatch(/^--- a\//);
    expect(stderr).toContain("Would fix 10 findings in 5 files; no findings remain");
    expect(status).toBe(0);
    for (const [path, text] of Object.entries(files)) expect(read(root, path)).toBe(text);
  });

  async function bothWays(apply: (root: string, patch: string) => void): Promise<void> {
    const [patched, fixed] = [folder(files), folder(files)];
    const { stdout } = await run(patched, options);
    apply(patched, stdout);
    await run(fixed, ["fix", "--review"]);
    for (const path of Object.keys(files)) {
      expect(read(patched, path)).toBe(read(fixed, path));
      expect(read(patched, path)).not.toBe(files[path as keyof typeof files]);
    }
  }

  test.skipIf(!gitInstalled)(`git apply takes the patch${gitMissing}`, () =>
    bothWays((root, patch) => {
      git(root, "init", "--quiet");
      execFileSync("git", ["apply", "-"], { cwd: root, input: patch, env: gitEnvironment });
    }),
  );

  test.skipIf(!gitInstalled)(`git apply takes it in a folder of a repository${gitMissing}`, async () => {
    const root = folder({ "deploy/a.yaml": service("a"), "b.yaml": service("b") });
    git(root, "init", "--quiet");
    const { stdout } = await run(join(root, "deploy"), options);
    execFileSync("git", ["apply", "-"], { cwd: join(root, "deploy"), input: stdout, env: gitEnvironment });
    expect((await run(root, ["lint", "deploy"])).status).toBe(0);
    expect(read(root, "b.yaml")).toBe(service("b"));
  });

  test.skipIf(!patchInstalled)("patch -p1 takes it (skipped where patch is not installed)", () =>
    bothWays((root, patch) => {
      execFileSync("patch", ["-p1", "--binary"], { cwd: root, input: patch });
    }),
  );

  test("shows no data of Secrets beside a change", async () => {
    const secret =
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData:\n  password: hunter2\n";
    const root = folder({ "a.yaml": `${secret}---\n${service()}`, "b.yaml": service("b") });
    const moved = `${service().trimEnd()}\n        - image: b\n${secret}`;
    writeFileSync(join(root, "c.yaml"), moved.replace("sidecar.istio.io/inject: true   # asked for", "a: b"));
    const { stdout, stderr } = await run(root, options);
    expect(stdout + stderr).not.toContain("hunter2");
    expect(stdout).toContain("+++ b/b.yaml");
  });
});

describe("what fix does not write to", () => {
  test.skipIf(process.platform === "win32")("a file outside, by way of a link", async () => {
    const outside = folder({ "real.yaml": service("real") });
    const root = folder({ "a.yaml": service("a") });
    symlinkSync(join(outside, "real.yaml"), join(root, "link.yaml"));
    const { stdout } = await run(root, ["fix", "link.yaml", "a.yaml"]);
    expect(stdout).toContain("withdrawn link.yaml:12:34 service/inject-value-invalid");
    expect(stdout).toContain("link.yaml leads out of the project by a link");
    expect(read(outside, "real.yaml")).toBe(service("real"));
    expect(lstatSync(join(root, "link.yaml")).isSymbolicLink()).toBe(true);
    expect(read(root, "a.yaml")).not.toBe(service("a"));
  });

  test.skipIf(process.platform === "win32")("a link inside: its file is written, once", async () => {
    const root = folder({ "real.yaml": service("real") });
    symlinkSync("real.yaml", join(root, "link.yaml"));
    const { stdout, status } = await run(root, ["fix", "--review"]);
    expect(stdout).toContain("in 1 file");
    expect(status).toBe(0);
    expect(lstatSync(join(root, "link.yaml")).isSymbolicLink()).toBe(true);
    expect(read(root, "real.yaml")).toContain('inject: "true"');
  });

  test("a file that has changed since it was read", async () => {
    const root = folder({ "a.yaml": service("a"), "b.yaml": service("b") });
    const io = { cwd: root, env: {}, stdout: { write: () => true }, stderr: { write: () => true } };
    const project = await readProject(io, [], { config: null, packages: false, sets: [] });
    const changes = ["a", "b"].map((name) => ({
      path: `${name}.yaml`,
      before: service(name),
      after: service(name).replace("inject: true", 'inject: "true"'),
    }));
    writeFileSync(join(root, "b.yaml"), `${service("b")}# mine\n`);
    const write = () => writeFixed(root, changes, new ProjectFiles(root, project));
    expect(write).toThrow("b.yaml has changed since it was read: nothing is written");
    expect(read(root, "a.yaml")).toBe(service("a"));
    expect(read(root, "b.yaml")).toBe(`${service("b")}# mine\n`);
  });

  test("files that are not among the given ones", async () => {
    const root = folder({ "a/a.yaml": service("a") });
    mkdirSync(join(root, "b"));
    writeFileSync(join(root, "b/b.yaml"), service("b"));
    await run(root, ["fix", "--review", "b"]);
    expect(read(root, "a/a.yaml")).toBe(service("a"));
  });

  test("a value that several places share", async () => {
    const shared = service().replace("inject: true ", "inject: &yes true ");
    const root = folder({ "a.yaml": shared });
    const { stdout } = await run(root, ["fix"]);
    expect(stdout).toContain("not written: ");
    expect(stdout).toContain("has an anchor, or a tag: other places may share it");
    expect(read(root, "a.yaml")).toBe(shared);
  });
});
