import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { type Path, plainText, valueAt } from "../../model/value.ts";
import { atLeast, type Version } from "../../model/version.ts";
import type { Flaw, FlawOrOpen } from "./flaw.ts";
import { configPath, entriesAt, saysSomething } from "./ignition-parts.ts";
import { alwaysUnderstood, converted, firstWithThree, isNewer, newestIgnition } from "./ignition-versions.ts";

/** Sections that the daemon never applies (openshift/machine-config-operator `docs/MachineConfigDaemon.md`). */
const unsupported: readonly Path[] = [
  ["storage", "directories"],
  ["storage", "links"],
  ["passwd", "groups"],
  ["networkd"],
];
/** Sections that Ignition honours when a node boots for the first time, and nobody later. */
const firstBoot: readonly Path[] = ["disks", "filesystems", "raid", "luks"].map((key) => ["storage", key]);
/** Words of LVM, which Ignition has no section for, and its partition type. */
const lvmKeys = ["lvm", "volumeGroups", "logicalVolumes", "physicalVolumes"];
const lvmPartition = /^e6d6d379-f507-44c2-a23c-238f2a3df928$/i;

export const versionPath: Path = [...configPath, "ignition", "version"];

export function versionFlaws(config: Resource, openshift: Version | null): readonly FlawOrOpen[] {
  const version = valueAt(config.value, versionPath);
  const flaw = (message: string, advice: string, more: Partial<Flaw> = {}): readonly Flaw[] => [
    { path: versionPath, message, advice, ...more },
  ];
  if (isUnknown(version)) return [{ needs: "the version of Ignition" }];
  if (version === undefined || version === null)
    return flaw(
      "the Ignition config names no version, so nothing reads it",
      `set version: ${alwaysUnderstood}`,
    );
  if (typeof version !== "string" || !/^\d{1,3}\.\d{1,3}\.\d{1,3}(?:-experimental)?$/.test(version))
    return flaw(
      `"${plainText(version)}" is no Ignition version, which is a text of three numbers`,
      `set version: ${alwaysUnderstood}`,
    );
  const numbers = version.replace("-experimental", "");
  if (numbers.startsWith("2.")) return olderFormat(numbers, openshift, flaw);
  if (openshift === null)
    return isNewer(numbers, alwaysUnderstood) ? [{ needs: "the version of OpenShift" }] : [];
  const newest = newestIgnition(openshift);
  if (newest === null || !isNewer(numbers, newest)) return [];
  return flaw(
    `Ignition ${version} is newer than what OpenShift ${openshift.major}.${openshift.minor} understands, which is ${newest}`,
    `set version: ${newest}, and leave out what came later`,
  );
}

function olderFormat(
  version: string,
  openshift: Version | null,
  flaw: (message: string, advice: string, more?: Partial<Flaw>) => readonly Flaw[],
): readonly Flaw[] {
  if (openshift !== null && !atLeast({ ...openshift, patch: null }, firstWithThree))
    return version === converted
      ? []
      : flaw(
          `Ignition ${version} is not the version that OpenShift reads, which is ${converted}`,
          `set version: ${converted}`,
        );
  const advice = `write it in the newer format, with version: ${alwaysUnderstood}`;
  if (version !== converted)
    return flaw(`Ignition ${version} is of a format that only old releases read`, advice);
  return flaw(`Ignition ${version} is of the format of old releases, and is only converted now`, advice, {
    severity: "warning",
  });
}

/** Users other than `core`, and what else than SSH keys (later a password too) is said of that one. */
export function userFlaws(config: Resource, openshift: Version | null): readonly FlawOrOpen[] {
  return entriesAt(config, [...configPath, "passwd", "users"]).flatMap(
    ({ path, value }): readonly FlawOrOpen[] => {
      const { name } = value;
      if (isUnknown(name)) return [{ needs: "the name of a user" }];
      if (name !== "core") {
        const message = `user ${JSON.stringify(plainText(name))} cannot be made: the operator knows the user "core" alone`;
        return [{ path: [...path, "name"], message, advice: 'use "core"' }];
      }
      return Object.keys(value)
        .filter((key) => key !== "name" && key !== "sshAuthorizedKeys" && saysSomething(value[key]))
        .flatMap((key): readonly FlawOrOpen[] => {
          if (key === "passwordHash") {
            if (openshift === null) return [{ needs: "the version of OpenShift" }];
            if (atLeast({ ...openshift, patch: null }, "4.13")) return [];
          }
          const since = key === "passwordHash" ? " before OpenShift 4.13" : "";
          const message = `"${key}" of the user core cannot be set${since}: a MachineConfig changes its SSH keys`;
          return [{ path: [...path, key], message, advice: "remove it" }];
        });
    },
  );
}

/**
 * Sections that the operator refuses, or that come too late.
 * @param running the base revision has MachineConfigs, but nothing of this one's disks: its nodes exist already
 */
export function sectionFlaws(config: Resource, running: boolean): readonly Flaw[] {
  const at = (path: Path): Path => [...configPath, ...path];
  const said = (path: Path): boolean => saysSomething(valueAt(config.value, at(path)));
  const misplaced: readonly Flaw[] = said(["ignition", "passwd"])
    ? [
        {
          path: at(["ignition", "passwd"]),
          message:
            "passwd stands below ignition, where nothing reads it: the documents print the path so, and it is spec.config.passwd.users",
          advice: "move passwd up, beside ignition",
        },
      ]
    : [];
  const lvm = [
    ...lvmKeys.map((key): Path => ["storage", key]).filter(said),
    ...entriesAt(config, at(["storage", "disks"]))
      .filter(({ path }) =>
        entriesAt(config, [...path, "partitions"]).some(({ value }) =>
          lvmPartition.test(plainText(value.typeGuid)),
        ),
      )
      .map(({ path }) => path.slice(configPath.length)),
  ].map((path): Flaw => ({
    path: at(path),
    message: "Ignition sets up no LVM",
    advice: "use plain partitions",
  }));
  const refused = unsupported.filter(said).map((path): Flaw => ({
    path: at(path),
    message: `${path.join(".")} is not supported in a MachineConfig: nodes that get it are degraded`,
    advice: "take it out; files make the directories that they need",
  }));
  const late = firstBoot.filter(said).map((path): Flaw => ({
    path: at(path),
    message: running
      ? `${path.join(".")} comes after the installation, and the nodes that exist cannot follow`
      : `${path.join(".")} counts at a node's first boot only: apply it with the installation`,
    advice: running
      ? "take it out, and set up the disks of new nodes"
      : "keep it among the manifests of the installation",
    severity: running ? "error" : "warning",
  }));
  return [...misplaced, ...refused, ...lvm, ...late];
}
