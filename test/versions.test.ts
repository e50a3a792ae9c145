import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseProfileOption } from "../src/graph/profile.ts";
import type { Report } from "../src/model/report.ts";
import { repository } from "./shared.ts";
import { readFolder } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";

const platform = readFolder(join(repository, "fixtures", "platform"));
const serviceMesh3 = readFolder(join(repository, "fixtures", "variant-ossm3"));

function rulesOf(report: Report): readonly string[] {
  expect(report.crashes).toEqual([]);
  const open = report.findings.filter(({ suppressed }) => suppressed === null);
  return [...new Set(open.map(({ severity, rule }) => `${severity} ${rule}`))].sort();
}

const preview = "info operator/tech-preview-feature";
/** The operator makes the policy itself from 1.30 on. */
const policy = "warning metrics/networkpolicy-missing";
/** The sink for jobs is a component that 1.36 brings, and the platform of 1.32 does not know. */
const jobSink = "error eventing/data-plane-not-injected";

const byServerless: readonly (readonly [string, readonly string[]])[] = [
  ["1.24", [policy]],
  ["1.25", [policy]],
  ["1.26", [policy]],
  ["1.27", [policy]],
  ["1.28", [preview, policy]],
  ["1.29", [preview, policy]],
  ["1.30", [preview]],
  ["1.31", [preview]],
  ["1.32", [preview]],
  ["1.33", []],
  ["1.34", []],
  ["1.35", []],
  ["1.36", [jobSink]],
  ["1.37", [jobSink]],
  ["1.38", [jobSink, "error metrics/backend-key-wrong"]],
];

/** Service Mesh 2.0 and 2.1 inject by the annotation alone, and are too old for mutual TLS of the documents. */
const byAnnotation = [
  "error eventing/data-plane-not-injected",
  "error kafka/data-plane-not-injected",
  "error service/sidecar-not-injected",
  "error serving/data-plane-not-injected",
  "warning mesh/version-unsupported",
  "warning tenant/workload-without-sidecar",
];

const byMesh: readonly (readonly [string, readonly string[]])[] = [
  ["2.0", byAnnotation],
  ["2.1", byAnnotation],
  ["2.2", []],
  ["2.3", []],
  ["2.4", []],
  ["2.5", []],
  ["2.6", []],
];

describe("the platform under another version", () => {
  it.each(byServerless)("of Serverless: %s", (serverless, expected) => {
    const profile = parseProfileOption(`serverless=${serverless},mesh=2.4`);
    expect(rulesOf(lintMemory(platform, { profile }))).toEqual([...expected].sort());
  });

  it.each(byMesh)("of its control plane: %s", (mesh, expected) => {
    const files = platform.map(({ path, text }) => ({
      path,
      text: text.replace("version: v2.4", `version: v${mesh}`),
    }));
    const report = lintMemory(files);
    expect(report.sets[0]?.profile.mesh).toMatchObject({ major: 2, minor: Number(mesh.slice(2)) });
    expect(rulesOf(report)).toEqual(expected);
  });

  it.each(["2.0", "2.6", "3.0", "3.3"])("of the mesh, as the profile has it: %s", (mesh) => {
    const profile = parseProfileOption(`serverless=1.33,mesh=${mesh}`);
    const expected = mesh.startsWith("3") ? ["warning mesh/ossm2-resources-with-ossm3"] : [];
    expect(rulesOf(lintMemory(platform, { profile }))).toEqual(expected);
  });
});

describe("Service Mesh 3 in its versions", () => {
  it.each([
    ["1.24", 0],
    ["1.26", 1],
    ["1.27", 2],
    ["1.28", 3],
  ] as const)("Istio %s is Service Mesh 3.%i, and the variant is clean in it", (istio, minor) => {
    const files = serviceMesh3.map(({ path, text }) => ({
      path,
      text: text.replaceAll("v1.26-latest", `v${istio}-latest`),
    }));
    const report = lintMemory(files);
    expect(report.sets[0]?.profile.mesh).toMatchObject({ major: 3, minor });
    expect(rulesOf(report)).toEqual([]);
  });

  it("an older Serverless reads another key for metrics", () => {
    const profile = parseProfileOption("serverless=1.37,mesh=3.1");
    expect(rulesOf(lintMemory(serviceMesh3, { profile }))).toEqual(["error metrics/backend-key-wrong"]);
  });
});
