import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/mesh/kinds.ts";
import { changesAfterInstallation } from "../../../src/mesh/nodes/install-config.ts";
import { anchorOf, pendingRequests, runningNodes } from "../../../src/mesh/nodes/live-nodes.ts";
import { foreignCloud, installPlatform, platformsOf } from "../../../src/mesh/nodes/platforms.ts";
import { isUserData, remoteConfigFlaws } from "../../../src/mesh/nodes/remote-configs.ts";
import { textOf } from "../../../src/mesh/nodes/same-value.ts";
import { parseVersion } from "../../../src/model/version.ts";
import { graphOf, only, type Files } from "../../support/graph.ts";

const install = (more: string) =>
  `{apiVersion: v1, baseDomain: example.com, metadata: {name: shop}, ${more}}\n---\n`;
const machine = (name: string, kind: string) =>
  `{apiVersion: machine.openshift.io/v1beta1, kind: Machine, metadata: {name: ${name}, namespace: openshift-machine-api}, spec: {providerSpec: {value: {kind: ${kind}}}}}\n---\n`;
const storage = (name: string, provisioner: string) =>
  `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: ${name}}, provisioner: ${provisioner}}\n---\n`;
const infrastructure = (where: string, type: string) =>
  `{apiVersion: config.openshift.io/v1, kind: Infrastructure, metadata: {name: cluster}, ${where}: {type: ${type}}}\n---\n`
    .replace(
      /(spec|status): \{type/,
      (_all, key: string) => `${key}: { ${key === "spec" ? "platformSpec" : "platformStatus"}: {type`,
    )
    .replace("}}\n", "}}}\n");

describe("the cloud of a cluster", () => {
  const foreign = (text: string) => {
    const graph = graphOf(text);
    return graph.all(kinds.Machine, kinds.MachineSet, kinds.StorageClass).flatMap((resource) => {
      const found = foreignCloud(graph, resource);
      return found ? [`${resource.name}: ${found.clue.cloud}, not ${found.main.cloud}`] : [];
    });
  };
  const aws = machine("a", "AWSMachineProviderConfig");
  const gcp = machine("g", "GCPMachineProviderSpec");

  it("is what most machines say, unless the cluster itself does", () => {
    expect(foreign(aws + machine("b", "AWSMachineProviderConfig") + gcp)).toEqual(["g: gcp, not aws"]);
    expect(foreign(gcp + machine("h", "GCPMachineProviderSpec") + aws)).toEqual(["a: aws, not gcp"]);
    expect(foreign(install("platform: {gcp: {}}") + aws)).toEqual(["a: aws, not gcp"]);
    expect(foreign(infrastructure("status", "Azure") + aws)).toEqual(["a: aws, not azure"]);
    expect(foreign(infrastructure("spec", "Azure") + aws)).toEqual(["a: aws, not azure"]);
    expect(foreign(infrastructure("spec", '""') + aws)).toEqual([]);
  });

  it("is not told by placeholders and unknown words", () => {
    expect(foreign(install('platform: {"${P}": {}}') + aws)).toEqual([]);
    expect(foreign(install("networking: {}") + aws + machine("o", "OtherSpec") + machine("n", "5"))).toEqual(
      [],
    );
    expect(foreign(aws + machine("c", "constructor"))).toEqual([]);
  });

  it("says nothing where storage of any kind works", () => {
    const disks = storage("d", "csi.vsphere.vmware.com");
    expect(foreign(install("platform: {none: {}}") + disks + aws)).toEqual([]);
    expect(foreign(install("platform: {baremetal: {}}") + disks)).toEqual([]);
    expect(foreign(install("platform: {baremetal: {}}") + aws)).toEqual(["a: aws, not baremetal"]);
    expect(foreign(aws + disks + storage("n", "nfs.csi.k8s.io"))).toEqual(["d: vsphere, not aws"]);
    expect(foreign(disks + storage("e", "ebs.csi.aws.com"))).toEqual([]);
  });

  it("is the only key of install-config's platform", () => {
    const platform = (more: string) =>
      installPlatform(only(graphOf(install(more)), kinds.InstallConfig, "shop"));
    expect(platform("platform: {aws: {}}")).toBe("aws");
    expect(platform("platform: {aws: {}, gcp: {}}")).toBeNull();
    expect(platform("platform: aws")).toBeNull();
  });

  it("is supported by releases", () => {
    const of = (text: string) => {
      const version = parseVersion(text);
      return version && platformsOf(version);
    };
    expect(of("4.8.3")).toEqual([
      "aws",
      "azure",
      "baremetal",
      "gcp",
      "none",
      "openstack",
      "vsphere",
      "ovirt",
    ]);
    expect(of("4.18.20")).toContain("external");
    expect(of("4.18.20")).not.toContain("ovirt");
    expect(of("4.7")).toBeNull();
    expect(of("4.19")).toBeNull();
    expect(of("5.0")).toBeNull();
  });
});

describe("install-config.yaml after the installation", () => {
  const changes = (now: Files, before: Files) => {
    const [file] = graphOf(now).own(kinds.InstallConfig);
    return file
      ? (changesAfterInstallation(file, graphOf(before))?.map((path) => path.join(".")) ?? null)
      : null;
  };

  it("is compared with the file of its path, or the only one", () => {
    const one = install("fips: true");
    const other = install("fips: false");
    expect(changes({ "a/i.yaml": one }, { "a/i.yaml": one, "b/i.yaml": other })).toEqual([]);
    expect(changes({ "a/i.yaml": one }, { "b/i.yaml": other })).toEqual(["fips"]);
    expect(changes({ "a/i.yaml": one }, { "b/i.yaml": other, "c/i.yaml": other })).toBeNull();
    expect(changes({ "a/i.yaml": one }, "")).toBeNull();
  });

  it("names the fields that differ, not the number of workers", () => {
    const text = (replicas: string, architecture: string) =>
      install(
        `networking: {a: 1, b: {c: [1]}}, compute: [{name: worker, replicas: ${replicas}, architecture: ${architecture}}]`,
      );
    expect(changes(text("2", "amd64"), text("5", "amd64"))).toEqual([]);
    expect(changes(text("2", "amd64"), text("2", "arm64"))).toEqual(["compute.0.architecture"]);
    expect(changes(text("2", "amd64"), install("networking: {b: {c: [2], d: 1}}"))).toEqual([
      "networking.a",
      "networking.b.c",
      "networking.b.d",
    ]);
    expect(changes(install("compute: many"), install("compute: few"))).toEqual([]);
  });

  it("does not care for the order of keys", () => {
    expect(textOf({ b: [{ d: 1, c: 2 }], a: null })).toBe(textOf({ a: null, b: [{ c: 2, d: 1 }] }));
    expect(textOf(undefined)).toBe("null");
  });
});

describe("configs from elsewhere", () => {
  const flaws = (text: string, kind: string = kinds.Secret) =>
    graphOf(text)
      .all(kind)
      .flatMap(remoteConfigFlaws)
      .map(({ path }) => path.join("."));
  const secret = (name: string, fields: string) =>
    `{apiVersion: v1, kind: Secret, metadata: {name: ${name}, namespace: a}, ${fields}}`;
  const pointer = (source: string) =>
    JSON.stringify({ ignition: { config: { merge: [{ source }, 5, { source: "" }] } } });

  it("are told by user data, encoded or not", () => {
    const good = pointer("https://api-int.example.com:22623/config/worker");
    const bad = pointer("http://example.com/");
    const plain = (text: string) =>
      secret("worker-user-data", `stringData: {userData: ${JSON.stringify(text)}}`);
    const encoded = (text: string) => secret("worker-user-data", `data: {userData: "${btoa(text)}"}`);
    expect(flaws(plain(good))).toEqual([]);
    expect(flaws(plain(bad))).toEqual(["stringData.userData"]);
    expect(flaws(encoded(bad))).toEqual(["data.userData"]);
    expect(flaws(plain(pointer("${URL}")))).toEqual([]);
    for (const other of [
      "data: {userData: '%'}",
      "data: {userData: abcde}",
      "data: {userData: 5}",
      "stringData: {userData: '{'}",
      "type: Opaque",
    ])
      expect(flaws(secret("worker-user-data", other))).toEqual([]);
  });

  it("are no business of other Secrets", () => {
    const graph = graphOf(secret("settings", "type: Opaque"));
    expect(isUserData(only(graph, kinds.Secret, "settings"))).toBe(false);
  });
});

describe("a cluster's nodes", () => {
  const pool = (name: string) =>
    `{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfigPool, metadata: {name: ${name}}}\n---\n`;
  const node = (status: string) =>
    `{apiVersion: v1, kind: Node, metadata: {name: n, labels: {node-role.kubernetes.io/master: ""}}, ${status}}\n---\n`;

  it("are told of at the pool, else at the first object for nodes", () => {
    const graph = graphOf(pool("gpu") + pool("master"));
    expect(anchorOf(graph, "master")?.name).toBe("master");
    expect(anchorOf(graph, "worker")?.name).toBe("gpu");
    expect(anchorOf(graphOf(""), "worker")).toBeNull();
  });

  it("report their system", () => {
    const running = (text: string, context: string) =>
      runningNodes(graphOf(text, { context, live: true })).map(({ system, controlPlane }) => [
        system,
        controlPlane,
      ]);
    expect(running("", node("status: {nodeInfo: {osImage: RHCOS}}"))).toEqual([["RHCOS", true]]);
    expect(running(node("spec: {}"), node("status: {nodeInfo: {osImage: RHCOS}}"))).toEqual([
      ["RHCOS", true],
    ]);
    expect(running("", node('status: {nodeInfo: {osImage: ""}}'))).toEqual([[null, true]]);
    expect(running("", node("spec: {}"))).toEqual([[null, true]]);
  });

  it("wait for certificates", () => {
    const now = new Date("2026-11-20T00:20:00Z");
    const request = (fields: string, made = "'2026-11-20T00:00:00Z'") =>
      `{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: c, creationTimestamp: ${made}}, ${fields}}`;
    const ages = (text: string) =>
      pendingRequests(graphOf("", { context: text, live: true }), now).map(({ age }) => age);
    const signer = "spec: {signerName: kubernetes.io/kubelet-serving}";
    expect(ages(request(signer))).toEqual([1200000]);
    expect(ages(request(signer, "soon"))).toEqual([null]);
    expect(ages(request(signer, "5"))).toEqual([null]);
    expect(ages(request(`${signer}, status: {conditions: [5, {type: Approved}]}`))).toEqual([]);
    expect(ages(request(`${signer}, status: {conditions: [{}]}`))).toEqual([1200000]);
    expect(ages(request(`${signer}, status: {certificate: a}`))).toEqual([]);
    expect(ages(request("spec: {signerName: other}"))).toEqual([]);
  });
});
