import { architecture, integrations, oldestIntegrations, olderIntegrations, peerPods } from "../documents.ts";
import { architectureAdmission } from "./architecture-admission.ts";
import { architectureMachines } from "./architecture-machines.ts";
import { architectureWorkloads } from "./architecture-workloads.ts";
import { integrationsAround } from "./integrations-around.ts";
import { integrationsMesh } from "./integrations-mesh.ts";
import { integrationsMore } from "./integrations-more.ts";
import { integrationsServerless } from "./integrations-serverless.ts";
import { integrationsTenants } from "./integrations-tenants.ts";
import { olderStatements } from "./older-integrations.ts";
import { oldestStatements } from "./oldest-integrations.ts";
import { peerPodStatements } from "./peer-pods.ts";
import type { StatedDocument } from "./statement.ts";

/**
 * What the product documents state, document by document and in the order of their sections. Only the conformance
 * report and the generated pages need it: nothing that lints may import it.
 */
export const statedDocuments: readonly StatedDocument[] = [
  {
    id: "S0",
    title: integrations("").title,
    edition: "Serverless 1.32",
    serverless: { from: "1.31", until: "1.37" },
    statements: [
      ...integrationsMesh,
      ...integrationsServerless,
      ...integrationsAround,
      ...integrationsTenants,
      ...integrationsMore,
    ],
  },
  {
    id: "S1",
    title: olderIntegrations("").title,
    edition: "Serverless 1.28 to 1.30; chapter 1.3 only",
    serverless: { from: "1.28", until: "1.30" },
    statements: olderStatements,
  },
  {
    id: "S2",
    title: oldestIntegrations("").title,
    edition: "Serverless 1.24 to 1.27",
    serverless: { from: "1.24", until: "1.27" },
    statements: oldestStatements,
  },
  {
    id: "S3",
    title: architecture("").title,
    edition: "OpenShift 4.8; chapters 2 to 6",
    serverless: null,
    statements: [...architectureMachines, ...architectureWorkloads, ...architectureAdmission],
  },
  {
    id: "S4",
    title: peerPods("").title,
    edition: "OpenShift 4.13 on AWS and Azure; chapter 3",
    serverless: null,
    statements: peerPodStatements,
  },
];
