import { live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, order, pitfall, fact } = statementsOf("S0");

/** Sections 1.5 to 1.7: metrics, the mesh beside Kourier, and filtered secrets. */
export const integrationsAround: readonly Statement[] = [
  prerequisite("1.5-01", "Mesh with mutual TLS", "There is a mesh, and mutual TLS is on.", [
    "mesh/smcp-mtls-not-strict",
  ]),
  requirement(
    "1.5-02",
    "Metrics for Prometheus",
    "Mutual TLS keeps Prometheus out, and the metrics of Serving are then off unless metrics.backend-destination says prometheus.",
    ["metrics/backend-not-set", "metrics/backend-key-wrong"],
  ),
  requirement(
    "1.5-03",
    "Monitoring is let in",
    "In knative-serving a NetworkPolicy lets the namespace of Prometheus in.",
    ["metrics/networkpolicy-missing"],
  ),
  requirement(
    "1.5-04",
    "Whom that policy admits",
    "Its pod selector is empty, and it admits openshift-monitoring by the namespace's name.",
    ["metrics/networkpolicy-selector"],
  ),
  pitfall(
    "1.5-05",
    "A policy shuts others out",
    "Like that of 1.6, this policy keeps out everybody whom no other policy admits, the mesh included.",
    ["mesh/networkpolicy-isolates-namespace"],
  ),
  requirement(
    "1.5-06",
    "8444 in the control plane",
    "8444 becomes one of the excluded ports, and the control plane is applied again.",
    ["metrics/port-8444-not-excluded"],
  ),
  pitfall(
    "1.5-07",
    "A list that lost a port",
    "Here the guide prints a list with 8444 only; whoever applies it takes 8022 out again, which 1.4.2 put in.",
    ["mesh/drain-port-not-excluded"],
  ),
  pitfall(
    "1.5-08",
    "Parts of manifests",
    "What is printed here has no namespace and stops at dots: applied like that it lands elsewhere or is not even YAML.",
    ["operator/install-location", "manifest/truncated-example"],
  ),
  requirement(
    "1.6-01",
    "Service Mesh beside Kourier",
    "As long as Kourier is the ingress, both Service Mesh 1.x and 2.x may be used.",
    ["mesh/version-unsupported"],
  ),
  requirement(
    "1.6-02",
    "Members beside Kourier",
    "The roll default lists the namespaces that are to have sidecars.",
    ["mesh/smmr-invalid", "mesh/injected-workload-outside-mesh", "kourier/system-namespace-member"],
  ),
  requirement(
    "1.6-03",
    "A policy in each of them",
    "In every such namespace a NetworkPolicy admits the system pods of Knative.",
    ["kourier/networkpolicy-missing"],
  ),
  requirement(
    "1.6-04",
    "Whom it admits",
    "It is about ingress to all pods, from namespaces with the label knative.openshift.io/part-of: openshift-serverless.",
    ["kourier/networkpolicy-selector"],
  ),
  requirement(
    "1.6-05",
    "Labelled by hand",
    "Before 1.22.0 no operator sets this label: knative-serving and knative-serving-ingress get it by hand.",
    ["kourier/part-of-label-missing"],
  ),
  live(
    order(
      "1.6-06",
      "Roll before policies",
      "First the member roll is applied, the network policies follow.",
      ["operator/apply-order"],
    ),
  ),
  pitfall(
    "1.7-01",
    "Every secret in memory",
    "Without a filter the controller of net-istio keeps all secrets of the cluster in memory, and a big cluster can make it run out.",
    ["secret/filtering-disabled"],
  ),
  fact(
    "1.7-02",
    "On unless switched off",
    "An environment variable, set by the operator, turns the filter on.",
    ["secret/filtering-lost-with-both-ingresses"],
  ),
  pitfall(
    "1.7-03",
    "Two spellings",
    "In one place the guide drops FILTERING from the variable; the controller reads ENABLE_SECRET_INFORMER_FILTERING_BY_CERT_UID and nothing else.",
    ["secret/filtering-env-misspelled"],
  ),
  requirement(
    "1.7-04",
    "Labelled secrets only",
    "While it filters, the controller sees a secret only if it has the label networking.internal.knative.dev/certificate-uid, however old it is.",
    ["secret/certificate-uid-label-missing"],
  ),
  requirement("1.7-05", "Service Mesh for filtering", "At least Service Mesh 2.0.5 is needed.", [
    "mesh/version-unsupported",
  ]),
  requirement(
    "1.7-06",
    "Turning the filter off",
    "In an override of net-istio-controller its container controller gets the variable with the string false.",
    ["secret/filtering-env-misspelled", "secret/filtering-disabled", "operator/unknown-workload-override"],
  ),
  pitfall(
    "1.7-07",
    "Dots in the middle",
    "Between two keys of the printed example stands a line of dots, which no YAML parser takes.",
    ["manifest/truncated-example"],
  ),
];
