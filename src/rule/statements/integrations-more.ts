import { beyond, live, type Statement, statementsOf } from "./statement.ts";

const { requirement, prerequisite, unsupported, pitfall, verification } = statementsOf("S0");

/** Chapters 3 to 5: cost management, pipelines and GPUs. */
export const integrationsMore: readonly Statement[] = [
  requirement(
    "3.2-01",
    "Labels are handed down",
    "Cost labels go down from node over namespace to pod, except where a lower level has the same label already.",
    ["labels/cost-label-overridden"],
  ),
  pitfall(
    "3.2-02",
    "app belongs to Knative",
    "On Knative's pods the label app is the name of the revision, so costs under an app label of the namespace miss them; the revision is what to ask for.",
    ["labels/namespace-app-label-shadowed"],
  ),
  pitfall(
    "3.2-03",
    "Which labels",
    "In the sample, labels stand below a spec with parts left out; only those of the revision's template arrive at pods.",
    ["labels/namespace-app-label-shadowed", "labels/cost-label-overridden"],
  ),
  prerequisite(
    "4.1-01",
    "Serverless and Pipelines",
    "The operators of Serverless and of Pipelines and Knative Serving are there, and an administrator does the work.",
    ["pipelines/prerequisite-missing"],
  ),
  beyond(
    requirement(
      "4.2-01",
      "From Git",
      "The web console imports a repository as Serverless Deployment, with a pipeline.",
    ),
    "a dialogue of the web console leaves no manifest",
  ),
  pitfall(
    "4.2-02",
    "Services that pipelines make",
    "Also a service that a pipeline deploys has the annotations of 1.4.4.",
    ["pipelines/deployed-service-lacks-mesh-settings"],
  ),
  live(
    verification(
      "4.2-03",
      "The pipeline was successful",
      "In the console one sees that the pipeline has built and deployed.",
    ),
    "meshlint does not read pipeline runs",
  ),
  prerequisite(
    "5-01",
    "GPU operator",
    "Before a service can have a GPU, the operator for them is installed.",
    ["gpu/operator-missing"],
  ),
  prerequisite(
    "5.1-01",
    "kn and Knative",
    "Serving and Eventing are installed by the Serverless operator, and kn is at hand.",
    ["operator/subscription-missing"],
  ),
  unsupported(
    "5.1-02",
    "No GPU on Z and Power",
    "On IBM Z and IBM Power there is no support for NVIDIA GPUs.",
    ["gpu/unsupported-architecture"],
  ),
  requirement(
    "5.1-03",
    "How many GPUs",
    "A Knative Service says how many it needs as limit of nvidia.com/gpu, a whole number.",
    ["gpu/quantity-invalid"],
  ),
  pitfall(
    "5.1-04",
    "A GPU has one owner",
    "Nobody shares a GPU: while one service has it, others wait, and nobody gets more than their limit.",
    ["gpu/exclusive-hold"],
  ),
  live(
    verification(
      "5.1-05",
      "A node with GPUs",
      "The pods of the service run on a node that has what they ask for.",
      ["serving/feature-flag-missing", "gpu/exceeds-node-capacity"],
    ),
  ),
  pitfall(
    "5.1-06",
    "More GPUs later",
    "A limit can be raised, but the revision that comes of it needs its GPUs while the old one still holds its own.",
    ["gpu/rollout-deadlock"],
  ),
];
