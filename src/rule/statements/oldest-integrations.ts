import { live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, unsupported, order, pitfall, verification } = statementsOf("S2");

/** All chapters; what its blocks of YAML said is lost. */
export const oldestStatements: readonly Statement[] = [
  unsupported(
    "1-01",
    "What the guide leaves out",
    "Of the mesh's features those in the guide are supported, others are not.",
    ["mesh/undocumented-feature"],
  ),
  requirement(
    "1.1-01",
    "Own domain, trusted CA",
    "example.com is replaced, and the certificate is signed by a CA that callers trust.",
    ["cert/pair-invalid", "manifest/placeholder-left"],
  ),
  requirement(
    "1.1-02",
    "Wildcard fits the apps domain",
    "The wildcard in the certificate is that of the cluster's apps.",
    ["cert/domain-mismatch", "cert/wildcard-depth"],
  ),
  requirement(
    "1.1-03",
    "Foreign domains are mapped",
    "A name outside the cluster's domain is reached through a DomainMapping.",
    ["cert/custom-domain-unmapped"],
  ),
  order(
    "1.2-01",
    "Certificate before integration",
    "What outside callers need as certificate is made first.",
    ["cert/secret-missing"],
  ),
  prerequisite(
    "1.2-02",
    "Administrator, client, operator",
    "An administrator with the oc client has a project and the Serverless operator (said again in 1.3 to 1.6).",
    ["operator/subscription-missing"],
  ),
  requirement(
    "1.2-03",
    "Root and wildcard",
    "With a root certificate a wildcard certificate is signed; each lasts a year.",
    ["cert/pair-invalid", "cert/validity", "cert/domain-mismatch"],
  ),
  pitfall(
    "1.2-04",
    "No alternative names",
    "The printed commands give the certificate no subject alternative name.",
    ["cert/no-san"],
  ),
  requirement(
    "1.2-05",
    "TLS secret beside the gateway",
    "Key and certificate become a TLS secret of istio-system, where gateways read it.",
    ["cert/secret-missing", "cert/secret-shape"],
  ),
  order(
    "1.3-01",
    "The mesh from the beginning",
    "An ordinary installation of Knative Serving must not precede this procedure.",
    ["serving/istio-ingress-not-enabled", "serving/both-ingresses"],
  ),
  prerequisite(
    "1.3-02",
    "Operators and a control plane",
    "Both operators and a control plane in istio-system exist; its mtls is true where mutual TLS is wanted.",
    ["operator/subscription-missing", "mesh/control-plane-invalid", "mesh/smcp-mtls-not-strict"],
  ),
  requirement(
    "1.3-03",
    "Oldest Service Mesh",
    "From Service Mesh 2.0.5 on Serverless is supported (1.6 says it again).",
    ["mesh/version-unsupported"],
  ),
  requirement(
    "1.3-04",
    "All participants in the roll",
    "The roll lists who takes part, and knative-serving in any case; of knative-eventing this edition does not speak.",
    ["mesh/smmr-invalid", "mesh/knative-namespace-not-member", "service/namespace-not-member"],
  ),
  requirement("1.3-05", "Gateways", "There are gateways for traffic into the mesh; the local one is HTTP.", [
    "gateway/knative-gateway-missing",
    "gateway/local-service-missing",
    "gateway/local-gateway-plaintext",
  ]),
  pitfall(
    "1.3-06",
    "A variant with HTTPS",
    "The guide announces another sample with HTTPS; the next edition prints it, with a local gateway that takes 443 from the other.",
    ["gateway/local-gateway-claims-443"],
  ),
  requirement(
    "1.3-07",
    "Serving by way of Istio",
    "KnativeServing enables Istio and has its data plane injected.",
    ["serving/istio-ingress-not-enabled", "serving/data-plane-not-injected", "operator/install-location"],
  ),
  live(
    order(
      "1.3-08",
      "One after the other",
      "Roll, gateways, KnativeServing and the Knative Service are applied in this order.",
      ["operator/apply-order"],
    ),
  ),
  requirement("1.3-09", "Knative Services", "They run with a sidecar and have Routes that pass through.", [
    "service/sidecar-not-injected",
    "service/passthrough-missing",
  ]),
  live(
    verification("1.3-10", "It answers", "A client that trusts the CA calls the service and is answered.", [
      "cert/secret-missing",
      "cert/domain-mismatch",
      "service/passthrough-missing",
    ]),
  ),
  requirement(
    "1.4-01",
    "Metrics for Prometheus",
    "With mutual TLS there are no metrics of Serving unless the backend is set to prometheus.",
    ["metrics/backend-not-set", "metrics/backend-key-wrong"],
  ),
  requirement("1.4-02", "Monitoring is let in", "A NetworkPolicy lets the namespace of Prometheus in.", [
    "metrics/networkpolicy-missing",
    "metrics/networkpolicy-selector",
  ]),
  requirement(
    "1.4-03",
    "Monitoring past the proxy",
    "The control plane of istio-system is edited and applied again, so that monitoring is not stopped by a proxy.",
    ["metrics/port-8444-not-excluded"],
  ),
  requirement(
    "1.5-01",
    "Service Mesh beside Kourier",
    "As long as Kourier is the ingress, both Service Mesh 1.x and 2.x may be used.",
    ["mesh/version-unsupported"],
  ),
  requirement(
    "1.5-02",
    "Members and policies",
    "Namespaces with sidecars are put into the roll, and a NetworkPolicy in each admits the system pods of Knative.",
    ["mesh/smmr-invalid", "kourier/networkpolicy-missing", "kourier/networkpolicy-selector"],
  ),
  requirement(
    "1.5-03",
    "Labelled by hand",
    "For releases up to 1.21.1 an administrator labels knative-serving and knative-serving-ingress as part of Serverless.",
    ["kourier/part-of-label-missing"],
  ),
  requirement(
    "1.6-01",
    "Filter on request",
    "Secrets are filtered once KnativeServing has the annotation serverless.openshift.io/enable-secret-informer-filtering.",
    ["secret/filtering-annotation-obsolete"],
  ),
  requirement(
    "1.6-02",
    "Labelled secrets only",
    "With filtering on, a secret without the certificate-uid label is not seen, be it old or new.",
    ["secret/certificate-uid-label-missing"],
  ),
  pitfall(
    "1.6-03",
    "The override has the last word",
    "An override that sets the environment variable to something else makes the annotation void.",
    ["secret/filtering-annotation-obsolete", "secret/filtering-env-misspelled"],
  ),
  prerequisite(
    "2.1-01",
    "Cost management",
    "An administrator has set cost management up, with this cluster as a source of it.",
    ["labels/cost-management-missing"],
  ),
  pitfall(
    "2.2-01",
    "Cost labels",
    "They are handed down without replacing what is set below; app of a namespace misses the pods of Knative, whose app is a revision.",
    ["labels/cost-label-overridden", "labels/namespace-app-label-shadowed"],
  ),
  prerequisite("3.1-01", "GPUs and Knative", "Serverless, kn and the GPU support of the cluster are there.", [
    "operator/subscription-missing",
    "gpu/operator-missing",
  ]),
  unsupported("3.1-02", "No GPU on Z and Power", "IBM Z and IBM Power have no GPUs for services.", [
    "gpu/unsupported-architecture",
  ]),
  requirement(
    "3.1-03",
    "How many GPUs",
    "A service says it as limit of nvidia.com/gpu; it holds its GPUs alone, and may raise the limit afterwards.",
    ["gpu/quantity-invalid", "gpu/exclusive-hold", "gpu/rollout-deadlock"],
  ),
];
