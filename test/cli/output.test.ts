import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { wantsColor, writeNew, writeWhole } from "../../src/cli/output.ts";
import { folder } from "./run.ts";

describe("a report in a file", () => {
  test("replaces the old one and leaves nothing beside it", () => {
    const root = folder({ "report.json": "old" });
    writeWhole(root, "report.json", "new");
    expect(readFileSync(join(root, "report.json"), "utf8")).toBe("new");
    expect(readdirSync(root)).toEqual(["report.json"]);
  });

  test("keeps the permissions of the old one", () => {
    const root = folder({ "report.json": "old" });
    chmodSync(join(root, "report.json"), 0o640);
    writeWhole(root, "report.json", "new");
    expect(lstatSync(join(root, "report.json")).mode & 0o777).toBe(0o640);
  });

  test("replaces a link and never writes through it", () => {
    const root = folder({ "victim.txt": "precious" });
    symlinkSync("victim.txt", join(root, "report.json"));
    writeWhole(root, "report.json", "new");
    expect(readFileSync(join(root, "victim.txt"), "utf8")).toBe("precious");
    expect(lstatSync(join(root, "report.json")).isSymbolicLink()).toBe(false);
  });

  test("may be a device, which stays one", () => {
    writeWhole("/", "/dev/null", "text");
    expect(lstatSync("/dev/null").isFile()).toBe(false);
  });

  test("that cannot be written is a usage error that says why", () => {
    const root = folder({ "file.txt": "" });
    mkdirSync(join(root, "sub"));
    expect(() => writeWhole(root, "sub", "")).toThrow("cannot write sub: it is a folder");
    expect(() => writeWhole(root, "no/report.json", "")).toThrow("its folder does not exist");
    expect(() => writeWhole(root, "file.txt/report.json", "")).toThrow("its folder does not exist");
    expect(() => writeWhole(root, "new/", "")).toThrow("cannot write new/: it is a folder");
    expect(readdirSync(root)).toEqual(["file.txt", "sub"]);
  });
});

describe("a new file", () => {
  test("is never written over anything", () => {
    const root = folder({ "a.yaml": "mine" });
    mkdirSync(join(root, "sub"));
    for (const path of ["a.yaml", "sub"]) {
      expect(() => writeNew(root, path, "new")).toThrow(
        `cannot write ${path}: it exists, and is not overwritten`,
      );
    }
    expect(() => writeNew(root, "no/b.yaml", "new")).toThrow("its folder does not exist");
    expect(readFileSync(join(root, "a.yaml"), "utf8")).toBe("mine");
    writeNew(root, "b.yaml", "new");
    expect(readFileSync(join(root, "b.yaml"), "utf8")).toBe("new");
    expect(readdirSync(root)).toEqual(["a.yaml", "b.yaml", "sub"]);
  });
});

describe("colours", () => {
  const io = (isTTY: boolean, env: Record<string, string>): Io => ({
    stdout: { write: () => {}, isTTY },
    stderr: { write: () => {}, isTTY },
    cwd: "/",
    env,
  });
  test.each([
    [true, {}, null, true],
    [false, {}, null, false],
    [true, { TERM: "dumb" }, null, false],
    [true, { CI: "true" }, null, false],
    [true, { NO_COLOR: "1" }, null, false],
    [true, { NO_COLOR: "" }, null, true],
    [false, { FORCE_COLOR: "1" }, null, true],
    [true, { FORCE_COLOR: "0" }, null, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, null, false],
    [false, { NO_COLOR: "1" }, true, true],
    [true, { FORCE_COLOR: "1" }, false, false],
  ])("terminal %s, %j, flag %s: %s", (isTTY, env, flag, expected) => {
    expect(wantsColor(io(isTTY, env as Record<string, string>), flag)).toBe(expected);
  });
});
