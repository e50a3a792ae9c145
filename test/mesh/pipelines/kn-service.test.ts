import { describe, expect, it } from "vitest";
import { deployedServices } from "../../../src/mesh/pipelines/deployed-services.ts";
import { valueAt } from "../../../src/model/value.ts";
import { graphOf } from "../../support/graph.ts";

const task = (script: string) =>
  `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: deploy, namespace: shop}\nspec:\n  steps:\n    - script: |\n${script.replace(/^/gm, "        ")}\n`;
const made = (script: string) => [...deployedServices(graphOf(task(script))).values()].flat();
const first = (script: string) => {
  const [service] = made(script);
  if (!service) throw new Error("no service");
  return service;
};
const template = ["spec", "template"];

describe("services that kn makes", () => {
  it("have what the flags say, at the level that each is for", () => {
    const { service } = first(
      "kn service create cart -n store --cluster-local --scale 1..5 --limit cpu=1,memory=2Gi \\\n" +
        "  --request nvidia.com/gpu=1 --node-selector kubernetes.io/arch=arm64 -a a=b --annotation-service c=d \\\n" +
        "  --label-revision e=f -l g=h --annotation-revision a=z",
    );
    expect(service.form).toBe("full");
    expect(service.id).toEqual({
      group: "serving.knative.dev",
      kind: "Service",
      namespace: "store",
      name: "cart",
    });
    expect(valueAt(service.value, ["metadata"])).toEqual({
      name: "cart",
      namespace: "store",
      labels: { "networking.knative.dev/visibility": "cluster-local", g: "h" },
      annotations: { a: "b", c: "d" },
    });
    expect(valueAt(service.value, template)).toEqual({
      metadata: {
        annotations: {
          "autoscaling.knative.dev/min-scale": "1",
          "autoscaling.knative.dev/max-scale": "5",
          // The more precise flag counts.
          a: "z",
        },
        labels: { e: "f", g: "h" },
      },
      spec: {
        containers: [
          { resources: { limits: { cpu: "1", memory: "2Gi" }, requests: { "nvidia.com/gpu": "1" } } },
        ],
        nodeSelector: { "kubernetes.io/arch": "arm64" },
      },
    });
  });

  it.each([
    ["--scale 3", "3", "3"],
    ["--scale 1..", "1", undefined],
    ["--scale ..4", undefined, "4"],
    ["--scale-min 2 --scale-max=6", "2", "6"],
    ['--scale "$N"', "${$N}", "${$N}"],
  ])("scale by %s", (flags, least, most) => {
    const { service } = first(`kn service create cart ${flags}`);
    const annotation = (key: string) =>
      valueAt(service.value, [...template, "metadata", "annotations", `autoscaling.knative.dev/${key}`]);
    expect([annotation("min-scale"), annotation("max-scale")]).toEqual([least, most]);
  });

  it("are fragments where more may belong to them", () => {
    const form = (script: string) => first(script).service.form;
    expect(form("kn service update cart -a a=b")).toBe("patch");
    expect(form("kn service create cart -f cart.yaml")).toBe("patch");
    expect(form("kn service create cart $FLAGS")).toBe("patch");
    expect(form("kn service apply -a a=b")).toBe("patch");
    expect(form("kn service apply $NAME -a a=b")).toBe("full");
  });

  it("are one for several calls with a name", () => {
    const services = made(
      "kn service create cart -a a=b\nkn service update cart -a a=c\nkn service create shop\nkn service create cart -n x",
    );
    expect(services.map(({ service, calls }) => [service.namespace, service.name, calls.length])).toEqual([
      ["shop", "cart", 2],
      ["shop", "shop", 1],
      ["x", "cart", 1],
    ]);
    expect(valueAt(services[0]?.service.value, ["metadata", "annotations", "a"])).toBe("c");
    expect(services[0]?.service.form).toBe("full");
  });

  it("have unknown values where the shell or Tekton puts them in", () => {
    const { service } = first(
      "kn service create $(params.name) -n $NS --limit nvidia.com/gpu=$(params.n) -a x",
    );
    expect(service.namespace).toBeNull();
    expect(service.name).toContain("params.name");
    expect(valueAt(service.value, [...template, "spec", "containers", 0, "resources", "limits"])).toEqual({
      "nvidia.com/gpu": "${$(params.n)}",
    });
  });

  it("are placed at the argument that sets a field, else at the name", () => {
    const service = first("kn service create cart --scale-min 1 \\\n  --limit nvidia.com/gpu=1");
    const text = (path: readonly (string | number)[]) => {
      const { location } = service.spot(path);
      return location.file.text.slice(location.start, location.end);
    };
    expect(text([...template, "spec", "containers", 0, "resources", "limits", "nvidia.com/gpu"])).toBe(
      "nvidia.com/gpu=1",
    );
    expect(text([...template, "metadata", "annotations", "autoscaling.knative.dev/min-scale"])).toBe("1");
    expect(text(["metadata", "annotations"])).toBe("cart");
    const nameless = first("kn service apply -f cart.yaml").spot([]).location;
    expect(nameless.file.text.slice(nameless.start, nameless.end)).toBe("apply");
  });
});
