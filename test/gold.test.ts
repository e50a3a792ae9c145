import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseProfileOption } from "../src/graph/profile.ts";
import { shared } from "./shared.ts";
import { lintMemory } from "./support/lint.ts";

const folder = shared("corpus", "mesh-resources-gold");

describe.skipIf(folder === null)(
  "the mesh that the tests of the Serverless operator set up (needs corpus/mesh-resources-gold)",
  () => {
    it("has no error and no warning, and the infos that it deserves", () => {
      const root = folder ?? "";
      const files = readdirSync(root, { recursive: true, encoding: "utf8" })
        .filter((path) => statSync(join(root, path)).isFile())
        .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(join(root, path), "utf8") }));
      const report = lintMemory(files, { profile: parseProfileOption("serverless=1.32,mesh=2.4") });
      expect(report.crashes).toEqual([]);
      const said = report.findings.map(
        ({ severity, rule, at }) => `${severity} ${rule} in ${at.file.path.replace(/^.*\//, "")}`,
      );
      const others = said.filter((text) => !text.startsWith("info tenant/selector-matches-nothing"));
      expect(others.sort()).toEqual([
        "info kafka/serviceentry-no-addresses in kafka-service-entry.yaml",
        "info manifest/namespace-undefined in smcp.yaml",
        // The destination of traces, without mutual TLS.
        "info mesh/undocumented-feature in destination-rules.yaml",
        "info operator/tech-preview-feature in eventing-e2e0.yaml",
      ]);
      // One for each of nine tenants: the sink for jobs comes with 1.36.
      expect(said.length - others.length).toBe(9);
    });
  },
);
