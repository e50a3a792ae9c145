import { describe, expect, it } from "vitest";
import { nearest, suggestion } from "../../src/model/nearest.ts";

describe("nearest", () => {
  const keys = ["serverless", "mesh", "openshift", "clusterDomain", "ingressDomain", "trustDomain"];

  it.each([
    ["severless", "serverless"],
    ["mehs", "mesh"],
    ["openshfit", "openshift"],
    ["clusterdomain", "clusterDomain"],
    ["ingress-domain", "ingressDomain"],
    ["mesh", "mesh"],
  ])("finds the name that %s means", (typed, meant) => {
    expect(nearest(typed, keys)).toBe(meant);
  });

  it.each(["kubernetes", "", "x", "m".repeat(1000)])("suggests nothing for %s", (typed) => {
    expect(nearest(typed, keys)).toBeNull();
  });

  it("takes the nearest, then the first", () => {
    expect(nearest("1.3", ["1.24", "1.30", "1.31"])).toBe("1.30");
    expect(nearest("abcdef", ["abcxyf", "abcdeg", "abcdeh"])).toBe("abcdeg");
    expect(nearest("mesh", ["meshy", "mesh", "mess"])).toBe("mesh");
  });

  it("counts a swap of neighbours as one mistake, apart from two changes", () => {
    expect(nearest("abc", ["acb"])).toBe("acb");
    expect(nearest("abc", ["cba"])).toBeNull();
  });
});

describe("suggestion", () => {
  it("ends a message, or adds nothing", () => {
    expect(suggestion("mehs", ["mesh"])).toBe('; did you mean "mesh"?');
    expect(suggestion("kiali", ["mesh"])).toBe("");
  });
});
