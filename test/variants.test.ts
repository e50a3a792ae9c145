import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseProfileOption } from "../src/graph/profile.ts";
import type { Report } from "../src/model/report.ts";
import type { SourceFile } from "../src/model/source.ts";
import { run } from "./cli/run.ts";
import { repository } from "./shared.ts";
import { readFolder } from "./support/fixture-cases.ts";
import { lintMemory } from "./support/lint.ts";

const variants = ["variant-1.30", "variant-kourier", "variant-ossm3"] as const;
type Variant = (typeof variants)[number];
const files = new Map<Variant | "platform", readonly SourceFile[]>(
  (["platform", ...variants] as const).map((name) => [name, readFolder(join(repository, "fixtures", name))]),
);

/** Severity and rule of each finding, sorted; `(suppressed)` behind those that a comment accepts. */
function rulesOf(report: Report): readonly string[] {
  expect(report.crashes).toEqual([]);
  const said = report.findings.map(
    ({ severity, rule, suppressed }) => `${severity} ${rule}${suppressed === null ? "" : " (suppressed)"}`,
  );
  return [...new Set(said)].sort();
}

const lint = (name: Variant | "platform", profile: string): readonly string[] =>
  rulesOf(lintMemory(files.get(name) ?? [], { profile: parseProfileOption(profile) }));

describe("the variants of the platform", () => {
  it("are clean by the config of the repository", async () => {
    const paths = variants.map((name) => `fixtures/${name}`);
    const { status, stdout } = await run(repository, ["lint", ...paths, "--format", "compact", "--quiet"]);
    expect(status).toBe(0);
    // That the documents of 1.30 let the local gateway take plain HTTP is worth an info in every edition.
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(
        /^fixtures\/variant-1\.30\/13-gateways\.yaml:34:19.* info gateway\/local-gateway-plaintext/,
      ),
    ]);
  });

  it("1.30: what its own edition prints is wrong in that of 1.32", () => {
    const always = "warning secret/filtering-annotation-obsolete (suppressed)";
    expect(lint("variant-1.30", "serverless=1.30,mesh=2.3")).toEqual([
      "info gateway/local-gateway-plaintext",
      always,
    ]);
    expect(lint("variant-1.30", "serverless=1.32,mesh=2.3")).toEqual([
      "warning gateway/local-gateway-plaintext",
      "warning gateway/selector-not-knative",
      "warning mesh/ingress-knative-label-missing",
      always,
    ]);
    // The annotation itself: honoured up to 1.27, then deprecated, ignored from 1.32 on.
    const said = (serverless: string): readonly string[] =>
      lintMemory(files.get("variant-1.30") ?? [], { profile: { serverless } })
        .findings.filter(({ rule }) => rule === "secret/filtering-annotation-obsolete")
        .map(({ message }) => message);
    expect(said("1.27")).toEqual([]);
    expect(said("1.31")).toEqual(["the annotation is deprecated from Serverless 1.28 on"]);
    expect(said("1.32")).toEqual(["from Serverless 1.32 on the annotation is ignored"]);
  });

  it("Service Mesh 3: a config that says Service Mesh 2 contradicts the manifests, which decide what there is", () => {
    const text = 'profile: { serverless: "1.38", mesh: "2.4" }\n';
    const report = lintMemory(files.get("variant-ossm3") ?? [], { config: { path: "meshlint.yaml", text } });
    expect(rulesOf(report)).toEqual([
      "info operator/tech-preview-feature (suppressed)",
      "warning set/profile-conflict",
    ]);
    expect(report.findings.find(({ rule }) => rule === "set/profile-conflict")?.at.file.path).toBe(
      "11-istio.yaml",
    );
  });

  it("Service Mesh 3: a platform of Service Mesh 2 under it relies on a member roll that nobody reads", () => {
    for (const name of ["platform", "variant-kourier"] as const)
      expect(lint(name, "serverless=1.38,mesh=3.1")).toContain("warning mesh/ossm2-resources-with-ossm3");
  });

  it("are judged as they will be, whatever a cluster has of them now", () => {
    const broken: readonly (readonly [string, string])[] = [
      ["mtls: true", "mtls: false"],
      ["STRICT", "PERMISSIVE"],
      ["ISTIO_MUTUAL", "SIMPLE"],
      ["8022", "8023"],
      ["35s", "5s"],
      ['inject: "true"', 'inject: "false"'],
      ["ingressgateway", "oldgateway"],
    ];
    for (const [name, own] of files) {
      const live = own.map(({ path, text }) => ({
        path,
        text: broken.reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
      }));
      // That the cluster lacks the operator of the GPUs is told by the cluster alone.
      const options = { skip: ["gpu/*"] };
      expect(rulesOf(lintMemory(own, { ...options, live })), name).toEqual(rulesOf(lintMemory(own, options)));
    }
  });

  it("say what is missing when one object is taken out", () => {
    const without = (name: Variant, file: string, kind: string): readonly string[] => {
      const changed = (files.get(name) ?? []).map(({ path, text }) => ({
        path,
        text:
          path === file
            ? text
                .split(/^---\n/m)
                .filter((document) => !document.includes(`\nkind: ${kind}\n`))
                .join("---\n")
            : text,
      }));
      return rulesOf(lintMemory(changed)).filter((said) => !said.endsWith("(suppressed)"));
    };
    expect(without("variant-ossm3", "11-istio.yaml", "IstioCNI")).toEqual(["error mesh/ossm3-cni-missing"]);
    expect(without("variant-ossm3", "12-gateway.yaml", "Deployment")).toEqual([
      "error mesh/ossm3-gateway-missing",
    ]);
    expect(without("variant-ossm3", "12-gateway.yaml", "Service")).toEqual([
      "error mesh/ossm3-gateway-missing",
    ]);
    expect(without("variant-ossm3", "12-gateway.yaml", "RoleBinding")).toEqual([
      "error mesh/ossm3-settings-missing",
    ]);
    expect(without("variant-ossm3", "11-istio.yaml", "PeerAuthentication")).toEqual([
      "error mesh/ossm3-mtls-not-strict",
      "error tenant/mtls-not-strict",
    ]);
    expect(without("variant-kourier", "21-networkpolicy.yaml", "NetworkPolicy")).toEqual([
      "error kourier/networkpolicy-missing",
    ]);
    expect(without("variant-1.30", "13-gateways.yaml", "Service")).toContain(
      "error gateway/local-service-missing",
    );
  });
});
