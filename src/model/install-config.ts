import { isMapping, type Value } from "./value.ts";

/** The kind that the graph gives to `install-config.yaml`: the file rarely names one, and no API server knows it. */
export const installConfigKind = "InstallConfig";

/**
 * Whether a document is OpenShift's `install-config.yaml`, which the installer alone reads: `apiVersion: v1` and a
 * `baseDomain`, without a kind or with this one (openshift/installer `pkg/types/installconfig.go`).
 */
export function isInstallConfig(value: Value | undefined): boolean {
  return (
    isMapping(value) &&
    value.apiVersion === "v1" &&
    (!Object.hasOwn(value, "kind") || value.kind === installConfigKind) &&
    Object.hasOwn(value, "baseDomain")
  );
}
