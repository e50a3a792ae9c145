import { existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, run } from "./run.ts";

const service = (name: string, more = ""): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n  ports:\n    - port: 80\n${more}`;
/** kubectl takes the last of two equal keys: yaml/duplicate-key, a warning at line 9. */
const doubled = (name: string): string => service(name, "  type: ClusterIP\n  type: NodePort\n");
const rule = "yaml/duplicate-key";

async function rulesFound(cwd: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(cwd, ["--format", "compact", ...args]);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ").slice(0, 3).join(" ")]));
}

describe("nothing to lint", () => {
  test.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      "an empty folder",
      {},
      "looked for Kubernetes objects in *.yaml, *.yml and *.json and found no such file",
    ],
    ["a folder without YAML", { "README.md": "# x" }, "found no such file"],
    ["a binary", { "a.yaml": new Uint8Array([1, 0, 2, 0]) }, "passed over 1 binary"],
    ["an empty file", { "a.yaml": "" }, "passed over 1 empty"],
    [
      "a Helm chart",
      { "Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "templates/a.yaml": "{{ .Values.x }}\n" },
      "helm template CHART | meshlint -",
    ],
  ])("in %s: exit 2 and one line that says so", async (_name, files, expected) => {
    const { status, stdout, stderr } = await run(folder(files), []);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^meshlint: nothing to lint in this folder \([^)]*\): [^\n]*\n$/);
    expect(stderr).toContain(expected);
  });

  test("--verbose names each file", async () => {
    const { status, stderr } = await run(folder({ "a.yaml": "" }), ["--verbose"]);
    expect(status).toBe(2);
    expect(stderr).toContain("a.yaml: skipped, empty");
  });

  test("but the files that a hook names is no mistake in a repository with manifests", async () => {
    const root = folder({ "a.yaml": service("a"), "values.yaml": "replicas: 1\n", "empty/x.txt": "" });
    mkdirSync(join(root, ".git"));
    expect(await run(root, ["values.yaml", "-f", "compact"])).toEqual({
      status: 0,
      stdout: "",
      stderr: "meshlint: no Kubernetes objects in values.yaml\n",
    });
    expect((await run(root, ["empty"])).status).toBe(2);
  });

  test("a folder that is called like a file is no trouble", async () => {
    const root = folder({ "b.yaml": service("b") });
    mkdirSync(join(root, "x.yaml"));
    expect((await run(root, [])).status).toBe(0);
    expect((await run(root, ["x.yaml"])).stderr).toContain("nothing to lint in x.yaml");
  });
});

describe("wrong usage is exit 2 with one line, and nothing on standard output", () => {
  const root = folder({ "a.yaml": service("a") });
  test.each([
    [["nowhere.yaml"], "no such file or folder: nowhere.yaml"],
    [["a.yaml/b.yaml"], "no such file or folder: a.yaml/b.yaml"],
    [["rulez"], 'no such file or folder: rulez; did you mean the command "rules"?'],
    [["--quiet", "rules"], "a command comes first: meshlint rules"],
    [["--rule", "yaml/duplicate-kee"], `unknown rule "yaml/duplicate-kee"; did you mean "${rule}"?`],
    [["--skip", "yml/*"], 'unknown rule "yml/*"'],
    [["--severity", "yaml/duplicate-kee=off"], "--severity: unknown rule"],
    [["--set", "prod"], '--set: there is no set "prod"'],
    [["--config", "nowhere.yaml"], "nowhere.yaml"],
    [["-", "a.yaml"], "- (standard input) is a set of its own"],
    [["--strickt"], 'unknown option --strickt; did you mean "--strict"?'],
    [["-f", "json", "-o", "no/such/report.json"], "its folder does not exist"],
  ])("%j", async (args, expected) => {
    const { status, stdout, stderr } = await run(root, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^meshlint: [^\n]*\n$/);
    expect(stderr).toContain(expected);
  });
});

test("a config with a rule that does not exist is exit 2 with the nearest name", async () => {
  const root = folder({ "meshlint.yaml": "rules: { yaml/duplicate-kee: off }\n", "a.yaml": service("a") });
  const { status, stderr } = await run(root, []);
  expect(status).toBe(2);
  expect(stderr).toContain(`did you mean "${rule}"?`);
});

test("a broken config is exit 2 and names the file", async () => {
  const root = folder({ "meshlint.yaml": "rulez: {}\n", "a.yaml": service("a") });
  const { status, stderr } = await run(root, []);
  expect(status).toBe(2);
  expect(stderr).toContain("meshlint.yaml");
  expect(stderr).toContain('did you mean "rules"?');
});

describe("exit code and severity", () => {
  const root = folder({ "a.yaml": doubled("a") });
  test.each([
    [[], 0],
    [["--fail-on", "warning"], 1],
    [["--severity", `${rule}=error`], 1],
    [["--severity", "yaml/*=error", "--fail-on", "never"], 0],
    [["--severity", `${rule}=info`, "--fail-on", "warning"], 0],
    [["--skip", rule, "--fail-on", "info"], 0],
    [["--rule", "set/*", "--fail-on", "info"], 0],
    [["--rule", "yaml/*", "--fail-on", "warning", "--quiet"], 1],
  ])("%j: %i, whatever the format", async (args, status) => {
    for (const format of ["pretty", "json", "compact"]) {
      expect((await run(root, [...args, "--format", format])).status).toBe(status);
    }
  });
});

describe("files that cannot be read", () => {
  const broken = "apiVersion: v1\nkind: [Service\n";
  test("are warnings, errors if they were named", async () => {
    const root = folder({ "a.yaml": service("a"), "b.yaml": broken });
    expect(await run(root, [])).toMatchObject({ status: 0, stderr: "" });
    expect(await rulesFound(root, "b.yaml")).toEqual([
      expect.stringMatching(/^b\.yaml:\d+:\d+: error yaml\/unreadable$/),
    ]);
    expect((await run(root, ["b.yaml"])).status).toBe(1);
  });

  test("because they are huge are findings too, not crashes", async () => {
    const root = folder({ "a.yaml": service("a"), "huge.yaml": "a: b\n" });
    truncateSync(join(root, "huge.yaml"), 50 * 1024 * 1024);
    const { status, stdout } = await run(root, ["-f", "compact"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^huge\.yaml:1:1: warning yaml\/unreadable [^\n]*16 MiB\n$/);
  });
});

describe("paths", () => {
  const files = { "one/a.yaml": doubled("a"), "two/b.yaml": doubled("b"), "two/c.txt": doubled("c") };

  test("choose where findings are shown, below the working directory by default", async () => {
    const root = folder(files);
    mkdirSync(join(root, ".git"));
    expect(await rulesFound(root)).toEqual([
      `one/a.yaml:10:3: warning ${rule}`,
      `two/b.yaml:10:3: warning ${rule}`,
    ]);
    expect(await rulesFound(root, "two")).toEqual([`two/b.yaml:10:3: warning ${rule}`]);
    expect(await rulesFound(join(root, "two"))).toEqual([`b.yaml:10:3: warning ${rule}`]);
    expect(await rulesFound(join(root, "two"), "../one")).toEqual([`../one/a.yaml:10:3: warning ${rule}`]);
    expect(await rulesFound(join(root, "two"), "..")).toHaveLength(2);
  });

  test("do not narrow what is read: the repository is", async () => {
    const root = folder(files);
    mkdirSync(join(root, ".git"));
    const { stdout } = await run(join(root, "two"), ["b.yaml", "-f", "json"]);
    expect(JSON.parse(stdout).summary.files).toBe(2);
  });

  test("without repository and config only the path itself is read", async () => {
    const { stdout } = await run(folder(files), ["one", "-f", "json"]);
    expect(JSON.parse(stdout).summary.files).toBe(1);
  });

  test("that name a file are read whatever their name", async () => {
    expect(await rulesFound(folder(files), "two/c.txt")).toEqual([`two/c.txt:10:3: warning ${rule}`]);
  });

  test("of a command's name need a dot", async () => {
    const root = folder({ "rules/a.yaml": doubled("a") });
    expect((await run(root, ["rules"])).stdout).toContain("meshlint explain RULE");
    expect(await rulesFound(root, "./rules")).toHaveLength(1);
  });
});

test("standard input is a set of its own", async () => {
  const root = folder({ "a.yaml": doubled("a") });
  const { status, stdout } = await run(root, ["-", "-f", "compact", "--fail-on", "warning"], {
    stdin: doubled("ü"),
  });
  expect(status).toBe(1);
  expect(stdout).toBe(stdout.split("\n")[0] + "\n");
  expect(stdout).toMatch(/^<stdin>:10:3: warning /);
  expect((await run(root, ["-"])).stderr).toContain("nothing to lint in standard input");
});

describe("output", () => {
  const root = folder({ "a.yaml": doubled("a") });

  test("is the report and nothing else, the same every time", async () => {
    for (const format of ["json", "sarif", "pretty", "github", "compact"]) {
      const first = await run(root, ["-f", format]);
      expect(first.stderr).toBe("");
      expect(await run(root, ["-f", format])).toEqual(first);
      if (format === "json" || format === "sarif") JSON.parse(first.stdout);
    }
  });

  test("goes to files, with a word on standard error if none is shown", async () => {
    const both = ["-f", "json", "-o", "r.json", "-f", "sarif", "--output", "r.sarif"];
    const { stdout, stderr } = await run(root, both);
    expect(stdout).toBe("");
    expect(stderr).toBe("0 errors, 1 warning, 0 infos; see r.json, r.sarif\n");
    expect(JSON.parse(readFileSync(join(root, "r.json"), "utf8")).findings).toHaveLength(1);
    const [{ results, invocations }] = JSON.parse(readFileSync(join(root, "r.sarif"), "utf8")).runs;
    expect(results).toHaveLength(1);
    expect(invocations[0].exitCode).toBe(0);
    expect((await run(root, [...both, "--quiet"])).stderr).toBe("");
  });

  test("has colours on a terminal only, never in a file", async () => {
    expect((await run(root, [], { tty: true })).stdout).toContain("\u001b[");
    expect((await run(root, [], { tty: true, env: { NO_COLOR: "1" } })).stdout).not.toContain("\u001b[");
    expect((await run(root, [])).stdout).not.toContain("\u001b[");
    await run(root, ["-o", "r.txt"], { tty: true, env: { FORCE_COLOR: "1" } });
    expect(readFileSync(join(root, "r.txt"), "utf8")).not.toContain("\u001b[");
  });

  test("--max-findings limits what people read and says so; the exit code counts all", async () => {
    const many = folder({ "a.yaml": doubled("a"), "b.yaml": doubled("b") });
    const args = ["--max-findings", "1", "--fail-on", "warning"];
    const { status, stdout } = await run(many, args);
    expect(status).toBe(1);
    expect(stdout).toContain("1 more finding is not shown");
    expect(stdout).not.toContain("b.yaml");
    expect((await run(many, [...args, "-f", "compact"])).stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse((await run(many, [...args, "-f", "json"])).stdout).findings).toHaveLength(2);
  });

  test("--explain-profile tells where each value comes from", async () => {
    const { status, stdout } = await run(root, ["--explain-profile", "--profile", "mesh=2.6,openshift=4.14"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/mesh +2\.6 +given by --profile/);
    expect(stdout).toMatch(/openshift +4\.14 +given by --profile/);
    expect(stdout).toMatch(/serverless +1\.32 +assumed/);
  });

  test("--stats goes to standard error", async () => {
    const { stdout, stderr } = await run(root, ["--stats", "-f", "json"]);
    JSON.parse(stdout);
    expect(stderr).toMatch(/^read +\d+ ms\n/);
    expect(stderr).toContain("1 document, 1 set");
  });

  test("--stats names the rules that take the most time, and changes no finding", async () => {
    const measured = await run(root, ["--stats", "-f", "compact"]);
    expect(measured.stderr).toMatch(
      /\nrules +\d+ ms, of which the slowest\n( +\d+\.\d ms {2}[a-z]+\/[a-z0-9-]+\n){10}$/,
    );
    expect(measured.stdout).toBe((await run(root, ["-f", "compact"])).stdout);
  });
});

describe("a config", () => {
  test("is found upward of the working directory, and its folder is read", async () => {
    const root = folder({
      "meshlint.yaml": `rules: { ${rule}: error }\nignore: ["old/**"]\n`,
      "one/a.yaml": doubled("a"),
      "two/b.yaml": doubled("b"),
      "old/c.yaml": doubled("c"),
    });
    expect(await rulesFound(join(root, "one"))).toEqual([`a.yaml:10:3: error ${rule}`]);
    expect(await rulesFound(join(root, "one"), "..")).toEqual([
      `../two/b.yaml:10:3: error ${rule}`,
      `a.yaml:10:3: error ${rule}`,
    ]);
  });

  test("may be named, and gives its only set to standard input", async () => {
    const root = folder({
      "conf/m.yaml": "sets: [{ name: prod, path: deploy, owns: [mesh] }]\n",
      "a.yaml": service("a"),
    });
    const { stdout } = await run(root, ["-", "--config", "conf/m.yaml", "-f", "json"], {
      stdin: service("x"),
    });
    expect(JSON.parse(stdout).sets).toMatchObject([{ name: "prod", owns: ["mesh"] }]);
  });

  test("with a context that stands for no file is refused", async () => {
    const root = folder({
      "meshlint.yaml": "sets: [{ name: prod, path: deploy, context: [{ path: '../platform/*.yaml' }] }]\n",
      "deploy/a.yaml": service("a"),
    });
    const { status, stderr } = await run(root, []);
    expect(status).toBe(2);
    expect(stderr).toContain('context "../platform/*.yaml" stands for no file');
    expect(existsSync(join(root, "platform"))).toBe(false);
  });
});
