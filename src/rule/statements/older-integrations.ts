import { beyond, live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, recommendation, unsupported, order, pitfall, verification } =
  statementsOf("S1");

/** Chapter 1.3, the only one at hand. */
export const olderStatements: readonly Statement[] = [
  order(
    "1.3-01",
    "The mesh from the beginning",
    "This procedure has to come before any ordinary installation of Knative Serving; the mesh is then its only ingress.",
    ["serving/istio-ingress-not-enabled", "serving/both-ingresses"],
  ),
  beyond(
    prerequisite(
      "1.3-02",
      "Administrator, client, project",
      "Somebody with administrator rights and the oc client works in a project that they may write to.",
    ),
    "rights and tools of a person are not in manifests",
  ),
  prerequisite(
    "1.3-03",
    "Operators and a control plane",
    "The operators of Serverless and Service Mesh are there, and istio-system has a control plane.",
    ["operator/subscription-missing", "mesh/control-plane-invalid"],
  ),
  requirement(
    "1.3-04",
    "Mutual TLS on request",
    "Whoever wants mutual TLS sets spec.security.dataPlane.mtls to true.",
    ["mesh/smcp-mtls-not-strict"],
  ),
  requirement(
    "1.3-05",
    "Oldest Service Mesh",
    "Service Mesh 2.0.5 is the first that is supported with Serverless.",
    ["mesh/version-unsupported"],
  ),
  requirement(
    "1.3-06",
    "All participants in the roll",
    "Each namespace that is to be in the mesh stands in the roll called default.",
    ["mesh/smmr-invalid", "service/namespace-not-member", "manifest/placeholder-left"],
  ),
  requirement(
    "1.3-07",
    "Knative's namespaces in the roll",
    "Both knative-serving and knative-eventing are among the members.",
    ["mesh/knative-namespace-not-member"],
  ),
  requirement(
    "1.3-08",
    "Two gateways for Knative",
    "In knative-serving there are an ingress and a local gateway, which select istio: ingressgateway in this edition.",
    ["gateway/knative-gateway-missing", "gateway/selector-matches-no-workload"],
  ),
  requirement(
    "1.3-09",
    "Listener for outside",
    "On 443 the ingress gateway serves the wildcard certificate of the secret.",
    ["gateway/server-tls-invalid", "cert/secret-missing"],
  ),
  pitfall(
    "1.3-10",
    "Plain text inside",
    "Port 8081 of the local gateway is HTTP, so calls by internal names are not encrypted.",
    ["gateway/local-gateway-plaintext"],
  ),
  recommendation(
    "1.3-11",
    "Encryption inside",
    "To encrypt them takes another protocol, and a certificate of their own, at the local gateway.",
    ["gateway/local-gateway-plaintext"],
  ),
  pitfall(
    "1.3-12",
    "A second claim on 443",
    "The sample for that puts the local gateway on 443 for every host: it takes the ingress gateway's place, and nothing listens on 8081 any more.",
    ["gateway/local-gateway-claims-443", "gateway/wildcard-443-conflict"],
  ),
  requirement(
    "1.3-13",
    "A Service in front of the local gateway",
    "Beside the control plane a ClusterIP Service leads port 80, called http2, to 8081; it has the label that turns port translation off.",
    [
      "gateway/local-service-missing",
      "gateway/local-service-selector",
      "gateway/local-service-port-mismatch",
      "gateway/local-service-port-name",
      "gateway/port-translation-label-missing",
    ],
  ),
  live(
    order(
      "1.3-14",
      "One after the other",
      "Roll, gateways, KnativeServing, KnativeEventing, KnativeKafka and ServiceEntry are applied in this order.",
      ["operator/kafka-needs-eventing"],
    ),
  ),
  requirement(
    "1.3-15",
    "Serving by way of Istio",
    "The KnativeServing of knative-serving enables Istio as its ingress.",
    ["operator/install-location", "serving/istio-ingress-not-enabled"],
  ),
  requirement(
    "1.3-16",
    "Sidecars for Serving",
    "Activator and autoscaler run with a sidecar and with rewritten probes.",
    ["serving/data-plane-not-injected", "operator/probe-rewrite-missing"],
  ),
  requirement(
    "1.3-17",
    "Eventing knows of Istio",
    "The KnativeEventing of knative-eventing has the feature istio enabled.",
    ["operator/install-location", "eventing/istio-feature-not-enabled"],
  ),
  requirement(
    "1.3-18",
    "Sidecars for Eventing",
    "Eventing's four workloads that carry events run with a sidecar and with rewritten probes.",
    ["eventing/data-plane-not-injected", "operator/probe-rewrite-missing"],
  ),
  unsupported(
    "1.3-19",
    "Eventing as a preview",
    "In this edition Eventing in the mesh, Kafka included, is a technology preview and not for production.",
    ["operator/tech-preview-feature"],
  ),
  requirement(
    "1.3-20",
    "Parts of Kafka that are on",
    "The KnativeKafka of knative-eventing enables channel, source and broker and knows the bootstrap servers.",
    ["operator/install-location", "kafka/required-section-missing", "kafka/bootstrap-missing"],
  ),
  requirement("1.3-21", "sink is a field of spec", "Here sink is printed where it belongs, beside broker.", [
    "kafka/sink-nested-under-broker",
  ]),
  requirement(
    "1.3-22",
    "Sidecars for Kafka",
    "The seven workloads of Knative's Kafka run with a sidecar and with rewritten probes.",
    ["kafka/data-plane-not-injected", "operator/probe-rewrite-missing"],
  ),
  requirement(
    "1.3-23",
    "Kafka is announced",
    "A ServiceEntry in knative-eventing, visible there only, describes Kafka as external and not to be resolved.",
    ["kafka/serviceentry-missing", "kafka/serviceentry-scope", "kafka/serviceentry-resolution"],
  ),
  requirement(
    "1.3-24",
    "Hosts and listeners",
    "It has Kafka's hosts without a port and the ports on which Kafka listens, no two of the same name.",
    [
      "kafka/serviceentry-host-mismatch",
      "kafka/serviceentry-port-missing",
      "kafka/serviceentry-duplicate-port",
    ],
  ),
  requirement(
    "1.3-25",
    "Addresses are needed",
    "The guide warns: without addresses, all traffic to these ports is caught, to whatever host.",
    ["kafka/serviceentry-no-addresses"],
  ),
  requirement(
    "1.3-26",
    "Knative Services",
    "They live in a member namespace; the Service asks for pass-through, its template for a sidecar and rewritten probes.",
    [
      "service/namespace-not-member",
      "service/passthrough-missing",
      "service/sidecar-not-injected",
      "service/probe-rewrite-missing",
    ],
  ),
  live(
    verification("1.3-27", "It answers", "A client that trusts the CA calls the service and is answered.", [
      "cert/secret-missing",
      "cert/domain-mismatch",
      "service/passthrough-missing",
    ]),
  ),
];
