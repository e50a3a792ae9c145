import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestFile, listFiles, listTest, readSource, readSources } from "../../src/load/files.ts";

let folder = "";
const at = (...path: string[]) => join(folder, ...path);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "meshlint-files-"));
  for (const name of ["repo/b/deep", "repo/.git", "repo/node_modules", "repo/skip/x", "outside"])
    mkdirSync(at(name), { recursive: true });
  const texts: Record<string, string> = {
    "repo/z.yaml": "a: 1\n",
    "repo/b/a.yml": "\uFEFFa: 1\n",
    "repo/b/deep/c.json": "{}",
    "repo/b/Kustomization": "resources: []\n",
    "repo/b/notes.txt": "x",
    "repo/b/d.test.yaml": "a: 1\n",
    "repo/.git/x.yaml": "a: 1\n",
    "repo/node_modules/x.yaml": "a: 1\n",
    "repo/skip/x/y.yaml": "a: 1\n",
    "outside/o.yaml": "a: 1\n",
  };
  for (const [path, text] of Object.entries(texts)) writeFileSync(at(path), text);
  symlinkSync(at("outside"), at("repo/linked"));
  symlinkSync(at("outside/o.yaml"), at("repo/out.yaml"));
  symlinkSync(at("repo/z.yaml"), at("repo/in.yaml"));
  symlinkSync(at("repo/nowhere"), at("repo/gone.yaml"));
  symlinkSync(at("repo/b"), at("repo/folder.yaml"));
  writeFileSync(at("binary.yaml"), Buffer.from([97, 0, 98]));
  writeFileSync(at("latin.yaml"), Buffer.from([0xe4, 0xf6]));
  writeFileSync(at("large.yaml"), "");
  truncateSync(at("large.yaml"), largestFile + 1);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("listing", () => {
  it("finds YAML and JSON, sorted, and never leaves the folder", () => {
    expect(listFiles("repo", { workingDirectory: folder })).toEqual({
      paths: [
        "b/Kustomization",
        "b/a.yml",
        "b/d.test.yaml",
        "b/deep/c.json",
        "in.yaml",
        "skip/x/y.yaml",
        "z.yaml",
      ].map((path) => `repo/${path}`),
      states: [],
    });
  });

  it("leaves out what is ignored, relative to the config's folder", () => {
    const { paths } = listFiles(".", {
      workingDirectory: at("repo"),
      ignore: ["repo/skip/", "**/*.test.yaml", "repo/b/deep"],
      ignoreFrom: folder,
    });
    expect(paths).toEqual(["b/Kustomization", "b/a.yml", "in.yaml", "z.yaml"]);
  });

  it("shows files above the working directory as such", () => {
    expect(listFiles("../../outside", { workingDirectory: at("repo/b") }).paths).toEqual([
      "../../outside/o.yaml",
    ]);
  });

  it("tells the same by names alone, for trees that are not on disk", () => {
    const options = {
      workingDirectory: at("repo"),
      ignore: ["repo/skip/", "**/*.test.yaml", "repo/b/deep"],
      ignoreFrom: folder,
    };
    const isListed = listTest(".", options);
    const { paths } = listFiles(".", { ...options, ignore: [] });
    expect(paths.filter(isListed)).toEqual(listFiles(".", options).paths);
    const others = ["b/notes.txt", ".git/x.yaml", "b/node_modules/x.yaml", "skip/x/y.yaml", "skip/z.yaml"];
    expect(others.filter(isListed)).toEqual([]);
    expect(["../x.yaml", "a/../../x.yaml", "a//x.yaml", "./x.yaml", ""].filter(isListed)).toEqual([]);
    expect(
      ["node_modules", "x/Kustomization", "x.YAML"].map(listTest(".", { workingDirectory: folder })),
    ).toEqual([false, true, true]);
  });

  it("throws for a folder that is not there", () => {
    expect(() => listFiles("absent", { workingDirectory: folder })).toThrow(/ENOENT/);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "tells folders and files that may not be read (skipped for root)",
    () => {
      mkdirSync(at("repo/locked"));
      writeFileSync(at("repo/locked.yaml"), "a: 1\n");
      chmodSync(at("repo/locked"), 0);
      chmodSync(at("repo/locked.yaml"), 0);
      const { states } = listFiles("repo", { workingDirectory: folder });
      const read = readSource("repo/locked.yaml", folder);
      chmodSync(at("repo/locked"), 0o700);
      rmSync(at("repo/locked"), { recursive: true });
      rmSync(at("repo/locked.yaml"), { force: true });
      expect(states).toEqual([{ path: "repo/locked", state: "unreadable", reason: "permission denied" }]);
      expect(read).toMatchObject({ file: { reason: "permission denied" } });
    },
  );
});

describe("reading", () => {
  it("gives text without a byte order mark", () => {
    expect(readSources(["repo/b/a.yml", "repo/z.yaml"], folder)).toEqual({
      files: [
        { path: "repo/b/a.yml", text: "a: 1\n" },
        { path: "repo/z.yaml", text: "a: 1\n" },
      ],
      states: [],
    });
  });

  it.each([
    ["binary.yaml", "skipped", "binary"],
    ["latin.yaml", "skipped", "binary"],
    ["large.yaml", "unreadable", "the file is larger than 16 MiB"],
    ["repo", "unreadable", "it is a folder"],
    ["absent.yaml", "unreadable", "there is no such file"],
    ["binary.yaml/x", "unreadable", "there is no such file"],
    ["a\0b", "unreadable", "ERR_INVALID_ARG_VALUE"],
  ])("tells why %j is not read", (path, state, reason) => {
    expect(readSources([path], folder)).toEqual({ files: [], states: [{ path, state, reason }] });
  });

  it.skipIf(process.platform === "win32")("does not wait for a device", () => {
    expect(readSource("/dev/null", folder)).toMatchObject({
      state: "left out",
      file: { reason: "no regular file" },
    });
  });
});
