import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { rules } from "../rules/index.ts";
import type { Finding } from "../src/model/finding.ts";
import { positionAt, type SourceFile } from "../src/model/source.ts";
import { repository } from "./shared.ts";
import { readFolder } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";

interface Change {
  /** The folder of the good set that is changed; without it the platform. */
  readonly variant?: string;
  readonly rule: string;
  readonly severity: string;
  readonly replace: { readonly file: string; readonly find: string; readonly with: string };
  readonly expect: readonly {
    readonly file: string;
    readonly line?: number;
    readonly lines?: readonly [number, number];
  }[];
  readonly also?: readonly string[];
}

const good = new Map(
  readdirSync(join(repository, "fixtures"))
    .filter((name) => name === "platform" || name.startsWith("variant-"))
    .map((name) => [name, readFolder(join(repository, "fixtures", name))] as const),
);
const folder = join(repository, "fixtures", "broken");
const changes = readdirSync(folder)
  .filter((name) => statSync(join(folder, name)).isDirectory())
  .map((name) => [name, parse(readFileSync(join(folder, name, "change.yaml"), "utf8")) as Change] as const);

function changed({ replace, variant = "platform" }: Change): readonly SourceFile[] {
  const files = good.get(variant) ?? [];
  expect(files.map((file) => file.path)).toContain(replace.file);
  return files.map((file) => {
    if (file.path !== replace.file) return file;
    expect(file.text.split(replace.find)).toHaveLength(2);
    return { path: file.path, text: file.text.replace(replace.find, () => replace.with) };
  });
}

const shown = (finding: Finding): string => {
  const { line, column } = positionAt(finding.at.file, finding.at.start);
  return `${finding.at.file.path}:${line}:${column} ${finding.severity} ${finding.rule}: ${finding.message}`;
};

/** What a good set says of itself because of its version, beside what its comments accept. */
const unavoidable: ReadonlyMap<string, readonly string[]> = new Map([
  ["variant-1.30", ["gateway/local-gateway-plaintext"]],
]);
const open = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ suppressed }) => suppressed === null);

describe.each([...good])("%s", (name, files) => {
  it("is clean", () => {
    const report = lintMemory(files);
    expect(report.crashes).toEqual([]);
    const accepted = unavoidable.get(name) ?? [];
    const others = open(report.findings).filter(
      ({ rule, severity }) => severity !== "info" || !accepted.includes(rule),
    );
    expect(others.map(shown)).toEqual([]);
  });
});

describe("one mistake in a good set", () => {
  it.each(changes)("%s", (_name, change) => {
    const report = lintMemory(changed(change));
    expect(report.crashes).toEqual([]);
    const hits = report.findings.filter((finding) => {
      const { line } = positionAt(finding.at.file, finding.at.start);
      return (
        finding.rule === change.rule &&
        finding.severity === change.severity &&
        change.expect.some(({ file, line: exact, lines: [first, last] = [exact ?? 0, exact ?? 0] }) => {
          return file === finding.at.file.path && line >= first && line <= last;
        })
      );
    });
    expect(
      hits.length,
      `expected ${change.rule}; found:\n${report.findings.map(shown).join("\n")}`,
    ).toBeGreaterThan(0);

    const known = new Set(rules.map((rule) => rule.id));
    const allowed = [change.rule, ...(change.also ?? [])].filter((id) => known.has(id));
    const others = open(report.findings).filter((finding) => !allowed.includes(finding.rule));
    expect(others.map(shown), "findings that this mistake does not explain").toEqual([]);
  });
});
