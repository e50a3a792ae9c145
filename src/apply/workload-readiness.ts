import { type Mapping, valueAt } from "../model/value.ts";
import {
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

/** A controller that has said nothing yet is as one that has not seen the object. */
function untold(object: Mapping): ObjectReadiness | null {
  if (numberAt(object, "status", "observedGeneration") === null)
    return waiting("its controller has not seen it yet");
  return unseen(object);
}

const count = (object: Mapping, field: string): number => numberAt(object, "status", field) ?? 0;

/** As `kubectl rollout status` judges (kubernetes/kubectl `pkg/polymorphichelpers/rollout_status.go`). */
export function deployment(object: Mapping): ObjectReadiness {
  const early = untold(object);
  if (early) return early;
  const conditions = conditionsOf(object);
  const late = conditions.find(({ reason }) => reason === "ProgressDeadlineExceeded");
  if (late) return failed(said(late));
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const updated = count(object, "updatedReplicas");
  const available = count(object, "availableReplicas");
  const old = count(object, "replicas") - updated;
  // A quota, or a webhook that is not there yet.
  const refused = conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  const why = refused ? `; ${said(refused)}` : "";
  if (updated < wanted) return waiting(`${updated} of ${wanted} replicas are of this version${why}`);
  if (old > 0) return waiting(`${old} replicas of earlier versions are still there`);
  if (available < updated) return waiting(`${available} of ${updated} replicas are available${why}`);
  return ready;
}

export function statefulSet(object: Mapping): ObjectReadiness {
  const early = untold(object);
  if (early) return early;
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const isReady = count(object, "readyReplicas");
  if (isReady < wanted) return waiting(`${isReady} of ${wanted} replicas are ready`);
  // Somebody deletes the pods by hand, or updates the last ones only.
  if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete" || partition > 0) return ready;
  const [current, next] = [
    textAt(object, "status", "currentRevision"),
    textAt(object, "status", "updateRevision"),
  ];
  const updated = count(object, "updatedReplicas");
  return current === next ? ready : waiting(`${updated} of ${wanted} replicas are of this version`);
}

export function daemonSet(object: Mapping): ObjectReadiness {
  const early = untold(object);
  if (early) return early;
  const wanted = count(object, "desiredNumberScheduled");
  const updated = count(object, "updatedNumberScheduled");
  const available = count(object, "numberAvailable");
  const byHand = textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
  if (updated < wanted && !byHand) return waiting(`${updated} of ${wanted} pods are of this version`);
  return available < wanted ? waiting(`${available} of ${wanted} pods are available`) : ready;
}

export function job(object: Mapping): ObjectReadiness {
  const conditions = conditionsOf(object);
  const bad = conditions.find(({ type, status }) => type === "Failed" && status === "True");
  if (bad) return failed(said(bad));
  // It begins when somebody says so; CronJobs and controllers of queues do.
  if (valueAt(object, ["spec", "suspend"]) === true) return ready;
  if (conditions.some(({ type, status }) => type === "Complete" && status === "True")) return ready;
  return waiting(`${count(object, "active")} pods of it run`);
}

export function pod(object: Mapping): ObjectReadiness {
  const phase = textAt(object, "status", "phase");
  if (phase === "Succeeded") return ready;
  if (phase === "Failed") return failed(`phase Failed: ${textAt(object, "status", "reason")}`);
  return judged(object, { types: ["Ready"] });
}
