import { replaceScalar } from "../../src/fix/edits.ts";
import { definitionFlaws } from "../../src/mesh/admission/definition-flaws.ts";
import { webhookFlaws } from "../../src/mesh/admission/webhook-flaws.ts";
import { webhookKinds } from "../../src/mesh/admission/webhooks.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { label } from "../../src/model/resource.ts";
import { at, atKey, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { architecture, kubernetes } from "../../src/rule/documents.ts";

const judged = [...webhookKinds, kinds.CustomResourceDefinition] as const;

export const rule = defineRule({
  id: "admission/webhook-required-fields",
  summary:
    "A webhook configuration or CustomResourceDefinition is refused for a field that is missing or wrong.",
  severity: "error",
  category: "schema",
  documentation: [
    architecture("6.3"),
    architecture("6.4.1"),
    architecture("6.4.2"),
    architecture("6.5"),
    kubernetes("Dynamic Admission Control"),
  ],
  upstream: [
    "kubernetes/kubernetes pkg/apis/admissionregistration/validation/validation.go",
    "kubernetes/kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go",
  ],
  fix: "safe",
  reads: [...judged],
  subjects: (graph) => graph.own(...judged),
  *check(resource, graph) {
    const isDefinition = resource.kind === kinds.CustomResourceDefinition;
    for (const flaw of isDefinition ? definitionFlaws(resource) : webhookFlaws(resource)) {
      if (flaw.isAbsence && isPatched(graph, resource)) {
        yield undecided(`${label(resource)} as Kustomize renders it`);
        continue;
      }
      const place = flaw.part === "key" ? atKey(resource, ...flaw.path) : at(resource, ...flaw.path);
      const edits = flaw.value === undefined ? null : replaceScalar(resource, flaw.path, flaw.value);
      yield fail(place, flaw.message, remedy(flaw.advice, "safe", edits));
    }
  },
});
