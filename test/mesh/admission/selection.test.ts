import { describe, expect, it } from "vitest";
import { backendServiceProblems } from "../../../src/mesh/admission/backend-problems.ts";
import { backendKinds } from "../../../src/mesh/admission/backends.ts";
import { selectionProblems } from "../../../src/mesh/admission/selection-problems.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { formatPath } from "../../../src/model/value.ts";
import { graphOf } from "../../support/graph.ts";

const api = `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.guard.example.com }
spec: { service: { namespace: guard, name: guard } }
`;
const service = (spec: string, namespace = "namespace: guard, ") => `
---
apiVersion: v1
kind: Service
metadata: { ${namespace}name: guard }
spec: ${spec}
`;
const pod = (name: string, ports: string) => `
---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: guard, labels: { app: guard } }
spec: { containers: [{ name: a, ports: ${ports} }] }
`;
const https = "[{ name: https, containerPort: 8443 }]";

/** Paths of what is wrong with the Service, or what would tell. */
function answer(text: string): readonly string[] {
  const graph = graphOf(api + text);
  return graph
    .own(kinds.Service)
    .flatMap((one) => selectionProblems(graph, one))
    .map((problem) => ("needs" in problem ? `? ${problem.needs}` : formatPath(problem.path)));
}

describe("the Service of a webhook", () => {
  it.each([
    [
      "leads to a port by number",
      "{ selector: { app: guard }, ports: [{ port: 443, targetPort: 8443 }] }",
      [],
    ],
    [
      "leads to a port that is not there",
      "{ selector: { app: guard }, ports: [{ port: 443, targetPort: web }] }",
      ["spec.ports[0].targetPort"],
    ],
    [
      "leads to its own number, which is not there",
      "{ selector: { app: guard }, ports: [{ port: 80 }, { port: 443 }] }",
      ["spec.ports[1].port"],
    ],
    [
      "leads to a port that is filled in",
      '{ selector: { app: guard }, ports: [{ port: 443, targetPort: "${PORT}" }] }',
      ["? the target port of the Service"],
    ],
    [
      "lacks the port, which is the reference's flaw",
      "{ selector: { app: guard }, ports: [{ port: 80 }] }",
      [],
    ],
    ["selects other pods", "{ selector: { app: gard }, ports: [{ port: 443 }] }", ["spec.selector"]],
    [
      "selects by what is filled in",
      '{ selector: "${LABELS}", ports: [{ port: 443 }] }',
      ["? spec.selector of Service guard"],
    ],
    ["selects nothing", "{ selector: {}, ports: [{ port: 443 }] }", []],
    ["has no selector", "{ ports: [{ port: 443 }] }", []],
    ["is a name outside", "{ type: ExternalName, selector: { app: gard }, ports: [{ port: 443 }] }", []],
  ])("%s", (_case, spec, expected) => {
    expect(answer(service(spec) + pod("guard", https))).toEqual(expected);
  });

  it("is judged by the best of several pods", () => {
    const spec = "{ selector: { app: guard }, ports: [{ port: 443, targetPort: https }] }";
    expect(answer(service(spec) + pod("a", "[{ containerPort: 1 }]") + pod("b", https))).toEqual([]);
  });

  it("is open where its namespace is not known", () => {
    const spec = "{ selector: { app: guard }, ports: [{ port: 443 }] }";
    expect(answer(service(spec, ""))).toEqual(["? the namespace of Service guard"]);
  });

  it("is not judged where no webhook calls it", () => {
    const graph = graphOf(service("{ selector: { app: gard } }"));
    expect(graph.own(kinds.Service).flatMap((one) => selectionProblems(graph, one))).toEqual([]);
  });
});

describe("the port that a webhook asks for", () => {
  const problems = (spec: string) => {
    const graph = graphOf(api + service(spec));
    return graph.own(...backendKinds).flatMap((one) => backendServiceProblems(graph, one)).length;
  };

  it.each([
    ["{ ports: [{ port: 443 }] }", 0],
    ["{ ports: [{ port: 8443 }] }", 1],
    ["{ ports: [] }", 1],
    ["{ ports: [{ port: https }] }", 0],
    ["{}", 0],
  ])("of %s: %d problems", (spec, count) => {
    expect(problems(spec)).toBe(count);
  });
});
