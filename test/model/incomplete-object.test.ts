import { describe, expect, it } from "vitest";
import { incompleteObjects } from "../../src/model/incomplete-object.ts";
import type { Value } from "../../src/model/value.ts";

const metadata = { name: "a" };
const said = (value: Value): readonly string[] =>
  incompleteObjects(value).map(
    ({ path, lacks, insteadOf }) => `${path.join(".")}:${lacks}:${String(insteadOf)}`,
  );

describe("objects that nobody can tell what they are", () => {
  it.each<[string, Value, readonly string[]]>([
    ["a complete object", { apiVersion: "v1", kind: "Secret", metadata }, []],
    ["no apiVersion", { kind: "Secret", metadata }, [":apiVersion:null"]],
    ["no kind", { apiVersion: "v1", metadata: { generateName: "a-" } }, [":kind:null"]],
    ["a misspelt key", { apiVerison: "v1", kind: "Secret", metadata }, [":apiVersion:apiVerison"]],
    ["a number", { apiVersion: 1, kind: "Secret", metadata }, [":apiVersion:apiVersion"]],
    ["a key with another value", { kidn: {}, apiVersion: "v1", metadata }, [":kind:null"]],
    ["neither of the two", { metadata }, []],
    ["no name", { kind: "Secret", metadata: {} }, []],
    ["the installer's file", { apiVersion: "v1", baseDomain: "example.com", metadata }, []],
    [
      "an item of a List",
      { apiVersion: "v1", kind: "List", items: [7, { kind: "Secret", metadata }] },
      ["items.1:apiVersion:null"],
    ],
    ["a List of nothing", { apiVersion: "v1", kind: "List" }, []],
    ["a list", [{ kind: "Secret", metadata }], []],
  ])("%s", (_name, value, expected) => {
    expect(said(value)).toEqual(expected);
  });

  it("takes no part in unreadable documents", () => {
    expect(incompleteObjects(undefined)).toEqual([]);
  });
});
