import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { scoreOf } from "../../src/harness/documented.ts";
import { messageOf, testsJson } from "../../src/harness/report.ts";
import { mutantsOf } from "../../src/harness/mutants.ts";
import { loadValidators } from "../../src/schema/validate.ts";
import { repository } from "../shared.ts";
import { readFolder } from "../support/fixture-cases.ts";
import { platformIn, runText } from "../support/harness.ts";
import { lintMemory } from "../support/lint.ts";
import * as own from "../support/mutants.ts";

const files = readFolder(join(repository, "fixtures", "platform"));
const platform = platformIn(Object.fromEntries(files.map(({ path, text }) => [path, text])));

// Each change is linted.
vi.setConfig({ testTimeout: 300_000 });

describe("documented changes", () => {
  beforeAll(loadValidators);

  it.each(files)("of $path are those of the project's own mutant tests", (file) => {
    const shown = ({ name, names, values }: own.Mutant) => [name, names, values];
    expect([...mutantsOf(file)].map(shown)).toEqual([...own.mutantsOf(file)].map(shown));
  });

  it("have the same survivors as there", () => {
    const tried = ["11-smcp.yaml", "12-smmr.yaml", "13-gateways.yaml"];
    const kinds = [
      "ServiceMeshControlPlane/*",
      "ServiceMeshMemberRoll/*",
      "Gateway/*",
      "Service/knative-*/knative-local-gateway",
    ];
    const { survivors, mutants, caught } = scoreOf(platform, {
      resources: [...kinds, "Service/istio-system/*"],
      oneIn: 10,
    });
    const expected: string[] = [];
    for (const file of files.filter(({ path }) => tried.includes(path))) {
      for (const mutant of own.mutantsOf(file, 10)) {
        const changed = files.map((other) =>
          other === file ? { path: file.path, text: mutant.text } : other,
        );
        const { findings } = lintMemory(changed);
        if (!findings.some((finding) => own.isCaughtBy(mutant, finding))) expected.push(mutant.name);
      }
    }
    expect(survivors).toEqual(expected);
    expect(caught).toBe(mutants - survivors.length);
    expect(caught).toBeGreaterThan(mutants / 2);
  });

  it("are told with their score, and fail a test below the one that is asked for", () => {
    const roll = "documented: [ServiceMeshMemberRoll/*]";
    const told = runText(platform, `  - { name: a, mutations: { ${roll}, score: 0 } }`);
    expect(told.results[0]).toMatchObject({
      ok: true,
      details: ["12-smmr.yaml#0 metadata.namespace delete"],
    });
    expect(JSON.parse(testsJson(told)).tests[0].message).toBe(
      "44 of 45 documented changes noticed, 97.7 %\nsurvives: 12-smmr.yaml#0 metadata.namespace delete",
    );
    const [failed] = runText(platform, `  - { name: a, mutations: { ${roll}, score: 98 } }`).results;
    expect(failed && messageOf(failed)).toBe(
      "expected 98 % of documented changes noticed; got 44 of 45 documented changes noticed, 97.7 %; " +
        "see tests/a.meshtest.yaml:3\n+ survives: 12-smmr.yaml#0 metadata.namespace delete",
    );
    const [none] = runText(platform, "  - { name: a, mutations: { documented: [Gateway/no-such] } }").results;
    expect(none && messageOf(none)).toContain(
      "expected an object Gateway/no-such; got there is none to change",
    );
  });

  it("of the only object of a set are noticed, or survive with it", () => {
    const alone = platformIn({
      "a.yaml":
        "apiVersion: maistra.io/v1\nkind: ServiceMeshMemberRoll\nmetadata: { name: x, namespace: y }\n",
    });
    const { survivors } = scoreOf(alone, { resources: null, oneIn: 1 });
    expect(survivors).toContain("a.yaml#0  remove object");
    expect(survivors).not.toContain("a.yaml#0 kind rename");
  });
});
