import { describe, expect, it } from "vitest";
import { commonFolder, folderOf, isWithin, joinPath, nameOf, treeAt } from "../../../src/load/sets/paths.ts";
import { matchesWildcard } from "../../../src/load/sets/wildcard.ts";

describe("paths", () => {
  it.each([
    [".", "a/b.yaml", "a/b.yaml"],
    ["a/b", "../../c", "c"],
    ["a", "..", "."],
    ["a", "../..", ".."],
    ["..", "../x/./y/", "../../x/y"],
    ["a", "/etc/x", "/etc/x"],
    ["/repo/a", "../b", "/repo/b"],
  ])("joins %s and %s", (folder, path, joined) => {
    expect(joinPath(folder, path)).toBe(joined);
  });

  it("knows folders and names", () => {
    expect([folderOf("a/b.yaml"), folderOf("b.yaml"), folderOf("../b.yaml")]).toEqual(["a", ".", ".."]);
    expect([nameOf("a/b.yaml"), nameOf("b.yaml")]).toEqual(["b.yaml", "b.yaml"]);
  });

  it.each([
    ["a/b", "a", true],
    ["a", "a", true],
    ["ab", "a", false],
    ["a", ".", true],
    ["../a", ".", false],
    ["../a", "..", true],
    ["a", "..", true],
    ["../../a", "..", false],
    ["../../a", "../..", true],
    ["/a", ".", false],
    ["..a", ".", true],
  ])("tells whether %s is within %s", (path, folder, inside) => {
    expect(isWithin(path, folder)).toBe(inside);
  });

  it("finds the common folder", () => {
    expect(commonFolder(["a/b/c", "a/b/d", "a/b"])).toBe("a/b");
    expect(commonFolder(["a", "b"])).toBe(".");
    expect(commonFolder(["a", "../b"])).toBe("..");
    expect(commonFolder(["/x/a", "/x/b"])).toBe("/x");
  });

  it.each([
    [".", undefined, "a/b", "a/b"],
    ["repo", undefined, "repo/a", "a"],
    ["..", "deploy", "a", "deploy/a"],
    ["..", "deploy", "../other", "other"],
    ["../..", "x/y", "../z", "x/z"],
    ["..", "deploy", ".", "deploy"],
  ])("sees a tree at %s (%s) from both sides", (root, below, path, inRoot) => {
    const tree = treeAt(root, below);
    expect(tree.inRoot(path)).toBe(inRoot);
    expect(tree.fromRoot(inRoot)).toBe(path);
  });
});

describe("wildcards", () => {
  it.each([
    ["a", "a", true],
    ["a/b", "a/*", true],
    ["a/b/c", "a/*", false],
    ["a/b/c", "a/**", true],
    ["a/b/c", "**/c", true],
    ["c", "**/c", true],
    ["a/x/y/c", "a/**/c", true],
    ["a", "a/b", false],
    ["a/b", "a", false],
    ["map.yaml", "{*.json,*.yaml}", true],
    ["map.yml", "{*.json,*.yaml}", false],
    ["aXbXc", "a*b*c", true],
    ["abcabd", "a*bd", true],
    ["abc", "a?c", true],
    ["ac", "a?c", false],
    ["a.c", "a.c", true],
    ["abc", "a.c", false],
    ["ab", "a**", true],
  ])("%s against %s", (path, pattern, matches) => {
    expect(matchesWildcard(path, pattern)).toBe(matches);
  });
});
