/** A step of the documents' installation, or one that lies between theirs. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** Where the documents say so: document and section; null for what they do not name. */
  readonly section: string | null;
}

const integrations = (sections: string): string => `OpenShift Serverless 1.32, Integrations, ${sections}`;
const architecture = (sections: string): string =>
  `OpenShift Container Platform 4.8, Architecture, ${sections}`;

/** All steps in their order; a step that holds nothing is left out of a plan. */
export const steps = [
  { id: "namespaces", title: "Namespaces", section: integrations("section 1.4.2") },
  { id: "definitions", title: "Kinds that the objects are of", section: architecture("section 6.5") },
  { id: "nodes", title: "Machine configuration", section: architecture("sections 3.1, 5.3") },
  { id: "operators", title: "Operators", section: integrations("sections 1.1, 1.4") },
  { id: "access", title: "Accounts and permissions", section: architecture("section 6.5") },
  { id: "configuration", title: "Configuration and secrets", section: null },
  { id: "certificates", title: "Certificates of the ingress gateway", section: integrations("section 1.3") },
  { id: "control-plane", title: "Control plane of the mesh", section: integrations("section 1.4.2") },
  { id: "members", title: "Members of the mesh", section: integrations("section 1.4.2") },
  { id: "mesh", title: "Gateway workloads and settings of the mesh", section: integrations("section 1.4.2") },
  { id: "gateways", title: "Knative's gateways", section: integrations("sections 1.4.1, 1.4.2") },
  { id: "serving", title: "Knative Serving", section: integrations("section 1.4.3") },
  { id: "monitoring", title: "Network policies", section: integrations("sections 1.5, 1.6") },
  { id: "eventing", title: "Knative Eventing", section: integrations("section 1.4.3") },
  { id: "kafka-egress", title: "The way to Kafka", section: integrations("section 1.4.3") },
  { id: "kafka", title: "Knative Kafka", section: integrations("section 1.4.3") },
  { id: "policies", title: "Policies that allow", section: integrations("section 2.3") },
  { id: "deny-all", title: "Policies that refuse", section: integrations("section 2.3") },
  {
    id: "peer-pods",
    title: "Peer pods",
    section: "OpenShift sandboxed containers, Deploying workloads with peer pods, section 3.1",
  },
  { id: "workloads", title: "Workloads and everything else", section: null },
  { id: "webhooks", title: "Webhooks and aggregated APIs", section: architecture("section 6.5") },
  { id: "services", title: "Knative Services", section: integrations("section 1.4.4") },
  { id: "domains", title: "Domains of Knative Services", section: integrations("section 1.1") },
  { id: "events", title: "Brokers, triggers and sources", section: integrations("section 1.4.3") },
] as const satisfies readonly Step[];

export type StepId = (typeof steps)[number]["id"];
