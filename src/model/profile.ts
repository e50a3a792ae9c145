import type { Location } from "./source.ts";
import type { Version } from "./version.ts";

/** Where a value of the profile comes from; the earlier one wins. */
export type ProfileSource = "option" | "config" | "detected" | "assumed";

export const profileKeys = [
  "serverless",
  "mesh",
  "openshift",
  "clusterDomain",
  "ingressDomain",
  "trustDomain",
  "platform",
  "architectures",
] as const;
export type ProfileKey = (typeof profileKeys)[number];

/** Versions and facts of the cluster that a set is meant for. */
export interface Profile {
  readonly serverless: Version;
  readonly mesh: Version;
  readonly openshift: Version | null;
  readonly clusterDomain: string;
  /** Domain of the cluster's routes (`apps.example.com`); null if not known. */
  readonly ingressDomain: string | null;
  readonly trustDomain: string;
  readonly platform: string | null;
  readonly architectures: readonly string[];
  readonly sources: Readonly<
    Record<ProfileKey, { readonly from: ProfileSource; readonly at: Location | null }>
  >;
  /** Config says one thing, the manifests another: said once as a warning. */
  readonly conflicts: readonly {
    readonly key: ProfileKey;
    readonly config: string;
    readonly detected: string;
    readonly at: Location;
  }[];
}

export function isAssumed(profile: Profile, key: ProfileKey): boolean {
  return profile.sources[key].from === "assumed";
}
