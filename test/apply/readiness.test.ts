import { describe, expect, it } from "vitest";
import { companionOf, readiness, readinessBeside, waitsFor } from "../../src/apply/readiness.ts";
import type { Mapping } from "../../src/model/value.ts";

const object = (apiVersion: string, kind: string, status: Mapping, more: Mapping = {}): Mapping => ({
  apiVersion,
  kind,
  metadata: { name: "x", namespace: "shop", generation: 2 },
  ...more,
  status,
});

const condition = (type: string, status: string, reason = "", message = ""): Mapping => ({
  type,
  status,
  ...(reason && { reason }),
  ...(message && { message }),
});

const conditions = (...list: readonly Mapping[]): Mapping => ({ conditions: list });

const stateOf = (apiVersion: string, kind: string, status: Mapping, more: Mapping = {}): string => {
  const state = readiness(object(apiVersion, kind, status, more));
  return "what" in state ? `${state.state}: ${state.what}` : state.state;
};

describe("readiness by a kind's own conditions", () => {
  it.each([
    ["maistra.io/v2", "ServiceMeshControlPlane"],
    ["maistra.io/v1", "ServiceMeshMemberRoll"],
    ["operator.knative.dev/v1beta1", "KnativeServing"],
    ["operator.knative.dev/v1beta1", "KnativeEventing"],
    ["operator.serverless.openshift.io/v1alpha1", "KnativeKafka"],
    ["serving.knative.dev/v1", "Service"],
    ["serving.knative.dev/v1", "Route"],
    ["serving.knative.dev/v1beta1", "DomainMapping"],
    ["eventing.knative.dev/v1", "Broker"],
    ["sources.knative.dev/v1beta1", "KafkaSource"],
    ["messaging.knative.dev/v1", "Subscription"],
    ["flows.knative.dev/v1", "Sequence"],
    ["operator.tekton.dev/v1alpha1", "TektonConfig"],
  ])("%s %s is ready with Ready True, and not before", (apiVersion, kind) => {
    expect(stateOf(apiVersion, kind, {})).toBe("waiting: it has no condition Ready yet");
    const unknown = conditions(condition("Ready", "Unknown", "Busy", "still busy"));
    expect(stateOf(apiVersion, kind, unknown)).toBe("waiting: Ready is Unknown (Busy): still busy");
    expect(stateOf(apiVersion, kind, conditions(condition("Ready", "True")))).toBe("ready");
    expect(waitsFor(`${kind}.${apiVersion.split("/")[0]}`)).toContain("Ready");
  });

  it.each([
    ["sailoperator.io/v1", "Istio"],
    ["sailoperator.io/v1", "IstioCNI"],
    ["maistra.io/v1", "ServiceMeshMember"],
  ])("%s %s has to be reconciled as well", (apiVersion, kind) => {
    expect(stateOf(apiVersion, kind, conditions(condition("Ready", "True")))).toContain("Reconciled");
    const both = conditions(condition("Reconciled", "True"), condition("Ready", "True"));
    expect(stateOf(apiVersion, kind, both)).toBe("ready");
  });

  it("counts nothing that is said about an earlier generation", () => {
    const old = { observedGeneration: 1, ...conditions(condition("Ready", "True")) };
    expect(stateOf("operator.knative.dev/v1beta1", "KnativeServing", old)).toContain("generation 2");
    const one = conditions({ ...condition("Ready", "True"), observedGeneration: 1 });
    expect(stateOf("maistra.io/v1", "ServiceMeshMemberRoll", one)).toContain("earlier generation");
  });

  it("tells the message of the condition that has one", () => {
    const status = conditions(
      condition("Ready", "False"),
      condition("DeploymentsAvailable", "False", "NotReady", "Waiting on deployments:\n activator"),
    );
    expect(stateOf("operator.knative.dev/v1beta1", "KnativeServing", status)).toBe(
      "waiting: DeploymentsAvailable is False (NotReady): Waiting on deployments: activator",
    );
  });

  it.each([
    [
      "maistra.io/v2",
      "ServiceMeshControlPlane",
      condition("Reconciled", "False", "ReconcileError", "no chart"),
    ],
    [
      "operator.knative.dev/v1beta1",
      "KnativeServing",
      condition("InstallSucceeded", "False", "Error", "no role"),
    ],
    ["operator.knative.dev/v1beta1", "KnativeServing", condition("VersionMigrationEligible", "False")],
    ["serving.knative.dev/v1", "Service", condition("ConfigurationsReady", "False", "RevisionFailed")],
    ["eventing.knative.dev/v1", "Trigger", condition("Ready", "False", "BrokerDoesNotExist")],
    [
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      condition("NamesAccepted", "False", "PluralConflict"),
    ],
    ["machineconfiguration.openshift.io/v1", "MachineConfigPool", condition("Degraded", "True")],
    ["operators.coreos.com/v1alpha1", "Subscription", condition("ResolutionFailed", "True")],
    ["batch/v1", "Job", condition("Failed", "True", "BackoffLimitExceeded")],
    ["kataconfiguration.openshift.io/v1", "KataConfig", condition("InProgress", "True", "Failed")],
  ])("%s %s: what waiting does not help is told apart", (apiVersion, kind, bad) => {
    expect(stateOf(apiVersion, kind, conditions(bad, condition("Ready", "False")))).toMatch(/^failed: /);
  });

  it("knows kinds that are there as soon as they exist", () => {
    expect(readiness({ apiVersion: "v1", kind: "ConfigMap", metadata: {} })).toEqual({ state: "none" });
    expect(waitsFor("ConfigMap")).toBeNull();
    expect(waitsFor("EventType.eventing.knative.dev")).toBeNull();
    expect(waitsFor("constructor")).toBeNull();
  });
});

describe("readiness of Kubernetes' and OpenShift's own kinds", () => {
  it("waits for a namespace to be active, and not for one that goes away", () => {
    expect(stateOf("v1", "Namespace", {})).toMatch(/^waiting/);
    expect(stateOf("v1", "Namespace", { phase: "Active" })).toBe("ready");
    expect(stateOf("v1", "Namespace", { phase: "Terminating" })).toMatch(/^failed/);
  });

  it("waits for a definition to be established", () => {
    const status = conditions(condition("NamesAccepted", "True"), condition("Established", "True"));
    expect(stateOf("apiextensions.k8s.io/v1", "CustomResourceDefinition", status)).toBe("ready");
  });

  it("follows a Deployment as kubectl does", () => {
    const told = (status: Mapping): string =>
      stateOf("apps/v1", "Deployment", status, { spec: { replicas: 2 } });
    expect(told({})).toBe("waiting: its controller has not seen it yet");
    const seen = { observedGeneration: 2 };
    expect(told({ ...seen, updatedReplicas: 1 })).toBe("waiting: 1 of 2 replicas are of this version");
    expect(told({ ...seen, updatedReplicas: 2, replicas: 3 })).toContain("1 replicas of earlier versions");
    expect(told({ ...seen, updatedReplicas: 2, replicas: 2, availableReplicas: 1 })).toContain("1 of 2");
    expect(told({ ...seen, updatedReplicas: 2, replicas: 2, availableReplicas: 2 })).toBe("ready");
    const refused = conditions(condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota"));
    expect(told({ ...seen, ...refused })).toMatch(/^waiting: 0 of 2 .*exceeded quota/);
    expect(
      told({ ...seen, ...conditions(condition("Progressing", "False", "ProgressDeadlineExceeded")) }),
    ).toMatch(/^failed/);
  });

  it("follows StatefulSets and DaemonSets", () => {
    const seen = { observedGeneration: 2 };
    const set = { readyReplicas: 1, currentRevision: "a", updateRevision: "b", updatedReplicas: 0 };
    expect(stateOf("apps/v1", "StatefulSet", { ...seen, readyReplicas: 0 })).toContain("0 of 1");
    expect(stateOf("apps/v1", "StatefulSet", { ...seen, ...set })).toContain(
      "0 of 1 replicas are of this version",
    );
    expect(stateOf("apps/v1", "StatefulSet", { ...seen, ...set, currentRevision: "b" })).toBe("ready");
    const byHand = { spec: { updateStrategy: { type: "OnDelete" } } };
    expect(stateOf("apps/v1", "StatefulSet", { ...seen, ...set }, byHand)).toBe("ready");
    const nodes = { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 2 };
    expect(stateOf("apps/v1", "DaemonSet", { ...seen, ...nodes })).toContain("2 of 3 pods");
    expect(stateOf("apps/v1", "DaemonSet", { ...seen, ...nodes, updatedNumberScheduled: 3 })).toContain(
      "available",
    );
    const all = { ...nodes, updatedNumberScheduled: 3, numberAvailable: 3 };
    expect(stateOf("apps/v1", "DaemonSet", { ...seen, ...all })).toBe("ready");
  });

  it("waits for jobs and pods", () => {
    expect(stateOf("batch/v1", "Job", { active: 1 })).toContain("1 pods");
    expect(stateOf("batch/v1", "Job", conditions(condition("Complete", "True")))).toBe("ready");
    expect(stateOf("batch/v1", "Job", {}, { spec: { suspend: true } })).toBe("ready");
    expect(stateOf("v1", "Pod", { phase: "Failed", reason: "Evicted" })).toBe(
      "failed: phase Failed: Evicted",
    );
    expect(stateOf("v1", "Pod", { phase: "Running", ...conditions(condition("Ready", "True")) })).toBe(
      "ready",
    );
    expect(stateOf("v1", "Pod", { phase: "Succeeded" })).toBe("ready");
  });

  it("leads from a Subscription to its ClusterServiceVersion", () => {
    const told = (status: Mapping, spec: Mapping = {}): string =>
      stateOf("operators.coreos.com/v1alpha1", "Subscription", status, { spec });
    expect(told({})).toContain("not chosen");
    expect(told({ currentCSV: "serverless.v2", installedCSV: "serverless.v1" })).toContain("serverless.v2");
    const manual = { installPlanApproval: "Manual" };
    expect(told({ currentCSV: "serverless.v2" }, manual)).toContain("approval");
    expect(told({ currentCSV: "serverless.v2", installedCSV: "serverless.v1" }, manual)).toBe("ready");
    const installed = { currentCSV: "serverless.v1", installedCSV: "serverless.v1" };
    expect(told(installed)).toBe("ready");
    expect(companionOf(object("operators.coreos.com/v1alpha1", "Subscription", installed))).toEqual({
      kind: "ClusterServiceVersion.operators.coreos.com",
      namespace: "shop",
      name: "serverless.v1",
    });
    const phase = (name: string): string =>
      stateOf("operators.coreos.com/v1alpha1", "ClusterServiceVersion", { phase: name, message: "said" });
    expect([phase("Succeeded"), phase("Installing"), phase("Failed")]).toEqual([
      "ready",
      "waiting: phase Installing: said",
      "failed: phase Failed: said",
    ]);
    expect(companionOf(object("messaging.knative.dev/v1", "Subscription", installed))).toBeNull();
  });

  it("takes a Route that one router admits", () => {
    const route = (...verdicts: readonly string[]): string =>
      stateOf("route.openshift.io/v1", "Route", {
        ingress: verdicts.map((verdict) => conditions(condition("Admitted", verdict, "HostAlreadyClaimed"))),
      });
    expect(route()).toContain("no router");
    expect(route("False")).toMatch(/^failed: .*HostAlreadyClaimed/);
    expect(route("False", "True")).toBe("ready");
  });

  it("waits for pools of nodes, but not for paused ones", () => {
    const pool = (status: Mapping, spec: Mapping = {}): string =>
      stateOf("machineconfiguration.openshift.io/v1", "MachineConfigPool", status, { spec });
    const updating = {
      ...conditions(condition("Updated", "False")),
      machineCount: 3,
      updatedMachineCount: 1,
    };
    expect(pool(updating)).toContain("1 of 3 nodes");
    expect(pool(updating, { paused: true })).toBe("ready");
    expect(pool(conditions(condition("Updated", "True"), condition("Degraded", "False")))).toBe("ready");
  });

  it("waits for the pool that takes up a MachineConfig", () => {
    const api = "machineconfiguration.openshift.io/v1";
    const labels = { "machineconfiguration.openshift.io/role": "worker" };
    const config: Mapping = { apiVersion: api, kind: "MachineConfig", metadata: { name: "99-x", labels } };
    expect(companionOf(config)).toEqual({
      kind: "MachineConfigPool.machineconfiguration.openshift.io",
      namespace: null,
      name: "worker",
    });
    const pool = (names: readonly string[], updated: string): Mapping => ({
      ...object(api, "MachineConfigPool", conditions(condition("Updated", updated))),
      spec: { configuration: { source: names.map((name) => ({ name })) } },
    });
    expect(readinessBeside(config, pool(["00-worker"], "True"))).toEqual({
      state: "waiting",
      what: "MachineConfigPool worker has not taken it up yet",
    });
    expect(readinessBeside(config, pool(["99-x"], "False"))).toMatchObject({ state: "waiting" });
    expect(readinessBeside(config, pool(["99-x"], "True"))).toEqual({ state: "ready" });
    expect(readinessBeside(config, null)).toEqual({ state: "ready" });
    expect(companionOf({ ...config, metadata: { name: "99-x" } })).toBeNull();
  });

  it("waits for peer pods", () => {
    const kata = (status: Mapping): string =>
      stateOf("kataconfiguration.openshift.io/v1", "KataConfig", status);
    expect(kata({})).toContain("not begun");
    expect(kata(conditions(condition("InProgress", "True", "Installing")))).toContain("Installing");
    expect(kata(conditions(condition("InProgress", "False")))).toBe("ready");
    expect(kata({ kataNodes: { failedToInstall: ["node-1"] } })).toContain("node-1");
    const peers = (done: boolean): string =>
      stateOf("confidentialcontainers.org/v1alpha1", "PeerPodConfig", { setupCompleted: done });
    expect([peers(true), peers(false)]).toEqual(["ready", "waiting: its setup is not completed yet"]);
  });

  it("reads the latest verdict of a kubelet's configuration", () => {
    const told = (...list: readonly Mapping[]): string =>
      stateOf("machineconfiguration.openshift.io/v1", "KubeletConfig", conditions(...list));
    expect(told(condition("Success", "True"))).toBe("ready");
    expect(told(condition("Success", "True"), condition("Failure", "True", "", "bad"))).toMatch(/^failed/);
    expect(told(condition("Failure", "True", "", "bad"), condition("Success", "True"))).toBe("ready");
  });
});
