import type { Documentation } from "../model/finding.ts";

const cite =
  (title: string) =>
  (section: string): Documentation => ({ title, section });

/** OpenShift Serverless 1.32, "Integrations": the main document. */
export const integrations = cite("OpenShift Serverless 1.32, Integrations");
/** The edition for Serverless about 1.28 to 1.30. */
export const olderIntegrations = cite("OpenShift Serverless 1.28 to 1.30, Integrations");
/** The edition for Serverless about 1.24 to 1.27. */
export const oldestIntegrations = cite("OpenShift Serverless 1.24 to 1.27, Integrations");
export const architecture = cite("OpenShift Container Platform 4.8, Architecture");
export const peerPods = cite("OpenShift sandboxed containers, Deploying workloads with peer pods");
/** Said where a manifest has a mistake that the documents themselves print. */
export const printedSo = "the documents' example prints it so, wrongly";

/** Kubernetes' own rules, where no product document says it. */
export const kubernetes = cite("Kubernetes documentation");
/** What meshlint itself asks for: suppressions that say why. */
export const meshlint = cite("meshlint documentation");
