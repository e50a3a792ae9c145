import { describe, expect, it } from "vitest";
import { lackGpus, targetArchitectures } from "../../../src/mesh/gpu/architectures.ts";
import { graphOf, type GraphOptions } from "../../support/graph.ts";

function target(spec: string, options: GraphOptions = {}): readonly string[] | null {
  const graph = graphOf(
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: vision}\nspec: ${spec}\n`,
    options,
  );
  const [pod] = graph.pods();
  if (!pod) throw new Error("no pod");
  const found = targetArchitectures(graph, pod);
  return found.state === "known" ? found.architectures : null;
}
const affinity = (terms: string) =>
  `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: ${terms}}}}}`;
const all = ["amd64", "arm64", "ppc64le", "s390x"];

describe("architectures that pods may run on", () => {
  it("are all of them, or those of the profile under their usual names", () => {
    expect(target("{}")).toEqual(all);
    expect(target("{}", { profile: "architectures=x86_64,aarch64" })).toEqual(["arm64", "amd64"]);
  });

  it("are narrowed by the node selector", () => {
    expect(target("{nodeSelector: {kubernetes.io/arch: s390x}}")).toEqual(["s390x"]);
    expect(target("{nodeSelector: {beta.kubernetes.io/arch: ppc64le}}")).toEqual(["ppc64le"]);
    expect(target("{nodeSelector: {kubernetes.io/arch: riscv64}}")).toEqual([]);
    expect(target('{nodeSelector: {kubernetes.io/arch: "${ARCH}"}}')).toBeNull();
  });

  it("are narrowed by a required affinity, one term of which is enough", () => {
    const arch = (operator: string, values: string) =>
      `{matchExpressions: [{key: kubernetes.io/arch, operator: ${operator}, values: ${values}}]}`;
    expect(target(affinity(`[${arch("In", "[s390x]")}]`))).toEqual(["s390x"]);
    expect(target(affinity(`[${arch("In", "[s390x]")}, ${arch("In", "[amd64]")}]`))).toEqual([
      "amd64",
      "s390x",
    ]);
    expect(target(affinity(`[${arch("NotIn", "[amd64, arm64]")}]`))).toEqual(["ppc64le", "s390x"]);
    expect(target(affinity("[{matchExpressions: [{key: zone, operator: Exists}]}]"))).toEqual(all);
    expect(target(affinity("[{matchFields: []}]"))).toEqual(all);
  });

  it("are not known with a placeholder", () => {
    const open = '[{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: ["${ARCH}"]}]}]';
    expect(target(affinity(open))).toBeNull();
    expect(target(affinity("[{matchExpressions: x}]"))).toBeNull();
    expect(target('{affinity: "${AFFINITY}"}')).toBeNull();
    expect(target(affinity("x"))).toEqual(all);
  });

  it("lack GPUs if none of them has any", () => {
    expect(lackGpus(["s390x", "ppc64le"])).toBe(true);
    expect(lackGpus(["s390x", "amd64"])).toBe(false);
    expect(lackGpus([])).toBe(false);
  });
});
