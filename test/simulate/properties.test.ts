import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/simulate/matrix.ts";
import { graphOf } from "../support/graph.ts";

const namespaces = ["orange", "orange-lab", "violet"];
const workloads = namespaces.flatMap((namespace) => ["api", "web"].map((name) => ({ namespace, name })));

type Flow = Readonly<Record<string, unknown>>;

/** Flow YAML of plain values. */
const yaml = (value: unknown): string => JSON.stringify(value);

const platform = [
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: mesh, namespace: istio-system}, spec: {version: v2.5, security: {dataPlane: {mtls: true}}}}`,
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [knative-serving, ${namespaces.join(", ")}]}}`,
  `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: knative-serving, namespace: knative-serving}, spec: {ingress: {istio: {enabled: true}}, workloads: [{name: activator, labels: {sidecar.istio.io/inject: "true"}}]}}`,
];

function workloadDocuments(sidecars: readonly boolean[]): readonly string[] {
  return workloads.flatMap(({ namespace, name }, index) => {
    const inject = sidecars[index] === true ? "true" : "false";
    const labels = { app: name, "sidecar.istio.io/inject": inject };
    if (name === "web") {
      return [
        yaml({
          apiVersion: "serving.knative.dev/v1",
          kind: "Service",
          metadata: { name, namespace },
          spec: { template: { metadata: { labels }, spec: { containers: [{ image: "x" }] } } },
        }),
      ];
    }
    const template = {
      metadata: { labels },
      spec: { containers: [{ name, image: "x", ports: [{ containerPort: 8080 }] }] },
    };
    return [
      yaml({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace },
        spec: { selector: { matchLabels: { app: name } }, template },
      }),
      yaml({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, namespace },
        spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
      }),
    ];
  });
}

const someOf = (values: readonly string[]): fc.Arbitrary<string[]> =>
  fc.subarray([...values], { minLength: 1, maxLength: 2 });
const source: fc.Arbitrary<Flow> = fc.oneof(
  someOf([...namespaces, "knative-serving", "orange*", "*"]).map((list) => ({ namespaces: list })),
  someOf(namespaces).map((list) => ({ notNamespaces: list })),
  someOf(["cluster.local/ns/orange/sa/default", "*", "*/sa/activator"]).map((list) => ({ principals: list })),
  someOf(["10.0.0.0/8", "192.168.0.0/16"]).map((list) => ({ ipBlocks: list })),
);
const operation: fc.Arbitrary<Flow> = fc.oneof(
  someOf(["GET", "POST"]).map((list) => ({ methods: list })),
  someOf(["/", "/x*", "*"]).map((list) => ({ paths: list })),
  someOf(["*.violet.svc.cluster.local", "*.orange", "*"]).map((list) => ({ hosts: list })),
  someOf(["8080", "8012"]).map((list) => ({ notPorts: list })),
);
const condition: fc.Arbitrary<Flow> = fc.oneof(
  someOf(["a", "*"]).map((values) => ({ key: "request.headers[x-tenant]", values })),
  someOf(namespaces).map((notValues) => ({ key: "source.namespace", notValues })),
);
const rule: fc.Arbitrary<Flow> = fc.record(
  {
    from: fc.array(
      source.map((value) => ({ source: value })),
      { minLength: 1, maxLength: 2 },
    ),
    to: fc.array(
      operation.map((value) => ({ operation: value })),
      { minLength: 1, maxLength: 2 },
    ),
    when: fc.array(condition, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

interface Policy {
  readonly namespace: string;
  readonly action: "ALLOW" | "DENY";
  readonly app: string | null;
  readonly rules: readonly Flow[];
}

const policy = (action: fc.Arbitrary<"ALLOW" | "DENY">): fc.Arbitrary<Policy> =>
  fc.record({
    namespace: fc.constantFrom(...namespaces, "knative-serving", "istio-system"),
    action,
    app: fc.constantFrom(null, "api", "web", "activator"),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  });

function policyDocument({ namespace, action, app, rules }: Policy, name: string): string {
  const selector = app === null ? {} : { selector: { matchLabels: { app } } };
  const metadata = { name, namespace };
  return yaml({
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata,
    spec: { action, ...selector, rules },
  });
}

interface MeshText {
  readonly sidecars: readonly boolean[];
  readonly policies: readonly Policy[];
}

const mesh: fc.Arbitrary<MeshText> = fc.record({
  sidecars: fc.array(fc.boolean(), { minLength: workloads.length, maxLength: workloads.length }),
  policies: fc.array(policy(fc.constantFrom("ALLOW", "DENY")), { maxLength: 5 }),
});

function documentsOf({ sidecars, policies }: MeshText): readonly string[] {
  return [
    ...platform,
    ...workloadDocuments(sidecars),
    ...policies.map((item, index) => policyDocument(item, `p${index}`)),
  ];
}

/** Verdicts by caller and target. */
function verdicts(documents: readonly string[], reverse = false): ReadonlyMap<string, string> {
  const files = Object.fromEntries(
    documents.map((text, index) => [`${String(index).padStart(3, "0")}.yaml`, text]),
  );
  const { pairs } = matrix(graphOf(files, { reverse }), "service");
  return new Map(pairs.map(({ from, to, call }) => [`${from} ${to}`, call?.verdict ?? "-"]));
}

function reversed(item: Policy): Policy {
  return { ...item, rules: item.rules.toReversed() };
}

const openness = ["DENY", "MTLS_REQUIRED", "UNCERTAIN", "ALLOW"];
const rank = (verdict: string | undefined): number => {
  const found = openness.indexOf(verdict ?? "");
  return found <= 1 ? 0 : found;
};

const runs = { numRuns: 170, seed: 1 };

describe("random meshes", () => {
  it("do not depend on the order of policies, files and rules", () => {
    fc.assert(
      fc.property(mesh, (made) => {
        const plain = verdicts(documentsOf(made));
        const shuffled = { ...made, policies: made.policies.map(reversed) };
        expect(verdicts(documentsOf(shuffled).toReversed())).toEqual(plain);
        expect(verdicts(documentsOf(made), true)).toEqual(plain);
      }),
      runs,
    );
  });

  it("do not depend on the names of namespaces that no wildcard tells apart", () => {
    // `orange*` takes in the same two namespaces as before; nothing else is kept.
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const renaming = fc
      .tuple(word, word, word)
      .map(([one, two, three]) => [`orange${one}`, `orange-${two}`, `${three}-zone`] as const)
      .filter(([, , other]) => !/^(?:orange|kube|openshift|knative|istio|default)/.test(other));
    fc.assert(
      fc.property(mesh, renaming, fc.boolean(), (made, others, swapped) => {
        const [one, two, three] = others;
        const names = new Map([
          ["orange", swapped ? two : one],
          ["orange-lab", swapped ? one : two],
          ["violet", three],
        ]);
        const rename = (text: string): string =>
          text.replace(
            /(?<![\w-])(?:orange-lab|orange|violet)(?![\w*-])/g,
            (name) => names.get(name) ?? name,
          );
        const documents = documentsOf(made);
        const renamed = verdicts(documents.map(rename));
        const plain = [...verdicts(documents)].map(([pair, verdict]) => [rename(pair), verdict] as const);
        expect(renamed).toEqual(new Map(plain));
      }),
      runs,
    );
  });

  it("get no more open by a DENY policy", () => {
    fc.assert(
      fc.property(mesh, policy(fc.constant("DENY")), (made, added) => {
        const before = verdicts(documentsOf(made));
        const after = verdicts([...documentsOf(made), policyDocument(added, "zz")]);
        for (const [pair, verdict] of after)
          expect(rank(verdict)).toBeLessThanOrEqual(rank(before.get(pair)));
      }),
      runs,
    );
  });

  it("get no more closed by an ALLOW policy where each workload has one", () => {
    const closed = `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: closed, namespace: istio-system}, spec: {}}`;
    fc.assert(
      fc.property(mesh, policy(fc.constant("ALLOW")), (made, added) => {
        const before = verdicts([...documentsOf(made), closed]);
        const after = verdicts([...documentsOf(made), closed, policyDocument(added, "zz")]);
        for (const [pair, verdict] of after)
          expect(rank(verdict)).toBeGreaterThanOrEqual(rank(before.get(pair)));
      }),
      runs,
    );
  });
});
