import { atLeast, type Version } from "../../model/version.ts";

/** The first release of OpenShift that understands an Ignition version (coreos/butane `docs/specs.md`, from 4.8). */
const understood: readonly { readonly from: string; readonly ignition: string }[] = [
  { from: "4.0", ignition: "2.2.0" },
  { from: "4.6", ignition: "3.1.0" },
  { from: "4.7", ignition: "3.2.0" },
  // openshift/machine-config-operator `pkg/controller/common/helpers.go` of that release takes them already.
  { from: "4.13", ignition: "3.4.0" },
  { from: "4.19", ignition: "3.5.0" },
];
/** The first release that this table knows nothing of. */
const unknownFrom = "4.22";

/** The newest version that every release with Ignition 3 takes, but the very first of them. */
export const alwaysUnderstood = "3.2.0";
/** The one version of the older format that the machine config operator still converts. */
export const converted = "2.2.0";
/** The first release with the newer format. */
export const firstWithThree = "4.6";

/** The newest Ignition version that a release understands; null for releases that this table does not know. */
export function newestIgnition(openshift: Version): string | null {
  const minor = { ...openshift, patch: null };
  if (atLeast(minor, unknownFrom)) return null;
  return understood.findLast(({ from }) => atLeast(minor, from))?.ignition ?? null;
}

/** Whether an Ignition version is newer than another; both as text of three numbers. */
export function isNewer(a: string, b: string): boolean {
  return a.localeCompare(b, "en", { numeric: true }) > 0;
}
