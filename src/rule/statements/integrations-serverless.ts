import { live, type Statement, statementsOf } from "./statement.ts";

const { requirement, order, pitfall, verification } = statementsOf("S0");

/** Sections 1.4.3 and 1.4.4: Serverless in the mesh, and services in it. */
export const integrationsServerless: readonly Statement[] = [
  live(
    order(
      "1.4.3-01",
      "Mesh first, then Serverless",
      "When the mesh is there, KnativeServing, KnativeEventing, KnativeKafka and the ServiceEntry are applied, one after the other.",
      ["operator/kafka-needs-eventing"],
    ),
  ),
  requirement(
    "1.4.3-02",
    "Where the resources live",
    "There is one KnativeServing (v1beta1) in knative-serving, and one KnativeEventing (v1beta1) and one KnativeKafka (v1alpha1) in knative-eventing.",
    ["operator/install-location"],
  ),
  requirement(
    "1.4.3-03",
    "Ingress by Istio",
    "KnativeServing has spec.ingress.istio.enabled with the value true.",
    ["serving/istio-ingress-not-enabled"],
  ),
  requirement(
    "1.4.3-04",
    "Sidecars for Serving",
    "By overrides the activator and the autoscaler run with a sidecar.",
    ["serving/data-plane-not-injected"],
  ),
  requirement(
    "1.4.3-05",
    "Probes by way of the agent",
    "In all three resources an override that injects a sidecar has sidecar.istio.io/rewriteAppHTTPProbers, too, and it is true.",
    ["operator/probe-rewrite-missing"],
  ),
  requirement("1.4.3-06", "Quoted annotations", "Values of annotations are strings, so they are quoted.", [
    "manifest/non-string-annotation",
    "service/inject-value-invalid",
  ]),
  requirement(
    "1.4.3-07",
    "Names that the operator knows",
    "An override hits a workload only by the very name that the operator gave it.",
    ["operator/unknown-workload-override"],
  ),
  pitfall(
    "1.4.3-08",
    "deployments and workloads",
    "Overrides can stand in either of two lists, and the guide uses both (here and in 1.7); if both name a workload, the last entry counts.",
    ["serving/conflicting-workload-override"],
  ),
  requirement(
    "1.4.3-09",
    "Control plane elsewhere",
    "Where the mesh is not in istio-system, the two gateway entries below spec.config.istio say where it is.",
    ["serving/gateway-config-unresolved"],
  ),
  requirement(
    "1.4.3-10",
    "How gateway entries look",
    "The key is made of namespace and name of a Gateway; the value is the complete host name of the Service in front of it.",
    ["serving/gateway-config-format", "serving/gateway-service-url"],
  ),
  requirement(
    "1.4.3-11",
    "Flat keys, string values",
    "What stands below spec.config are keys without levels and values that are strings.",
    ["serving/config-value-not-string"],
  ),
  requirement(
    "1.4.3-12",
    "Nothing left to fill in",
    "Words in angle brackets (namespace, Kafka servers, numbers of partitions and replicas) give way to real values.",
    ["manifest/placeholder-left", "kafka/topic-defaults-invalid"],
  ),
  requirement(
    "1.4.3-13",
    "Eventing knows of Istio",
    "With spec.config.features.istio enabled, a controller runs that makes a DestinationRule for the Service of every channel.",
    ["eventing/istio-feature-not-enabled"],
  ),
  requirement(
    "1.4.3-14",
    "Sidecars for Eventing",
    "The workloads pingsource-mt-adapter, imc-dispatcher, mt-broker-ingress and mt-broker-filter run with a sidecar.",
    ["eventing/data-plane-not-injected"],
  ),
  requirement(
    "1.4.3-15",
    "Parts of Kafka that are on",
    "KnativeKafka enables channel, source and broker, and gives channel and broker the host and port of Kafka's bootstrap servers.",
    ["kafka/required-section-missing", "kafka/bootstrap-missing"],
  ),
  pitfall(
    "1.4.3-16",
    "sink at the wrong depth",
    "The printed example indents sink below broker, where the API server drops it; it is a field of spec.",
    ["kafka/sink-nested-under-broker"],
  ),
  requirement(
    "1.4.3-17",
    "Sidecars for Kafka",
    "Controller, sink receiver, source dispatcher, and the receivers and dispatchers of broker and channel run with a sidecar.",
    ["kafka/data-plane-not-injected"],
  ),
  requirement(
    "1.4.3-18",
    "Kafka is announced",
    "By a ServiceEntry the mesh learns of the connections that Knative's Kafka components make to the Kafka cluster.",
    ["kafka/serviceentry-missing"],
  ),
  requirement(
    "1.4.3-19",
    "Seen from one namespace",
    "The ServiceEntry stands in knative-eventing and is exported no further.",
    ["kafka/serviceentry-scope"],
  ),
  requirement(
    "1.4.3-20",
    "The brokers' hosts",
    "As hosts it has those of the bootstrap servers, with no port.",
    ["kafka/serviceentry-host-mismatch"],
  ),
  requirement(
    "1.4.3-21",
    "The brokers' ports",
    "As TCP ports it has the listeners that the Kafka cluster really has; the printed five are only an example.",
    ["kafka/serviceentry-port-missing"],
  ),
  requirement("1.4.3-22", "Outside, not resolved", "Its location is MESH_EXTERNAL and its resolution NONE.", [
    "kafka/serviceentry-resolution",
  ]),
  pitfall(
    "1.4.3-23",
    "Port names used twice",
    "In the printed example two names occur on two ports each, and Istio turns the object down; names of ports are unique.",
    ["kafka/serviceentry-duplicate-port"],
  ),
  pitfall(
    "1.4.3-24",
    "Without addresses",
    "As the example has no addresses, it catches whatever TCP traffic goes to these ports, to any host (an older edition says so).",
    ["kafka/serviceentry-no-addresses"],
  ),
  pitfall(
    "1.4.3-25",
    "A host that looks internal",
    "The sample's host is short (service.namespace); written out in full, an internal host is subject to the rule of the mesh that makes mutual TLS mandatory.",
    ["kafka/bootstrap-captured-by-mtls-rule"],
  ),
  requirement(
    "1.4.4-01",
    "In a member namespace",
    "The namespace of the Knative Service is in the member roll.",
    ["service/namespace-not-member"],
  ),
  requirement(
    "1.4.4-02",
    "A Route that passes through",
    "The Service itself is annotated so that its Route passes TLS through to the gateway and the gateway's certificate is the one that callers see.",
    ["service/passthrough-missing", "service/annotation-wrong-level", "gateway/ingress-service-port-names"],
  ),
  requirement("1.4.4-03", 'The string "true"', 'That annotation has the value "true", quoted.', [
    "service/passthrough-value-ignored",
    "manifest/non-string-annotation",
  ]),
  requirement("1.4.4-04", "A sidecar for each revision", "The template of the revision asks for injection.", [
    "service/sidecar-not-injected",
    "service/annotation-wrong-level",
    "service/inject-value-invalid",
  ]),
  requirement("1.4.4-05", "Probes of the revision", "The template also has rewriteAppHTTPProbers.", [
    "service/probe-rewrite-missing",
  ]),
  requirement(
    "1.4.4-06",
    "No service without them",
    "Whatever else a Knative Service of the mesh is, it has these three annotations.",
    ["service/passthrough-missing", "service/sidecar-not-injected", "service/probe-rewrite-missing"],
  ),
  live(
    verification(
      "1.4.4-07",
      "It answers",
      "Called at its URL by a client that trusts the CA, the service gives its answer.",
      [
        "cert/secret-missing",
        "cert/domain-mismatch",
        "service/passthrough-missing",
        "service/route-not-admitted",
      ],
    ),
  ),
];
