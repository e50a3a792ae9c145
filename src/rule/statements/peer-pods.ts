import { beyond, live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, recommendation, unsupported, pitfall } = statementsOf("S4");

/** Chapter 3: workloads as peer pods. */
export const peerPodStatements: readonly Statement[] = [
  unsupported("3-01", "Technology preview", "Peer pods are not for production yet.", [
    "operator/tech-preview-feature",
  ]),
  prerequisite("3.1-01", "Which cloud", "The cluster is OpenShift 4.13, on AWS or on Azure.", [
    "peerpods/credentials-incomplete",
  ]),
  beyond(
    prerequisite("3.1-02", "Administrator, client", "Somebody with cluster-admin uses the oc client."),
    "rights and tools of a person are not in manifests",
  ),
  requirement(
    "3.1.1-01",
    "kata-remote",
    "This is the runtime class of peer pods; its overhead stands for what a pod takes of the worker itself.",
    [
      "peerpods/runtimeclass-mismatch",
      "serving/feature-flag-missing",
      "peerpods/runtimeclass-overhead-missing",
    ],
  ),
  requirement(
    "3.1.1-02",
    "Machines per node",
    "The limit of the PeerPodConfig, a number in quotes, bounds the peer pods of a node.",
    ["peerpods/limit-invalid", "peerpods/capacity-exceeded"],
  ),
  pitfall(
    "3.1.1-03",
    "Ten or one",
    "Ten is what the object that the operator makes has; one that is written by hand and leaves the limit out has one.",
    ["peerpods/limit-defaults-to-one"],
  ),
  requirement(
    "3.1.1-04",
    "Its name and place",
    "The object is peerpodconfig-openshift in the operator's namespace, and comes with a KataConfig that enables peer pods.",
    ["peerpods/config-location"],
  ),
  requirement(
    "3.1.1-05",
    "What it refers to",
    "These are the secret peer-pods-secret and the config map peer-pods-cm.",
    ["peerpods/credentials-incomplete"],
  ),
  requirement("3.1.1-06", "On which nodes", "On those with the role kata-oc.", [
    "peerpods/node-pool-missing",
  ]),
  pitfall(
    "3.1.1-07",
    "Which pods the webhook changes",
    "Those of the runtime class that it is told in TARGET_RUNTIMECLASS, a variable that the text misspells.",
    ["peerpods/runtimeclass-mismatch"],
  ),
  pitfall(
    "3.1.1-08",
    "Resources disappear",
    "From all containers it takes the resources away; the first one asks for kata.peerpods.io/vm in their place.",
    ["peerpods/resources-stripped"],
  ),
  pitfall(
    "3.1.1-09",
    "Not in system namespaces",
    "There the webhook does nothing, so a peer pod counts only if it requests the extended resource on its own.",
    ["peerpods/unaccounted-namespace"],
  ),
  recommendation(
    "3.1.1-10",
    "Where peer pods may run",
    "A policy for the whole cluster should name the namespaces.",
    ["peerpods/namespace-policy-missing"],
  ),
  requirement(
    "3.1.1.1-01",
    "Another limit",
    "One looks it up, and then merges a patch with the number as a string.",
    ["peerpods/limit-invalid"],
  ),
  live(
    prerequisite("3.1.2-01", "A worker", "On AWS, and on Azure by 3.1.3, there is a worker at least."),
    "meshlint does not count nodes",
  ),
  requirement(
    "3.1.2-02",
    "Keys for AWS",
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are known, for machines in the network of the cluster.",
    ["peerpods/credentials-incomplete"],
  ),
  beyond(
    prerequisite(
      "3.1.2-03",
      "The cloud's client",
      "The command line of AWS, in 3.1.3 that of Azure, is installed and set up.",
    ),
    "tools of a person are not in manifests",
  ),
  requirement("3.1.2-04", "Two ports", "Within the cluster 15150 and 9000 are open.", [
    "peerpods/tunnel-port",
  ]),
  requirement(
    "3.1.2.1-01",
    "Security group",
    "The group of the workers opens 15150 (agent) and 9000 (tunnel) to itself; TCP is printed for both, but the tunnel is VXLAN, and that is UDP.",
    ["peerpods/tunnel-port"],
  ),
  requirement("3.1.3-01", "Keys for Azure", "Subscription, tenant, client id and client secret are known.", [
    "peerpods/credentials-incomplete",
  ]),
  requirement(
    "3.1.3.1-01",
    "Network security group",
    "If Azure keeps internal traffic out, rules for inbound traffic open 15150 and 9000 in the workers' subnet; here, too, the tunnel is printed as TCP.",
    ["peerpods/tunnel-port"],
  ),
];
