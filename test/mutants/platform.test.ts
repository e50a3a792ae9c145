import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadValidators } from "../../src/schema/validate.ts";
import { escaped, Exceptions, reasons } from "../support/mutant-exceptions.ts";
import { mutantSet } from "../support/mutant-sets.ts";

const exceptions = new Exceptions("platform.yaml");
const platform = mutantSet("platform");
/** The application as its own repository, with the platform as context. */
const app = mutantSet("app");

/**
 * The second tenant's policies mirror the first's, and the first's repeat one another: of theirs only one
 * mutant in so many is tried, a fixed choice, so that the whole takes minutes.
 */
const oneIn: Readonly<Record<string, number>> = {
  "platform/30-authz-system.yaml": 2,
  "platform/31-authz-team-alpha.yaml": 6,
  "platform/32-authz-team-bravo.yaml": 25,
};

// Thousands of mutants are linted one by one.
vi.setConfig({ testTimeout: 900_000 });

describe("mutants", () => {
  beforeAll(loadValidators);

  it("of nothing at all are none: the platform and the application are clean", () => {
    expect(platform.findings).toEqual([]);
    expect(app.findings).toEqual([]);
  });

  it.each([...platform.files, ...app.files].map(({ path }) => path))(
    "of %s: none survives without a reason",
    (path) => {
      const set = path.startsWith("platform/") ? platform : app;
      expect(escaped(set, path, [exceptions], oneIn[path])).toEqual([]);
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
    expect(exceptions.idle(), "take out of test/mutants/platform.yaml").toEqual([]);
  });
});
