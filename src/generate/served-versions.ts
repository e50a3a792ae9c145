import type { Profile } from "../model/profile.ts";

/** Service Mesh 2 serves Istio's kinds as `v1beta1` only. */
function version({ mesh }: Profile): string {
  return mesh.major < 3 ? "v1beta1" : "v1";
}

/** The `apiVersion` of Gateway and ServiceEntry. */
export function networkingVersion(profile: Profile): string {
  return `networking.istio.io/${version(profile)}`;
}

/** The `apiVersion` of AuthorizationPolicy. */
export function securityVersion(profile: Profile): string {
  return `security.istio.io/${version(profile)}`;
}
