import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/mesh/kinds.ts";
import { customRoles, isControlPlane, nodeGroup, nodeGroups } from "../../../src/mesh/nodes/groups.ts";
import { isOpen, overlaps } from "../../../src/mesh/nodes/overlaps.ts";
import { nodesOf, poolSize } from "../../../src/mesh/nodes/pool-size.ts";
import { configsOf, picks, pools, selectsSomePool, takenBySome } from "../../../src/mesh/nodes/pools.ts";
import { formatSelector } from "../../../src/mesh/nodes/selector-text.ts";
import {
  infraTaintKeys,
  infraToleration,
  isInfrastructureNamespace,
} from "../../../src/mesh/nodes/taints.ts";
import type { Value } from "../../../src/model/value.ts";
import { graphOf, only } from "../../support/graph.ts";

const pool = (
  name: string,
  more = "",
  nodes = `{ matchLabels: { node-role.kubernetes.io/${name}: "" } }`,
) => `
apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfigPool
metadata: { name: ${name} }
spec:
  machineConfigSelector:
    matchExpressions:
      - { key: machineconfiguration.openshift.io/role, operator: In, values: [worker, ${name}] }
  nodeSelector: ${nodes}
${more}
---`;
const machines = (name: string, labels: string, more = "", userData = "worker-user-data") => `
apiVersion: machine.openshift.io/v1beta1
kind: MachineSet
metadata: { name: ${name}, namespace: openshift-machine-api }
spec:
  ${more}
  template:
    spec:
      metadata: { labels: { ${labels} } }
      providerSpec: { value: { userDataSecret: { name: ${userData} } } }
---`;
const node = (name: string, labels: string) => `
apiVersion: v1
kind: Node
metadata: { name: ${name}, labels: { ${labels} } }
---`;
const infra = 'node-role.kubernetes.io/infra: ""';
const worker = 'node-role.kubernetes.io/worker: ""';

describe("machine config pools", () => {
  it("are those of the set and the two that every cluster has", () => {
    const graph = graphOf(pool("infra") + pool("worker"));
    expect(pools(graph).map(({ name, resource }) => [name, resource === null])).toEqual([
      ["master", true],
      ["infra", false],
      ["worker", false],
    ]);
  });

  it("take the MachineConfigs that their selector names, and none without one", () => {
    const config = (name: string, role: string) =>
      `{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfig, metadata: {name: ${name}, labels: {machineconfiguration.openshift.io/role: ${role}}}}\n---\n`;
    const none =
      "{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfigPool, metadata: {name: none}}\n---\n";
    const graph = graphOf(
      none + config("a", "worker") + config("b", "infra") + config("c", "gpu") + pool("infra"),
    );
    const taken = (name: string) =>
      pools(graph)
        .filter((one) => one.name === name)
        .flatMap((one) => configsOf(graph, one).map((config) => config.name));
    expect(taken("worker")).toEqual(["a"]);
    expect(taken("infra")).toEqual(["a", "b"]);
    expect(taken("none")).toEqual([]);
    expect(takenBySome(graph, only(graph, kinds.MachineConfig, "c"))).toBe("no");
  });

  it("pick no nodes by an empty selector", () => {
    const all = { entries: new Map([["a", "b"]]), complete: true };
    expect(picks(undefined, all)).toBe("no");
    expect(picks(null, all)).toBe("no");
    expect(picks({}, all)).toBe("no");
    expect(picks({ matchLabels: {}, matchExpressions: null }, all)).toBe("no");
    expect(picks({ matchLabels: { a: "b" } }, all)).toBe("yes");
    expect(picks("all", all)).toBe("unknown");
  });

  it("are selected by labels that a patch gives them", () => {
    const graph = graphOf(pool("infra"), {
      patches: {
        "p.yaml":
          "{apiVersion: machineconfiguration.openshift.io/v1, kind: MachineConfigPool, metadata: {name: infra, labels: {size: small}}}",
      },
    });
    expect(selectsSomePool(graph, { matchLabels: { size: "small" } })).toBe("yes");
    expect(selectsSomePool(graph, { matchLabels: { size: "large" } })).toBe("no");
  });
});

describe("labels of nodes", () => {
  const groupOf = (text: string) => nodeGroups(graphOf(text))[0];

  it("have the role with which the machines start", () => {
    expect(groupOf(machines("a", infra))?.labels.entries.has("node-role.kubernetes.io/worker")).toBe(true);
    const masters = groupOf(machines("a", "", "", "master-user-data"));
    expect(masters && isControlPlane(masters)).toBe(true);
    expect(masters?.labels.complete).toBe(true);
    expect(groupOf(machines("a", infra, "", "own"))?.labels.complete).toBe(false);
    expect(groupOf(machines("a", infra, "", '"${SECRET}"'))?.labels.complete).toBe(false);
    expect(groupOf(machines("a", infra, "", "5"))?.labels.complete).toBe(false);
    expect(groupOf(node("n", infra))?.labels.complete).toBe(true);
  });

  it("name roles of their own", () => {
    const labels = `${infra}, ${worker}, node-role.kubernetes.io/arbiter: "", "node-role.kubernetes.io/": "", "node-role.kubernetes.io/\${ROLE}": "", app: a`;
    const group = groupOf(node("n", labels));
    expect(group && customRoles(group)).toEqual(["infra"]);
  });

  it("are said of nodes and machines only", () => {
    const graph = graphOf(pool("infra"));
    expect(nodeGroup(only(graph, kinds.MachineConfigPool, "infra"))).toBeNull();
  });
});

describe("pools that share nodes", () => {
  const said = (text: string) =>
    overlaps(graphOf(text)).map(({ pool: one, other, nodes }) => [
      one.name,
      other === "master" ? other : other.name,
      nodes?.resource.name ?? null,
    ]);
  const two = pool("gpu") + pool("infra");

  it("are found by their nodes, once for each pair", () => {
    const both = `${infra}, node-role.kubernetes.io/gpu: ""`;
    expect(said(two + node("a", both) + node("b", both))).toEqual([["gpu", "infra", "a"]]);
    expect(said(two + node("a", infra))).toEqual([]);
  });

  it("are found by their selectors", () => {
    const exists =
      "{ matchExpressions: [{ key: node-role.kubernetes.io/infra, operator: Exists }, 5, { key: 7 }] }";
    expect(said(pool("infra") + pool("other", "", exists))).toEqual([]);
    const inList =
      '{ matchExpressions: [{ key: node-role.kubernetes.io/infra, operator: In, values: [""] }] }';
    expect(said(pool("infra") + pool("other", "", inList))).toEqual([["other", "infra", null]]);
    const odd =
      "{ matchExpressions: [{ key: node-role.kubernetes.io/infra, operator: In, values: [1, 2] }] }";
    expect(said(pool("infra") + pool("other", "", odd))).toEqual([]);
  });

  it("are found in the control plane", () => {
    const masters = '{ matchLabels: { node-role.kubernetes.io/control-plane: "" } }';
    expect(said(pool("etcd", "", masters))).toEqual([["etcd", "master", null]]);
    expect(said(pool("infra") + node("m", `${infra}, node-role.kubernetes.io/master: ""`))).toEqual([
      ["infra", "master", "m"],
    ]);
  });

  it("are no candidates of one pool", () => {
    expect(said(pool("infra") + pool("infra"))).toEqual([]);
  });

  it("cannot be told where a selector has placeholders", () => {
    const open = (nodes: string) =>
      pools(graphOf(pool("infra", "", nodes))).some((one) => one.name === "infra" && isOpen(one));
    expect(open("{ matchExpressions: [{ key: a, operator: In, values: ['${X}'] }] }")).toBe(true);
    expect(open('{ matchLabels: { "${X}": "" } }')).toBe(true);
    expect(open("{ matchLabels: { a: b } }")).toBe(false);
    expect(open("null")).toBe(false);
  });
});

describe("the size of a pool", () => {
  const size = (text: string, name: string, context = "") => {
    const graph = graphOf(text, context === "" ? {} : { context, live: true });
    const [found] = pools(graph).filter((one) => one.name === name);
    return found && poolSize(graph, found);
  };
  const install = (replicas: string) =>
    `{apiVersion: v1, baseDomain: example.com, metadata: {name: a}, controlPlane: {replicas: ${replicas}}}\n---\n`;

  it("is three for the control plane, or what install-config.yaml says", () => {
    expect(size(pool("infra"), "master")).toBe(3);
    expect(size(install("5"), "master")).toBe(5);
    expect(size(install("many"), "master")).toBe(3);
  });

  it("is counted from machines and nodes", () => {
    const sets = machines("a", infra, "replicas: 4") + machines("b", infra) + node("n", infra);
    expect(size(pool("infra") + sets, "infra")).toBe(6);
    expect(size(pool("infra") + machines("a", infra, "replicas: ${N}"), "infra")).toBeNull();
    expect(size(pool("infra"), "infra")).toBeNull();
  });

  it("leaves nodes of custom pools out of the workers", () => {
    const sets = machines("a", infra, "replicas: 4") + machines("b", worker, "replicas: 2");
    expect(size(pool("infra") + sets, "worker")).toBe(2);
  });

  it("is what the status counts, also that of the cluster", () => {
    expect(size(pool("infra", "status: { machineCount: 7 }"), "infra")).toBe(7);
    expect(size(pool("infra"), "infra", pool("infra", "status: { machineCount: 9 }"))).toBe(9);
  });

  it("turns percentages into nodes", () => {
    expect(nodesOf(2, null)).toBe(2);
    expect(nodesOf("50%", 5)).toBe(2);
    expect(nodesOf("1%", 5)).toBe(1);
    expect(nodesOf("50%", null)).toBeNull();
    expect(nodesOf("half", 5)).toBeNull();
    expect(nodesOf(true, 5)).toBeNull();
  });
});

describe("selectors as text", () => {
  it.each<[Value, string]>([
    [{ matchLabels: { a: "b", c: "" } }, "a=b,c="],
    [
      {
        matchExpressions: [
          { key: "a", operator: "In", values: ["b", "c"] },
          { key: "d", operator: "Exists" },
        ],
      },
      "a In (b,c),d Exists",
    ],
    [{}, "(none)"],
    ["x", "(none)"],
  ])("%j", (selector, text) => {
    expect(formatSelector(selector)).toBe(text);
  });
});

describe("infrastructure nodes", () => {
  const taints = (list: string) =>
    graphOf(node("n", infra).replace("\n---", `\nspec: { taints: [${list}] }\n---`));

  it("have the usual taint, and those of the manifests", () => {
    expect([
      ...infraTaintKeys(taints("{ key: mine, effect: NoExecute }, { key: other, effect: PreferNoSchedule }")),
    ]).toEqual(["node-role.kubernetes.io/infra", "mine"]);
    expect(
      infraTaintKeys(taints('{ key: "${KEY}", effect: NoSchedule }, { effect: NoSchedule }, 5')).size,
    ).toBe(1);
    expect(infraTaintKeys(graphOf(node("n", worker))).size).toBe(1);
  });

  it("are meant by some tolerations only", () => {
    const tolerates = (spec: string) => {
      const graph = graphOf(
        `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {${spec}}}`,
      );
      return graph.pods().map((one) => infraToleration(graph, one)?.join(".") ?? null)[0];
    };
    const asks = 'nodeSelector: { node-role.kubernetes.io/infra: "" }';
    expect(tolerates("tolerations: [5, { key: node-role.kubernetes.io/infra, operator: Exists }]")).toBe(
      "spec.tolerations.1",
    );
    expect(tolerates("tolerations: [{ operator: Exists }]")).toBeNull();
    expect(tolerates(`${asks}, tolerations: [{ operator: Exists }]`)).toBe("spec.tolerations.0");
    expect(tolerates(`${asks}, tolerations: [{ key: "", effect: NoSchedule }]`)).toBeNull();
    expect(tolerates("tolerations: [{ key: other }, { key: 5 }]")).toBeNull();
    expect(tolerates("tolerations: all")).toBeNull();
  });

  it("are open to the platform's namespaces", () => {
    expect(["openshift-logging", "kube-system", "hive", "quay"].every(isInfrastructureNamespace)).toBe(true);
    expect(["openshifty", "shop", "quayside"].some(isInfrastructureNamespace)).toBe(false);
  });
});
