import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPackage } from "../../scripts/build.ts";
import { repository } from "../shared.ts";
import { emptyFolder, runProgram, succeed, workspace } from "./support.ts";

const manifest: { version: string } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

const offline = {
  npm_config_offline: "true",
  npm_config_audit: "false",
  npm_config_update_notifier: "false",
};

const consumer = `import {
  defineRule, fail, at, type Finding, formatReport, lint, type Report, rules, summaryOf, UsageError, version,
} from "meshlint";
import { lintFiles, formatReport as formatInBrowser } from "meshlint/core";

const named = defineRule({
  id: "own/name",
  summary: "A name is long",
  severity: "warning",
  category: "hygiene",
  documentation: [],
  fix: "none",
  reads: ["Service.serving.knative.dev"],
  subjects: (graph) => graph.all("Service.serving.knative.dev"),
  *check(service) {
    if (service.name.length > 3) yield fail(at(service, "metadata", "name"), \`\${service.name} is long\`);
  },
});

const report: Report = await lint({ cwd: ".", profile: { serverless: "1.32" }, extraRules: [named] });
const first: Finding | undefined = report.findings[0];
const text: string = await formatReport("sarif", report, { extraRules: [named] });
const inBrowser: string = formatInBrowser("json", await lintFiles([{ path: "a.yaml", text: "" }]));
export const all: [string, string, string | undefined, number, number] =
  [text, inBrowser, first?.rule, summaryOf(report).errors, rules.length];
export const wrong = new UsageError(version);
// @ts-expect-error: there is no such format
void formatReport("xml", report);
`;

describe("the packed package, installed into an empty folder without a network", () => {
  const home = emptyFolder();
  let contents: readonly string[] = [];

  beforeAll(async () => {
    // Packed beside the repository: a build in it would disturb who uses its dist.
    const source = emptyFolder();
    for (const name of ["package.json", "LICENSE", "NOTICE", "rules", "schemas"]) {
      cpSync(join(repository, name), join(source, name), { recursive: true });
    }
    await buildPackage(join(source, "dist"));
    const [packed]: { filename: string; files: { path: string }[] }[] = JSON.parse(
      succeed(source, "npm", ["pack", "--json", "--ignore-scripts"], offline),
    );
    contents = packed?.files.map(({ path }) => path) ?? [];
    writeFileSync(join(home, "package.json"), '{ "type": "module", "private": true }\n');
    succeed(home, "npm", ["install", join(source, packed?.filename ?? "")], offline);
  });

  it("holds what is needed, and nothing else", () => {
    expect(contents).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "NOTICE",
        "dist/meshlint.js",
        "dist/index.js",
        "dist/core.js",
        "dist/types/src/index.d.ts",
        "dist/types/src/core.d.ts",
        "package.json",
        "rules/mesh/smcp-mtls-not-strict.md",
        "schemas/meshlint.schema.json",
        "schemas/meshtest.schema.json",
      ]),
    );
    const rest = contents.filter(
      (path) =>
        !/^(?:dist\/(?:chunks\/)?[\w-]+\.js|dist\/types\/.+\.d\.ts|rules\/.+\.md|schemas\/(?:meshlint|meshtest|baseline)\.schema\.json)$/.test(
          path,
        ),
    );
    expect(rest.sort()).toEqual(["LICENSE", "NOTICE", "package.json"]);
  });

  it("brings no other package along", () => {
    const installed = readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."));
    expect(installed).toEqual(["meshlint"]);
    expect(existsSync(join(home, "node_modules/meshlint/node_modules"))).toBe(false);
  });

  it("runs as a command", () => {
    const npx = (...args: string[]) =>
      runProgram(home, "npx", ["--no-install", "meshlint", ...args], offline);
    expect(npx("--version").stdout).toBe(`${manifest.version}\n`);
    const broken = workspace(["app-broken"]);
    const run = npx(broken, "--format", "json");
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout).summary.errors).toBeGreaterThan(0);
    expect(npx("explain", "mesh/smcp-mtls-not-strict").stdout).toContain("How to fix");
  });

  it("is a library, for Node and without it", () => {
    const script = `
      import { formatReport, lint, version } from "meshlint";
      import * as core from "meshlint/core";
      import { readFileSync } from "node:fs";
      const report = await lint({ cwd: process.argv[2] });
      const text = readFileSync(process.argv[2] + "/app-broken/service.yaml", "utf8");
      const same = await core.lintFiles([{ path: "app-broken/service.yaml", text }]);
      const sarif = JSON.parse(await formatReport("sarif", report));
      console.log(JSON.stringify({
        equal: (await formatReport("json", report)) === core.formatReport("json", same),
        findings: report.findings.length,
        versions: [version, sarif.runs[0].tool.driver.version,
          JSON.parse(core.formatReport("sarif", same)).runs[0].tool.driver.version],
      }));`;
    writeFileSync(join(home, "use.mjs"), script);
    const { equal, findings, versions } = JSON.parse(
      succeed(home, process.execPath, ["use.mjs", workspace(["app-broken"])]),
    );
    expect(findings).toBeGreaterThan(0);
    expect(equal).toBe(true);
    expect(versions).toEqual([manifest.version, manifest.version, manifest.version]);
  });

  it("has types that a strict consumer compiles against", () => {
    writeFileSync(join(home, "consumer.ts"), consumer);
    const options = { module: "nodenext", target: "es2023", strict: true, noEmit: true, types: [] };
    writeFileSync(
      join(home, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }),
    );
    const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
    const run = runProgram(home, process.execPath, [join(dirname(compiler), "bin/tsc")]);
    expect(run.stdout).toBe("");
    expect(run.status).toBe(0);
  });
});
