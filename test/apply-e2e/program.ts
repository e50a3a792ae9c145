import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "../shared.ts";

const loader = pathToFileURL(join(repository, "node_modules", "tsx", "dist", "esm", "index.mjs")).href;

/** The command line as a process of its own, that can be interrupted and killed. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(cwd: string, args: readonly string[]) {
    const entry = join(repository, "src", "cli", "bin.ts");
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(?:VITEST|CI$)/.test(name)),
    );
    this.child = spawn(process.execPath, ["--import", loader, entry, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString("utf8")));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString("utf8")));
    this.ended = new Promise((done) => this.child.on("close", (code) => done(code)));
  }

  /** Waits until it has said something. */
  async said(pattern: RegExp): Promise<void> {
    for (let tries = 0; !pattern.test(this.stderr + this.stdout); tries++) {
      if (tries > 600 || this.child.exitCode !== null)
        throw new Error(`never said ${String(pattern)}:\n${this.stderr}${this.stdout}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
