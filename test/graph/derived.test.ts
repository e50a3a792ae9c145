import { describe, expect, it } from "vitest";
import { knativePlainServices, knativeWorkloads } from "../../src/graph/derived/knative-workloads.ts";
import { configOf, installedIngresses } from "../../src/graph/derived/operator-config.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Kind } from "../../src/model/resource.ts";
import { label, locate } from "../../src/model/resource.ts";
import { positionAt } from "../../src/model/source.ts";
import { valueAt } from "../../src/model/value.ts";
import { graphOf, only } from "../support/graph.ts";

const names = (graph: Graph, ...kinds: readonly Kind[]): readonly string[] => graph.all(...kinds).map(label);
const smcp = (spec: string, version = "v2"): string => `apiVersion: maistra.io/${version}
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: ${spec}
`;
const operator = (kind: string, spec: string, annotations = ""): string => {
  const namespace = kind === "KnativeServing" ? "knative-serving" : "knative-eventing";
  const group =
    kind === "KnativeKafka" ? "operator.serverless.openshift.io/v1alpha1" : "operator.knative.dev/v1beta1";
  return `apiVersion: ${group}\nkind: ${kind}\nmetadata: { name: ${namespace}, namespace: ${namespace}, annotations: { ${annotations} } }\nspec: ${spec}\n`;
};

describe("of a ServiceMeshControlPlane", () => {
  it("come both gateways with the documented labels merged in", () => {
    const graph = graphOf(
      smcp("{ gateways: { ingress: { service: { metadata: { labels: { knative: ingressgateway } } } } } }"),
    );
    expect(names(graph, "Deployment.apps", "Service")).toEqual([
      "Deployment istio-system/istio-egressgateway",
      "Service istio-system/istio-egressgateway",
      "Deployment istio-system/istio-ingressgateway",
      "Service istio-system/istio-ingressgateway",
    ]);
    const labels = { app: "istio-ingressgateway", istio: "ingressgateway", knative: "ingressgateway" };
    const [pod] = graph.podsOf(only(graph, "Deployment.apps", "istio-ingressgateway"));
    expect(pod?.labels).toEqual(labels);
    const service = only(graph, "Service", "istio-ingressgateway");
    expect(service.standing).toBe("derived");
    expect(service.value.spec).toMatchObject({
      type: "ClusterIP",
      selector: labels,
      ports: [{ port: 15021 }, { port: 80, targetPort: 8080 }, { port: 443, targetPort: 8443 }],
    });
  });

  it("places what it derives at the user's field", () => {
    const text = smcp("\n  gateways:\n    ingress:\n      namespace: edge");
    const graph = graphOf(text);
    const service = only(graph, "Service", "istio-ingressgateway");
    expect(service.namespace).toBe("edge");
    const place = locate(service, ["spec", "ports"], "key");
    expect(positionAt(place.file, place.start).line).toBe(6);
    const peers = only(graph, "PeerAuthentication.security.istio.io", "default");
    expect(positionAt(place.file, locate(peers, [], "key").start).line).toBe(4);
  });

  it("is in the order of the file where it has one name twice", () => {
    const twice = smcp("{ gateways: { additionalIngress: { istio-ingressgateway: { enabled: true } } } }");
    const first = graphOf(twice)
      .all("Service")
      .filter((service) => service.name === "istio-ingressgateway");
    expect(first.map((service) => (service.origin.from === "derived" ? service.origin.path : []))).toEqual([
      ["spec"],
      ["spec", "gateways", "additionalIngress", "istio-ingressgateway"],
    ]);
    const both = twice.replace("gateways: {", "gateways: { ingress: {},");
    const second = graphOf(both)
      .all("Service")
      .filter((service) => service.name === "istio-ingressgateway");
    expect(
      second.map((service) => (service.origin.from === "derived" ? service.origin.path[2] : "")),
    ).toEqual(["additionalIngress", "ingress"]);
  });

  it("takes ports, type and annotations as they are given", () => {
    const graph = graphOf(
      smcp(`
  gateways:
    ingress:
      runtime: { pod: { metadata: { annotations: { team: edge } } } }
      service:
        type: LoadBalancer
        metadata: { annotations: { cost: shared } }
        ports: [{ name: https, port: 8443 }]`),
    );
    const service = only(graph, "Service", "istio-ingressgateway").value;
    expect(service).toMatchObject({
      metadata: { annotations: { cost: "shared" } },
      spec: { type: "LoadBalancer", ports: [{ name: "https", port: 8443 }] },
    });
    const [pod] = graph.podsOf(only(graph, "Deployment.apps", "istio-ingressgateway"));
    expect(pod?.annotations).toMatchObject({ team: "edge" });
  });

  it("makes additional gateways only where they are enabled", () => {
    const graph = graphOf(
      smcp(`
  gateways:
    egress: { enabled: false }
    additionalIngress:
      edge: { enabled: true, namespace: edge }
      off: { enabled: false }
      unsaid: {}
    additionalEgress:
      out: { enabled: true }`),
    );
    expect(names(graph, "Service")).toEqual([
      "Service edge/edge",
      "Service istio-system/istio-ingressgateway",
      "Service istio-system/out",
    ]);
    const selector = (name: string) => valueAt(only(graph, "Service", name).value, ["spec", "selector"]);
    expect(selector("edge")).toEqual({ app: "edge", istio: "ingressgateway" });
    expect(selector("out")).toEqual({ app: "out", istio: "egressgateway" });
  });

  it.each(["{ gateways: { enabled: false } }", "{ istio: { gateways: { enabled: false } } }"])(
    "makes no gateway of %s",
    (spec) => {
      expect(names(graphOf(smcp(spec)), "Service")).toEqual([]);
    },
  );

  it("reads version 1", () => {
    const graph = graphOf(
      smcp(
        "{ istio: { global: { mtls: { enabled: true } }, gateways: { istio-egressgateway: { enabled: false }, istio-ingressgateway: { labels: { a: b } } } } }",
        "v1",
      ),
    );
    expect(names(graph, "Service")).toEqual(["Service istio-system/istio-ingressgateway"]);
    expect(valueAt(only(graph, "Service", "istio-ingressgateway").value, ["spec", "selector", "a"])).toBe(
      "b",
    );
    const peers = only(graph, "PeerAuthentication.security.istio.io", "default");
    expect(peers.value.spec).toEqual({ mtls: { mode: "STRICT" } });
  });

  const dataPlane = (mtls: string): string => `{ security: { dataPlane: { mtls: ${mtls} } } }`;

  it.each([
    [dataPlane("true"), "STRICT", ["api-server", "default"]],
    [dataPlane("false"), "PERMISSIVE", []],
    ["{}", "PERMISSIVE", []],
    ["{ profiles: [default, small] }", "PERMISSIVE", []],
    ["{ profiles: [mine], security: { dataPlane: { mtls: true } } }", "STRICT", ["api-server", "default"]],
  ])("sets the mesh-wide mTLS of %s", (spec, mode, rules) => {
    const graph = graphOf(smcp(spec));
    const [peers] = graph.all("PeerAuthentication.security.istio.io");
    expect(peers?.value.spec).toEqual({ mtls: { mode } });
    expect(graph.all("DestinationRule.networking.istio.io").map((rule) => rule.name)).toEqual(rules);
  });

  it("says nothing about mTLS where a foreign profile or a placeholder decides", () => {
    for (const spec of ["{ profiles: [mine] }", "{ template: mine }", dataPlane("'<mtls>'")]) {
      expect(graphOf(smcp(spec)).all("PeerAuthentication.security.istio.io")).toEqual([]);
    }
  });

  it("knows that a foreign profile's gateway may exist, not what it is", () => {
    const graph = graphOf(smcp("{ profiles: [mine] }"), { owns: ["mesh"] });
    expect(graph.all("Service")).toEqual([]);
    expect(graph.find("Service", "istio-system", "istio-ingressgateway", "mesh").state).toBe("outside");
  });

  it("follows the cluster's domain", () => {
    const graph = graphOf(smcp(dataPlane("true")), { profile: "clusterDomain=corp.local" });
    const rule = only(graph, "DestinationRule.networking.istio.io", "default");
    expect(valueAt(rule.value, ["spec", "host"])).toBe("*.corp.local");
  });
});

describe("of the operators' resources", () => {
  it("come the workloads of Serving with Kourier by default", () => {
    const graph = graphOf(operator("KnativeServing", "{}"));
    expect(names(graph, "Deployment.apps")).toEqual([
      "Deployment knative-serving/activator",
      "Deployment knative-serving/autoscaler",
      "Deployment knative-serving/autoscaler-hpa",
      "Deployment knative-serving/controller",
      "Deployment knative-serving/webhook",
      "Deployment knative-serving-ingress/3scale-kourier-gateway",
      "Deployment knative-serving-ingress/net-kourier-controller",
    ]);
    expect(names(graph, "Service")).toContain("Service knative-serving-ingress/kourier-internal");
    expect(graph.all("NetworkPolicy.networking.k8s.io")).toEqual([]);
  });

  it("come net-istio, which refuses a sidecar, and policies with Istio", () => {
    const graph = graphOf(operator("KnativeServing", "{ ingress: { istio: { enabled: true } } }"));
    expect(names(graph, "Service")).not.toContain("Service knative-serving-ingress/kourier");
    const [pod] = graph.podsOf(only(graph, "Deployment.apps", "net-istio-controller"));
    expect(pod).toMatchObject({
      labels: { app: "net-istio-controller", "app.kubernetes.io/component": "net-istio" },
      annotations: { "sidecar.istio.io/inject": "false" },
      spec: { containers: [{ name: "controller" }] },
    });
    expect(names(graph, "NetworkPolicy.networking.k8s.io")).toEqual([
      "NetworkPolicy knative-serving/allow-from-openshift-monitoring-ns",
      "NetworkPolicy knative-serving/net-istio-webhook",
      "NetworkPolicy knative-serving/webhook",
    ]);
  });

  it.each([
    ["1.29", "", 0],
    ["1.31", '"true"', 3],
    ["1.32", '"true"', 0],
    ["1.32", '"T"', 0],
    ["1.32", '"yes"', 3],
    ["1.32", '"false"', 3],
  ])("generate policies in %s with the annotation %s: %i", (version, value, count) => {
    const annotation =
      value === "" ? "" : `serverless.openshift.io/disable-istio-net-policies-generation: ${value}`;
    const graph = graphOf(
      operator("KnativeServing", "{ ingress: { istio: { enabled: true } } }", annotation),
      {
        profile: `serverless=${version}`,
      },
    );
    expect(graph.all("NetworkPolicy.networking.k8s.io")).toHaveLength(count);
  });

  it.each([
    ["{ config: { features: { istio: Enabled } } }", 4],
    ["{ config: { config-features: { istio: enabled } } }", 4],
    ["{ config: { features: {}, config-features: { istio: enabled } } }", 0],
    ["{}", 0],
  ])("generate policies of Eventing for %s: %i", (spec, count) => {
    expect(graphOf(operator("KnativeEventing", spec)).all("NetworkPolicy.networking.k8s.io")).toHaveLength(
      count,
    );
  });

  it("merge overrides into the pods, the later one last, and are placed there", () => {
    const graph = graphOf(
      operator(
        "KnativeServing",
        `
  deployments:
    - name: activator
      labels: { a: first, b: first }
      annotations: { sidecar.istio.io/inject: "true" }
    - just text
  workloads:
    - name: activator
      labels: { b: second, app: mine }
    - name: other
      labels: { a: other }
    - labels: { a: nameless }`,
      ),
    );
    const activator = only(graph, "Deployment.apps", "activator");
    const [pod] = graph.podsOf(activator);
    expect(pod?.labels).toMatchObject({ a: "first", b: "second", app: "mine" });
    expect(pod?.annotations).toEqual({ "sidecar.istio.io/inject": "true" });
    expect(valueAt(activator.value, ["metadata", "labels"])).toMatchObject({ a: "first", b: "second" });
    expect(activator.origin).toMatchObject({ path: ["spec", "workloads", 0] });
    expect(only(graph, "Deployment.apps", "autoscaler").origin).toMatchObject({ path: ["spec"] });
  });

  it("make the parts of Kafka that are enabled, in the kind of their version", () => {
    const yaml = operator(
      "KnativeKafka",
      "{ broker: { enabled: true }, sink: { enabled: 'true' }, deployments: [{ name: kafka-controller, labels: { a: b } }] }",
    );
    const graph = graphOf(yaml, { profile: "serverless=1.33" });
    expect(names(graph, "Deployment.apps", "StatefulSet.apps")).toEqual([
      "Deployment knative-eventing/kafka-broker-dispatcher",
      "Deployment knative-eventing/kafka-broker-receiver",
      "Deployment knative-eventing/kafka-controller",
      "Deployment knative-eventing/kafka-webhook-eventing",
    ]);
    expect(graph.all("Job.batch")).toHaveLength(2);
    const [pod] = graph.podsOf(only(graph, "Deployment.apps", "kafka-controller"));
    expect(pod?.labels.a).toBeUndefined();
    const newer = graphOf(yaml, { profile: "serverless=1.34" });
    expect(names(newer, "StatefulSet.apps")).toEqual([
      "StatefulSet knative-eventing/kafka-broker-dispatcher",
    ]);
    expect(graphOf(operator("KnativeKafka", "{}")).all("Deployment.apps", "Job.batch")).toEqual([]);
  });

  it("follow the version in workloads and service accounts", () => {
    const eventing = (version: string) =>
      names(
        graphOf(operator("KnativeEventing", "{}"), { profile: `serverless=${version}` }),
        "Deployment.apps",
      );
    expect(eventing("1.35")).not.toContain("Deployment knative-eventing/job-sink");
    expect(eventing("1.36")).toContain("Deployment knative-eventing/job-sink");
    const account = (version: string) => {
      const graph = graphOf(operator("KnativeServing", "{}"), { profile: `serverless=${version}` });
      return graph.podsOf(only(graph, "Deployment.apps", "activator"))[0]?.spec.serviceAccountName;
    };
    expect(account("1.31")).toBe("controller");
    expect(account("1.32")).toBe("activator");
  });

  it("stand behind what the set itself defines", () => {
    const own =
      "apiVersion: v1\nkind: Service\nmetadata: { name: activator-service, namespace: knative-serving }\n";
    const graph = graphOf([operator("KnativeServing", "{}"), own].join("---\n"));
    const found = graph.named("Service", "knative-serving", "activator-service");
    expect(found.map((service) => service.standing)).toEqual(["own", "derived"]);
    expect(graph.own("Service")).toHaveLength(1);
  });

  it("stay without a namespace where theirs is not known", () => {
    const graph = graphOf(
      "apiVersion: operator.knative.dev/v1beta1\nkind: KnativeServing\nmetadata: { name: ks }\n",
    );
    expect(only(graph, "Deployment.apps", "3scale-kourier-gateway").namespace).toBeNull();
  });

  it("have a table without contradictions", () => {
    const known = knativeWorkloads.map((workload) => `${workload.cr} ${workload.name}`);
    expect(new Set(known).size).toBe(known.length);
    for (const { workload } of knativePlainServices) {
      expect(knativeWorkloads.some((row) => row.name === workload)).toBe(true);
    }
  });
});

describe("an operator's config", () => {
  const serving = (spec: string) => {
    const graph = graphOf(operator("KnativeServing", spec));
    const [resource] = graph.own("KnativeServing.operator.knative.dev");
    if (!resource) throw new Error("no KnativeServing");
    return resource;
  };

  it("takes the full name before the short one", () => {
    const both = serving("{ config: { istio: { a: short }, config-istio: { b: full } } }");
    expect(configOf(both, "istio")).toEqual({
      data: { b: "full" },
      path: ["spec", "config", "config-istio"],
      fullName: true,
    });
    expect(configOf(serving("{ config: { istio: { a: short } } }"), "istio")?.fullName).toBe(false);
    expect(configOf(serving("{}"), "istio")).toBeNull();
  });

  it("installs the ingresses that are enabled, else Kourier", () => {
    expect(installedIngresses(serving("{}"))).toEqual(["kourier"]);
    expect(installedIngresses(serving("{ ingress: { contour: { enabled: true } } }"))).toEqual(["contour"]);
    const both = serving("{ ingress: { kourier: { enabled: true }, istio: { enabled: true } } }");
    expect(installedIngresses(both)).toEqual(["istio", "kourier"]);
    expect(installedIngresses(serving("{ ingress: { istio: { enabled: 'true' } } }"))).toEqual(["kourier"]);
    expect(
      names(
        graphOf(operator("KnativeServing", "{ ingress: { contour: { enabled: true } } }")),
        "Deployment.apps",
      ),
    ).toHaveLength(5);
  });
});

describe("of services and certificates", () => {
  it("a Knative Service has a plain Service by its name", () => {
    const graph = graphOf(
      "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: shop, namespace: team }\n",
    );
    expect(only(graph, "Service", "shop").value.spec).toMatchObject({ type: "ExternalName" });
  });

  it.each([
    ["cert-manager.io/v1", "Certificate", "{ secretName: tls }", "tls"],
    ["bitnami.com/v1alpha1", "SealedSecret", "{}", "x"],
    ["external-secrets.io/v1", "ExternalSecret", "{ target: { name: tls } }", "tls"],
  ])("%s %s makes a Secret whose content is not known", (apiVersion, kind, spec, name) => {
    const graph = graphOf(
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x, namespace: team }\nspec: ${spec}\n`,
    );
    expect(graph.all("Secret")).toEqual([]);
    expect(graph.find("Secret", "team", name, "certificates").state).toBe("outside");
    expect(graph.find("Secret", "team", "missing", "certificates").state).toBe("absent");
  });

  it("a Certificate without a name for its Secret makes none", () => {
    const graph = graphOf(
      "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: x, namespace: team }\n",
    );
    expect(graph.resources).toHaveLength(1);
  });
});
