import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, valueAt } from "../../model/value.ts";
import type { Value } from "../../model/value.ts";
import { allOf, anyOf, labelsOf, matchesSelector } from "../label-match.ts";
import type { Labels, Match } from "../label-match.ts";
import { namespaceLabels } from "../namespace-labels.ts";
import { podsOfService } from "../service-ports.ts";
import { backendsOf, finalBackends, serviceOf } from "./backends.ts";
import { coverageOf, type Webhook } from "./webhooks.ts";

/** How a webhook that refuses requests while it is down stands in its own way. */
export interface Blocking {
  /** What it is asked about: `pods and namespaces`, `everything`. */
  readonly objects: string;
  /** Namespaces of its servers, as far as they are known. */
  readonly namespaces: readonly string[];
  /** Whether it is asked about the pods, or the namespace, of its own servers. */
  readonly own: Match;
  /** Whether it is asked about pods of the control plane's namespaces. */
  readonly controlPlane: Match;
}

/** What the API server, and OpenShift, have there. */
const kubeSystem = labelsOf({ "kubernetes.io/metadata.name": "kube-system", "openshift.io/run-level": "0" });
const plain = labelsOf({});
const open: Labels = { entries: new Map(), complete: false };

const isAsked = ({ value }: Webhook, namespace: Labels, object: Labels): Match =>
  allOf([matchesSelector(value.namespaceSelector, namespace), matchesSelector(value.objectSelector, object)]);

/**
 * Whether a webhook is asked about pods of the control plane: nobody labels its namespaces to opt in, but somebody may
 * have given them a label that leaves them out.
 */
function asksControlPlane(webhook: Webhook): Match {
  if (namesPlatform(webhook) || isAsked(webhook, kubeSystem, plain) === "no") return "no";
  return isAsked(webhook, { ...kubeSystem, complete: false }, open);
}

/** A selector that leaves out an `openshift-` namespace by its name: whoever wrote it thought of them. */
function namesPlatform({ value }: Webhook): boolean {
  const expressions = valueAt(value, ["namespaceSelector", "matchExpressions"]);
  const isPlatform = (item: Value): boolean => typeof item === "string" && item.startsWith("openshift-");
  return (isList(expressions) ? expressions : []).some((expression) => {
    const values = valueAt(expression, ["values"]);
    return valueAt(expression, ["operator"]) === "NotIn" && isList(values) && values.some(isPlatform);
  });
}

/** The labels of the pods behind a Service; open where they, or some of their labels, are not at hand. */
function podLabels(graph: Graph, services: readonly Resource[]): readonly Labels[] {
  const pods = services.flatMap((service) => podsOfService(graph, service));
  const known = pods.map(({ labels, resource }) => ({
    ...labelsOf(labels),
    complete: resource.rendering?.labels !== true,
  }));
  return known.length > 0 ? known : [open];
}

/** Null: it is not asked when Pods, Namespaces or all objects are created. */
export function blockingOf(graph: Graph, webhook: Webhook): Blocking | null {
  const coverage = coverageOf(webhook);
  if (coverage.length === 0) return null;
  const isHere = (path: readonly (string | number)[]): boolean => path[1] === webhook.path[1];
  const backends = backendsOf(webhook.configuration)
    .filter(({ path }) => isHere(path))
    .flatMap((backend) => finalBackends(graph, backend));
  const isOfNamespaces = coverage.every((what) => what === "namespaces");
  const own = backends.flatMap((backend) => {
    const target = serviceOf(graph, backend);
    const services = target.state === "found" ? target.resources : [];
    return namespaceLabels(graph, backend.namespace).flatMap((namespace) =>
      (isOfNamespaces ? [namespace] : podLabels(graph, services)).map((object) =>
        isAsked(webhook, namespace, object),
      ),
    );
  });
  return {
    objects: coverage.includes("everything") ? "everything" : coverage.join(" and "),
    namespaces: [...new Set(backends.map(({ namespace }) => namespace))],
    own: anyOf(own),
    controlPlane: isOfNamespaces ? "no" : asksControlPlane(webhook),
  };
}
