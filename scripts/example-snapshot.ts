import { join } from "node:path";
import { main } from "../src/cli/main.ts";
import { runTests } from "../src/harness/run.ts";
import { goldensOf } from "../src/cli/test-goldens.ts";
import { testProject } from "../src/cli/test-project.ts";
import type { Io } from "../src/cli/io.ts";
import { root } from "./catalogue.ts";

/** The example that users copy. */
export const example = "examples/platform-repo";

function ioOf(written: string[]): Io {
  const stream = { write: (text: string) => written.push(text) > 0, isTTY: false };
  return { stdout: stream, stderr: stream, cwd: join(root, example), env: {} };
}

/** What meshlint prints in the example's folder. */
export async function exampleOutput(...line: readonly string[]): Promise<string> {
  const written: string[] = [];
  await main(line, ioOf(written));
  return written.join("").trim();
}

/** The example's golden files by their path, with the text that they should have. */
export async function exampleSnapshots(): Promise<readonly (readonly [string, string])[]> {
  const io = ioOf([]);
  const found: (readonly [string, string])[] = [];
  const write = (path: string, text: string): void => {
    found.push([join(example, path), text]);
  };
  const { files } = await testProject(io, { paths: ["tests/production.meshtest.yaml"], config: null });
  runTests(files, {
    filter: null,
    bail: false,
    goldens: { ...goldensOf(io, false), read: () => null, write },
  });
  return found;
}
