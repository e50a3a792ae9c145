import { describe, expect, it } from "vitest";
import type { Resource } from "../../src/model/resource.ts";
import { formatPath } from "../../src/model/value.ts";
import { hasSchema, validate, type SchemaProblem } from "../../src/schema/validate.ts";
import { actualWords, typeWords, valueWords } from "../../src/schema/wording.ts";
import { setOf } from "../support/graph.ts";

function resourceOf(text: string, form: "full" | "patch" = "full"): Resource {
  const { resources } = form === "full" ? setOf(text) : setOf({}, { patches: { "patch.yaml": text } });
  const [resource] = resources;
  if (!resource) throw new Error("no resource");
  return resource;
}

function problemsOf(text: string, form?: "full" | "patch"): readonly string[] {
  return validate(resourceOf(text, form)).map((problem: SchemaProblem) => {
    const path = formatPath(problem.path);
    if (problem.type === "unknown-key") return `${problem.type} ${path} -> ${problem.nearest}`;
    if (problem.type === "wrong-type")
      return `${problem.type} ${path}: ${problem.actual}, not ${problem.expected.join()}`;
    if (problem.type === "missing") return `${problem.type} ${path}: ${problem.key}`;
    return `${problem.type} ${path}: ${problem.value}`;
  });
}

const controlPlane = (spec: string, version = "v2"): string => `
apiVersion: maistra.io/${version}
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: ${spec}
`;

const deployment = (container: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: client, namespace: shop }
spec:
  template:
    spec:
      containers: [${container}]
`;

describe("which resources have a schema", () => {
  it("tells kinds of one name apart by their group", () => {
    const of = (apiVersion: string) =>
      hasSchema(resourceOf(`{ apiVersion: ${apiVersion}, kind: Service, metadata: { name: a } }`));
    expect(of("v1")).toBe(true);
    expect(of("serving.knative.dev/v1")).toBe(true);
    expect(of("example.com/v1")).toBe(false);
  });

  it("judges only the versions that a schema describes", () => {
    expect(problemsOf(controlPlane("{ istio: {} }", "v1"))).toEqual([]);
    expect(problemsOf(controlPlane("{ istio: {} }", "v2"))).toEqual(["unknown-key spec.istio -> null"]);
  });

  it("takes every version of an Istio kind", () => {
    for (const version of ["v1alpha3", "v1beta1", "v1"])
      expect(
        problemsOf(
          `{ apiVersion: networking.istio.io/${version}, kind: Gateway, metadata: { name: a }, spec: { server: [] } }`,
        ),
      ).toEqual(["unknown-key spec.server -> servers"]);
  });

  it("is not misled by kinds that are named like methods", () => {
    expect(hasSchema(resourceOf("{ apiVersion: v1, kind: constructor, metadata: { name: a } }"))).toBe(false);
  });
});

describe("unknown keys", () => {
  it("suggests a known key that is not there yet", () => {
    const spec = "{ security: { dataPlane: { mtl: true }, dataplane: {} } }";
    expect(problemsOf(controlPlane(spec))).toEqual([
      "unknown-key spec.security.dataPlane.mtl -> mtls",
      "unknown-key spec.security.dataplane -> null",
    ]);
  });

  it("leaves free-form trees alone", () => {
    expect(problemsOf(controlPlane("{ techPreview: { meshConfg: { a: 1 } } }"))).toEqual([]);
  });

  it("knows where the API server keeps what it does not know", () => {
    const [first, second] = validate(
      resourceOf(`
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec:
  ingres: {}
  high-availability: { replica: 2 }
`),
    );
    expect(first).toMatchObject({ type: "unknown-key", nearest: "ingress", preserved: true });
    expect(second).toMatchObject({ type: "unknown-key", nearest: "replicas", preserved: false });
  });

  it("treats keys like __proto__ as data", () => {
    expect(problemsOf(controlPlane('{ security: { "__proto__": { mtls: 1 } } }'))).toEqual([
      "unknown-key spec.security.__proto__ -> null",
    ]);
  });

  it("accepts orders of patches, template variables and what a cluster adds", () => {
    expect(problemsOf(deployment("{ name: a, $patch: delete }"), "patch")).toEqual([]);
    expect(problemsOf(controlPlane('{ "${KEY}": 1, "<key>": 1 }'))).toEqual([]);
    expect(
      problemsOf(`
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: a
  creationTimestamp: null
  managedFields: [{ manager: kubectl }]
  ownerReferences: []
  resourceVersion: "1"
  uid: x
spec: { mtls: { mode: STRICT } }
status: { conditions: null, more: 1 }
`),
    ).toEqual([]);
  });
});

describe("wrong types", () => {
  it("reads numbers and strings as the control plane's fields want them", () => {
    const inbound = "{ excludedPorts: ['8444', 8022], includedPorts: [8080, '*'] }";
    expect(
      problemsOf(controlPlane(`{ proxy: { networking: { trafficControl: { inbound: ${inbound} } } } }`)),
    ).toEqual([
      "wrong-type spec.proxy.networking.trafficControl.inbound.excludedPorts[0]: string, not integer",
      "wrong-type spec.proxy.networking.trafficControl.inbound.includedPorts[0]: integer, not string",
    ]);
  });

  it("reports the outermost place only", () => {
    expect(problemsOf(controlPlane("{ security: [dataPlane] }"))).toEqual([
      "wrong-type spec.security: list, not mapping",
    ]);
    expect(problemsOf(controlPlane("nothing"))).toEqual(["wrong-type spec: string, not mapping"]);
  });

  it("takes a whole number however it is written, also beyond 2^53", () => {
    expect(problemsOf(deployment("{ name: a, image: b, ports: [{ containerPort: 8080.0 }] }"))).toEqual([]);
    expect(problemsOf(deployment("{ name: a, image: b, ports: [{ containerPort: 8080.5 }] }"))).toEqual([
      "wrong-type spec.template.spec.containers[0].ports[0].containerPort: number, not integer",
    ]);
    expect(
      problemsOf(deployment("{ name: a, image: b, ports: [{ containerPort: 90071992547409931 }] }")),
    ).toEqual(["out-of-range spec.template.spec.containers[0].ports[0].containerPort: 90071992547409931"]);
    const pod =
      "{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: a, image: b }], priority: 90071992547409931 } }";
    expect(problemsOf(pod)).toEqual([]);
  });

  it("takes a key with null as absent, as the API server does", () => {
    expect(problemsOf(deployment("{ name: a, image: b, env: null, command: }"))).toEqual([]);
    expect(problemsOf(deployment("{ name: null, image: b }"))).toEqual([
      "missing spec.template.spec.containers[0]: name",
    ]);
    expect(problemsOf(controlPlane("{ security: { dataPlane: { mtls: } } }"))).toEqual([]);
    expect(problemsOf(controlPlane("null"))).toEqual(["missing : spec"]);
    expect(problemsOf(controlPlane("{ unknown: null }"))).toEqual(["unknown-key spec.unknown -> null"]);
  });

  it("refuses null as an entry of a list in custom resources only", () => {
    expect(problemsOf(controlPlane("{ profiles: [default, null] }"))).toEqual([
      "wrong-type spec.profiles[1]: null, not string",
    ]);
    expect(problemsOf(controlPlane("{ profiles: [default, null] }"), "patch")).toEqual([]);
    expect(problemsOf(deployment("{ name: a, image: b, args: [null] }"))).toEqual([]);
  });

  it("wants a letter in the name of a port", () => {
    const service = (port: string): readonly string[] =>
      problemsOf(
        `{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ports: [{ port: 80, targetPort: ${port} }] } }`,
      );
    expect(service('"8080"')).toEqual(["wrong-type spec.ports[0].targetPort: string, not integer"]);
    expect(service("http")).toEqual([]);
    expect(service("8080")).toEqual([]);
  });

  it("skips placeholders, variables and copied callouts", () => {
    for (const value of ["<true>", '"${MTLS}"', '"{{ .Values.mtls }}"', "true 1", '"true  12"'])
      expect(problemsOf(controlPlane(`{ security: { dataPlane: { mtls: ${value} } } }`)), value).toEqual([]);
    for (const value of ["true and more", "yes 1"])
      expect(problemsOf(controlPlane(`{ security: { dataPlane: { mtls: ${value} } } }`)), value).toHaveLength(
        1,
      );
    const port = (value: string) =>
      problemsOf(
        `{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ports: [{ port: ${value} }] } }`,
      );
    expect(port("8081 2")).toEqual([]);
    expect(port("SERVICE_PORT")).toEqual([]);
    expect(port("http 2")).toHaveLength(1);
  });
});

describe("values, ranges and missing fields", () => {
  const policy = (mode: string): string =>
    `{ apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: { name: a }, spec: { mtls: { mode: ${mode} } } }`;

  it("compares words letter by letter", () => {
    expect(problemsOf(policy("strict"))).toEqual(["not-allowed spec.mtls.mode: strict"]);
    expect(problemsOf(policy("STRICT"))).toEqual([]);
    expect(problemsOf(policy("STRICT 1"))).toEqual([]);
    expect(problemsOf(policy("SURE 1"))).toHaveLength(1);
    expect(problemsOf(policy("<mode>"))).toEqual([]);
  });

  it("knows the lowest and the highest value", () => {
    expect(problemsOf(controlPlane("{ tracing: { sampling: 10001 } }"))).toEqual([
      "out-of-range spec.tracing.sampling: 10001",
    ]);
    expect(problemsOf(controlPlane("{ tracing: { sampling: -1 } }"))).toHaveLength(1);
    expect(problemsOf(controlPlane("{ tracing: { sampling: 10000 } }"))).toEqual([]);
  });

  it("demands nothing of patches", () => {
    expect(problemsOf(deployment("{ image: a }"))).toEqual([
      "missing spec.template.spec.containers[0]: name",
    ]);
    expect(problemsOf(deployment("{ image: a }"), "patch")).toEqual([]);
  });

  it("leaves to other rules what they explain better", () => {
    const kafka = `
apiVersion: operator.serverless.openshift.io/v1alpha1
kind: KnativeKafka
metadata: { name: knative-kafka, namespace: knative-eventing }
spec: { broker: { defaultConfig: { numPartitions: "10" } } }
`;
    expect(problemsOf(kafka)).toEqual([]);
    expect(problemsOf(controlPlane("{ mode: Clusterwide }"))).toEqual([]);
    expect(
      problemsOf(
        "{ apiVersion: apps/v1, kind: DaemonSet, metadata: { name: a, labels: { a: 1 } }, spec: { template: { spec: { containers: [{ name: a, image: b }] } } } }",
      ),
    ).toEqual([]);
  });

  it("takes protocols in capitals and small letters", () => {
    const entry = (protocol: string): readonly string[] =>
      problemsOf(
        `{ apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: { name: a }, spec: { hosts: [a.example.com], ports: [{ number: 80, name: a, protocol: ${protocol} }] } }`,
      );
    expect([entry("TLS"), entry("tls"), entry("grpc-web"), entry('""')]).toEqual([[], [], [], []]);
    expect(entry("TLSS")).toHaveLength(1);
  });

  it("misses the first entry of a list that may not be empty", () => {
    expect(problemsOf(deployment(""))).toEqual(["missing spec.template.spec.containers: 0"]);
    expect(problemsOf(deployment(""), "patch")).toEqual([]);
  });
});

describe("words for messages", () => {
  const resource = resourceOf(controlPlane("{}"));
  const secret = resourceOf(
    "{ apiVersion: v1, kind: Secret, metadata: { name: a }, stringData: { a: 12345 } }",
  );

  it("never shows what a Secret holds", () => {
    expect(actualWords(secret, 12_345)).toBe("a whole number");
    expect(valueWords(secret, "text")).toBeNull();
    expect(actualWords(resource, 12_345)).toBe("the whole number 12345");
  });

  it("shows short values only", () => {
    expect(actualWords(resource, "x".repeat(100))).toBe("a string");
    expect(actualWords(resource, null)).toBe("nothing (null)");
    expect(actualWords(resource, [])).toBe("a list");
  });

  it("does not offer null", () => {
    expect(typeWords(["list", "null"])).toBe("a list");
    expect(typeWords(["integer", "string"])).toBe("a whole number or a string");
    expect(typeWords(["null"])).toBe("nothing (null)");
  });
});
