import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repository } from "../shared.ts";
import { emptyFolder, runProgram, succeed, workspace } from "./support.ts";

const installed = spawnSync("pre-commit", ["--version"]).status === 0;
const isClone = existsSync(join(repository, ".git"));

const identity = ["-c", "user.name=meshlint", "-c", "user.email=meshlint@example.com"];

function commitAll(folder: string): void {
  succeed(folder, "git", ["init", "--quiet"]);
  succeed(folder, "git", ["add", "--all"]);
  succeed(folder, "git", [...identity, "commit", "--quiet", "--message", "Files"]);
}

/** A repository with this one's files as they are now: pre-commit takes hooks from repositories only. */
function copyOfThis(): string {
  const folder = emptyFolder();
  const names = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const name of names.split("\0")) {
    const file = join(repository, name);
    if (name === "" || /^(?:test|bench|fixtures|docs)\//.test(name) || !existsSync(file)) continue;
    cpSync(file, join(folder, dirname(name), file.slice(file.lastIndexOf("/") + 1)));
  }
  commitAll(folder);
  return folder;
}

// pre-commit clones the hook's repository, installs what builds it, and packs it. npm takes that from its cache, which
// `npm ci` has filled.
describe.skipIf(!installed || !isClone)(
  `the hook in the real pre-commit${installed ? "" : " (skipped: pre-commit is not installed)"}${isClone ? "" : " (skipped: no git clone)"}`,
  () => {
    const broken = workspace(["app-broken"], { "README.md": "# Shop\n" });
    const clean = workspace(["platform", "app"]);
    let hook = "";
    const env = {
      PRE_COMMIT_HOME: emptyFolder(),
      npm_config_prefer_offline: "true",
      PRE_COMMIT_COLOR: "never",
    };

    const runHook = (folder: string, ...args: string[]) => {
      const config = `repos:\n  - repo: ${hook}\n    rev: hook\n    hooks: [{ id: meshlint }]\n`;
      return runProgram(
        folder,
        "sh",
        [
          "-c",
          'printf "%s" "$0" > .pre-commit-config.yaml && git add . && pre-commit run "$@"',
          config,
          ...args,
        ],
        env,
      );
    };

    beforeAll(() => {
      hook = copyOfThis();
      succeed(hook, "git", ["tag", "hook"]);
      for (const folder of [broken, clean]) commitAll(folder);
    });

    it("installs from a clone and fails for a broken repository", () => {
      const run = runHook(broken, "--all-files");
      expect(run.stdout + run.stderr).toMatch(/meshlint\.+Failed/);
      expect(run.stdout).toContain("app-broken/service.yaml:");
      expect(run.stdout).toContain("exit code: 1");
      expect(run.status).toBe(1);
    });

    it("passes a clean repository", () => {
      const run = runHook(clean, "--all-files");
      expect(run.stdout + run.stderr).toMatch(/meshlint\.+Passed/);
      expect(run.status).toBe(0);
    });

    it("lints the whole repository when one manifest changes, and nothing when none does", () => {
      const readme = runHook(broken, "--files", "README.md");
      expect(readme.stdout).toContain("(no files to check)Skipped");
      const manifest = runHook(broken, "--files", "app-broken/service.yaml");
      expect(manifest.stdout).toContain("2 errors");
    });
  },
);
