import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rules } from "../../rules/index.ts";
import { main } from "../../src/cli/main.ts";
import { repository } from "../shared.ts";
import { folder, run } from "./run.ts";

const root = folder();
const version: string = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).version;

test("--version", async () => {
  expect(await run(root, ["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  expect((await run(root, ["lint", "-V"])).stdout).toBe(`${version}\n`);
});

test.each([
  [["--help"], "Usage: meshlint [COMMAND]"],
  [["-h", "--strict"], "Usage: meshlint [COMMAND]"],
  [["help"], "Usage: meshlint [COMMAND]"],
  [["help", "rules"], "Usage: meshlint rules"],
  [["explain", "--help"], "Usage: meshlint explain"],
])("%j", async (args, expected) => {
  const { status, stdout, stderr } = await run(root, args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(expected);
});

test("behind -- everything is a path", async () => {
  expect((await run(root, ["--", "--help"])).stderr).toContain("no such file or folder: --help");
});

describe("rules", () => {
  test("lists every rule", async () => {
    const { status, stdout } = await run(root, ["rules"]);
    expect(status).toBe(0);
    for (const rule of rules) expect(stdout).toContain(rule.id);
    expect(stdout).toContain(`${rules.length} rules; meshlint explain RULE`);
  });

  test("gives scripts JSON with fixed keys", async () => {
    const { stdout } = await run(root, ["rules", "yaml/*", "--format", "json"]);
    const list: Record<string, unknown>[] = JSON.parse(stdout).rules;
    expect(list.map((rule) => rule.id)).toEqual(
      rules.map(({ id }) => id).filter((id) => id.startsWith("yaml/")),
    );
    for (const rule of list) {
      const keys = ["id", "severity", "varies", "fix", "live", "summary", "applies", "documentation"];
      expect(Object.keys(rule)).toEqual(keys);
    }
  });

  test("refuses what names no rule", async () => {
    const { status, stderr } = await run(root, ["rules", "yaml/unreadabel"]);
    expect(status).toBe(2);
    expect(stderr).toBe('meshlint: unknown rule "yaml/unreadabel"; did you mean "yaml/unreadable"?\n');
  });
});

describe("explain", () => {
  test("shows the page with the rule's name, summary and reasons", async () => {
    const { status, stdout } = await run(root, ["explain", "yaml/unreadable"]);
    expect(status).toBe(0);
    expect(stdout).toContain("# yaml/unreadable");
    expect(stdout).toContain(rules.find(({ id }) => id === "yaml/unreadable")?.summary);
    expect(stdout).toContain("## Why");
    expect((await run(root, ["explain", "unreadable"])).stdout).toBe(stdout);
    expect((await run(root, ["explain", "rules/yaml/unreadable.md"])).stdout).toBe(stdout);
  });

  test("on a terminal has no Markdown signs", async () => {
    const { stdout } = await run(root, ["explain", "yaml/unreadable"], { tty: true });
    expect(stdout).toContain("\u001b[1m");
    expect(stdout).not.toMatch(/^#|^```/m);
  });

  test.each([
    [["explain"], "explain needs a rule id"],
    [["explain", "a", "b"], "explain takes one rule, or one place, at a time"],
    [["explain", "yaml/unreadabel"], 'did you mean "yaml/unreadable"?'],
    [["explain", "unreadabel"], 'did you mean "yaml/unreadable"?'],
    [["explain", "../../package"], "meshlint rules lists them"],
  ])("%j is refused", async (args, expected) => {
    const { status, stderr } = await run(root, args);
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
  });
});

describe("show", () => {
  test("shows values as kubectl reads them, of any YAML that is named", async () => {
    const cwd = folder({ "a.yaml": "a: yes\nb: 0644\n---\n# none\n---\nc: 9007199254740993\n" });
    const { status, stdout } = await run(cwd, ["show", "a.yaml", "--format", "json"]);
    expect(status).toBe(0);
    expect(stdout).toContain("9007199254740993");
    expect(JSON.parse(stdout).documents).toMatchObject([
      { file: "a.yaml", index: 0, line: 1, value: { a: true, b: 420 }, error: null },
      { file: "a.yaml", index: 1, value: null },
      { file: "a.yaml", index: 2, line: 6 },
    ]);
  });

  test("shows a document that cannot be read with its error, and places", async () => {
    const { stdout } = await run(root, ["show", "-"], { stdin: "a: [b\n" });
    expect(stdout).toMatch(/^<stdin>:1 document 0\n\S/);
    const placed = await run(root, ["show", "-", "--places"], { stdin: "a:\n  b: 1\n" });
    expect(placed.stdout).toContain("  2:3 2:6 a.b\n");
  });

  test("never shows what a Secret holds", async () => {
    const stdin = "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { password: hunter2 }\n";
    for (const args of [
      ["show", "-"],
      ["show", "-", "--format", "json", "--places"],
    ]) {
      const { stdout } = await run(root, args, { stdin });
      expect(stdout).toContain("password");
      expect(stdout).not.toContain("hunter2");
    }
  });

  test("says why there is nothing", async () => {
    const cwd = folder({ "a.yaml": new Uint8Array([0, 1]) });
    const { status, stderr } = await run(cwd, ["show", "a.yaml"]);
    expect(status).toBe(2);
    expect(stderr).toBe("meshlint: nothing to show in a.yaml: no Kubernetes YAML or JSON (a.yaml: binary)\n");
  });
});

test.each([[[]], [["--verbose"]]])("a bug is exit 3, and %j decides about the stack", async (args) => {
  let stderr = "";
  const status = await main(["rules", ...(args.length > 0 ? ["--help", ...args] : [])], {
    stdout: {
      write: () => {
        throw new TypeError("boom\u001b[2J\n::error::x");
      },
    },
    stderr: { write: (text: string) => (stderr += text) },
    cwd: root,
    env: {},
  });
  expect(status).toBe(3);
  expect(stderr).toContain("this is a bug in meshlint: boom");
  expect(stderr).toContain(version);
  expect(stderr.includes("commands.test.ts")).toBe(args.length > 0);
  expect(stderr).not.toContain("\u001b");
  expect(stderr).not.toMatch(/^::/m);
});

test("the program sets the exit code and stands a closed pipe", () => {
  const program = ["--import", "tsx", join(repository, "src/cli/bin.ts")];
  const meshlint = (args: readonly string[]) =>
    spawnSync(process.execPath, [...program, ...args], { cwd: repository, encoding: "utf8" });
  expect(meshlint(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
  expect(meshlint(["--nonsense"])).toMatchObject({ status: 2, stdout: "" });
  const shell = `"${process.execPath}" ${program.join(" ")} rules --format json | true`;
  expect(spawnSync("sh", ["-c", shell], { cwd: repository, encoding: "utf8" }).stderr).toBe("");
});
