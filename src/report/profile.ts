import { type Profile, type ProfileKey, profileKeys, type ProfileSource } from "../model/profile.ts";
import type { Report } from "../model/report.ts";
import { positionAt } from "../model/source.ts";
import { formatVersion } from "../model/version.ts";
import { safeText } from "./safe-text.ts";

/** A value of the profile as text; null if it is not known. */
export function profileValue(profile: Profile, key: ProfileKey): string | null {
  switch (key) {
    case "serverless":
    case "mesh":
      return formatVersion(profile[key]);
    case "openshift":
      return profile.openshift && formatVersion(profile.openshift);
    case "architectures":
      return profile.architectures.length === 0 ? null : profile.architectures.join(", ");
    default:
      return profile[key];
  }
}

const names: Readonly<Record<ProfileSource, string>> = {
  option: "given by --profile",
  config: "set in the config",
  detected: "found in the manifests",
  assumed: "assumed",
};

/** Where a value comes from, with its place: `found in the manifests, operators/serverless.yaml:9`. */
function origin(profile: Profile, key: ProfileKey): string {
  const { from, at } = profile.sources[key];
  if (profileValue(profile, key) === null) return "";
  if (at === null) return names[from];
  return `${names[from]}, ${safeText(at.file.path)}:${positionAt(at.file, at.start).line}`;
}

/** `--explain-profile`: every value of every set's profile, where it comes from, and how to set it. */
export function explainProfile(report: Report): string {
  const parts = report.sets.map((set) => {
    const { profile } = set;
    const values = profileKeys.map((key) => profileValue(profile, key) ?? "not known");
    const width = Math.max(...values.map((value) => value.length));
    const rows = profileKeys.map(
      (key, index) =>
        `  ${key.padEnd(14)} ${safeText(values[index] ?? "").padEnd(width)}  ${origin(profile, key)}`.trimEnd() +
        "\n",
    );
    const conflicts = profile.conflicts.map(
      ({ key, config, detected, at }) =>
        `  ${key}: the config says ${safeText(config)}, but ${safeText(at.file.path)}:` +
        `${positionAt(at.file, at.start).line} says ${safeText(detected)}; the config counts\n`,
    );
    return `set ${safeText(set.name)} (${safeText(set.path)})\n${rows.join("")}${conflicts.join("")}`;
  });
  return (
    `${parts.join("\n")}\n` +
    "A value of --profile counts before the config's, that before what the manifests tell, that before what is assumed.\n" +
    'Set one: --profile serverless=1.32,mesh=2.4, or `profile: { serverless: "1.32" }` in meshlint.yaml.\n'
  );
}
