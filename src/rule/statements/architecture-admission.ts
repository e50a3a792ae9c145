import { beyond, live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, recommendation, order, pitfall, verification } = statementsOf("S3");

/** Chapter 6: admission webhooks. */
export const architectureAdmission: readonly Statement[] = [
  requirement(
    "6.1-01",
    "Side effects",
    "If a webhook that mutates also changes other things, the result is verified, and undone when the request fails further on.",
    ["admission/webhook-required-fields"],
  ),
  pitfall(
    "6.1-02",
    "With care",
    "Admission webhooks reach into the control plane, so they are tried out before they are used.",
    ["admission/failure-policy-self-block"],
  ),
  pitfall(
    "6.3-01",
    "When nobody answers",
    "With Ignore, a request goes through unchecked while the webhook is away, to everyone's surprise; with Fail it is rejected (6.4 says it again).",
    ["admission/failure-policy-ignore", "admission/failure-policy-self-block"],
  ),
  requirement(
    "6.3-02",
    "TLS to the server",
    "A webhook's server speaks TLS, and the configuration has the CA of its certificate, as PEM.",
    ["admission/backend-unresolved", "admission/backend-in-strict-mesh"],
  ),
  pitfall(
    "6.3-03",
    "HTTP, it says",
    "In another place the text calls servers by HTTP; a url begins with https.",
    ["admission/webhook-required-fields"],
  ),
  requirement(
    "6.4-01",
    "To be filled in",
    "One gives the webhook's name, the Service with namespace and path, and the CA in base64.",
    ["manifest/placeholder-left", "admission/webhook-required-fields", "admission/backend-unresolved"],
  ),
  requirement(
    "6.4-02",
    "Operations",
    "Each rule has at least one of CREATE, UPDATE, DELETE and CONNECT, in capitals for the API.",
    ["admission/webhook-required-fields"],
  ),
  pitfall(
    "6.4-03",
    "Versions that are gone",
    "Printed are groups of v1beta1, which Kubernetes 1.22 does not have any more.",
    ["admission/removed-api"],
  ),
  pitfall(
    "6.4-04",
    "path hangs in the air",
    "In both samples path is indented like no other key, and YAML rejects them.",
    ["manifest/truncated-example", "admission/webhook-required-fields"],
  ),
  live(
    recommendation(
      "6.4.1-01",
      "Not against the request",
      "What a request sets, a mutating webhook leaves alone, for controllers count on it.",
    ),
    "what the server changes does not show in its manifests",
  ),
  pitfall(
    "6.4.2-01",
    "Side effects of v1",
    "Printed are Unknown, and in 6.5 nothing at all; v1 takes None or NoneOnDryRun.",
    ["admission/webhook-required-fields"],
  ),
  beyond(
    prerequisite(
      "6.5-01",
      "Administrator, client, image",
      "An administrator has the oc client and an image of the webhook's server in a registry.",
    ),
    "rights and tools of a person are not in manifests",
  ),
  requirement(
    "6.5-02",
    "CA and certificate",
    "A CA of one's own signs the certificate, which goes into a TLS secret in base64.",
    ["admission/backend-unresolved"],
  ),
  requirement(
    "6.5-03",
    "Asking who calls",
    "The server's account has system:auth-delegator, and in kube-system the role that reads the authentication's settings.",
    ["admission/rbac-incomplete"],
  ),
  requirement(
    "6.5-04",
    "Roles on both sides",
    "The server reads namespaces, webhook configurations and its own resource; who requests creates reviews by a role for which the sample has no binding.",
    ["admission/rbac-incomplete"],
  ),
  requirement(
    "6.5-05",
    "The server",
    "It has its own account and the certificate mounted, offers TLS on 8443, and its probes use HTTPS.",
    ["admission/backend-unresolved"],
  ),
  requirement("6.5-06", "Its Service", "443 of the Service leads to 8443 of the server's pods.", [
    "admission/backend-unresolved",
    "manifest/service-selector-unresolved",
  ]),
  pitfall(
    "6.5-07",
    "A secret with two makers",
    "The sample writes the secret itself and has the service CA make it as well, with an annotation of old.",
    ["admission/serving-cert-double-source"],
  ),
  live(
    order(
      "6.5-08",
      "What comes first",
      "Project, RBAC, server, secret, Service, CRD, APIService and webhook configuration; as printed, the server starts before there is an account or a secret.",
      ["operator/apply-order"],
    ),
  ),
  requirement(
    "6.5-09",
    "The CRD",
    "Its name joins plural and group with a dot, and its scope is Namespaced or Cluster.",
    ["admission/webhook-required-fields", "admission/removed-api"],
  ),
  requirement(
    "6.5-10",
    "Through the aggregated API",
    "An APIService called version.group has the Service and its CA, and the webhook goes to default/kubernetes with the path of that API.",
    ["admission/aggregated-path-mismatch", "admission/backend-unresolved", "admission/apiservice-invalid"],
  ),
  pitfall(
    "6.5-11",
    "No new namespaces",
    "As printed, no project or namespace can be made while the server is down.",
    ["admission/failure-policy-self-block"],
  ),
  live(
    verification("6.5-12", "A trial", "Making a reserved namespace is refused, making another works."),
    "it takes requests to the running cluster",
  ),
];
