import { describe, expect, it } from "vitest";
import { allGpus, largestNode } from "../../../src/mesh/gpu/capacity.ts";
import { gpuOwners, gpuUsers, needsOf } from "../../../src/mesh/gpu/gpu-users.ts";
import { gpuKey, isGpuKey, meantGpuKey } from "../../../src/mesh/gpu/resource-names.ts";
import { heldGpus, holds } from "../../../src/mesh/gpu/scale.ts";
import { graphOf } from "../../support/graph.ts";

const pod = (name: string, spec: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: vision}\nspec: ${spec}\n---\n`;
const service = (name: string, annotations: string, count: number) =>
  `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: ${name}, namespace: vision}\nspec:\n  template:\n    metadata: {annotations: {${annotations}}}\n    spec: {containers: [{resources: {limits: {nvidia.com/gpu: ${count}}}}]}\n---\n`;

describe("names of GPU resources", () => {
  it("are GPUs, shared ones and parts", () => {
    expect(["nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.5gb"].every(isGpuKey)).toBe(true);
    expect(isGpuKey("amd.com/gpu")).toBe(false);
  });

  it.each([
    ["nvidia.com/gpus", gpuKey],
    ["nvidia.com/GPU", gpuKey],
    ["nvidia.com/gup", gpuKey],
    ["nvidia.com/gpu-shared", "nvidia.com/gpu.shared"],
    ["nvidia.com/mgi-1g.5gb", "nvidia.com/mig-1g.5gb"],
    ["nvidia.com/pgpu", null],
    ["nvidia.com/gpumem", null],
    ["nvidia.com/gpu", null],
    ["example.com/gpus", null],
  ])("%s is meant to be %s", (key, meant) => {
    expect(meantGpuKey(key)).toBe(meant);
  });
});

describe("what a pod needs", () => {
  const needs = (spec: string) =>
    gpuUsers(graphOf(pod("a", spec))).flatMap((user) => needsOf(user).map(({ key, count }) => [key, count]));
  const gpus = (limit: string) => `{resources: {limits: {nvidia.com/gpu: ${limit}}}}`;

  it("is the sum of its containers, or the most of those that run before", () => {
    expect(needs(`{containers: [${gpus("1")}, ${gpus("2")}], initContainers: [${gpus("2")}]}`)).toEqual([
      [gpuKey, 3n],
    ]);
    expect(needs(`{containers: [${gpus("1")}], initContainers: [${gpus("4")}]}`)).toEqual([[gpuKey, 4n]]);
  });

  it("counts a sidecar container with the others", () => {
    const sidecar = "{restartPolicy: Always, resources: {limits: {nvidia.com/gpu: 1}}}";
    expect(needs(`{containers: [${gpus("1")}], initContainers: [${sidecar}]}`)).toEqual([[gpuKey, 2n]]);
  });

  it("is not known with a placeholder or a fraction", () => {
    expect(needs(`{containers: [${gpus('"${N}"')}]}`)).toEqual([[gpuKey, null]]);
    expect(needs(`{containers: [${gpus("0.5")}, ${gpus("1")}]}`)).toEqual([[gpuKey, null]]);
  });

  it("is nothing without GPUs, and of a kind for itself", () => {
    expect(needs("{containers: [{resources: {limits: {cpu: 1}}}, {resources: 1}, {}]} # nvidia.com")).toEqual(
      [],
    );
    expect(
      needs("{containers: [{resources: {requests: {nvidia.com/gpu: 1, nvidia.com/mig-1g.5gb: 2}}}]}"),
    ).toEqual([
      [gpuKey, 1n],
      ["nvidia.com/mig-1g.5gb", 2n],
    ]);
  });
});

describe("users of GPUs", () => {
  it("are services made by kn as well, and nothing that a controller made", () => {
    const graph = graphOf(
      service("detector", "", 1) +
        `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: deploy, namespace: vision}\nspec:\n  steps: [{script: "kn service create sorter --limit nvidia.com/gpu=1"}]\n---\n` +
        `apiVersion: v1\nkind: Pod\nmetadata: {name: made, namespace: vision, ownerReferences: [{kind: ReplicaSet, name: x}]}\nspec: {containers: [{resources: {limits: {nvidia.com/gpu: 1}}}]}\n`,
    );
    expect(gpuOwners(graph, "services").map(({ id }) => id.kind)).toEqual(["Service", "Task"]);
    expect(gpuUsers(graph)).toHaveLength(2);
  });

  it("hold what their minimum times their limit is, the least of several candidates", () => {
    const kept = (pods: number) => `autoscaling.knative.dev/min-scale: "${pods}"`;
    const graph = graphOf({
      "a.yaml": service("detector", kept(2), 2),
      "b.yaml": service("detector", kept(1), 3),
      "c.yaml": service("sorter", 'autoscaling.knative.dev/minScale: "1"', 1),
      "d.yaml": service("idle", kept(0), 8),
      "e.yaml": service("open", 'autoscaling.knative.dev/min-scale: "some"', 8),
    });
    expect(holds(graph).map(({ user, count }) => `${user.pod.resource.name} ${count}`)).toEqual([
      "detector 3",
      "sorter 1",
    ]);
    expect(heldGpus(graph, gpuKey)).toBe(4n);
  });
});

describe("how many GPUs there are", () => {
  const machines = (name: string, gpus: string, replicas: string) =>
    `apiVersion: machine.openshift.io/v1beta1\nkind: MachineSet\nmetadata: {name: ${name}, namespace: openshift-machine-api, annotations: {machine.openshift.io/GPU: ${gpus}}}\nspec: {replicas: ${replicas}}\n---\n`;
  const node = (name: string, status: string) =>
    `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: ${status}\n---\n`;
  const told = (yaml: string, key = gpuKey, option: unknown = 0) => {
    const graph = graphOf(yaml);
    return [largestNode(graph, key, option), allGpus(graph, key, option)].map((answer) =>
      answer.state === "known" ? answer.count : null,
    );
  };

  it("is told by the options first", () => {
    expect(told(machines("a", '"4"', "2"), gpuKey, 8)).toEqual([8n, 8n]);
    expect(told("", "nvidia.com/gpu.shared", 8)).toEqual([null, null]);
  });

  it("is told by the nodes, if all of them tell", () => {
    const one = node("a", '{capacity: {nvidia.com/gpu: "3"}, allocatable: {nvidia.com/gpu: "2"}}');
    expect(told(one + node("b", '{capacity: {nvidia.com/gpu: "1"}}'))).toEqual([2n, 3n]);
    expect(told(one + node("b", "{}"))).toEqual([null, null]);
    expect(told(node("a", "{allocatable: {nvidia.com/gpu: some}}"))).toEqual([0n, 0n]);
  });

  it("is told by the MachineSets", () => {
    expect(told(machines("a", '"4"', "2") + machines("b", '"1"', "3"))).toEqual([4n, 11n]);
    expect(told(machines("a", '"many"', "2"))).toEqual([null, null]);
    expect(told(machines("a", '"4"', '"${N}"'))).toEqual([4n, null]);
  });

  it("is not told where GPUs are shared out", () => {
    const policy =
      "apiVersion: nvidia.com/v1\nkind: ClusterPolicy\nmetadata: {name: gpu}\nspec: {devicePlugin: {config: {name: parts}}}\n";
    expect(told(machines("a", '"4"', "2") + policy)).toEqual([null, null]);
  });
});
