import { nearest } from "../../model/nearest.ts";

const domain = "nvidia.com/";
export const gpuKey = "nvidia.com/gpu";
const sharedKey = "nvidia.com/gpu.shared";
const mig = "mig-";

/** Names of other devices of the same maker that look like a misspelt one. */
const others: ReadonlySet<string> = new Set(["pgpu", "vgpu"].map((name) => domain + name));

/** Whether a resource is a GPU, shared or in part (NVIDIA/k8s-device-plugin). */
export function isGpuKey(key: string): boolean {
  return key === gpuKey || key === sharedKey || key.startsWith(domain + mig);
}

/** The name that a misspelt one of the maker's domain was meant to be; null for what is right, or anything else. */
export function meantGpuKey(key: string): string | null {
  if (!key.startsWith(domain) || isGpuKey(key) || others.has(key)) return null;
  const name = key.slice(domain.length);
  const dash = name.indexOf("-");
  if (dash >= 0 && nearest(name.slice(0, dash + 1), [mig], 1) !== null)
    return domain + mig + name.slice(dash + 1);
  const found = nearest(name, ["gpu", "gpu.shared"], 2);
  return found === null ? null : domain + found;
}
