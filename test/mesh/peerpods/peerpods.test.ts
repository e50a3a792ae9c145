import { describe, expect, test } from "vitest";
import { kinds } from "../../../src/mesh/kinds.ts";
import { classPolicies } from "../../../src/mesh/peerpods/class-policies.ts";
import { cloudOf, storeState } from "../../../src/mesh/peerpods/credentials.ts";
import { demands } from "../../../src/mesh/peerpods/demand.ts";
import { hasNodes, nodeCount, withoutWorkers } from "../../../src/mesh/peerpods/pools.ts";
import { mismatchOf, targetClass } from "../../../src/mesh/peerpods/runtime-classes.ts";
import { hasPeerPods, limitPerNode, peerPodsState } from "../../../src/mesh/peerpods/settings.ts";
import {
  declaredResources,
  gpuHandling,
  refusingQuota,
} from "../../../src/mesh/peerpods/stripped-resources.ts";
import { isSkipped } from "../../../src/mesh/peerpods/webhook-namespaces.ts";
import { graphOf, only } from "../../support/graph.ts";

const home = "openshift-sandboxed-containers-operator";
const kata = (spec: string): string =>
  `{apiVersion: kataconfiguration.openshift.io/v1, kind: KataConfig, metadata: {name: k}, spec: ${spec}}\n---\n`;
const config = (spec: string, namespace = home): string =>
  `{apiVersion: confidentialcontainers.org/v1alpha1, kind: PeerPodConfig, metadata: {name: peerpodconfig-openshift, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
const core = (kind: string, name: string, rest: string, namespace = home): string =>
  `{apiVersion: v1, kind: ${kind}, metadata: {name: ${name}, namespace: ${namespace}}, ${rest}}\n---\n`;
const pod = (spec: string, namespace = "shop"): string => core("Pod", "p", `spec: ${spec}`, namespace);
const enabled = kata("{enablePeerPods: true}");

describe("whether there are peer pods", () => {
  test.each([
    ["a KataConfig that enables them", enabled, "enabled", "yes"],
    ["one that does not", kata("{}"), "disabled", "no"],
    ["one of two that does", kata("{}") + enabled, "enabled", "yes"],
    ["a variable", kata("{enablePeerPods: '${X}'}"), "unknown", "unknown"],
    ["a PeerPodConfig alone", config("{}"), "disabled", "yes"],
    ["a PeerPodConfig with a KataConfig that does not", config("{}") + kata("null"), "disabled", "no"],
    ["nothing", pod("{}"), "unknown", "unknown"],
  ])("%s", (_name, text, state, has) => {
    const graph = graphOf(text);
    expect(peerPodsState(graph).state).toBe(state);
    expect(hasPeerPods(graph)).toBe(has);
  });
});

describe("the limit per node", () => {
  const settings = (value: string): string =>
    core("ConfigMap", "peer-pods-cm", `data: {PEERPODS_LIMIT_PER_NODE: ${value}}`);
  test.each([
    ["of the PeerPodConfig", config("{limit: '7'}"), 7],
    ["of the controller", config("{}"), 1],
    ["a bare number", config("{limit: 7}"), null],
    ["two that differ", config("{limit: '7'}") + config("{limit: '8'}", "other"), null],
    ["two that agree", config("{limit: '7'}") + config("{limit: '7'}", "other"), 7],
    ["of the operator", enabled, 10],
    ["of the settings", enabled + settings("'12'"), 12],
    ["a variable of the settings", enabled + settings("'${N}'"), null],
    ["no number in the settings", enabled + settings("many"), null],
    ["of nobody", kata("{}"), null],
  ])("%s", (_name, text, limit) => {
    const found = limitPerNode(graphOf(text));
    expect(found.state === "value" ? found.value : null).toBe(limit);
  });
});

describe("the class that the webhook acts on", () => {
  const webhook = (env: string): string =>
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: h, namespace: w}, spec: {template: {spec: {containers: [{image: "q/peer-pods-webhook:1", env: [${env}]}]}}}}\n---\n`;
  test.each([
    ["by default", "", "kata-remote"],
    ["by its variable", "{name: TARGET_RUNTIMECLASS, value: mine}", "mine"],
    ["by an empty variable", "{name: TARGET_RUNTIMECLASS, value: ''}", "kata-remote"],
    ["by a misspelt one", "{name: TARGET_RUNTIME_CLASS, value: mine}", "kata-remote"],
    ["from elsewhere", "{name: TARGET_RUNTIMECLASS, valueFrom: {configMapKeyRef: {name: a, key: b}}}", null],
    ["by a variable of a template", "{name: TARGET_RUNTIMECLASS, value: '${X}'}", null],
  ])("%s", (_name, env, wanted) => {
    const found = targetClass(graphOf(webhook(env)));
    expect(found.state === "value" ? found.value : null).toBe(wanted);
  });

  test("two webhooks that differ leave it open", () => {
    const graph = graphOf(
      webhook("{name: TARGET_RUNTIMECLASS, value: mine}") + webhook("").replace("name: h", "name: i"),
    );
    expect(targetClass(graph).state).toBe("unknown");
  });

  test.each([
    ["the right class", "{runtimeClassName: kata-remote}", null],
    ["no class", "{containers: [{name: a}]}", null],
    ["another class", "{runtimeClassName: gvisor}", null],
    ["a class that is no text", "{runtimeClassName: 7}", null],
    ["the local class", "{runtimeClassName: kata}", "wrong"],
    [
      "the resource without class",
      "{containers: [{resources: {limits: {kata.peerpods.io/vm: 1}}}]}",
      "wrong",
    ],
    ["a variable", "{runtimeClassName: '${X}'}", "unknown"],
  ])("a pod with %s", (_name, spec, state) => {
    const graph = graphOf(enabled + pod(spec));
    const [template] = graph.podsOf(only(graph, kinds.Pod, "p"));
    expect(template && (mismatchOf(graph, template)?.state ?? null)).toBe(state);
  });
});

describe("keys of the cloud", () => {
  const azure = core("ConfigMap", "peer-pods-cm", "data: {CLOUD_PROVIDER: azure}");
  const keys = "AZURE_SUBSCRIPTION_ID: a, AZURE_CLIENT_ID: b, AZURE_CLIENT_SECRET: c, AZURE_TENANT_ID: d";
  const external = (spec: string): string =>
    `{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: peer-pods-secret, namespace: ${home}}, spec: ${spec}}\n---\n`;
  const sealed = (spec: string): string =>
    `{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: peer-pods-secret, namespace: ${home}}, spec: ${spec}}\n---\n`;
  const single = "data: [{secretKey: AZURE_CLIENT_ID}]";
  test.each([
    ["complete", core("Secret", "peer-pods-secret", `data: {${keys}}`), "complete"],
    [
      "in both forms",
      core(
        "Secret",
        "peer-pods-secret",
        `data: {AZURE_SUBSCRIPTION_ID: a, AZURE_CLIENT_ID: b}, stringData: {AZURE_CLIENT_SECRET: c, AZURE_TENANT_ID: d}`,
      ),
      "complete",
    ],
    ["null", core("Secret", "peer-pods-secret", `data: {AZURE_SUBSCRIPTION_ID: null}`), "lacks"],
    ["no mapping", core("Secret", "peer-pods-secret", `data: hidden`), "unknown"],
    ["nothing", core("Secret", "peer-pods-secret", `type: Opaque`), "lacks"],
    ["another name", core("Secret", "other", `data: {${keys}}`), "absent"],
    [
      "a namespace that is not known",
      core("Secret", "peer-pods-secret", `data: {${keys}}`, "'${NS}'"),
      "unknown",
    ],
    ["single values", external(`{${single}}`), "lacks"],
    ["a whole entry", external("{dataFrom: [{extract: {key: a}}]}"), "unknown"],
    ["a template that replaces", external(`{${single}, target: {template: {data: {${keys}}}}}`), "complete"],
    [
      "a template that replaces too much",
      external(`{dataFrom: [{extract: {key: a}}], target: {template: {data: {AZURE_CLIENT_ID: a}}}}`),
      "lacks",
    ],
    [
      "a template that is merged",
      external(
        `{dataFrom: [{extract: {key: a}}], target: {template: {mergePolicy: Merge, data: {AZURE_CLIENT_ID: a}}}}`,
      ),
      "unknown",
    ],
    [
      "a template from elsewhere",
      external(`{target: {template: {templateFrom: [{configMap: {name: a}}]}}}`),
      "unknown",
    ],
    ["odd entries", external("{data: [7, {secretKey: 8}]}"), "lacks"],
    ["sealed", sealed(`{encryptedData: {${keys}}}`), "complete"],
    [
      "sealed in part",
      sealed(`{encryptedData: {AZURE_CLIENT_ID: a}, template: {data: {AZURE_TENANT_ID: b}}}`),
      "lacks",
    ],
    ["sealed in the older form", sealed("{data: AgB}"), "unknown"],
  ])("%s", (_name, text, state) => {
    const graph = graphOf(config("{}") + azure + text);
    expect(
      storeState(graph, only(graph, kinds.PeerPodConfig, "peerpodconfig-openshift"), "Secret", "azure").state,
    ).toBe(state);
  });

  test("the name of the Secret may be open", () => {
    const graph = graphOf(config("{cloudSecretName: '${X}', configMapName: '${Y}'}"));
    const resource = only(graph, kinds.PeerPodConfig, "peerpodconfig-openshift");
    expect(storeState(graph, resource, "Secret", "azure").state).toBe("unknown");
    expect(cloudOf(graph, resource).state).toBe("unknown");
  });

  test.each([
    ["what the ConfigMap says", azure, "azure"],
    ["an empty entry", core("ConfigMap", "peer-pods-cm", "data: {CLOUD_PROVIDER: ''}"), null],
    ["a variable", core("ConfigMap", "peer-pods-cm", "data: {CLOUD_PROVIDER: '${X}'}"), null],
    ["no ConfigMap", "", null],
  ])("the cloud: %s", (_name, text, cloud) => {
    const graph = graphOf(config("{}") + text);
    const found = cloudOf(graph, only(graph, kinds.PeerPodConfig, "peerpodconfig-openshift"));
    expect(found.state === "value" ? found.value : null).toBe(cloud);
  });

  test.each([
    ["an unknown cloud may make its Secret", null, "unknown"],
    ["Amazon's is made", "aws", "complete"],
    ["another has to be there", "azure", "absent"],
  ])("without a Secret: %s", (_name, cloud, state) => {
    const graph = graphOf(config("{}"));
    expect(
      storeState(graph, only(graph, kinds.PeerPodConfig, "peerpodconfig-openshift"), "Secret", cloud).state,
    ).toBe(state);
  });
});

describe("how many peer pods a workload wants", () => {
  const workload = (kind: string, spec: string, apiVersion = "apps/v1"): string =>
    `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: w, namespace: shop}, spec: ${spec}}\n---\n`;
  const template = "template: {spec: {runtimeClassName: kata-remote}}";
  const service = (annotations: string): string =>
    workload(
      "Service",
      `{template: {metadata: {annotations: {${annotations}}}, spec: {runtimeClassName: kata-remote}}}`,
      "serving.knative.dev/v1",
    );
  const scale = "autoscaling.knative.dev";
  const machines = (spec: string, labels = "{node-role.kubernetes.io/kata-oc: ''}"): string =>
    `{apiVersion: machine.openshift.io/v1beta1, kind: MachineSet, metadata: {name: m}, spec: {${spec}template: {spec: {metadata: {labels: ${labels}}}}}}\n---\n`;
  test.each([
    ["one Pod", pod("{runtimeClassName: kata-remote}"), 1],
    ["a Deployment", workload("Deployment", `{${template}}`), 1],
    ["with replicas", workload("StatefulSet", `{replicas: 3, ${template}}`), 3],
    ["with replicas that are no number", workload("Deployment", `{replicas: many, ${template}}`), null],
    ["a Service", service("a: b"), 0],
    ["with a scale", service(`${scale}/min-scale: '2', ${scale}/maxScale: '5'`), 2],
    ["with an upper scale below the lower", service(`${scale}/minScale: '6', ${scale}/max-scale: '5'`), 6],
    ["with a scale that is no number", service(`${scale}/min-scale: some`), null],
    ["a Job", workload("Job", `{parallelism: 4, ${template}}`, "batch/v1"), 4],
    [
      "a Job with completions",
      workload("Job", `{parallelism: 4, completions: 2, ${template}}`, "batch/v1"),
      2,
    ],
    ["a Job with a variable", workload("Job", `{completions: '\${X}', ${template}}`, "batch/v1"), null],
    ["a CronJob", workload("CronJob", `{jobTemplate: {spec: {${template}}}}`, "batch/v1"), 1],
    ["a DaemonSet on unknown nodes", workload("DaemonSet", `{${template}}`), null],
    ["a DaemonSet", machines("replicas: 4, ") + workload("DaemonSet", `{${template}}`), 4],
  ])("%s", (_name, text, wanted) => {
    const found = demands(graphOf(text));
    const [first] = found ?? [];
    expect(found && first ? first.least : null).toEqual(wanted);
  });

  test.each([
    ["both ends", "minReplicas: 2, maxReplicas: 6", 2],
    ["one end", "maxReplicas: 6", 1],
    ["no upper end", "minReplicas: 2", 2],
  ])("an autoscaler with %s", (_name, ends, wanted) => {
    const scaler = `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: s, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: w}, ${ends}}}`;
    const found = demands(graphOf(workload("Deployment", `{${template}}`) + scaler));
    const [first] = found ?? [];
    expect(found && first ? first.least : null).toEqual(wanted);
  });

  const node = (labels: string): string =>
    `{apiVersion: v1, kind: Node, metadata: {name: n, labels: ${labels}}}\n---\n`;
  const kataLabel = "{node-role.kubernetes.io/kata-oc: ''}";
  test.each([
    ["MachineSets", machines("replicas: 2, "), 2],
    ["a MachineSet without a number", machines(""), 1],
    ["a MachineSet with a variable", machines("replicas: '${N}', "), null],
    ["other MachineSets", machines("replicas: 2, ", "{a: b}"), null],
    ["labels that are not known", machines("replicas: 2, ", "{a: '${X}'}"), null],
    ["Nodes", node(kataLabel) + machines("replicas: 5, "), 1],
    ["Nodes whose labels are not known", node("{a: '${X}'}"), null],
    ["two PeerPodConfigs", config("{}") + config("{}", "b") + machines("replicas: 2, "), null],
    ["a selector that is not known", config("{nodeSelector: '${X}'}") + machines("replicas: 2, "), null],
    ["the workers of a KataConfig", enabled + machines("replicas: 2, ", "{a: b}"), 2],
    [
      "those that it selects",
      kata("{kataConfigPoolSelector: {matchLabels: {a: b}}}") + machines("replicas: 2, ", "{a: b}"),
      2,
    ],
    [
      "a selector of it that is open",
      kata("{kataConfigPoolSelector: {matchLabels: {a: '${X}'}}}") + machines("replicas: 2, ", "{a: b}"),
      null,
    ],
  ])("nodes: %s", (_name, text, count) => {
    expect(nodeCount(graphOf(text))).toBe(count);
  });

  test.each([
    ["no node anywhere", config("{}"), "unknown"],
    ["other nodes", node("{a: b}"), "no"],
    ["the label", node(kataLabel), "yes"],
    ["a KataConfig", kata("{}"), "yes"],
  ])("a home: %s", (_name, text, found) => {
    expect(hasNodes(graphOf(text), { "node-role.kubernetes.io/kata-oc": "" })).toBe(found);
  });

  const install = (compute: string): string =>
    `{apiVersion: v1, baseDomain: example.org, metadata: {name: c}, compute: ${compute}}\n---\n`;
  test.each([
    ["no machine sets, no installation", enabled, false],
    ["a worker", node("{node-role.kubernetes.io/worker: ''}") + machines("replicas: 0, "), false],
    ["empty machine sets", machines("replicas: 0, "), true],
    [
      "one with a machine",
      machines("replicas: 0, ") + machines("replicas: 1, ").replace("name: m", "name: n"),
      false,
    ],
    ["an installation without workers", install("[{name: worker, replicas: 0}]"), true],
    ["one with the usual number", install("[{name: worker}]"), false],
    ["one without pools", install("[]"), false],
    ["one that says nothing", install("null"), false],
  ])("no worker: %s", (_name, text, expected) => {
    expect(withoutWorkers(graphOf(text)) !== null).toBe(expected);
  });
});

describe("what the webhook takes away", () => {
  test.each([
    ["nothing", "{containers: [{name: a}]}", []],
    ["CPU", "{containers: [{resources: {limits: {cpu: 1}}}]}", ["cpu"]],
    ["of init containers", "{initContainers: [{resources: {requests: {memory: 1Gi}}}]}", ["memory"]],
    [
      "GPUs of other makers",
      "{containers: [{resources: {limits: {amd.com/gpu: 1, gpu.intel.com/i915: 1}}}]}",
      ["amd.com/gpu", "gpu.intel.com/i915"],
    ],
    [
      "not disks, and not what is no mapping",
      "{containers: [7, {resources: {limits: {ephemeral-storage: 1Gi}, requests: 7}}]}",
      [],
    ],
  ])("%s", (_name, spec, names) => {
    const graph = graphOf(pod(spec));
    const [template] = graph.podsOf(only(graph, kinds.Pod, "p"));
    expect(template && declaredResources(template).map(({ name }) => name)).toEqual(names);
  });

  test.each([
    ["1.6.0", "Manual", "vanish"],
    ["1.6.0", "Automatic", "unknown"],
    ["1.7.0", "Manual", "unknown"],
    ["1.8.1", "Automatic", "annotation"],
    ["x", "Manual", "unknown"],
  ])("GPUs with version %s, approval %s", (version, approval, handling) => {
    const text = `{apiVersion: operators.coreos.com/v1alpha1, kind: Subscription, metadata: {name: s, namespace: a}, spec: {name: x, installPlanApproval: ${approval}, startingCSV: sandboxed-containers-operator.v${version}}}`;
    expect(gpuHandling(graphOf(text))).toBe(handling);
  });

  test.each([
    ["of requests", "hard: {requests.cpu: 1}", true],
    ["of machines", "hard: {requests.kata.peerpods.io/vm: 1}", false],
    ["with scopes", "hard: {cpu: 1}, scopes: [BestEffort]", false],
    ["without anything", "hard: 7", false],
  ])("a quota %s", (_name, spec, refuses) => {
    const graph = graphOf(core("ResourceQuota", "q", `spec: {${spec}}`, "shop"));
    expect(refusingQuota(graph, "shop") !== null).toBe(refuses);
  });
});

describe("policies about the class", () => {
  const policy = (apiVersion: string, kind: string, spec: string): string =>
    `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: p}, spec: ${spec}}\n---\n`;
  const text = "note: runtimeClassName";
  test.each([
    [
      "Kyverno",
      policy("kyverno.io/v1", "ClusterPolicy", `{validationFailureAction: enforce, ${text}}`),
      [true],
    ],
    ["Kyverno that audits by default", policy("kyverno.io/v1", "ClusterPolicy", `{${text}}`), [false]],
    ["Kyverno's newer kind", policy("policies.kyverno.io/v1alpha1", "ValidatingPolicy", `{${text}}`), [true]],
    [
      "Kyverno's newer kind that audits",
      policy("policies.kyverno.io/v1alpha1", "ValidatingPolicy", `{validationActions: [Audit], ${text}}`),
      [false],
    ],
    ["Kubewarden", policy("policies.kubewarden.io/v1", "ClusterAdmissionPolicy", `{${text}}`), [true]],
    [
      "Kubewarden that watches",
      policy("policies.kubewarden.io/v1", "ClusterAdmissionPolicy", `{mode: monitor, ${text}}`),
      [false],
    ],
    [
      "a policy without a binding",
      policy("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", `{${text}}`),
      [false],
    ],
    [
      "a policy about something else",
      policy("kyverno.io/v1", "ClusterPolicy", "{validationFailureAction: enforce}"),
      [],
    ],
  ])("%s", (_name, given, denies) => {
    expect(classPolicies(graphOf(given)).map((found) => found.denies)).toEqual(denies);
  });
});

describe("namespaces that the webhook leaves out", () => {
  test.each([
    ["kube-system", "yes"],
    ["openshift-monitoring", "yes"],
    [home, "yes"],
    ["openshift-workshop", "no"],
    ["shop", "no"],
  ])("%s", (namespace, skipped) => {
    expect(isSkipped(graphOf(pod("{}")), namespace)).toBe(skipped);
  });

  test("a webhook of the set decides by its own selector", () => {
    const hook = (selector: string): string =>
      `{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: m}, webhooks: [{name: other}, {name: x, clientConfig: {service: {name: peer-pods-webhook-svc}}${selector}}]}`;
    expect(isSkipped(graphOf(hook("")), "kube-system")).toBe("no");
    expect(isSkipped(graphOf(hook(", namespaceSelector: {matchLabels: {a: b}}")), "shop")).toBe("unknown");
  });
});
