import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { lint } from "../../src/index.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { casesOf } from "../support/fixture-cases.ts";
import {
  commit,
  git,
  gitEnvironment,
  gitInstalled,
  gitMissing,
  repositoryIn,
  write,
} from "../support/git.ts";
import { folder, run } from "./run.ts";
import { twoTenants } from "../support/two-tenants.ts";

const good = (name: string, key = "a"): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: x\ndata:\n  ${key}: "1"\n`;
/** One warning, yaml/duplicate-key, in line 8. */
const bad = (name: string, key = "a"): string => `${good(name, key)}  ${key}: "2"\n`;

const options = ["--rule", "yaml/*", "-f", "compact"];

interface Said {
  readonly status: number;
  readonly found: readonly string[];
  readonly stderr: string;
}

/** File and line of each finding; without the line that tells what is compared. */
async function findings(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const { status, stdout, stderr } = await run(cwd, [...args, ...options], {
    env: { ...gitEnvironment, ...env },
  });
  const found = stdout.split("\n").flatMap((line) => /^(.*:\d+):\d+[: ]/.exec(line)?.[1] ?? []);
  return { status, found, stderr };
}

function repository(files: Readonly<Record<string, string>>): string {
  const root = folder();
  repositoryIn(root, files);
  return root;
}

describe.skipIf(!gitInstalled)(`--changed${gitMissing}`, () => {
  it("reports what the change causes, in changed, new and untracked files", async () => {
    const root = repository({ "a.yaml": bad("a"), "b.yaml": good("b") });
    git(root, "switch", "--quiet", "--create", "topic");
    commit(root, { "b.yaml": bad("b") });
    write(root, { "c.yaml": bad("c"), "d.yaml": good("d") });
    const { found, stderr, status } = await findings(root, ["--changed", "--base", "main"]);
    expect(found).toEqual(["b.yaml:8", "c.yaml:8"]);
    expect(stderr).toMatch(/^meshlint: only what changes since main \([0-9a-f]{7}\) cause\n/);
    expect(status).toBe(0);
    expect((await findings(root, ["--changed", "--base=main", "--fail-on", "warning"])).status).toBe(1);
    expect((await findings(root, ["--changed", "--base=main", "c.yaml"])).found).toEqual(["c.yaml:8"]);
    expect((await findings(root, ["--base", "main"])).found).toEqual(["a.yaml:8", "b.yaml:8", "c.yaml:8"]);
  });

  it("counts changes since the merge base", async () => {
    const root = repository({ "a.yaml": bad("a") });
    git(root, "switch", "--quiet", "--create", "topic");
    commit(root, { "b.yaml": bad("b") });
    git(root, "switch", "--quiet", "main");
    commit(root, { "a.yaml": good("a") });
    git(root, "switch", "--quiet", "topic");
    expect((await findings(root, ["--changed", "--base", "main"])).found).toEqual(["b.yaml:8"]);
    git(root, "switch", "--quiet", "--detach");
    expect((await findings(root, ["--changed", "--base", "main"])).found).toEqual(["b.yaml:8"]);
  });

  it("is silent about renames, edits above, deletions and line ends", async () => {
    const root = repository({
      "a.yaml": bad("a"),
      "b.yaml": bad("b"),
      "c.yaml": bad("c"),
      "d.yaml": bad("d"),
    });
    write(root, {
      "a.yaml": null,
      "sub/moved.yaml": bad("a"),
      "b.yaml": `# a comment\n\n${bad("b")}`,
      "c.yaml": null,
      "d.yaml": bad("d").replaceAll("\n", "\r\n"),
    });
    expect((await findings(root, ["--changed", "--base", "HEAD"])).found).toEqual([]);
    expect((await findings(root, [])).found).toHaveLength(3);
  });

  it("takes files with odd names for what they are", async () => {
    const names = ["sp ace.yaml", "it's.yaml", "ünïcode-日本.yaml", "-dash.yaml", "[x].yaml"];
    if (process.platform !== "win32") {
      names.push("new\nline.yaml", "tab\t.yaml", "back\\slash.yaml", 'quo"te.yaml', ":(glob)x.yaml");
    }
    const root = repository(Object.fromEntries(names.map((name, index) => [name, bad(`m${index}`)])));
    const unchanged = await run(root, ["--changed", "--base", "HEAD", "--rule", "yaml/*", "-f", "json"], {
      env: gitEnvironment,
    });
    expect(JSON.parse(unchanged.stdout)).toMatchObject({ findings: [], summary: { files: names.length } });
    write(root, Object.fromEntries(names.map((name, index) => [name, bad(`m${index}`, "other")])));
    const changed = await run(root, ["--changed", "--base", "HEAD", "--rule", "yaml/*", "-f", "json"], {
      env: gitEnvironment,
    });
    const json = JSON.parse(changed.stdout) as { findings: { file: string }[] };
    expect(json.findings.map(({ file }) => file).sort()).toEqual(names.toSorted());
  });

  it("works below the root, with the config above and its ignored folders", async () => {
    const root = repository({
      "meshlint.yaml": "ignore: [old/**]\n",
      "old/a.yaml": bad("a"),
      "deploy/b.yaml": bad("b"),
      "other/c.yaml": good("c"),
    });
    write(root, { "deploy/d.yaml": bad("d"), "other/c.yaml": bad("c") });
    const cwd = join(root, "deploy");
    expect((await findings(cwd, ["--changed", "--base", "HEAD"])).found).toEqual(["d.yaml:8"]);
    expect((await findings(cwd, ["--changed", "--base", "HEAD", ".."])).found).toEqual([
      "../other/c.yaml:8",
      "d.yaml:8",
    ]);
    // Named, it is read whatever the config ignores: on both sides.
    expect((await findings(root, ["--changed", "--base", "HEAD", "old/a.yaml"])).found).toEqual([]);
  });

  it("finds the repository below a config", async () => {
    const root = folder({ "meshlint.yaml": "ignore: []\n", "beside.yaml": bad("beside"), "repo/.keep": "" });
    repositoryIn(join(root, "repo"), { "a.yaml": bad("a") });
    write(join(root, "repo"), { "b.yaml": bad("b") });
    const { found } = await findings(join(root, "repo"), ["--changed", "--base", "HEAD", "."]);
    expect(found).toEqual(["b.yaml:8"]);
  });

  it("blames no change for files that git ignores, or that are a submodule's", async () => {
    // To git's commands that would be a pattern.
    const plain = process.platform === "win32" ? "b.yaml" : ":(top)b.yaml";
    const other = repository({ "s.yaml": bad("s") });
    const root = repository({ "a.yaml": good("a"), ".gitignore": "rendered/\n" });
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "sub");
    commit(root, {});
    write(root, { "rendered/r.yaml": bad("r"), "sub/t.yaml": bad("t"), [plain]: bad("b") });
    expect((await findings(root, [])).found).toHaveLength(4);
    const changed = await findings(root, ["--changed", "--base", "HEAD"]);
    expect(changed).toMatchObject({ found: [`${plain}:8`], status: 0 });
    const inside = await findings(join(root, "sub"), ["--changed", "--base", "HEAD"]);
    expect(inside.found).toEqual(["t.yaml:8"]);
  });

  it.skipIf(process.platform === "win32")("follows links in the tree as in the work tree", async () => {
    const root = folder({ "base/a.yaml": bad("a"), "texts/b.txt": bad("b") });
    symlinkSync("base/a.yaml", join(root, "link.yaml"));
    symlinkSync("texts/b.txt", join(root, "text.yaml"));
    symlinkSync("text.yaml", join(root, "twice.yaml"));
    symlinkSync("loop.yaml", join(root, "loop.yaml"));
    symlinkSync("/etc/hosts", join(root, "outside.yaml"));
    symlinkSync("../../elsewhere.yaml", join(root, "climbs.yaml"));
    symlinkSync("base", join(root, "folder.yaml"));
    repositoryIn(root, {});
    expect((await findings(root, [])).found).toHaveLength(4);
    expect((await findings(root, ["--changed", "--base", "HEAD"])).found).toEqual([]);
  });

  it("leaves out what a sparse checkout leaves out", async () => {
    const root = repository({ "one/a.yaml": good("a"), "two/b.yaml": good("b") });
    git(root, "sparse-checkout", "set", "--no-cone", "one");
    const { found, stderr } = await findings(root, ["--changed", "--base", "HEAD"]);
    expect({ found, error: /bug|cannot/.test(stderr) }).toEqual({ found: [], error: false });
  });

  it("works in a linked work tree", async () => {
    const root = repository({ "a.yaml": bad("a") });
    const tree = join(folder(), "tree");
    git(root, "worktree", "add", "--quiet", "-b", "topic", tree);
    commit(tree, { "b.yaml": bad("b") });
    expect((await findings(tree, ["--changed", "--base", "main"])).found).toEqual(["b.yaml:8"]);
  });

  it("says of a file over 16 MiB nothing that was true before", async () => {
    const root = repository({ "big.yaml": `# ${"x".repeat(16 * 1024 * 1024)}\n`, "a.yaml": good("a") });
    expect((await findings(root, [])).found).toEqual(["big.yaml:1"]);
    expect((await findings(root, ["--changed", "--base", "HEAD"])).found).toEqual([]);
  });

  it("is an option of the library", async () => {
    const root = repository({ "a.yaml": bad("a") });
    write(root, { "b.yaml": bad("b") });
    const report = await lint({ cwd: root, rules: ["yaml/*"], base: "HEAD", changed: true });
    expect(report.findings.map(({ at }) => at.file.path)).toEqual(["b.yaml"]);
    const staged = await lint({ cwd: root, rules: ["yaml/*"], staged: true });
    expect(staged.findings).toEqual([]);
  });
});

describe.skipIf(!gitInstalled)(`the default of --base${gitMissing}`, () => {
  const origin = (): { readonly remote: string; readonly clone: string } => {
    const remote = repository({ "a.yaml": bad("a") });
    const clone = join(folder(), "clone");
    git(remote, "clone", "--quiet", pathToFileURL(remote).href, clone);
    return { remote, clone };
  };

  it("is the upstream branch, or origin/HEAD where that is the branch itself", async () => {
    const { clone } = origin();
    git(clone, "switch", "--quiet", "--create", "topic");
    commit(clone, { "b.yaml": bad("b") });
    expect((await findings(clone, ["--changed"])).stderr).toContain("since origin/HEAD (");
    git(clone, "branch", "--quiet", "--set-upstream-to", "origin/main");
    expect((await findings(clone, ["--changed"])).stderr).toContain("since origin/main (");
    git(clone, "push", "--quiet", "--set-upstream", "origin", "topic");
    const { found, stderr } = await findings(clone, ["--changed"]);
    expect(stderr).toContain("since origin/HEAD (");
    expect(found).toEqual(["b.yaml:8"]);
    git(clone, "remote", "set-head", "origin", "--delete");
    expect((await findings(clone, ["--changed"])).stderr).toContain("since origin/topic (");
  });

  it("is the target of a pull request", async () => {
    const { clone } = origin();
    git(clone, "switch", "--quiet", "--detach");
    commit(clone, { "b.yaml": bad("b") });
    const { found, stderr } = await findings(clone, ["--changed"], { GITHUB_BASE_REF: "main" });
    expect({ found, named: stderr.includes("since origin/main (") }).toEqual({
      found: ["b.yaml:8"],
      named: true,
    });
    const gone = await findings(clone, ["--changed"], { GITHUB_BASE_REF: "gone" });
    expect(gone.found).toEqual(["a.yaml:8", "b.yaml:8"]);
    expect(gone.stderr).toContain("origin/gone is not in this checkout");
    const hostile = await findings(clone, ["--changed"], { GITHUB_BASE_REF: "--output=x" });
    expect(hostile.stderr).toContain("is no revision");
  });

  it("has to be said where there is none", async () => {
    const root = repository({ "a.yaml": good("a") });
    const { status, stderr } = await findings(root, ["--changed"]);
    expect(stderr).toContain("say with --base REV what to compare with");
    expect(status).toBe(2);
  });
});

describe.skipIf(!gitInstalled)(`where the base is not there${gitMissing}`, () => {
  it("lints everything, and says how a checkout gets it", async () => {
    const remote = repository({ "a.yaml": bad("a") });
    git(remote, "switch", "--quiet", "--create", "topic");
    commit(remote, { "b.yaml": bad("b") });
    const clone = join(folder(), "clone");
    git(remote, "clone", "--quiet", "--depth", "1", "--branch", "topic", pathToFileURL(remote).href, clone);
    const all = ["a.yaml:8", "b.yaml:8"];
    const unknown = await findings(clone, ["--changed", "--base", "origin/main"]);
    expect(unknown).toMatchObject({ found: all, status: 0 });
    expect(unknown.stderr.match(/fetch-depth: 0/g)).toHaveLength(1);
    git(clone, "fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main");
    const unrelated = await findings(clone, ["--changed", "--base", "origin/main", "--quiet"]);
    expect(unrelated.found).toEqual(all);
    expect(unrelated.stderr).toContain("fetch-depth: 0");
    const pull = await findings(clone, ["--changed"], { GITHUB_BASE_REF: "main" });
    expect(pull.found).toEqual(all);
    git(clone, "fetch", "--quiet", "--unshallow");
    expect((await findings(clone, ["--changed", "--base", "origin/main"])).found).toEqual(["b.yaml:8"]);
  });

  it("fetches nothing in a partial clone", async () => {
    const remote = repository({ "a.yaml": bad("a") });
    git(remote, "config", "uploadpack.allowFilter", "true");
    commit(remote, { "a.yaml": bad("a", "z") });
    const clone = join(folder(), "clone");
    git(remote, "clone", "--quiet", "--filter=blob:none", pathToFileURL(remote).href, clone);
    const { found, stderr } = await findings(clone, ["--changed", "--base", "HEAD~1"]);
    expect(found).toEqual(["a.yaml:8"]);
    expect(stderr).toContain("are not in this partial clone");
  });
});

describe.skipIf(!gitInstalled)(`--staged${gitMissing}`, () => {
  it("lints what is staged, not the work tree", async () => {
    const root = repository({ "a.yaml": good("a"), "b.yaml": good("b"), "old.yaml": bad("old") });
    write(root, { "a.yaml": bad("a"), "new.yaml": bad("new"), "text.md": "x" });
    git(root, "add", "a.yaml", "text.md");
    write(root, { "a.yaml": good("a"), "b.yaml": bad("b") });
    expect(await findings(root, ["--staged"])).toMatchObject({ found: ["a.yaml:8"], status: 0 });
    expect((await findings(root, ["--staged", "a.yaml", "b.yaml", "text.md"])).found).toEqual(["a.yaml:8"]);
    expect((await findings(root, ["--staged", "b.yaml"])).found).toEqual([]);
    git(root, "rm", "--quiet", "--cached", "old.yaml");
    expect((await findings(root, ["--staged", "--base", "HEAD"])).found).toEqual(["a.yaml:8"]);
  });

  it("knows the state before the first commit", async () => {
    const root = folder({ "a.yaml": bad("a"), "b.yaml": bad("b") });
    git(root, "init", "--quiet");
    git(root, "add", "a.yaml");
    expect((await findings(root, ["--staged"])).found).toEqual(["a.yaml:8"]);
    expect((await findings(root, ["--changed", "--base", "HEAD"])).stderr).toContain("no commit yet");
  });

  it("reads the index of the running commit in a hook, and no other repository's", async () => {
    const root = repository({ "a.yaml": good("a"), "sub/b.yaml": good("b") });
    const other = repository({ "o.yaml": bad("o") });
    write(root, { "a.yaml": bad("a") });
    // As `git commit --all` does: an index beside the usual one.
    git(root, "commit-tree", "HEAD^{tree}", "-m", "x");
    const special = join(root, ".git", "next-index");
    const hook = { GIT_DIR: ".git", GIT_INDEX_FILE: ".git/next-index", GIT_PREFIX: "sub/" };
    git(root, "--git-dir=.git", "-c", "core.bare=false", "add", "a.yaml");
    write(root, { ".git/next-index": null });
    mkdirSync(join(root, "empty"));
    // The index with a.yaml staged moves away; the usual one is as HEAD has it.
    const { renameSync } = await import("node:fs");
    renameSync(join(root, ".git", "index"), special);
    git(root, "read-tree", "HEAD");
    expect((await findings(root, ["--staged"])).found).toEqual([]);
    expect((await findings(root, ["--staged"], hook)).found).toEqual(["a.yaml:8"]);
    const foreign = { GIT_DIR: join(root, ".git"), GIT_INDEX_FILE: special, GIT_WORK_TREE: root };
    expect(await findings(other, ["--staged"], foreign)).toMatchObject({ found: [], status: 0 });
  });

  it("refuses conflicts", async () => {
    const root = repository({ "a.yaml": good("a") });
    git(root, "switch", "--quiet", "--create", "topic");
    commit(root, { "a.yaml": good("mine") });
    git(root, "switch", "--quiet", "main");
    commit(root, { "a.yaml": good("yours") });
    expect(() => git(root, "merge", "topic")).toThrow();
    const { status, stderr } = await findings(root, ["--staged"]);
    expect(stderr).toContain("a.yaml has conflicts");
    expect(status).toBe(2);
  });
});

describe.skipIf(!gitInstalled)(`a wrong comparison is exit 2${gitMissing}`, () => {
  it.each([
    [["--base=--help"], 'meshlint: --base: "--help" is no revision'],
    [["--base=-x"], "is no revision"],
    [["--base="], "is no revision"],
    [["--base=main..HEAD"], "is no revision"],
    [["--base=a\nb"], "is no revision"],
    [["--base=gone"], '--base: there is no revision "gone" in this repository'],
    [["--base=HEAD:a.yaml"], "there is no revision"],
    [["--base=HEAD", "-"], "not standard input"],
  ])("%j", async (args, expected) => {
    const root = repository({ "a.yaml": good("a") });
    const { status, found, stderr } = await findings(root, args);
    expect(stderr).toContain(expected);
    expect({ status, found }).toEqual({ status: 2, found: [] });
  });

  it("outside a repository, for unrelated histories, and without git", async () => {
    const plain = folder({ "a.yaml": good("a") });
    expect((await findings(plain, ["--staged"])).stderr).toContain("--staged needs a git repository");
    const root = repository({ "a.yaml": good("a") });
    git(root, "checkout", "--quiet", "--orphan", "alone");
    commit(root, { "a.yaml": good("b") });
    const { status, stderr } = await findings(root, ["--base", "main"]);
    expect(stderr).toContain("HEAD has no common ancestor with main");
    expect(status).toBe(2);
    expect((await findings(root, ["--base", "main"], { PATH: plain, Path: plain })).stderr).toContain(
      "git is not installed",
    );
  });
});

describe.skipIf(!gitInstalled)(`--base${gitMissing}`, () => {
  it("lets rules compare", async () => {
    const moved = casesOf("mesh/mesh-move").find(({ name }) => name === "fail-renamed-namespace");
    const texts = (of: readonly SourceFile[]) => Object.fromEntries(of.map(({ path, text }) => [path, text]));
    const root = repository(texts(moved?.base ?? []));
    write(root, texts(moved?.files ?? []));
    const args = ["--rule", "mesh/mesh-move", "-f", "compact"];
    expect((await run(root, args, { env: gitEnvironment })).stdout).toBe("");
    const { status, stdout } = await run(root, ["--base", "HEAD", ...args], { env: gitEnvironment });
    expect(stdout).toContain("mesh/mesh-move");
    expect(status).toBe(1);
  });
});

describe.skipIf(!gitInstalled)(`matrix --diff${gitMissing}`, () => {
  const policy = (tenant: string, from: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: inbound, namespace: ${tenant}}
spec: {rules: [{from: [{source: {namespaces: [${from}]}}]}]}
`;
  const platform = twoTenants;
  const config = "tenants: [{name: o, namespaces: [orange]}, {name: v, namespaces: [violet]}]\n";
  const files = {
    "meshlint.yaml": config,
    "mesh/platform.yaml": platform,
    "mesh/policy.yaml": policy("violet", "violet"),
  };
  const matrix = (cwd: string, ...args: readonly string[]) =>
    run(cwd, ["matrix", "--diff", "HEAD", ...args], { env: gitEnvironment });

  it("shows what opens and closes, and decides as --expect does", async () => {
    const root = repository(files);
    expect((await matrix(root)).stdout).toMatch(/^0 opened, 0 closed since HEAD \([0-9a-f]{7}\)\n/);
    write(root, { "mesh/policy.yaml": policy("violet", '"*"') });
    const { status, stdout } = await matrix(root);
    expect(stdout).toContain("opens o -> v by internal names");
    expect(stdout).toContain("mesh/policy.yaml:4: AuthorizationPolicy violet/inbound");
    expect(status).toBe(0);
    const expected = await matrix(root, "--expect", "tenants", "-f", "json");
    expect(JSON.parse(expected.stdout)).toMatchObject({ changes: [{ change: "opens", from: "o", to: "v" }] });
    expect(expected.status).toBe(1);
    expect((await matrix(root, "-f", "markdown")).stdout).toContain("| opens | o | v |");
  });

  it("takes folders for all that was in them", async () => {
    const root = repository({ ...files, "meshlint.yaml": `${config}ignore: [mesh/**]\n` });
    write(root, { "mesh/policy.yaml": null });
    const { stdout } = await matrix(root, "--in", "mesh");
    expect(stdout).toContain("1 opened, 0 closed");
    expect(stdout).toContain("mesh/policy.yaml:4: AuthorizationPolicy violet/inbound");
  });

  it("sees both sides with the same tenants, and a set under its new name", async () => {
    const root = repository({ ...files, "meshlint.yaml": "ignore: []\n" });
    write(root, {
      "meshlint.yaml": config,
      "mesh/kustomization.yaml":
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [platform.yaml, policy.yaml]\n",
    });
    expect((await matrix(root)).stdout).toContain("0 opened, 0 closed");
  });

  it("shows a set that is new as opened, and everything where the base is not there", async () => {
    const remote = repository({ "a.md": "x" });
    commit(remote, files);
    const { stdout } = await run(remote, ["matrix", "--diff", "HEAD~1"], { env: gitEnvironment });
    expect(stdout).toContain("opens v -> v by internal names");
    const clone = join(folder(), "clone");
    git(remote, "clone", "--quiet", "--depth", "1", pathToFileURL(remote).href, clone);
    const shallow = await run(clone, ["matrix", "--diff", "HEAD~1"], { env: gitEnvironment });
    expect(shallow.stdout).toContain("FROM");
    expect(shallow.stderr).toContain("fetch-depth: 0");
    expect(shallow.status).toBe(0);
  });
});
