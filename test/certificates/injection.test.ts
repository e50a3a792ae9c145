import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lintFiles } from "../../src/core.ts";
import { lint } from "../../src/index.ts";
import type { Report } from "../../src/model/report.ts";
import { casesOf } from "../support/fixture-cases.ts";
import { lintMemory } from "../support/lint.ts";

const wanted = ["cert/no-san", "cert/pair-invalid", "cert/secret-shape", "cert/validity"] as const;
const fixture = casesOf("cert/no-san").find(({ name }) => name === "fail-common-name");
const files = fixture?.files ?? [];

function reasons(report: Report): readonly string[] {
  return report.sets.flatMap(({ verdicts }) =>
    verdicts.map(({ verdict, reason }) => `${verdict}: ${reason}`),
  );
}

describe("the certificate reader", () => {
  it("is there for the library and so for the command line and the Action", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "meshlint-certificates-"));
    try {
      for (const { path, text } of files) writeFileSync(join(cwd, path), text);
      const report = await lint({ cwd, rules: ["cert/no-san"] });
      expect(report.findings.map(({ rule }) => rule)).toEqual(["cert/no-san"]);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });

  it("is not there in a browser: what needs it is undecided", async () => {
    const needs = "undecided: 1 of 1 subject: needs a certificate reader";
    const report = await lintFiles(files, { rules: wanted });
    expect(reasons(report)).toEqual(wanted.map(() => needs));
    expect(report.findings).toEqual([]);
    expect(reasons(lintMemory(files, { rules: ["cert/no-san"], certificates: null }))).toEqual([needs]);
  });
});
