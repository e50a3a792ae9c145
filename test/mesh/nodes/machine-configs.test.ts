import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/mesh/kinds.ts";
import { isMachineRunning } from "../../../src/mesh/nodes/day-two.ts";
import { isNewFips, poolsWithoutFips } from "../../../src/mesh/nodes/fips.ts";
import { hostCommands, hostWrites, isNodeAgent } from "../../../src/mesh/nodes/host-access.ts";
import { fileFlaws, isReadOnly } from "../../../src/mesh/nodes/ignition-files.ts";
import { saysSomething } from "../../../src/mesh/nodes/ignition-parts.ts";
import { sectionFlaws, userFlaws, versionFlaws } from "../../../src/mesh/nodes/ignition-sections.ts";
import { isNewer, newestIgnition } from "../../../src/mesh/nodes/ignition-versions.ts";
import { managedParts, merelyRunsContainer } from "../../../src/mesh/nodes/managed-files.ts";
import { partsOf, rivalryOf } from "../../../src/mesh/nodes/overrides.ts";
import { rollOut } from "../../../src/mesh/nodes/roll-outs.ts";
import { isShippedConfig, shippedWith } from "../../../src/mesh/nodes/shipped-configs.ts";
import { parseVersion } from "../../../src/model/version.ts";
import { graphOf, only } from "../../support/graph.ts";

const config = (name: string, spec: string, role = "worker") =>
  `{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfig, metadata: {name: ${name}, labels: {machineconfiguration.openshift.io/role: ${role}}}, spec: {${spec}}}\n---\n`;
const parsed = (spec: string) => only(graphOf(config("a", spec)), kinds.MachineConfig, "a");
const files = (...list: string[]) => `config: { storage: { files: [${list.join(", ")}] } }`;

describe("versions of Ignition", () => {
  it.each([
    ["3.9", null],
    ["4.1", "2.2.0"],
    ["4.5", "2.2.0"],
    ["4.6.8", "3.1.0"],
    ["4.8", "3.2.0"],
    ["4.12", "3.2.0"],
    ["4.14.20", "3.4.0"],
    ["4.21", "3.5.0"],
    ["4.22", null],
  ])("OpenShift %s understands %s", (release, newest) => {
    const version = parseVersion(release);
    expect(version && newestIgnition(version)).toBe(newest);
  });

  it("are compared by their numbers", () => {
    expect(isNewer("3.10.0", "3.2.0")).toBe(true);
    expect(isNewer("3.2.0", "3.2.0")).toBe(false);
  });

  it("are judged for the release", () => {
    const flaws = (version: string, release: string | null) =>
      versionFlaws(
        parsed(`config: { ignition: { version: ${version} } }`),
        release === null ? null : parseVersion(release),
      ).map((flaw) => ("needs" in flaw ? flaw.needs : `${flaw.severity ?? "error"}: ${flaw.message}`));
    expect(flaws("3.2.0", "4.8")).toEqual([]);
    expect(flaws("3.2.0", null)).toEqual([]);
    expect(flaws("3.5.0-experimental", "4.14")[0]).toContain("newer than what OpenShift 4.14");
    expect(flaws("null", "4.8")[0]).toContain("names no version");
    expect(flaws("[3]", "4.8")[0]).toContain('"[3]" is no Ignition version');
    expect(flaws("2.2.0", null)[0]).toMatch(/^warning/);
    expect(flaws("2.1.0", null)[0]).toMatch(/^error/);
  });
});

describe("files of a MachineConfig", () => {
  const said = (...list: string[]) => fileFlaws(parsed(files(...list))).map(({ message }) => message);

  it("have modes in octal", () => {
    const modes = (mode: string) => said(`{ path: /etc/a, mode: ${mode} }`);
    for (const good of ["0644", "420", "0", "null", "0777", "'${MODE}'"]) expect(modes(good)).toEqual([]);
    expect(modes("644")).toEqual([
      "mode 644 is octal 01204 with special bits, which newer releases refuse; 0644 was meant perhaps",
    ]);
    expect(modes("04755")[0]).not.toContain("meant");
    expect(modes("0100644")[0]).toContain("beyond 07777");
    expect(modes('"0644"')[0]).toContain('"0644" is no number');
    expect(modes("1.5")[0]).toContain("is no number");
    expect(modes("[1]")[0]).toContain("is no number");
  });

  it("are never shown", () => {
    const secret = "open-sesame";
    const messages = said(
      `{ path: /etc/a, contents: { source: "https://example.com/${secret}" } }`,
      `{ path: /etc/b, contents: { source: "${secret}" } }`,
      `{ contents: { source: "${secret}" }, append: [{ source: "data:,${secret}" }] }`,
    );
    expect(messages).toHaveLength(4);
    expect(messages.join()).not.toContain(secret);
  });

  it("are nothing where they are of another shape", () => {
    expect(fileFlaws(parsed("config: { storage: { files: all } }"))).toEqual([]);
    expect(said("5", "{ path: 7 }", "{ path: 7 }", '{ path: "${X}" }', '{ path: "${X}" }')).toEqual([]);
  });

  it("have places that are read-only", () => {
    expect(["/usr", "/usr/bin/a"].every(isReadOnly)).toBe(true);
    expect(["/usr/local/bin/a", "/usrlocal", "/etc/usr"].some(isReadOnly)).toBe(false);
  });

  it("say something or nothing", () => {
    for (const nothing of [undefined, null, false, [], {}]) expect(saysSomething(nothing)).toBe(false);
    for (const something of [true, "a", [1], { a: 1 }]) expect(saysSomething(something)).toBe(true);
  });
});

describe("sections of a MachineConfig", () => {
  it("name what LVM would need", () => {
    const disk = (type: string) =>
      `config: { storage: { disks: [{ device: a, partitions: [{ typeGuid: ${type} }, 5] }, { partitions: 7 }] } }`;
    const said = (type: string) => sectionFlaws(parsed(disk(type)), false).map(({ message }) => message);
    expect(said("E6D6D379-F507-44C2-A23C-238F2A3DF928")).toContain("Ignition sets up no LVM");
    expect(said("0FC63DAF-8483-4772-8E79-3D69D8477DE4")).not.toContain("Ignition sets up no LVM");
  });

  it("know one user and its keys", () => {
    const said = (users: string, release: string | null) =>
      userFlaws(
        parsed(`config: { passwd: { users: [${users}] } }`),
        release === null ? null : parseVersion(release),
      ).length;
    expect(said("{ name: core, sshAuthorizedKeys: [a] }", null)).toBe(0);
    expect(said("{ name: core, shell: '', groups: [] }", null)).toBe(0 + 1);
    expect(said("{ name: core, passwordHash: a }", "4.13")).toBe(0);
    expect(said("{ name: core, passwordHash: a }", "4.12")).toBe(1);
    expect(said("{ sshAuthorizedKeys: [a] }", "4.12")).toBe(1);
  });
});

describe("MachineConfigs and the base revision", () => {
  const disks = "config: { storage: { disks: [{ device: /dev/vdb }] } }";
  const base = graphOf(config("other", ""));

  it("come too late with disks that the nodes do not have", () => {
    expect(isMachineRunning(parsed(disks), null)).toBe(false);
    expect(isMachineRunning(parsed(disks), graphOf(""))).toBe(false);
    expect(isMachineRunning(parsed(disks), base)).toBe(true);
    expect(isMachineRunning(parsed(disks), graphOf(config("a", disks)))).toBe(false);
    expect(isMachineRunning(parsed(disks), graphOf(config("a", "")))).toBe(true);
  });

  it("cannot switch FIPS on", () => {
    expect(isNewFips(parsed("fips: true"), null)).toBe(false);
    expect(isNewFips(parsed("fips: true"), graphOf(""))).toBe(false);
    expect(isNewFips(parsed("fips: true"), base)).toBe(true);
    expect(isNewFips(parsed("fips: true"), graphOf(config("a", "fips: true")))).toBe(false);
    const graph = graphOf(config("a", "fips: true"));
    expect(poolsWithoutFips(graph, only(graph, kinds.MachineConfig, "a"))).toEqual(["master"]);
  });

  const effect = (now: string, before: string | null, more = "") => {
    const graph = graphOf(config("a", now) + more);
    const found = rollOut(
      graph,
      graphOf(before === null ? "" : config("a", before)),
      only(graph, kinds.MachineConfig, "a"),
    );
    return found.state === "found" ? `${found.effect} ${found.pool}` : found.state;
  };
  const registries = (text: string) =>
    files(`{ path: /etc/containers/registries.conf, contents: { source: "data:,${text}" } }`);

  it("restart nodes by most changes", () => {
    expect(effect(files("{ path: /etc/a }"), null)).toBe("restarts worker");
    expect(effect(files("{ path: 5 }"), null)).toBe("restarts worker");
    expect(effect("kernelArguments: [a]", "kernelArguments: [b]")).toBe("restarts worker");
    expect(
      effect("config: { ignition: { version: 3.2.0 } }", "config: { ignition: { version: 3.1.0 } }"),
    ).toBe("none");
    expect(effect("config: { passwd: { users: [] } }", null)).toBe("none");
    expect(effect(registries("a"), registries("b"))).toBe("drains worker");
    expect(effect(files("{ path: /etc/containers/policy.json }"), null)).toBe("none");
  });

  it("wait where all pools that take them are paused", () => {
    const worker = (paused: string) =>
      `{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfigPool, metadata: {name: worker}, spec: {paused: ${paused}, machineConfigSelector: {matchLabels: {machineconfiguration.openshift.io/role: worker}}}}`;
    expect(effect("kernelArguments: [a]", null, worker("true"))).toBe("none");
    expect(effect("kernelArguments: [a]", null, worker("'${P}'"))).toBe("unknown");
    expect(effect("kernelArguments: [a]", null, worker("false"))).toBe("restarts worker");
  });
});

describe("parts that MachineConfigs set", () => {
  const units = (list: string) => `config: { systemd: { units: [${list}] } }`;

  it("are files, units, their switches and their drop-ins", () => {
    const spec = units(
      "{ name: a.service, contents: x, enabled: true, mask: false, dropins: [{ name: 1.conf }, { name: 7 }, 5] }, { name: 8 }, { name: b.service }",
    );
    expect(partsOf(parsed(spec)).map(({ name }) => name)).toEqual([
      "unit a.service",
      "enabled of unit a.service",
      "mask of unit a.service",
      "drop-in 1.conf of a.service",
    ]);
    expect(
      partsOf(parsed(files("{ path: /etc/a }", "{ path: 5 }", '{ path: "${X}" }'))).map(({ name }) => name),
    ).toEqual(["/etc/a"]);
  });

  const rivalry = (text: string, name: string) => {
    const graph = graphOf(text);
    const [part] = partsOf(only(graph, kinds.MachineConfig, name));
    const found = part ? rivalryOf(graph, part) : null;
    return found && [found.rival.config.name, found.wins, found.contested, found.pool];
  };
  const file = files("{ path: /etc/a }");
  const infra = `{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfigPool, metadata: {name: infra}, spec: {machineConfigSelector: {matchExpressions: [{key: machineconfiguration.openshift.io/role, operator: In, values: [worker, infra]}]}}}\n---\n`;

  it("are won by the last name", () => {
    const three = config("10-a", file) + config("20-b", file) + config("30-c", file);
    expect(rivalry(three, "10-a")).toEqual(["30-c", false, false, "worker"]);
    expect(rivalry(three, "30-c")).toEqual(["20-b", true, false, "worker"]);
    expect(rivalry(config("10-a", file), "10-a")).toBeNull();
    expect(rivalry(config("10-a", file) + config("rendered-worker-1", file), "10-a")).toBeNull();
  });

  it("are contested between the workers and a custom pool", () => {
    const text = infra + config("10-infra", file, "infra") + config("20-worker", file);
    expect(rivalry(text, "10-infra")).toEqual(["20-worker", false, true, "infra"]);
    const inOrder = infra + config("30-infra", file, "infra") + config("20-worker", file);
    expect(rivalry(inOrder, "20-worker")).toEqual(["30-infra", false, false, "infra"]);
  });

  it("agree where switches say the same", () => {
    const text = (a: string, b: string) =>
      config("10-a", units(`{ name: a.service, enabled: ${a} }`)) +
      config("20-b", units(`{ name: a.service, enabled: ${b} }`));
    expect(rivalry(text("true", "true"), "10-a")).toBeNull();
    expect(rivalry(text("true", "false"), "10-a")?.[0]).toBe("20-b");
  });

  it("are shipped in some MachineConfigs", () => {
    expect(
      [
        "rendered-a-1",
        "00-worker",
        "01-master-kubelet",
        "99-infra-generated-registries",
        "98-worker-generated-kubelet-1",
      ].every(isShippedConfig),
    ).toBe(true);
    expect(["99-worker-ssh", "00-worker-chrony", "50-generated"].some(isShippedConfig)).toBe(false);
    expect(shippedWith("kubelet.service", "infra")).toBe("01-worker-kubelet");
    expect(shippedWith("/etc/containers/policy.json", "master")).toBe("01-master-container-runtime");
    expect(shippedWith("/etc/a", "worker")).toBeNull();
  });

  it("have resources of their own, or are containers only", () => {
    expect(managedParts(parsed(units("{ name: a.service }, { contents: ExecStart=podman run a }")))).toEqual(
      [],
    );
    expect(merelyRunsContainer("ExecStart=/usr/bin/podman run a")).toBe(true);
    expect(merelyRunsContainer("ExecStart=/usr/bin/podman --a b \\\n  run a")).toBe(true);
    expect(merelyRunsContainer("ExecStart=-/usr/bin/docker run a\nExecStart=/bin/b")).toBe(false);
    expect(merelyRunsContainer("Before=crio.service\nExecStart=podman run a")).toBe(false);
    expect(merelyRunsContainer("ExecStart=\n")).toBe(false);
  });
});

describe("what pods do to their host", () => {
  const podOf = (spec: string) => {
    const [pod] = graphOf(
      `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {${spec}}}`,
    ).pods();
    if (!pod) throw new Error("no pod");
    return pod;
  };
  const mounting = (path: string, mount = "") =>
    podOf(
      `volumes: [{ name: h, hostPath: { path: ${path} } }, { name: e, emptyDir: {} }, 5], containers: [{ name: c, volumeMounts: [{ name: h${mount} }, { name: 7 }] }, 8, {}]`,
    );

  it.each([
    ["/", "/"],
    ["/usr//lib/", "/usr/lib"],
    ["/boot", "/boot"],
    ["/etc/", "/etc"],
    ["/etc/shop", "/etc/shop"],
  ])("write to %s", (path, hostPath) => {
    const found = hostWrites(mounting(path)).map((write) => [
      write.hostPath,
      write.usual,
      write.path.join("."),
    ]);
    expect(found).toEqual([[hostPath, hostPath === "/etc/shop", "spec.containers.0.volumeMounts.0"]]);
  });

  it("may do elsewhere, or read", () => {
    expect(hostWrites(mounting("/var/lib/shop"))).toEqual([]);
    expect(hostWrites(mounting("/", ", readOnly: true"))).toEqual([]);
    expect(hostWrites(podOf("volumes: all, containers: some"))).toEqual([]);
  });

  it("are agents by what else they mount", () => {
    expect(isNodeAgent(mounting("/opt/cni/bin"))).toBe(true);
    expect(isNodeAgent(mounting("/opt"))).toBe(false);
  });

  it("run on it", () => {
    const ran = (container: string) =>
      hostCommands(podOf(`containers: [{ ${container} }]`)).map(
        ({ what, path }) => `${what} ${String(path.at(-1))}`,
      );
    expect(ran("command: [rpm-ostree, install]")).toEqual(["rpm-ostree command"]);
    expect(ran("args: ['chroot /host podman ps', 5]")).toEqual(["podman args"]);
    expect(ran("args: [chroot, /host, ls]")).toEqual([]);
    expect(ran("args: [podman, ps]")).toEqual([]);
    expect(ran("args: all")).toEqual([]);
  });
});
