import type { ProfileKey } from "../../src/model/profile.ts";
import { compareVersions, formatVersion, parseVersion, type Version } from "../../src/model/version.ts";
import { defineSetRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** The newest versions that the catalogue was checked against. */
const newest: readonly {
  readonly key: ProfileKey & ("serverless" | "mesh");
  readonly product: string;
  readonly known: string;
}[] = [
  { key: "serverless", product: "Serverless", known: "1.38" },
  { key: "mesh", product: "Service Mesh", known: "3.9" },
];

const isNewer = (version: Version, known: string): boolean => {
  const limit = parseVersion(known);
  return limit !== null && compareVersions(version, limit) > 0;
};

export const rule = defineSetRule({
  id: "set/unknown-profile",
  summary: "The manifests name a version that is newer than what the rules were checked against.",
  severity: "info",
  category: "compatibility",
  documentation: [integrations("1.1")],
  fix: "none",
  reads: [],
  selfContained: true,
  *check(graph) {
    for (const { key, product, known } of newest) {
      const { from, at } = graph.profile.sources[key];
      const version = graph.profile[key];
      if (from !== "detected" || at === null || !isNewer(version, known)) continue;
      yield fail(
        { location: at },
        `${product} ${formatVersion(version)} is newer than ${known}, the last one that the rules were checked against`,
        { advice: "look for a newer meshlint, or set the profile in meshlint.yaml" },
      );
    }
  },
});
