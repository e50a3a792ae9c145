import { describe, expect, it } from "vitest";
import { applyArguments } from "../../src/cli/apply-arguments.ts";
import { confirmed, isTerminal } from "../../src/cli/confirm.ts";
import type { Io } from "../../src/cli/io.ts";
import { parseLine } from "../../src/cli/parse.ts";
import { folder, run } from "./run.ts";

const argumentsOf = (...args: readonly string[]) => applyArguments(parseLine("apply", args));

describe("the arguments of apply", () => {
  it("have defaults that are careful", () => {
    expect(argumentsOf()).toEqual({
      plan: null,
      yes: false,
      dryRun: false,
      wait: true,
      timeout: 600_000,
      steps: [],
      only: [],
      recordNamespace: null,
      quiet: false,
    });
  });

  it("are read", () => {
    const line = [
      "-y",
      "--no-wait",
      "--timeout",
      "1h",
      "--step",
      "serving",
      "--step",
      "kafka",
      "--only",
      "Secret/*",
    ];
    expect(argumentsOf(...line)).toMatchObject({
      yes: true,
      wait: false,
      timeout: 3_600_000,
      steps: ["serving", "kafka"],
      only: ["Secret/*"],
    });
  });

  it.each([
    [["--timeout", "soon"], "--timeout takes a time such as 90s, 10m or 1h"],
    [["--timeout", "0"], "--timeout takes a time"],
    [["--record-namespace", "No_Name"], "is no name of a namespace"],
    [["--step", "servin"], 'did you mean "serving"?'],
  ])("%j is wrong usage", (args, message) => {
    expect(() => argumentsOf(...args)).toThrow(message);
  });
});

describe("apply before it asks a server anything", () => {
  it.each([
    [["a", "b"], "give one path"],
    [["--plan", "nothing.json", "--yes"], "--plan: the file nothing.json cannot be read"],
    [["--plan", "broken.json", "--yes"], "--plan: the file is no JSON"],
    [["--yes", "--kubeconfig", "nothing"], "there is no file"],
    [[], "--yes applies it without asking"],
  ])("says what is wrong with %j", async (args, message) => {
    const { status, stderr } = await run(folder({ "broken.json": "no" }), ["apply", ...args]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("asking", () => {
  async function* typed(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
    yield* chunks;
  }
  const answered = (...chunks: readonly (string | Uint8Array)[]): Promise<boolean> => {
    const quiet = { write: () => {} };
    return confirmed(
      { stdout: quiet, stderr: quiet, stdin: typed(...chunks), cwd: ".", env: {} },
      "Really? ",
    );
  };

  it("takes yes for yes, and everything else for no", async () => {
    expect(await answered("y\n")).toBe(true);
    expect(await answered(Buffer.from("Y"), Buffer.from("es\r\n"))).toBe(true);
    expect(await answered("\n")).toBe(false);
    expect(await answered("yeah\n")).toBe(false);
    expect(await answered()).toBe(false);
  });

  it("is done on terminals with somebody before them", () => {
    const on = (env: Io["env"], isTTY = true): boolean => {
      const stream = { write: () => {}, isTTY };
      return isTerminal({ stdout: stream, stderr: stream, cwd: ".", env }, stream);
    };
    expect(on({ TERM: "xterm" })).toBe(true);
    expect([on({ CI: "true" }), on({ TERM: "dumb" }), on({}, false)]).toEqual([false, false, false]);
  });
});
