import type { PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Mapping } from "../model/value.ts";

/** Who calls. */
export type Caller =
  | {
      readonly type: "workload";
      readonly namespace: string;
      readonly serviceAccount: string;
      readonly sidecar: boolean;
      /** Name of the workload; null for "some pod of this namespace". */
      readonly workload: string | null;
      /** Labels of its pods; null where they are not known. */
      readonly labels: Readonly<Record<string, string>> | null;
      readonly ip?: string;
      readonly remoteIp?: string;
    }
  /** Outside the cluster, by the OpenShift router and the ingress gateway. */
  | { readonly type: "external"; readonly ip?: string; readonly remoteIp?: string };

export type WorkloadCaller = Extract<Caller, { type: "workload" }>;

/** What is called. */
export type Target =
  /** A pod's own port, through a Service of the workload. */
  | {
      readonly type: "workload";
      readonly namespace: string;
      readonly workload: string;
      readonly port: number;
      readonly service?: string;
      readonly servicePort?: number;
    }
  /** A Knative Service by one of its names; `port` is what the client dials. */
  | {
      readonly type: "knative";
      readonly namespace: string;
      readonly service: string;
      readonly port: number;
      /** One that is not in the set. */
      readonly assumed?: Backend;
    };

/** A Knative Service and the pods of its revisions. */
export interface Backend {
  readonly service: Resource;
  readonly pod: PodTemplate;
}

export interface CallRequest {
  readonly method: string;
  /** As the client sends it; empty for TCP. */
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the client's proxy sends; derived from the Service if left out. */
  readonly sni?: string;
  /** Payload of a token with a good signature. */
  readonly token?: Mapping;
}

export interface Call {
  readonly from: Caller;
  readonly to: Target;
  readonly request: CallRequest;
  /** The client opens the connection to this address, whatever the Host header says. */
  readonly dial?: string;
  /** Features of a newer Istio that the call takes for granted. */
  readonly features?: readonly string[];
}

/** `team-alpha-1/default`, or `somebody outside the cluster`. */
export function callerName(caller: Caller): string {
  if (caller.type === "external") return "outside the cluster";
  return caller.workload === null ? caller.namespace : `${caller.namespace}/${caller.workload}`;
}
