import { kinds } from "../mesh/kinds.ts";
import type { Kind } from "../model/resource.ts";
import { isList, type Mapping, valueAt } from "../model/value.ts";
import {
  type Condition,
  conditionsOf,
  failed,
  judged,
  numberAt,
  type ObjectReadiness,
  ready,
  said,
  textAt,
  unseen,
  waiting,
} from "./conditions.ts";
import { daemonSet, deployment, job, pod, statefulSet } from "./workload-readiness.ts";

/** What is waited for, as a plan says it, and how it is told. */
interface Expectation {
  readonly text: string;
  readonly look: (object: Mapping) => ObjectReadiness;
}

const hasReason =
  (...reasons: readonly string[]) =>
  ({ reason }: Condition): boolean =>
    reasons.includes(reason);

const conditions = (
  types: readonly string[],
  fails?: (condition: Condition) => boolean,
  text?: string,
): Expectation => ({
  text: text ?? `${types.join(" and ")} True`,
  look: (object) => judged(object, { types, ...(fails && { fails }) }),
});

/** Knative's own objects: False is a verdict, Unknown means that it is being worked at (knative/pkg `apis.Condition`). */
const knative = (types: readonly string[] = ["Ready"]): Expectation =>
  conditions(["Ready"], ({ type, status }) => types.includes(type) && status === "False", "Ready True");

/**
 * Knative's operator: Ready is False as long as Deployments are starting; what cannot be installed, or updated from
 * this version, stays so (knative/operator `pkg/apis/operator/v1beta1`).
 */
const operator = conditions(
  ["Ready"],
  ({ type, status, reason }) =>
    status === "False" &&
    ((type === "InstallSucceeded" && reason === "Error") || type === "VersionMigrationEligible"),
  "Ready True (DependenciesInstalled, InstallSucceeded, DeploymentsAvailable)",
);

/** Maistra: an error of the last attempt; the operator tries again (maistra/istio-operator `status.go`). */
const maistraErrors = hasReason(
  "InstallError",
  "ReconcileError",
  "ValidationError",
  "DependencyMissingError",
  "MultipleSMCPs",
);

const namespace: Expectation = {
  text: "phase Active",
  look: (object) => {
    const phase = textAt(object, "status", "phase");
    if (phase === "Active") return ready;
    return phase === "Terminating" ? failed("it is being deleted") : waiting("it has no phase yet");
  },
};

const definition: Expectation = {
  text: "Established True",
  look: (object) => {
    const bad = conditionsOf(object).find(
      ({ type, status }) =>
        (type === "NamesAccepted" && status === "False") || (type === "Terminating" && status === "True"),
    );
    return bad ? failed(said(bad)) : judged(object, { types: ["Established"] });
  },
};

/** OLM (operator-framework/api `pkg/operators/v1alpha1/subscription_types.go`). */
const subscription: Expectation = {
  text: "its ClusterServiceVersion is in phase Succeeded",
  look: (object) => {
    const bad = conditionsOf(object).find(
      ({ type, status }) =>
        status === "True" && (type === "ResolutionFailed" || type === "BundleUnpackFailed"),
    );
    if (bad) return failed(said(bad));
    const [installed, current] = [
      textAt(object, "status", "installedCSV"),
      textAt(object, "status", "currentCSV"),
    ];
    const manual = textAt(object, "spec", "installPlanApproval") === "Manual";
    // A newer version that waits for somebody's approval does not undo the one that runs.
    if (installed !== "" && (manual || current === "" || current === installed)) return ready;
    if (manual)
      return waiting("its install plan waits for somebody's approval (installPlanApproval: Manual)");
    return waiting(current === "" ? "OLM has not chosen a version yet" : `${current} is not installed yet`);
  },
};

const clusterServiceVersion: Expectation = {
  text: "phase Succeeded",
  look: (object) => {
    const phase = textAt(object, "status", "phase");
    if (phase === "Succeeded") return ready;
    const message = textAt(object, "status", "message");
    const what = `phase ${phase || "(none)"}${message === "" ? "" : `: ${message}`}`;
    return phase === "Failed" ? failed(what) : waiting(what);
  },
};

/** Routers judge a Route each for itself; one that admits it is enough. */
const route: Expectation = {
  text: "Admitted True",
  look: (object) => {
    const ingress = valueAt(object, ["status", "ingress"]);
    const verdicts = (isList(ingress) ? ingress : [])
      .flatMap((entry) => conditionsOf(entry, ["conditions"]))
      .filter(({ type }) => type === "Admitted");
    if (verdicts.some(({ status }) => status === "True")) return ready;
    const refused = verdicts.find(({ status }) => status === "False");
    return refused ? failed(said(refused)) : waiting("no router has admitted it yet");
  },
};

/** openshift/machine-config-operator; a pool that is paused updates nothing, as its owner wants. */
const machineConfigPool: Expectation = {
  text: "Updated True, Degraded False",
  look: (object) => {
    const bad = conditionsOf(object).find(({ type, status }) => type === "Degraded" && status === "True");
    if (bad) return failed(said(bad));
    if (valueAt(object, ["spec", "paused"]) === true) return ready;
    const state = judged(object, { types: ["Updated"] });
    if (state.state !== "waiting") return state;
    const [done, all] = [
      numberAt(object, "status", "updatedMachineCount"),
      numberAt(object, "status", "machineCount"),
    ];
    return done === null || all === null
      ? state
      : waiting(`${done} of ${all} nodes are updated; ${state.what}`);
  },
};

const machineSetting: Expectation = {
  text: "Success True",
  look: (object) => {
    const bad = conditionsOf(object)
      .toReversed()
      .find(({ type }) => type === "Failure" || type === "Success");
    if (bad?.type === "Failure" && bad.status === "True") return failed(said(bad));
    return judged(object, { types: ["Success"] });
  },
};

/** openshift/sandboxed-containers-operator `api/v1/kataconfig_types.go`. */
const kataConfig: Expectation = {
  text: "InProgress False",
  look: (object) => {
    const early = unseen(object);
    if (early) return early;
    const nodes = valueAt(object, ["status", "kataNodes", "failedToInstall"]);
    if (isList(nodes) && nodes.length > 0)
      return failed(`Kata is not installed on ${nodes.map(String).join(", ")}`);
    const progress = conditionsOf(object).find(({ type }) => type === "InProgress");
    if (progress?.status === "False") return ready;
    if (progress?.reason === "Failed") return failed(said(progress));
    return waiting(progress ? said(progress) : "its operator has not begun yet");
  },
};

const peerPodConfig: Expectation = {
  text: "status.setupCompleted",
  look: (object) =>
    valueAt(object, ["status", "setupCompleted"]) === true
      ? ready
      : waiting("its setup is not completed yet"),
};

const expectations: Readonly<Record<Kind, Expectation>> = {
  [kinds.Namespace]: namespace,
  [kinds.CustomResourceDefinition]: definition,
  [kinds.Deployment]: { text: "all replicas are of this version and available", look: deployment },
  [kinds.StatefulSet]: { text: "all replicas are of this version and ready", look: statefulSet },
  [kinds.DaemonSet]: { text: "all nodes run this version of it", look: daemonSet },
  [kinds.Job]: { text: "Complete True", look: job },
  [kinds.Pod]: { text: "Ready True", look: pod },
  [kinds.OperatorSubscription]: subscription,
  [kinds.ClusterServiceVersion]: clusterServiceVersion,
  [kinds.ServiceMeshControlPlane]: conditions(["Ready"], maistraErrors, "Ready True (Installed, Reconciled)"),
  [kinds.ServiceMeshMemberRoll]: conditions(["Ready"], maistraErrors),
  [kinds.ServiceMeshMember]: conditions(["Reconciled", "Ready"], maistraErrors),
  // The sail operator says of its ReconcileError that it will be retried.
  [kinds.Istio]: conditions(["Reconciled", "Ready"], hasReason("ReconcileError")),
  [kinds.IstioCni]: conditions(["Reconciled", "Ready"], hasReason("ReconcileError")),
  [kinds.IstioPreview]: conditions(["Reconciled", "Ready"], hasReason("ReconcileError")),
  [kinds.IstioCniPreview]: conditions(["Reconciled", "Ready"], hasReason("ReconcileError")),
  [kinds.KnativeServing]: operator,
  [kinds.KnativeEventing]: operator,
  [kinds.KnativeKafka]: operator,
  [kinds.KnativeService]: knative(["ConfigurationsReady", "RoutesReady"]),
  [kinds.Configuration]: knative(),
  [kinds.KnativeRoute]: knative(["AllTrafficAssigned", "IngressReady"]),
  [kinds.DomainMapping]: knative(["DomainClaimed", "CertificateProvisioned", "IngressReady"]),
  [kinds.Route]: route,
  [kinds.ApiService]: conditions(["Available"]),
  [kinds.CertManagerCertificate]: conditions(["Ready"], hasReason("Failed")),
  [kinds.MachineConfig]: { text: "its pool is Updated and not Degraded", look: () => ready },
  [kinds.MachineConfigPool]: machineConfigPool,
  [kinds.KubeletConfig]: machineSetting,
  [kinds.ContainerRuntimeConfig]: machineSetting,
  [kinds.KataConfig]: kataConfig,
  [kinds.PeerPodConfig]: peerPodConfig,
};

/** Brokers, channels, sources, sinks: each of them has a condition Ready. */
const eventing = /\.(?:eventing|messaging|sources|flows|sinks)\.knative\.dev$/;
const events = knative();
const settings: ReadonlySet<Kind> = new Set(["EventType.eventing.knative.dev"]);
const pipelines = conditions(["Ready"]);

function expectationOf(kind: Kind): Expectation | null {
  if (Object.hasOwn(expectations, kind)) return expectations[kind] ?? null;
  if (eventing.test(kind) && !settings.has(kind)) return events;
  return kind.endsWith(".operator.tekton.dev") ? pipelines : null;
}

/** In kubectl's notation: `Deployment.apps`. */
export function kindOf(object: Mapping): Kind {
  const [apiVersion, kind] = [textAt(object, "apiVersion"), textAt(object, "kind")];
  return apiVersion.includes("/") ? `${kind}.${apiVersion.split("/", 1)[0]}` : kind;
}

/** What is waited for after an object of a kind was applied, as a plan says it; null: nothing. */
export function waitsFor(kind: Kind): string | null {
  return expectationOf(kind)?.text ?? null;
}

/**
 * Whether an object is what it was applied for, by the conditions of its kind (requirements section 4). What its status
 * says about an earlier generation counts for nothing. Failures are what controllers call so; many of them try again,
 * so that one that is seen once is no verdict yet.
 *
 * @param object as the server has it, with its status
 */
export function readiness(object: Mapping): ObjectReadiness {
  return expectationOf(kindOf(object))?.look(object) ?? { state: "none" };
}

/** Another object whose readiness counts for this one. */
export interface Companion {
  readonly kind: Kind;
  readonly namespace: string | null;
  readonly name: string;
}

/**
 * The ClusterServiceVersion that a Subscription has installed, and the pool of nodes that takes up a MachineConfig; null:
 * the object stands for itself.
 */
export function companionOf(object: Mapping): Companion | null {
  switch (kindOf(object)) {
    case kinds.OperatorSubscription: {
      const name = textAt(object, "status", "installedCSV");
      const namespace = textAt(object, "metadata", "namespace") || null;
      return name === "" ? null : { kind: kinds.ClusterServiceVersion, namespace, name };
    }
    case kinds.MachineConfig: {
      const name = textAt(object, "metadata", "labels", "machineconfiguration.openshift.io/role");
      return name === "" ? null : { kind: kinds.MachineConfigPool, namespace: null, name };
    }
    default:
      return null;
  }
}

/**
 * Whether an object is ready together with its companion.
 *
 * @param beside the companion as the server has it; null: it is not there
 */
export function readinessBeside(object: Mapping, beside: Mapping | null): ObjectReadiness {
  const { kind = "", name = "" } = companionOf(object) ?? {};
  const called = `${kind.split(".", 1)[0]} ${name}`;
  if (kindOf(object) === kinds.MachineConfig) {
    // A role without a pool is nobody's.
    if (beside === null) return ready;
    const sources = valueAt(beside, ["spec", "configuration", "source"]);
    const own = textAt(object, "metadata", "name");
    const taken = isList(sources) && sources.some((source) => textAt(source, "name") === own);
    if (!taken) return waiting(`${called} has not taken it up yet`);
  }
  if (beside === null) return waiting(`${called} is not there yet`);
  const state = readiness(beside);
  return "what" in state ? { ...state, what: `${called}: ${state.what}` } : state;
}
