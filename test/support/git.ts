import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whether tests with real repositories can run. */
export const gitInstalled = spawnSync("git", ["--version"]).status === 0;

/** For the names of tests that are skipped. */
export const gitMissing = gitInstalled ? "" : " (skipped: git is not installed)";

const inherited = Object.entries(process.env).filter(
  (entry): entry is [string, string] => !entry[0].startsWith("GIT_") && entry[1] !== undefined,
);

/** An environment that no settings of the machine get into, and in which commits have an author. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  ...Object.fromEntries(inherited.filter(([name]) => !name.startsWith("GITHUB_"))),
  GIT_CONFIG_GLOBAL: process.platform === "win32" ? "NUL" : "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

const author = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.com",
};

/** Runs git in a folder and gives what it says. @throws if it fails */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", [...args], {
    cwd: folder,
    env: { ...gitEnvironment, ...author },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** Writes files; null removes one. */
export function write(root: string, files: Readonly<Record<string, string | null>>): void {
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path);
    if (text === null) rmSync(full, { recursive: true, force: true });
    else {
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
    }
  }
}

/** Changes files and commits everything; gives the commit's hash. */
export function commit(root: string, files: Readonly<Record<string, string | null>>): string {
  write(root, files);
  git(root, "add", "--all");
  git(root, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", "change");
  return git(root, "rev-parse", "HEAD");
}

/** Makes a folder a repository with branch `main` and a first commit. */
export function repositoryIn(root: string, files: Readonly<Record<string, string>>): string {
  git(root, "init", "--quiet", "--initial-branch=main");
  return commit(root, files);
}
