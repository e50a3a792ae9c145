import { beyond, live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, recommendation, unsupported, order, pitfall, fact, verification } =
  statementsOf("S0");

/** Chapter 2: tenants that are isolated by the mesh. */
export const integrationsTenants: readonly Statement[] = [
  unsupported(
    "2-01",
    "Technology preview",
    "Isolation of tenants by the mesh comes without service level, perhaps unfinished, and not for production.",
    ["operator/tech-preview-feature"],
  ),
  fact(
    "2-02",
    "What a tenant is",
    "Projects whose workloads may call each other over the network that all share; nobody else may call them.",
    ["tenant/cross-tenant-access"],
  ),
  prerequisite("2.1-01", "Integration first", "Chapter 1 is done.", [
    "serving/istio-ingress-not-enabled",
    "mesh/smcp-mtls-not-strict",
  ]),
  prerequisite("2.1-02", "Projects of the tenants", "Each tenant has a project at least.", [
    "manifest/namespace-undefined",
  ]),
  requirement(
    "2.2-01",
    "Three kinds of places",
    "AuthorizationPolicies are put into knative-serving, into knative-eventing and into the projects of tenants.",
    [
      "tenant/deny-all-missing",
      "tenant/system-policy-missing",
      "tenant/namespace-policy-missing",
      "tenant/component-policy-missing",
    ],
  ),
  requirement(
    "2.2-02",
    "Who enforces",
    "Policies are enforced in sidecars; what has none is not protected, so everything is in the mesh.",
    ["tenant/workload-without-sidecar"],
  ),
  requirement(
    "2.3-01",
    "All tenants in one roll",
    "The projects of every tenant stand in the same member roll.",
    ["tenant/namespace-not-member", "mesh/namespace-in-two-meshes"],
  ),
  requirement(
    "2.3-02",
    "Knative in it as well",
    "Neither knative-serving nor knative-eventing leaves that roll.",
    ["mesh/knative-namespace-not-member"],
  ),
  requirement(
    "2.3-03",
    "Strict in each project",
    "Mutual TLS is strict in all projects of the mesh: only a certificate proves where a caller comes from.",
    ["tenant/mtls-not-strict"],
  ),
  requirement(
    "2.3-04",
    "Nothing by default",
    "In knative-serving and knative-eventing an AuthorizationPolicy with an empty spec denies whatever no other policy allows.",
    ["tenant/deny-all-missing", "tenant/policy-shape"],
  ),
  requirement(
    "2.3-05",
    "Callers of the activator",
    "The activator takes calls from knative-serving and istio-system, and from nowhere else.",
    ["tenant/system-policy-missing", "tenant/system-policy-too-broad", "tenant/istio-namespace-mismatch"],
  ),
  requirement(
    "2.3-06",
    "Callers of the autoscaler",
    "The autoscaler takes calls from knative-serving, and from nowhere else.",
    ["tenant/system-policy-missing", "tenant/system-policy-too-broad"],
  ),
  requirement(
    "2.3-07",
    "Probes by Kafka's controller",
    "Broker receiver, sink receiver and channel receiver accept GET probes of the Kafka controller's service account.",
    ["tenant/system-policy-missing", "tenant/system-policy-too-broad"],
  ),
  requirement(
    "2.3-08",
    "Ways between brokers and channels",
    "The in-memory dispatcher and the Kafka channel receiver take POST requests of the broker ingress; the broker filter takes those of the in-memory dispatcher and of Kafka's channel components.",
    ["tenant/system-policy-missing", "tenant/system-policy-too-broad"],
  ),
  requirement(
    "2.3-09",
    "By component label",
    "Pods are chosen by their component label (activator and autoscaler by app), whose value is not in every case the name of the workload.",
    ["tenant/selector-matches-nothing"],
  ),
  requirement(
    "2.3-10",
    "Callers as principals",
    "A caller is its service account in its namespace, in the trust domain cluster.local.",
    ["tenant/trust-domain-mismatch"],
  ),
  pitfall(
    "2.3-11",
    "Gateway taken for granted",
    "The printed policies expect the gateway's pods in istio-system; if they run elsewhere, the activator turns traffic from outside away.",
    ["tenant/istio-namespace-mismatch"],
  ),
  order(
    "2.3-12",
    "System before tenants",
    "Tenants' policies follow those of the system, and nothing is denied by default before that which has to pass is allowed.",
    ["tenant/deny-all-ordering"],
  ),
  requirement(
    "2.3-13",
    "One idea of a tenant",
    "Which projects belong together is settled, and each policy of the tenant says the same.",
    ["tenant/policy-namespaces-drift", "tenant/cross-tenant-access"],
  ),
  requirement(
    "2.3-14",
    "Direct calls",
    "Every project of a tenant has a policy for what comes in directly.",
    ["tenant/namespace-policy-missing"],
  ),
  requirement(
    "2.3-15",
    "Calls by way of the activator",
    "There is a policy for what comes to the tenant over the activator.",
    ["tenant/component-policy-missing"],
  ),
  requirement(
    "2.3-16",
    "Hook before stopping",
    "Every project of a tenant has a policy that admits Kubernetes' call of the pre-stop hook.",
    ["tenant/namespace-policy-missing"],
  ),
  recommendation(
    "2.3-17",
    "Let the chart write them",
    "Rather than by hand, a tenant's policies come from the Helm chart, which takes a name and a list of namespaces.",
    ["tenant/policy-namespaces-drift", "tenant/chart-version-mismatch"],
  ),
  pitfall(
    "2.3-18",
    "An older chart",
    "In a guide for 1.32 the sample fixes the chart at 1.31.0; it should have the version of the product.",
    ["tenant/chart-version-mismatch"],
  ),
  pitfall(
    "2.3-19",
    "More than three",
    "The guide speaks of three policies for each project; for Eventing and Kafka the chart makes more.",
    ["tenant/component-policy-missing"],
  ),
  pitfall(
    "2.3-20",
    "One -f, two files",
    "The printed command gives two files to a single -f, and the client rejects the second.",
    ["manifest/embedded-command-invalid"],
  ),
  requirement(
    "2.4-01",
    "A service for each tenant",
    "Each of two tenants gets a Knative Service: pass-through as an annotation of the Service, injection as one of the revision (two different flags of kn).",
    [
      "tenant/namespace-not-member",
      "service/annotation-wrong-level",
      "service/passthrough-missing",
      "service/sidecar-not-injected",
    ],
  ),
  pitfall(
    "2.4-02",
    "Samples without probe rewriting",
    "The services printed here do without the annotation for probes that 1.4.4 asks for.",
    ["service/probe-rewrite-missing"],
  ),
  requirement(
    "2.4-03",
    "A client to test with",
    "In a tenant's namespace runs a Deployment with a sidecar that makes the calls.",
    [
      "tenant/workload-without-sidecar",
      "mesh/injected-workload-outside-mesh",
      "manifest/selector-template-mismatch",
    ],
  ),
  live(
    verification(
      "2.4-04",
      "Own tenant, inside",
      "By its internal name a service of the same tenant answers 200.",
      ["tenant/namespace-policy-missing", "tenant/component-policy-missing", "tenant/system-policy-missing"],
    ),
  ),
  live(
    verification("2.4-05", "Own tenant, outside", "By its URL a service of the same tenant answers 200.", [
      "tenant/system-policy-missing",
      "tenant/istio-namespace-mismatch",
    ]),
  ),
  live(
    verification(
      "2.4-06",
      "Other tenant, inside",
      "By its internal name a service of another tenant answers 403.",
      ["tenant/cross-tenant-access", "tenant/deny-all-missing"],
    ),
  ),
  live(
    verification(
      "2.4-07",
      "Other tenant, outside",
      "By its URL a service of another tenant answers 200, because the gateway is the caller.",
      ["tenant/system-policy-missing", "tenant/istio-namespace-mismatch", "tenant/root-namespace-policy"],
    ),
  ),
  beyond(
    order("2.4-08", "Tidying up", "Client and services of the test are deleted in the end."),
    "it ends a test by hand and leaves nothing behind",
  ),
];
