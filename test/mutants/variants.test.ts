import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadValidators } from "../../src/schema/validate.ts";
import { escaped, Exceptions, reasons } from "../support/mutant-exceptions.ts";
import { mutantSet } from "../support/mutant-sets.ts";

const shared = new Exceptions("platform.yaml");
const exceptions = new Exceptions("variants.yaml");

const variants = [
  "variant-kourier",
  "variant-1.30",
  "variant-ossm3",
  "variant-kubernetes",
  "variant-pipelines",
  "peer-pods",
].map(mutantSet);

// Thousands of mutants are linted one by one.
vi.setConfig({ testTimeout: 900_000 });

describe("mutants of variants", () => {
  beforeAll(loadValidators);

  it.each(variants.flatMap((set) => set.files.map(({ path }) => [path, set] as const)))(
    "of %s: none survives without a reason",
    (path, set) => {
      expect(escaped(set, path, [shared, exceptions])).toEqual([]);
    },
  );

  it("have only exceptions with a reason of the list", () => {
    for (const { reason, rule, note, paths } of exceptions.all) {
      const where = paths.join();
      expect(reasons, where).toContain(reason);
      expect(rule !== undefined, where).toBe(reason === "found elsewhere");
      expect(note.length, where).toBeGreaterThan(20);
    }
  });

  it("have no exception of which a part is needed by none", () => {
    expect(exceptions.idle(), "take out of test/mutants/variants.yaml").toEqual([]);
  });
});
