import { kinds } from "../../src/mesh/kinds.ts";
import { installPlatform, platformsOf } from "../../src/mesh/nodes/platforms.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { formatVersion } from "../../src/model/version.ts";
import { atKey, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "nodes/install-platform-unsupported",
  summary: "A cluster is installed on a platform that its OpenShift version does not support.",
  severity: "warning",
  category: "support",
  documentation: [architecture("2.1.1")],
  upstream: ["openshift/installer pkg/types/installconfig.go"],
  fix: "none",
  reads: [kinds.InstallConfig],
  subjects: (graph) => graph.own(kinds.InstallConfig),
  *check(resource, { profile }) {
    const platform = installPlatform(resource);
    if (platform === null) return yield notApplicable("it names no platform, or more than one");
    if (isUnknown(platform)) return yield undecided("the platform");
    if (profile.openshift === null) return yield undecided("the version of OpenShift");
    const supported = platformsOf(profile.openshift);
    if (supported === null)
      return yield notApplicable(`no table of platforms for OpenShift ${formatVersion(profile.openshift)}`);
    if (!supported.includes(platform))
      yield fail(
        atKey(resource, "platform", platform),
        `OpenShift ${formatVersion(profile.openshift)} is not installed on "${platform}"; it knows ${supported.join(", ")}`,
        { advice: "name a supported platform; a self-made cluster is none" },
      );
  },
});
