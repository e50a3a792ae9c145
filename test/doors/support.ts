import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { repository } from "../shared.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder outside the repository, removed after the tests of the file. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "meshlint-doors-"));
  folders.push(folder);
  return folder;
}

/** A new folder with some of the repository's fixtures, and more files. */
export function workspace(
  fixtures: readonly ("app" | "app-broken" | "platform")[],
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = emptyFolder();
  for (const name of fixtures) {
    cpSync(join(repository, "fixtures", name), join(folder, name), { recursive: true });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment without what the surrounding runner, npm or git hook put in. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(?:GITHUB_|INPUT_|RUNNER_|npm_|GIT_|VITEST|NODE_OPTIONS|FORCE_COLOR|CI$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** Runs a program to its end. */
export function runProgram(
  cwd: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...plainEnvironment(), ...env },
  });
  return { status, stdout, stderr };
}

/** The same, for a step on the way: what it printed. */
export function succeed(
  cwd: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const { status, stdout, stderr } = runProgram(cwd, program, args, env);
  if (status !== 0) {
    throw new Error(`${program} ${args.join(" ")} exited with ${status}:\n${stdout}${stderr}`);
  }
  return stdout;
}
