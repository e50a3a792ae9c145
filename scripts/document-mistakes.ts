/** A case that has the mistake as it is printed. */
interface Evidence {
  readonly rule: string;
  readonly case: string;
}

/** Something that a document, or the code that it points to, has wrong. */
export interface DocumentMistake {
  readonly id: string;
  readonly where: string;
  readonly printed: string;
  readonly right: string;
  /** Rules that catch a manifest with the mistake; empty if none can show it. */
  readonly caught: readonly Evidence[];
  /** Why no manifest shows it, where none does, or what else is to be said. */
  readonly note?: string;
}

const caught = (rule: string, name: string): Evidence => ({ rule, case: name });

/** What the documents have wrong, each checked against code, by a run or by comparing passages. */
export const documentMistakes: readonly DocumentMistake[] = [
  {
    id: "M-01",
    where: "Integrations 1.32, 1.4.3 (ServiceEntry)",
    printed: "Two of the five ports are called tcp-tls, two others tcp-sasl-tls.",
    right: "Each port has a name of its own; with a repeated one Istio's webhook refuses the object.",
    caught: [caught("kafka/serviceentry-duplicate-port", "fail-printed-port-names")],
  },
  {
    id: "M-02",
    where: "Integrations 1.32, 1.4.3 (KnativeKafka)",
    printed: "sink is indented below broker, where the API server drops it and no sink is installed.",
    right: "sink is a field of spec, beside broker.",
    caught: [caught("kafka/sink-nested-under-broker", "fail-printed-sink")],
  },
  {
    id: "M-03",
    where: "Integrations 1.32, 1.7",
    printed: "The variable that filters secrets is once spelled without FILTERING, and does nothing then.",
    right: "ENABLE_SECRET_INFORMER_FILTERING_BY_CERT_UID",
    caught: [caught("secret/filtering-env-misspelled", "fail-printed-name")],
  },
  {
    id: "M-04",
    where: "Integrations 1.32, 1.3, and the edition for 1.24 to 1.27, 1.2",
    printed: "The commands make an X.509 version 1 certificate with serial 0 and no alternative names.",
    right: "The wildcard is a subject alternative name: programs in Go and browsers look at nothing else.",
    caught: [
      caught("cert/no-san", "fail-printed-commands"),
      caught("cert/pair-invalid", "fail-printed-commands"),
    ],
  },
  {
    id: "M-05",
    where: "Integrations for 1.28 to 1.30, 1.3, second sample of the local gateway",
    printed: "The local gateway with HTTPS takes port 443 for every host, on the ingress gateway's pods.",
    right: "It listens on 8081, where its Service leads; istiod drops the second server of 443.",
    caught: [caught("gateway/local-gateway-claims-443", "fail-printed-443")],
  },
  {
    id: "M-06",
    where: "Integrations 1.32, 1.4.1 (sample output)",
    printed: "A local gateway with plain HTTP on 8081; one line of the console has a stray mark.",
    right: "1.4.2 makes it HTTPS in mode ISTIO_MUTUAL.",
    caught: [caught("gateway/local-gateway-plaintext", "fail-printed-output")],
  },
  {
    id: "M-07",
    where: "Integrations 1.32, 1.1, 1.6 and 1.7, and the older editions",
    printed: "Three minimum versions of Service Mesh: 2.2 (for Serverless 1.31), 2.0.5, and 1.x or 2.x.",
    right: "2.2 for the mesh as ingress from Serverless 1.31 on, 2.0.5 before; 1.x only beside Kourier.",
    caught: [caught("mesh/version-unsupported", "fail-printed-minimum")],
  },
  {
    id: "M-08",
    where: "Integrations 1.32, 1.4.2 (gateways)",
    printed: "Gateways select knative: ingressgateway, the Service in the same file istio: ingressgateway.",
    right:
      "One selector for both; with a second ingress gateway of the default label the Service hits its pods.",
    caught: [caught("gateway/local-service-selector", "fail-printed-labels")],
  },
  {
    id: "M-09",
    where: "Integrations 1.32, 1.4.3 (KnativeKafka)",
    printed: "The step tells to apply a KnativeEventing.",
    right: "The file of this step is a KnativeKafka.",
    caught: [],
    note: "A slip in a sentence; the manifest of the step is of the right kind.",
  },
  {
    id: "M-10",
    where: "Integrations 1.32, 1.5",
    printed: "The excluded ports are listed once more, with 8444 only.",
    right: "Lists are replaced as a whole, so 8022 of 1.4.2 has to be in it.",
    caught: [caught("mesh/drain-port-not-excluded", "fail-printed-8444")],
  },
  {
    id: "M-11",
    where: "Integrations 1.32, 1.5, 1.6 and 1.7 (fragments)",
    printed: "Fragments have no namespace, or a line of dots between keys.",
    right: "A KnativeServing is taken in knative-serving only, and dots end a YAML document.",
    caught: [
      caught("operator/install-location", "fail-printed-fragment"),
      caught("manifest/truncated-example", "fail-printed-dots"),
    ],
  },
  {
    id: "M-12",
    where: "Integrations 1.32, 2.4 (test services)",
    printed: "The services lack the annotation for probes, and the answers shown differ by a mark.",
    right: "By 1.4.4 each service has sidecar.istio.io/rewriteAppHTTPProbers.",
    caught: [caught("service/probe-rewrite-missing", "fail-printed-service")],
  },
  {
    id: "M-13",
    where: "Integrations 1.32, 2.3 (applying the policies)",
    printed: "oc apply gets two files behind one -f.",
    right: "Each file has a -f; the client refuses the second one else.",
    caught: [caught("manifest/embedded-command-invalid", "fail-printed-two-files")],
  },
  {
    id: "M-14",
    where: "Integrations 1.32, 2.3 (Helm chart)",
    printed: "The chart is fixed at 1.31.0, and three policies are counted for each project.",
    right:
      "The chart is that of the product's version; it makes two policies for each project and eight, from 1.36 on nine, for the tenant, Eventing's among them.",
    caught: [caught("tenant/chart-version-mismatch", "fail-printed-chart")],
    note: "What is missing of the chart's policies is told by effect, not by counting: tenant/component-policy-missing.",
  },
  {
    id: "M-15",
    where: "Integrations 1.32, 2.3 (system policies)",
    printed:
      "Policies name istio-system as caller, although 1.4.3 allows another namespace for the control plane.",
    right: "The caller is the ingress gateway, so the namespace is that of its pods.",
    caught: [caught("tenant/istio-namespace-mismatch", "fail-printed-istio-system")],
  },
  {
    id: "M-16",
    where: "Integrations 1.32, translated",
    printed:
      "A note contradicts itself about istio-system, the activator is called activate, TCP ports Cryostat ports.",
    right: "Meant are a mesh outside istio-system, the activator, and TCP.",
    caught: [],
    note: "Slips of the translation; no rule rests on these sentences.",
  },
  {
    id: "M-17",
    where: "Integrations for 1.28 to 1.30, and 1.32, chapter 1",
    printed: "Custom resources are called definitions, the member roll a member role.",
    right: "They are custom resources, and it is a roll.",
    caught: [],
    note: "Only a matter of words.",
  },
  {
    id: "M-18",
    where: "Integrations 1.32 and for 1.28 to 1.30, 1.3 and 1.4.3 (ServiceEntry)",
    printed: "The ServiceEntry has no addresses; the older edition warns of that below its own example.",
    right: "Addresses keep it to Kafka; else it takes all TCP traffic on its ports in knative-eventing.",
    caught: [caught("kafka/serviceentry-no-addresses", "fail-printed-entry")],
  },
  {
    id: "M-19",
    where: "Peer pods, 3.1.1",
    printed: "The webhook's variable is called TARGET_RUNTIME_CLASS.",
    right: "TARGET_RUNTIMECLASS",
    caught: [caught("peerpods/runtimeclass-mismatch", "fail-printed-variable")],
  },
  {
    id: "M-20",
    where: "Peer pods, 3.1.1",
    printed: "A limit of ten is the default.",
    right: "Ten is what the operator writes into its own object; without a limit there is one.",
    caught: [caught("peerpods/limit-defaults-to-one", "fail-printed-default")],
  },
  {
    id: "M-21",
    where: "Peer pods, 3.1.2.1 and 3.1.3.1",
    printed: "Port 9000 of the tunnel is opened for TCP, by a rule that is even called VXLAN.",
    right: "VXLAN runs over UDP.",
    caught: [
      caught("peerpods/tunnel-port", "fail-printed-vxlan-tcp"),
      caught("peerpods/tunnel-port", "fail-azure-printed-tcp"),
    ],
  },
  {
    id: "M-22",
    where: "Peer pods, 3.1.1",
    printed: "The webhook takes all resources away.",
    right: "Newer ones keep the sums as annotations, which give the machine its size.",
    caught: [caught("peerpods/resources-stripped", "fail-printed-all-removed")],
  },
  {
    id: "M-23",
    where: "Architecture 4.8, 6.4.1 and 6.4.2",
    printed: "path stands between two levels, and YAML refuses both samples.",
    right: "It is a field of service.",
    caught: [caught("manifest/truncated-example", "fail-printed-path")],
  },
  {
    id: "M-24",
    where: "Architecture 4.8, 6.4 and 6.5",
    printed:
      "Groups of v1beta1, side effects Unknown or not named at all, no review versions, operations in small letters.",
    right: "v1 with sideEffects None or NoneOnDryRun, admissionReviewVersions, and operations in capitals.",
    caught: [
      caught("admission/removed-api", "fail-printed-older-groups"),
      caught("admission/webhook-required-fields", "fail-printed-side-effects"),
      caught("admission/webhook-required-fields", "fail-printed-operations"),
    ],
  },
  {
    id: "M-25",
    where: "Architecture 4.8, 6.3",
    printed: "Webhook servers are said to be called by HTTP.",
    right: "They are called by TLS only, and a url begins with https.",
    caught: [caught("admission/webhook-required-fields", "fail-printed-http")],
  },
  {
    id: "M-26",
    where: "Architecture 4.8, 6.5",
    printed:
      "The server comes before its account and secret; the secret is made twice, with an annotation of old; a role has no binding.",
    right: "Account and secret first; one maker of the secret; a binding for the requester.",
    caught: [
      caught("admission/serving-cert-double-source", "fail-printed-service-ca"),
      caught("admission/rbac-incomplete", "fail-printed-requester"),
    ],
    note: "The order of the files is told by operator/apply-order, case fail-printed-webhook-server.",
  },
  {
    id: "M-27",
    where: "Architecture 4.8, 3.1.3.4",
    printed: "SSH keys are looked for below spec.config.ignition.passwd.",
    right: "spec.config.passwd.users[].sshAuthorizedKeys",
    caught: [caught("nodes/ignition-config", "fail-printed-passwd-path")],
  },
  {
    id: "M-28",
    where: "Architecture 4.8, 5.2",
    printed: "A file of the sample is made by append.",
    right: "Ignition can do that when a machine starts for the first time, a MachineConfig cannot.",
    caught: [caught("nodes/ignition-config", "fail-printed-append")],
  },
  {
    id: "M-29",
    where: "openshift-knative/knative-istio-authz-chart, branch release-1.35",
    printed: "Chart.yaml of the branch says version 1.36.0.",
    right: "1.35.x",
    caught: [],
    note: "The chart's own metadata, in no manifest of a user. meshlint takes 1.36.0 for either (tenant/chart-version-mismatch, case near-branch-1.35).",
  },
  {
    id: "M-30",
    where: "openshift-knative/knative-istio-authz-chart, README",
    printed: "The list of namespaces is written with a blank behind the comma.",
    right: "No blank: Helm keeps it, and no namespace is called so.",
    caught: [caught("tenant/host-pattern-overmatch", "fail-printed-blank")],
  },
  {
    id: "M-31",
    where: "openshift-knative/serverless-operator, manifests of Kafka",
    printed: "Pods of kafka-source-dispatcher have the component label of kafka-channel-dispatcher.",
    right: "A label of their own.",
    caught: [],
    note: "The operator's own manifests. meshlint knows these pods with the label that they have, so a policy for the one is known to hit both.",
  },
  {
    id: "M-32",
    where: "openshift-knative/docs, page about ContainerSource",
    printed:
      "The key of the annotation for injection has a stray quotation mark, and the sink does not exist.",
    right: 'sidecar.istio.io/inject: "true"',
    caught: [caught("eventing/source-workload-not-injected", "fail-printed-quote")],
  },
  {
    id: "M-33",
    where: "Integrations 1.32, 3.2",
    printed: "labels stand below a spec with parts left out.",
    right: "Pods get those of spec.template.metadata.",
    caught: [caught("labels/namespace-app-label-shadowed", "fail-printed-labels-below-spec")],
  },
  {
    id: "M-34",
    where: "openshift-knative/knative-istio-authz-chart, values.yaml",
    printed: "istioNamespace is explained as the namespace of istiod.",
    right: "What policies need is the namespace of the ingress gateway's pods.",
    caught: [caught("tenant/istio-namespace-mismatch", "fail-printed-istiod")],
  },
  {
    id: "M-35",
    where: "Integrations 1.32, 1.1 with 1.4.4",
    printed: "Other domains need a DomainMapping, and pass-through is asked for on services only.",
    right: "The DomainMapping needs the annotation, too, or a certificate of its own.",
    caught: [caught("service/domainmapping-passthrough-missing", "fail-printed-mapping")],
  },
  {
    id: "M-36",
    where: "Integrations 1.32, 2.3, and the chart",
    printed: "The system's allow-traffic-to-activator is named like a tenant's policy.",
    right: "Tenants are known by what their policies allow, not by names.",
    caught: [],
    note: "Nothing is wrong in the manifest; who reads tenants from names finds one called traffic. Every case of tenant/ has this policy, and none has that tenant.",
  },
  {
    id: "M-37",
    where: "Integrations 1.32, 1.4.3",
    printed: "Maps of spec.config have short names, without a word on what the full ones do.",
    right: "With config-deployment the operator's own entries are lost.",
    caught: [caught("operator/config-full-name-drops-defaults", "fail-printed-full-name")],
  },
  {
    id: "M-38",
    where: "Architecture 4.8, 5.3",
    printed: "The sections that a MachineConfig may have are those of 4.8.",
    right: "Later versions also take passwordHash for core, and images in place of the node's own.",
    caught: [caught("nodes/ignition-config", "near-printed-sections-of-4-8")],
    note: "Which sections are right depends on the version: nodes/machineconfig-os-fields, cases fail-image-before-layering and fail-image-with-layering.",
  },
  {
    id: "M-39",
    where: "openshift-knative/serverless-operator, hack/lib/mesh_v3_resources",
    printed: "A NetworkPolicy for monitoring is kept for Service Mesh 3, where its line is commented out.",
    right: "Service Mesh 3 makes no policies that admit the mesh, so it would shut everybody else out.",
    caught: [caught("mesh/networkpolicy-isolates-namespace", "fail-printed-service-mesh-3")],
  },
];
