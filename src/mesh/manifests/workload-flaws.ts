import type { Graph, PodTemplate } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import {
  isList,
  isMapping,
  type Mapping,
  type Path,
  plainText,
  type Value,
  valueAt,
} from "../../model/value.ts";
import { read } from "../field.ts";
import { kinds } from "../kinds.ts";
import { labelsOf, matchesLabels } from "../label-match.ts";
import { once } from "../memo.ts";
import { shellCommands } from "../shell.ts";

/** A workload of a kind that does not fit what it runs. */
export interface WorkloadFlaw {
  readonly path: Path;
  /** A clause for messages. */
  readonly why: string;
  readonly advice: string;
}

type Check = (graph: Graph, pod: PodTemplate) => WorkloadFlaw | null;

const listOf = (value: Value | undefined): readonly Value[] => (isList(value) ? value : []);
const containersOf = (pod: PodTemplate): readonly Mapping[] => listOf(pod.spec.containers).filter(isMapping);

const hookKeys = ["helm.sh/hook", "argocd.argoproj.io/hook", "kubernetes.io/config.source"];

function isSelected(graph: Graph, { resource, labels }: PodTemplate): boolean {
  return graph.all(kinds.Service).some(({ namespace, value }) => {
    const selector = valueAt(value, ["spec", "selector"]);
    if (namespace !== resource.namespace || !isMapping(selector) || Object.keys(selector).length === 0)
      return false;
    return matchesLabels(selector, labelsOf(labels)) === "yes";
  });
}

/** A Pod that serves something, and that nobody starts anew on another node. */
const barePod: Check = (graph, pod) => {
  const { resource } = pod;
  if (resource.kind !== kinds.Pod) return null;
  const policy = pod.spec.restartPolicy ?? "Always";
  if (policy !== "Always" || hookKeys.some((key) => Object.hasOwn(pod.annotations, key))) return null;
  const probed = containersOf(pod).some(({ livenessProbe, readinessProbe }) =>
    [livenessProbe, readinessProbe].some((probe) => isMapping(probe ?? null)),
  );
  if (!probed && !isSelected(graph, pod)) return null;
  return {
    path: ["kind"],
    why: "is a bare Pod that serves others, and nothing starts it anew when its node is lost",
    advice: "make it a Deployment",
  };
};

const availability = /(?:^|[./-])(?:ha|high-?availability|highly-?available)$/i;
/** The operator of Knative scales what has this label (knative/operator `pkg/reconciler/common/ha.go`). */
const scaledByOperator = "knative.dev/high-availability";
const affirmed = /^(?:true|yes|on|enabled|high|required|1)$/i;

const scaled = once(
  (graph: Graph): ReadonlySet<string> =>
    new Set(
      graph.all(kinds.HorizontalPodAutoscaler, "ScaledObject.keda.sh").map(({ namespace, value }) => {
        const name = valueAt(value, ["spec", "scaleTargetRef", "name"]);
        return `${namespace ?? ""}/${typeof name === "string" ? name : ""}`;
      }),
    ),
);

function replicas(graph: Graph, resource: Resource): number | null {
  if (scaled(graph).has(`${resource.namespace ?? ""}/${resource.name}`)) return null;
  const reading = read(resource, ["spec", "replicas"]);
  if (reading.state === "absent") return 1;
  return reading.state === "value" && typeof reading.value === "number" ? reading.value : null;
}

/** One replica, and a label that promises more. */
const singleReplica: Check = (graph, { resource, metadata }) => {
  if (resource.kind !== kinds.Deployment && resource.kind !== kinds.StatefulSet) return null;
  const label = [["metadata"], metadata]
    .map((path) => valueAt(resource.value, [...path, "labels"]))
    .flatMap((labels) => (isMapping(labels) ? Object.entries(labels) : []))
    .find(
      ([key, value]) => key !== scaledByOperator && availability.test(key) && affirmed.test(plainText(value)),
    );
  if (!label || replicas(graph, resource) !== 1) return null;
  return {
    path: ["spec", "replicas"],
    why: `is labelled as highly available (${label[0]}) and has one replica`,
    advice: "give it two replicas or more",
  };
};

/** Commands that end by themselves. */
const ending: readonly RegExp[] = [
  /^(?:true|echo|date|exit)\b/,
  /^(?:\S*\/)?(?:oc|kubectl) (?:apply|create|delete|patch|annotate|label|wait)\b/,
  /^(?:\S*\/)?flyway\b.* migrate\b/,
  /^(?:\S*\/)?liquibase\b.* update\b/,
  /^(?:\S*\/)?alembic\b.* upgrade\b/,
  /^(?:\S*\/)?python3? \S*manage\.py migrate\b/,
  /^(?:\S*\/)?(?:rake|rails) db:migrate\b/,
  /^(?:\S*\/)?(?:pg_dump|mysqldump|mongodump)\b/,
];
/** Words that keep a script alive. */
const lasting = /^(?:while|until|for|exec|sleep|wait|tail|trap|watch|nohup)$/;

function endsByItself(container: Mapping): boolean {
  const words = [container.command, container.args]
    .flatMap(listOf)
    .filter((word) => typeof word === "string");
  const shell = words.findIndex((word) => /^-\w*c$/.test(word));
  const commands =
    shell >= 0
      ? shellCommands(words[shell + 1] ?? "").map((command) => command.map(({ text }) => text))
      : [words];
  if (commands.flat().some((word) => lasting.test(word))) return false;
  const last = commands.at(-1)?.join(" ") ?? "";
  return ending.some((pattern) => pattern.test(last));
}

/** What runs to its end is started again and again by a Deployment. */
const runsToCompletion: Check = (_graph, pod) => {
  const { resource, spec, specPath } = pod;
  if (resource.kind !== kinds.Deployment && resource.kind !== kinds.DeploymentConfig) return null;
  const policy = spec.restartPolicy;
  if (policy === "Never" || policy === "OnFailure")
    return {
      path: [...specPath, "restartPolicy"],
      why: `has restartPolicy ${policy}, which Deployments do not take: what it runs is meant to end`,
      advice: "make it a Job",
    };
  const containers = containersOf(pod);
  const [only, ...more] = containers;
  if (!only || more.length > 0 || !endsByItself(only)) return null;
  const key = only.command === undefined ? "args" : "command";
  return {
    path: [...specPath, "containers", 0, key],
    why: "runs a command that ends by itself, and a Deployment starts it again and again",
    advice: "make it a Job or a CronJob",
  };
};

/** Agents that are of use on every node only. */
const agents =
  /(?:^|\/)(?:node-exporter|prometheus-node-exporter|fluent-?bit|fluentd|filebeat|promtail|node-problem-detector|cadvisor)(?:[:@]|$)/;
/** Folders of a node that agents read. */
const nodeFolders =
  /^\/(?:var\/log|var\/lib\/(?:docker|kubelet|containers)|proc|sys|dev|run\/containerd)?(?:\/|$)/;

const perNodeAgent: Check = (_graph, pod) => {
  const { resource, spec, specPath } = pod;
  if (resource.kind !== kinds.Deployment && resource.kind !== kinds.StatefulSet) return null;
  const volumes = listOf(spec.volumes);
  const index = volumes.findIndex((volume) => {
    const path = valueAt(volume, ["hostPath", "path"]);
    return typeof path === "string" && nodeFolders.test(path);
  });
  const known = containersOf(pod).some(({ image }) => typeof image === "string" && agents.test(image));
  if (index < 0 || !known) return null;
  return {
    path: [...specPath, "volumes", index, "hostPath"],
    why: "is an agent that reads the node that it runs on, and runs on some nodes only",
    advice: "make it a DaemonSet",
  };
};

/** Replicas of a Deployment that share a claim which one node can mount. */
const sharedClaim: Check = (graph, pod) => {
  const { resource, spec, specPath, namespace } = pod;
  const count = resource.kind === kinds.Deployment ? replicas(graph, resource) : null;
  if (count === null || count < 2) return null;
  const volumes = listOf(spec.volumes);
  for (const [index, volume] of volumes.entries()) {
    const path = ["persistentVolumeClaim", "claimName"];
    const name = valueAt(volume, path);
    if (typeof name !== "string") continue;
    const claims = graph.named(kinds.PersistentVolumeClaim, namespace, name);
    const single = claims.some((claim) => {
      const modes = valueAt(claim.value, ["spec", "accessModes"]);
      return (
        isList(modes) &&
        modes.length > 0 &&
        modes.every((mode) => /^ReadWriteOnce(?:Pod)?$/.test(plainText(mode)))
      );
    });
    if (!single) continue;
    return {
      path: [...specPath, "volumes", index, ...path],
      why: `has ${count} replicas that share claim ${name}, which one node at a time can write`,
      advice: "make it a StatefulSet with a claim for each replica",
    };
  }
  return null;
};

const checks: readonly Check[] = [barePod, singleReplica, runsToCompletion, perNodeAgent, sharedClaim];

/** Why the kind of a workload does not fit what its manifest shows of it. */
export function workloadFlaws(graph: Graph, pod: PodTemplate): readonly WorkloadFlaw[] {
  return checks.flatMap((check) => check(graph, pod) ?? []);
}
