/** MachineConfigs that operators make: what a person changes in them is undone. */
const made = [
  /^rendered-/,
  /^0[01]-(?:master|worker|arbiter)(?:-(?:kubelet|container-runtime))?$/,
  /^9[789]-[a-z0-9-]{1,63}-generated-[a-z-]{1,40}(?:-\d{1,3})?$/,
];

/** Whether a MachineConfig of this name is made by an operator. `99-worker-ssh` is the installer's, and may be changed. */
export function isShippedConfig(name: string): boolean {
  return made.some((pattern) => pattern.test(name));
}

/** Files and units of shipped MachineConfigs that people like to replace, and the end of the name of that MachineConfig. */
const shippedParts: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "/etc/containers/policy.json": "container-runtime",
    "/etc/containers/registries.conf": "container-runtime",
    "/etc/containers/storage.conf": "container-runtime",
    "/etc/crio/crio.conf.d/00-default": "container-runtime",
    "/etc/kubernetes/kubelet.conf": "kubelet",
    "kubelet.service": "kubelet",
  }),
);

/** The shipped MachineConfig that has this file or unit: `01-worker-kubelet`. Custom pools have those of the workers. */
export function shippedWith(part: string, role: string): string | null {
  const end = shippedParts.get(part);
  return end === undefined ? null : `01-${role === "master" ? "master" : "worker"}-${end}`;
}
