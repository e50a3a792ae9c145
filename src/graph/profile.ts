import { UsageError } from "../model/errors.ts";
import { suggestion } from "../model/nearest.ts";
import { type Profile, type ProfileKey, profileKeys, type ProfileSource } from "../model/profile.ts";
import type { ResourceSet } from "../model/set.ts";
import type { Location } from "../model/source.ts";
import { compareVersions, parseVersion, type Version } from "../model/version.ts";
import { type Detected, detectProfile } from "./profile-detection.ts";

type ProfileTexts = Readonly<Partial<Record<ProfileKey, string>>>;

/** Version facts are known for these (definition D1). */
export const knownVersions: Readonly<Record<"serverless" | "mesh", readonly string[]>> = {
  serverless: Array.from({ length: 15 }, (_, index) => `1.${24 + index}`),
  mesh: "1.0 1.1 2.0 2.1 2.2 2.3 2.4 2.5 2.6 3.0 3.1 3.2 3.3".split(" "),
};

const assumed: Readonly<Record<Exclude<ProfileKey, "openshift" | "ingressDomain" | "platform">, string>> = {
  serverless: "1.32",
  mesh: "2.4",
  clusterDomain: "cluster.local",
  trustDomain: "cluster.local",
  architectures: "amd64",
};

const productNames = { serverless: "Serverless", mesh: "Service Mesh" } as const;

function knownVersion(key: "serverless" | "mesh", text: string, where: string): Version {
  const known = knownVersions[key];
  // `3` is how people call the mesh whose minor versions differ little.
  const version = parseVersion(key === "mesh" && /^v?3$/.test(text) ? "3.0" : text);
  if (version && known.includes(`${version.major}.${version.minor}`)) return version;
  const hint = suggestion(text.replace(/^v/, ""), known) || `; known are ${known[0]} to ${known.at(-1)}`;
  throw new UsageError(`${where}: unknown ${productNames[key]} version ${JSON.stringify(text)}${hint}`);
}

function anyVersion(text: string, where: string): Version {
  const version = parseVersion(text);
  if (version) return version;
  throw new UsageError(`${where}: ${JSON.stringify(text)} is no version; write it as 4.14`);
}

function checkValue(key: ProfileKey, text: string, where: string): void {
  if (text.trim() === "") throw new UsageError(`${where}: ${key} has no value`);
  if (key === "serverless" || key === "mesh") knownVersion(key, text, where);
  else if (key === "openshift") anyVersion(text, where);
}

/**
 * Reads `--profile`: `serverless=1.32,mesh=2.4,architectures=amd64,arm64`. The text of each value is checked, and
 * returned as it was written.
 *
 * @throws UsageError for an unknown key or version, naming the nearest known one
 */
export function parseProfileOption(text: string): ProfileTexts {
  const values = new Map<ProfileKey, string>();
  let last: ProfileKey | null = null;
  for (const item of text.split(",")) {
    const equals = item.indexOf("=");
    const name = item.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0 && last === "architectures") {
      values.set(last, `${values.get(last)},${item.trim()}`);
      continue;
    }
    if (equals < 0) throw new UsageError(`--profile: ${JSON.stringify(item)} is not KEY=VALUE`);
    const key = profileKeys.find((known) => known === name);
    if (key === undefined) {
      const hint = suggestion(name, profileKeys) || `; known are ${profileKeys.join(", ")}`;
      throw new UsageError(`--profile: unknown key ${JSON.stringify(name)}${hint}`);
    }
    if (values.has(key)) throw new UsageError(`--profile: ${key} is given twice`);
    const value = item.slice(equals + 1).trim();
    checkValue(key, value, "--profile");
    values.set(key, value);
    last = key;
  }
  return Object.fromEntries(values);
}

/** Checks the texts of a config's profile. @throws UsageError that begins with `where` */
export function checkProfile(values: ProfileTexts, where: string): void {
  for (const key of profileKeys) {
    const value = values[key];
    if (value !== undefined) checkValue(key, value, where);
  }
}

interface Choice {
  readonly text: string;
  readonly from: ProfileSource;
  readonly at: Location | null;
}

function choose(set: ResourceSet, key: ProfileKey, detected: Detected | undefined): Choice | null {
  const option = set.profile.option[key];
  if (option !== undefined) return { text: option, from: "option", at: null };
  const config = set.profile.config[key];
  if (config !== undefined) return { text: config, from: "config", at: null };
  if (detected) return { text: detected.value, from: "detected", at: detected.at };
  return null;
}

/** Whether two texts of one key mean the same; a version without patch is every patch of it. */
function agree(key: ProfileKey, a: string, b: string): boolean {
  if (key === "architectures") return architecturesOf(a).join() === architecturesOf(b).join();
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left && right) return compareVersions({ ...left, patch: null }, { ...right, patch: null }) === 0;
  return a.toLowerCase() === b.toLowerCase();
}

function architecturesOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((name) => name !== ""))].toSorted();
}

/**
 * The versions and facts that a set is judged by: option over config over what its manifests show over the default
 * (README, words).
 *
 * @throws UsageError if option or config name a version that is not known
 */
export function makeProfile(set: ResourceSet): Profile {
  checkProfile(set.profile.option, "--profile");
  checkProfile(set.profile.config, "profile");
  const detection = detectProfile([...set.resources, ...set.context.resources]);
  const choices = new Map<ProfileKey, Choice>();
  const conflicts: Profile["conflicts"][number][] = [];
  for (const key of profileKeys) {
    const detected = detection.get(key);
    const choice = choose(set, key, detected);
    if (choice) choices.set(key, choice);
    if (choice?.from === "config" && detected?.certain && !agree(key, choice.text, detected.value)) {
      conflicts.push({ key, config: choice.text, detected: detected.value, at: detected.at });
    }
  }
  const textOf = (key: keyof typeof assumed) => choices.get(key)?.text ?? assumed[key];
  const versionOf = (key: "serverless" | "mesh") =>
    choices.get(key)?.from === "detected"
      ? anyVersion(textOf(key), "detected")
      : knownVersion(key, textOf(key), "profile");
  const openshift = choices.get("openshift");
  return {
    serverless: versionOf("serverless"),
    mesh: versionOf("mesh"),
    openshift: openshift ? anyVersion(openshift.text, "profile") : null,
    clusterDomain: textOf("clusterDomain"),
    ingressDomain: choices.get("ingressDomain")?.text ?? null,
    trustDomain: textOf("trustDomain"),
    platform: choices.get("platform")?.text ?? null,
    architectures: architecturesOf(textOf("architectures")),
    sources: sourcesOf(choices),
    conflicts,
  };
}

function sourcesOf(choices: ReadonlyMap<ProfileKey, Choice>): Profile["sources"] {
  const of = (key: ProfileKey) => {
    const { from, at } = choices.get(key) ?? { from: "assumed" as const, at: null };
    return { from, at };
  };
  return {
    serverless: of("serverless"),
    mesh: of("mesh"),
    openshift: of("openshift"),
    clusterDomain: of("clusterDomain"),
    ingressDomain: of("ingressDomain"),
    trustDomain: of("trustDomain"),
    platform: of("platform"),
    architectures: of("architectures"),
  };
}
