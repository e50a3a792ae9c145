#!/usr/bin/env node
import nodeModule from "node:module";
import { main } from "./main.ts";

// Since Node 22; saves about 10 ms of each start.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
enableCompileCache?.();

/** A reader that has seen enough (`meshlint | head`) is no error. */
function quietPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
process.stdout.on("error", quietPipe);
process.stderr.on("error", quietPipe);

/** Null where the folder was removed under our feet. */
function workingDirectory(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

function onInterrupt(handler: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const stop = (): void => {
    for (const signal of signals) process.off(signal, once);
  };
  const once = (): void => {
    stop();
    handler();
  };
  for (const signal of signals) process.on(signal, once);
  return stop;
}

const cwd = workingDirectory();
const { stdout, stderr, stdin, env } = process;
if (cwd === null) stderr.write("meshlint: the working directory does not exist\n");
// Not process.exit(): it would cut off what a pipe has not taken yet.
process.exitCode =
  cwd === null ? 2 : await main(process.argv.slice(2), { stdout, stderr, stdin, cwd, env, onInterrupt });
