import { setValues } from "../../src/fix/edits.ts";
import { webhookKinds, webhooksOf } from "../../src/mesh/admission/webhooks.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path, Value } from "../../src/model/value.ts";
import { atLeast } from "../../src/model/version.ts";
import { at, defineRule, fail, type Problem, remedy } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const judged = [...webhookKinds, kinds.CustomResourceDefinition, kinds.ApiService] as const;
const isWebhook = (kind: string): boolean => (webhookKinds as readonly string[]).includes(kind);

/** What v1 requires of webhooks and v1beta1 left open; what is written stays, unless v1 refuses it. */
function required(resource: Resource): readonly (readonly [Path, Value])[] {
  return webhooksOf(resource).flatMap(({ path, value }) => {
    const { sideEffects, admissionReviewVersions } = value;
    const fits = typeof sideEffects === "string" && /^None(?:OnDryRun)?$/.test(sideEffects);
    const added: (readonly [Path, Value])[] = [];
    if (!fits) added.push([[...path, "sideEffects"], "None"]);
    if (admissionReviewVersions === undefined)
      added.push([
        [...path, "admissionReviewVersions"],
        ["v1", "v1beta1"],
      ]);
    return added;
  });
}

function bump(resource: Resource): Pick<Problem, "fix" | "advice"> {
  if (resource.kind === kinds.CustomResourceDefinition)
    return { advice: "move to v1, which takes spec.versions with a schema for each" };
  const group = resource.id.group;
  const edits = setValues(resource, [[["apiVersion"], `${group}/v1`], ...required(resource)]);
  const more = isWebhook(resource.kind) ? ", where failurePolicy is Fail unless it says otherwise" : "";
  return remedy(`use ${group}/v1${more}`, "review", edits);
}

export const rule = defineRule({
  id: "admission/removed-api",
  summary:
    "A webhook configuration, CustomResourceDefinition or APIService uses a version of the API that is gone.",
  severity: "error",
  varies: true,
  category: "compatibility",
  documentation: [architecture("6.4"), architecture("6.5")],
  upstream: ["kubernetes/kubernetes CHANGELOG/CHANGELOG-1.22.md"],
  fix: "review",
  reads: [...judged],
  selfContained: true,
  subjects: (graph) => graph.own(...judged),
  *check(resource, graph) {
    if (resource.version !== "v1beta1") return;
    const { openshift } = graph.profile;
    const isServed = openshift !== null && !atLeast(openshift, "4.9");
    const state = isServed
      ? "is deprecated, and OpenShift 4.9 does not serve it"
      : "is not served since OpenShift 4.9 (Kubernetes 1.22)";
    yield fail(
      at(resource, "apiVersion"),
      `${resource.apiVersion}, as the older examples print it, ${state}`,
      { severity: isServed ? "warning" : "error", ...bump(resource) },
    );
  },
});
