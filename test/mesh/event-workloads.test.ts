import { describe, expect, test } from "vitest";
import { doubleMaps, eventingInMesh, isEnabled, istioFeature } from "../../src/mesh/eventing-config.ts";
import { bindingOf, eventWorkloads, strictness } from "../../src/mesh/event-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import { graphOf, only, type GraphOptions } from "../support/graph.ts";

const binding = (
  subject: string,
  sink = "{uri: http://display.team-b.svc.cluster.local}",
  more = "",
): string => `
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: { name: b, namespace: team-a }
spec: { subject: ${subject}, sink: ${sink} }
---${more}`;
const deployment = (name: string, labels = "{app: a}", namespace = "team-a"): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace}, labels: ${labels} }
spec:
  selector: { matchLabels: { app: a } }
  template: { metadata: { labels: { app: a } }, spec: { containers: [] } }
---`;
const service = `
apiVersion: v1
kind: Service
metadata: { name: s, namespace: team-a }
spec: { selector: { app: a } }
---`;
const trigger = (subscriber: string): string => `
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: { name: t, namespace: team-a }
spec: { broker: default, subscriber: ${subscriber} }
---`;
const eventing = (spec = "{}"): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeEventing
metadata: { name: knative-eventing, namespace: knative-eventing }
spec: ${spec}
---`;

const uses = (text: string, kind: string, name: string) => {
  const graph = graphOf(text);
  const { workloads, peers, needs } = eventWorkloads(graph, only(graph, kind, name));
  return { workloads: workloads.map((workload) => workload.name), peers, needs };
};
const bound = (subject: string, more: string, sink?: string) =>
  uses(binding(subject, sink) + more, kinds.SinkBinding, "b");

describe("subjects of a SinkBinding", () => {
  const apps = "apiVersion: apps/v1, kind: Deployment";
  test("by name", () => {
    expect(bound(`{${apps}, name: d}`, deployment("d") + deployment("d", "{}", "team-b"))).toEqual({
      workloads: ["d"],
      peers: ["team-b"],
      needs: [],
    });
    expect(bound(`{${apps}, name: d}`, "").needs).toEqual(["Deployment team-a/d"]);
    expect(bound(`{${apps}, name: "\${NAME}"}`, deployment("d")).needs).toHaveLength(1);
    expect(bound("{apiVersion: v1, kind: Pod, name: p}", "").needs).toEqual(["Pod team-a/p"]);
  });
  test("by the labels of the object", () => {
    const text = deployment("d") + deployment("e", "{app: e}") + deployment("f", "{app: a}", "team-b");
    expect(bound(`{${apps}, selector: {matchLabels: {app: a}}}`, text).workloads).toEqual(["d"]);
    expect(bound(`{${apps}, selector: {matchLabels: {app: z}}}`, text).needs).toHaveLength(1);
    expect(bound(`{${apps}}`, text).needs).toEqual(["the subject of SinkBinding b"]);
  });
  test("without a kind nothing is known", () => {
    expect(bound("{name: d}", deployment("d")).needs).toEqual(["the subject of SinkBinding b"]);
    expect(bound("{apiVersion: apps/v1, name: d}", deployment("d")).needs).toHaveLength(1);
  });
  test("the sink tells where the other end is", () => {
    const to = (sink: string) => bound(`{${apps}, name: d}`, deployment("d"), sink).peers;
    expect(to("{ref: {kind: Broker, name: default}}")).toEqual(["knative-eventing"]);
    expect(to("{ref: {kind: Service, name: x}}")).toEqual(["team-a"]);
    expect(to("{ref: {kind: Service, name: x, namespace: team-c}}")).toEqual(["team-c"]);
    expect(to("{uri: https://example.com/x}")).toEqual([]);
    expect(to("{uri: no-url}")).toEqual([]);
    expect(to("{}")).toEqual([]);
  });
});

describe("subscribers", () => {
  const of = (subscriber: string, more = service + deployment("d")) =>
    uses(trigger(subscriber) + more, kinds.Trigger, "t");
  test("plain workloads behind a Service", () => {
    expect(of("{ref: {apiVersion: v1, kind: Service, name: s}}")).toEqual({
      workloads: ["d"],
      peers: ["knative-eventing"],
      needs: [],
    });
    expect(of("{uri: http://s.team-a.svc.cluster.local:80/x}").workloads).toEqual(["d"]);
    expect(of("{ref: {apiVersion: v1, kind: Service, name: s, namespace: team-z}}").needs).toEqual([
      "Service team-z/s",
    ]);
    expect(of("{ref: {apiVersion: v1, kind: Service, name: s}}", service).workloads).toEqual([]);
  });
  test("Knative Services and hosts outside are somebody else's", () => {
    for (const subscriber of [
      "{ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: s}}",
      "{ref: {apiVersion: v1, kind: Service}}",
      '{ref: {apiVersion: v1, kind: Service, name: "${S}"}}',
      "{ref: {apiVersion: v1, kind: Service, name: s, namespace: 7}}",
      "{uri: https://example.com}",
      "{uri: http://other.team-a.svc.cluster.local}",
      "{}",
    ])
      expect(of(subscriber)).toMatchObject({ workloads: [], needs: [] });
  });
});

describe("what a SinkBinding reaches", () => {
  const namespace = (labels: string): string =>
    `\napiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: ${labels}}\n---`;
  const of = (text: string, options: GraphOptions = {}) => {
    const graph = graphOf(deployment("d") + text, options);
    return bindingOf(graph, only(graph, kinds.Deployment, "d"));
  };
  test("inclusion is the default", () => {
    expect(of(namespace("{}"))).toEqual({ state: "left-out", assumed: true });
    expect(of(namespace("{}") + eventing())).toEqual({ state: "left-out", assumed: false });
    expect(of(namespace('{bindings.knative.dev/include: "true"}'))).toEqual({ state: "bound" });
    expect(of(namespace("{}") + eventing("{sinkBindingSelectionMode: exclusion}"))).toEqual({
      state: "bound",
    });
  });
  test("what is not at hand leaves it open", () => {
    expect(of("").state).toBe("unknown");
    expect(of(namespace("{}") + eventing('{sinkBindingSelectionMode: "${MODE}"}')).state).toBe("unknown");
    const patch =
      "apiVersion: operator.knative.dev/v1beta1\nkind: KnativeEventing\nmetadata: {name: knative-eventing}\n";
    expect(of(namespace("{}") + eventing(), { patches: { "p.yaml": patch } }).state).toBe("unknown");
    const open = (labels: string, where = "team-a") => {
      const graph = graphOf(deployment("d", labels, where));
      return bindingOf(graph, only(graph, kinds.Deployment, "d"));
    };
    expect(open('{bindings.knative.dev/include: "${X}"}').state).toBe("unknown");
    expect(open("{}", '""')).toEqual({ state: "unknown", needs: "the labels of namespace (not known)" });
  });
});

describe("strictness", () => {
  const mesh = (mtls: string, members = "[team-a]", version = "v2.5"): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: { version: ${version}, security: { dataPlane: { mtls: ${mtls} } } }
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: ${members} }
---`;
  const of = (text: string) => {
    const graph = graphOf(deployment("d") + text);
    const [pod] = graph.podsOf(only(graph, kinds.Deployment, "d"));
    if (!pod) throw new Error("no pod");
    return strictness(graph, pod, ["knative-eventing"]);
  };
  test("either end counts", () => {
    expect(of(mesh("true"))).toEqual({ state: "strict", namespace: "team-a" });
    expect(of(mesh("false")).state).toBe("not-strict");
    const peer = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: knative-eventing }
spec: { mtls: { mode: STRICT } }
---`;
    expect(of(mesh("false") + peer)).toEqual({ state: "strict", namespace: "knative-eventing" });
  });
  test("without a mesh, or with an open one", () => {
    expect(of(mesh("true", "[other]")).state).toBe("not-strict");
    expect(of("").state).toBe("unknown");
    expect(of(mesh('"${MTLS}"')).state).toBe("unknown");
  });
});

describe("Eventing and the mesh", () => {
  const cr = (graph: Graph) => only(graph, kinds.KnativeEventing, "knative-eventing");
  const inMesh = (text: string, profile = "mesh=2.5") => {
    const graph = graphOf(text, { profile });
    return eventingInMesh(graph, cr(graph)).state;
  };
  test("the short name of the features decides", () => {
    const feature = (config: string) => {
      const found = istioFeature(cr(graphOf(eventing(`{config: ${config}}`))));
      return [isEnabled(found), found.path.slice(2).join(".")];
    };
    expect(feature("{config-features: {istio: Enabled}}")).toEqual(["yes", "config-features.istio"]);
    expect(feature("{config-features: {istio: enabled}, features: {}}")).toEqual(["no", "features.istio"]);
    expect(feature('{features: {istio: "${X}"}}')[0]).toBe("unknown");
    expect(feature("{}")).toEqual(["no", "features.istio"]);
  });
  test("belongs to the mesh by Serving, feature or roll", () => {
    const istio = `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } } }
---`;
    const roll = (members: string): string => `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: ${members} }
---`;
    const sail = `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { namespace: istio-system, version: v1.26.2 }
---`;
    expect(inMesh(eventing() + istio)).toBe("yes");
    expect(inMesh(eventing() + istio, "mesh=3.0")).toBe("no");
    expect(inMesh(eventing() + istio + sail, "mesh=3.0")).toBe("no");
    expect(inMesh(eventing("{config: {features: {istio: enabled}}}"), "mesh=3.0")).toBe("yes");
    expect(inMesh(eventing() + roll("[knative-eventing]"))).toBe("yes");
    expect(inMesh(eventing() + roll('["${NS}"]'))).toBe("unknown");
    expect(inMesh(eventing('{config: {features: {istio: "${X}"}}}'))).toBe("unknown");
    expect(inMesh(eventing())).toBe("no");
  });
  test("double maps name what is lost", () => {
    const maps = doubleMaps(
      cr(
        graphOf(
          eventing(
            '{config: {a: {k: "1", l: "1"}, config-a: {k: "1", l: "2", m: "3"}, b: {}, config-c: {}}}',
          ),
        ),
      ),
    );
    expect(maps.map(({ name, lost }) => [name, lost])).toEqual([["a", ["l"]]]);
  });
});
