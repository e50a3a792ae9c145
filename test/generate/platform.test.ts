import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { GeneratedFile } from "../../src/generate/manifest.ts";
import { bootstrapServers } from "../../src/generate/names.ts";
import { platformFiles, type PlatformRequest } from "../../src/generate/platform.ts";
import { renderService } from "../../src/generate/service.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import { label } from "../../src/model/resource.ts";
import { type Value, valueAt } from "../../src/model/value.ts";
import { repository } from "../shared.ts";
import { graphOf } from "../support/graph.ts";
import { isolation } from "../../src/simulate/isolation.ts";
import { matrix } from "../../src/simulate/matrix.ts";
import { lintMemory } from "../support/lint.ts";
import { profileOf } from "./profile.ts";

const tenants = [
  { name: "team-alpha", namespaces: ["team-alpha-1", "team-alpha-2"] },
  { name: "team-bravo", namespaces: ["team-bravo-1"] },
];

function request(profile: string, more: Partial<PlatformRequest> = {}): PlatformRequest {
  return {
    profile: profileOf(profile),
    gatewayNamespace: "istio-system",
    eventing: false,
    kafka: null,
    projects: [],
    tenants: [],
    certificate: null,
    ...more,
  };
}

const full: Partial<PlatformRequest> = {
  eventing: true,
  kafka: {
    bootstrap: bootstrapServers("my-cluster-kafka-bootstrap.kafka:9092,other.kafka:19092", "cluster.local"),
    addresses: ["172.30.88.20", "10.0.0.0/24"],
  },
  projects: [...tenants.flatMap(({ namespaces }) => namespaces), "shop"],
  tenants,
  certificate: { store: "vault", key: "platform/apps-wildcard" },
};

/** That a version has a feature as a preview only is no flaw of what is generated for it. */
const skip = ["operator/tech-preview-feature"];

function findingsOf(files: readonly GeneratedFile[], profile?: string): readonly string[] {
  const report = lintMemory(files, {
    skip,
    ...(profile !== undefined && { profile: { ...parse(profile) } }),
  });
  expect(report.crashes).toEqual([]);
  return report.findings.map(
    ({ rule, severity, message, at }) => `${at.file.path} ${severity} ${rule} ${message}`,
  );
}

function parse(profile: string): Record<string, string> {
  return Object.fromEntries(profile.split(",").map((pair) => pair.split("=")));
}

/** What the fixture of the whole platform has, by object. */
function fixture(file: string): ReadonlyMap<string, Value> {
  const text = readFileSync(join(repository, "fixtures", "platform", file), "utf8");
  const resources = parseDocuments({ path: file, text }).flatMap((document) => toResources(document));
  return new Map(resources.map((resource) => [label(resource), resource.value]));
}

describe("the platform of the documents", () => {
  const two = [
    { name: "team-alpha", namespaces: ["team-alpha-1", "team-alpha-2"] },
    { name: "team-bravo", namespaces: ["team-bravo-1", "team-bravo-2"] },
  ];
  const files = platformFiles(
    request("serverless=1.32,mesh=2.4", {
      ...full,
      tenants: two,
      projects: two.flatMap(({ namespaces }) => namespaces),
      kafka: {
        bootstrap: bootstrapServers("my-cluster-kafka-bootstrap.kafka:9092", "cluster.local"),
        addresses: ["172.30.88.20"],
      },
    }),
  );
  const own = new Map(
    files.flatMap((file) =>
      parseDocuments(file)
        .flatMap((document) => toResources(document))
        .map((resource) => [label(resource), resource.value] as const),
    ),
  );

  test.each([
    ["00-namespaces.yaml", 7],
    ["01-subscriptions.yaml", 4],
    ["11-smcp.yaml", 1],
    ["12-smmr.yaml", 1],
    ["13-gateways.yaml", 3],
    ["22-knative-eventing.yaml", 1],
    ["23-kafka-serviceentry.yaml", 1],
    ["24-knative-kafka.yaml", 1],
    ["30-authz-system.yaml", 11],
    ["31-authz-team-alpha.yaml", 12],
    ["32-authz-team-bravo.yaml", 12],
  ])("is the one of the fixture: %s", (file, count) => {
    const wanted = fixture(file);
    expect(wanted.size).toBe(count);
    for (const [name, value] of wanted) expect(own.get(name), name).toEqual(value);
  });

  test("lists its files for Kustomize, deny-all last", () => {
    const kustomization = files.at(-1);
    expect(kustomization?.path).toBe("kustomization.yaml");
    const listed = parseDocuments(kustomization ?? { path: "", text: "" })[0]?.value;
    expect(valueAt(listed, ["resources"])).toEqual(files.slice(0, -1).map(({ path }) => path));
    expect(files.at(-2)?.path).toBe("39-authz-deny-all.yaml");
  });
});

test.each([
  ["serverless=1.32,mesh=2.4", "istio-system"],
  ["serverless=1.36,mesh=2.6", "mesh-system"],
  ["serverless=1.38,mesh=3.2", "knative-serving-ingress"],
])(
  "tenants of %s reach themselves, are reached from outside, and not by each other",
  (profile, gatewayNamespace) => {
    const files = platformFiles(request(profile, { ...full, gatewayNamespace }));
    const services = ["team-alpha-1", "team-bravo-1"].map((namespace) =>
      renderService({ name: "web", namespace, image: "quay.io/shop/web:1.0" }),
    );
    const manifests = files.filter(({ path }) => path !== "kustomization.yaml");
    const graph = graphOf({
      ...Object.fromEntries(manifests.map(({ path, text }) => [path, text])),
      "services.yaml": services.join("---\n"),
    });
    expect(isolation(graph)).toMatchObject({ checked: true, leaks: [] });
    const { pairs } = matrix(graph, "tenant");
    const verdictOf = (from: string, to: string) => {
      const pair = pairs.find((found) => found.from === from && found.to === to);
      return [pair?.call?.verdict, pair?.url?.verdict];
    };
    expect(verdictOf("team-alpha", "team-alpha")).toEqual(["ALLOW", "ALLOW"]);
    expect(verdictOf("team-alpha", "team-bravo")).toEqual(["DENY", "ALLOW"]);
    expect(verdictOf("external", "team-bravo")).toEqual([undefined, "ALLOW"]);
  },
);

test("without tenants nothing is refused by policies, and without options nothing optional is there", () => {
  const files = platformFiles(request("serverless=1.32,mesh=2.4"));
  expect(files.map(({ path }) => path)).toEqual([
    "00-namespaces.yaml",
    "01-subscriptions.yaml",
    "11-smcp.yaml",
    "12-smmr.yaml",
    "13-gateways.yaml",
    "20-knative-serving.yaml",
    "kustomization.yaml",
  ]);
});

test.each([
  ["serverless=1.30,mesh=2.4", {}, "documented from Serverless 1.31 on, not 1.30"],
  ["serverless=1.32,mesh=2.1", {}, "needs Service Mesh 2.2 at least"],
  ["serverless=1.32,mesh=3", {}, "takes it from 1.38 on"],
  ["serverless=1.32,mesh=2.4", { gatewayNamespace: "knative-serving" }, "is Knative's own"],
  ["serverless=1.32,mesh=2.4", { gatewayNamespace: "Mesh" }, '--gateway-namespace: "Mesh" is no name'],
  ["serverless=1.32,mesh=2.4", { projects: ["knative-eventing"] }, "knative-eventing is the platform's"],
  ["serverless=1.32,mesh=2.4", { projects: ["ibm-x"] }, "can be no member of the mesh"],
  [
    "serverless=1.32,mesh=2.4",
    {
      tenants: [
        { name: "a", namespaces: ["b"] },
        { name: "a", namespaces: ["c"] },
      ],
    },
    "tenant a is given twice",
  ],
  ["serverless=1.32,mesh=2.4", { projects: ["a: b"] }, '--namespace: "a: b" is no name'],
  [
    "serverless=1.32,mesh=2.4",
    { certificate: { store: "a b", key: "x" } },
    '--secret-store: "a b" is no name',
  ],
  [
    "serverless=1.32,mesh=2.4",
    {
      tenants: [tenants[0] ?? { name: "", namespaces: [] }, { name: "other", namespaces: ["team-alpha-2"] }],
    },
    "team-alpha-2 cannot belong to both team-alpha and other",
  ],
] as const)("%s with %j is refused", (profile, more, message) => {
  expect(() => platformFiles(request(profile, more))).toThrow(message);
});

test("a key of the vault cannot change the manifest", () => {
  const key = "a: b\n# {[*&!|>'\"%@`";
  const files = platformFiles(request("serverless=1.32,mesh=2.4", { certificate: { store: "vault", key } }));
  const file = files.find(({ path }) => path === "10-wildcard-certs.yaml");
  const value = parseDocuments(file ?? { path: "", text: "" })[0]?.value;
  expect(valueAt(value, ["spec", "data", 0, "remoteRef", "key"])).toBe(key);
});

describe("the platform is clean", () => {
  test.each([
    ["serverless=1.31,mesh=2.2"],
    ["serverless=1.32,mesh=2.4"],
    ["serverless=1.33,mesh=2.5"],
    ["serverless=1.35,mesh=2.6"],
    ["serverless=1.37,mesh=2.6"],
    ["serverless=1.38,mesh=2.6"],
  ])("for %s", (profile) => {
    for (const more of [
      {},
      full,
      { ...full, gatewayNamespace: "mesh-system" },
      { eventing: true, tenants: [] },
    ]) {
      const files = platformFiles(request(profile, more));
      expect(findingsOf(files, profile)).toEqual([]);
      // The manifests tell their versions themselves.
      expect(findingsOf(files)).toEqual([]);
    }
  });

  test.each([["serverless=1.38,mesh=3.0"], ["serverless=1.38,mesh=3.2"]])("for %s", (profile) => {
    for (const more of [{}, full]) {
      const files = platformFiles(request(profile, { gatewayNamespace: "knative-serving-ingress", ...more }));
      expect(findingsOf(files, profile)).toEqual([]);
    }
  });

  test("and so is a service in it", () => {
    const files = platformFiles(request("serverless=1.32,mesh=2.4", full));
    const service = renderService({ name: "web", namespace: "shop", image: "quay.io/shop/web:1.0" });
    expect(findingsOf([...files, { path: "40-web.yaml", text: service }])).toEqual([]);
    expect(findingsOf([{ path: "web.yaml", text: service }])).toEqual([]);
  });
});
