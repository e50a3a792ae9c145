import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import { positionAt } from "../../src/model/source.ts";
import { lintMemory } from "../support/lint.ts";

const roll = (namespace: string, ...members: readonly string[]): string => `apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata:
  name: default
  namespace: ${namespace}
spec:
  members: [${members.join(", ")}]
`;
const config = (text: string) => ({ path: "meshlint.yaml", text });
const two = config("sets:\n  - path: dev\n  - path: prod\n");
const files = [
  { path: "dev/roll.yaml", text: roll("istio-system", "a", "a") },
  { path: "prod/roll.yaml", text: roll("istio-system", "b", "b") },
];
const places = (report: ReturnType<typeof lintMemory>): readonly string[] =>
  report.findings.map(({ rule, at }) => `${at.file.path}:${positionAt(at.file, at.start).line} ${rule}`);

describe("lint", () => {
  it("shows what lies in the shown paths, and counts the sets that hold them", () => {
    const report = lintMemory(files, { config: two, shownPaths: ["dev"], rules: ["mesh/smmr-invalid"] });
    expect(report.sets.map((set) => set.name)).toEqual(["dev"]);
    expect(places(report)).toEqual(["dev/roll.yaml:7 mesh/smmr-invalid"]);
    expect(report.counts).toEqual({ files: 1, documents: 1, resources: 1, variables: 0 });
  });

  it("lints the named sets only, by glob, and refuses a name that no set has", () => {
    const options = { config: two, rules: ["mesh/smmr-invalid"] };
    expect(places(lintMemory(files, { ...options, sets: ["pr*"] }))).toEqual([
      "prod/roll.yaml:7 mesh/smmr-invalid",
    ]);
    expect(() => lintMemory(files, { ...options, sets: ["prd"] })).toThrow(UsageError);
    expect(() => lintMemory(files, { ...options, sets: ["prd"] })).toThrow(
      'there is no set "prd"; did you mean "prod"?',
    );
  });

  it("says one finding of a base under two overlays once, and names both sets", () => {
    const overlay = (name: string) => ({
      path: `${name}/kustomization.yaml`,
      text: "resources:\n  - ../base\n",
    });
    const base = [
      { path: "base/kustomization.yaml", text: "resources:\n  - roll.yaml\n" },
      { path: "base/roll.yaml", text: roll("istio-system", "a", "a") },
    ];
    const report = lintMemory([...base, overlay("dev"), overlay("prod")], { rules: ["mesh/smmr-invalid"] });
    expect(report.findings.map(({ sets }) => sets)).toEqual([["dev", "prod"]]);
  });

  it("reports a file that cannot be read as a warning, as an error if it was named", () => {
    const broken = [...files, { path: "dev/broken.yaml", text: "apiVersion: v1\nkind: [\n" }];
    const severities = (named: readonly string[]) =>
      lintMemory(broken, { named, rules: ["yaml/unreadable"] }).findings.map(({ severity, at }) => [
        at.file.path,
        severity,
      ]);
    expect(severities([])).toEqual([["dev/broken.yaml", "warning"]]);
    expect(severities(["dev/broken.yaml"])).toEqual([["dev/broken.yaml", "error"]]);
    expect(lintMemory(broken, { skip: ["yaml/unreadable"], rules: ["yaml/*"] }).findings).toEqual([]);
  });

  it("takes what stands beside the set as given, and says nothing about it", () => {
    const service = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: cart
  namespace: shop
  annotations:
    serving.knative.openshift.io/enablePassthrough: "true"
spec:
  template:
    metadata:
      labels:
        sidecar.istio.io/inject: "true"
    spec:
      containers:
        - image: registry.example/shop/cart:1
`;
    const own = config(
      "sets:\n  - path: app\n    context:\n      - path: platform/*.yaml\n        complete: [mesh]\n" +
        "profile: { mesh: '2.4', serverless: '1.32' }\n",
    );
    const run = (...members: readonly string[]) =>
      lintMemory([{ path: "app/service.yaml", text: service }], {
        config: own,
        rules: ["service/namespace-not-member", "mesh/smmr-invalid"],
        contextFiles: [
          {
            source: "platform/*.yaml",
            files: [{ path: "platform/roll.yaml", text: roll("istio-system", ...members) }],
          },
        ],
      });
    expect(places(run("knative-serving", "shop", "shop"))).toEqual([]);
    expect(places(run("knative-serving"))).toEqual(["app/service.yaml:5 service/namespace-not-member"]);
  });

  it("gives the same report whatever the order of the files", () => {
    const told = (report: ReturnType<typeof lintMemory>) =>
      JSON.stringify([places(report), report.sets.map((set) => set.name)]);
    expect(told(lintMemory(files.toReversed(), { config: two }))).toBe(
      told(lintMemory(files, { config: two })),
    );
  });
});
