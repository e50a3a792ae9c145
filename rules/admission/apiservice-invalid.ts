import { removeKey, setValue } from "../../src/fix/edits.ts";
import { apiServiceFlaws } from "../../src/mesh/admission/api-service-flaws.ts";
import { backendsOf } from "../../src/mesh/admission/backends.ts";
import { lacksBundle, writesItself } from "../../src/mesh/admission/ca-bundle.ts";
import { readBoolean, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { architecture, kubernetes } from "../../src/rule/documents.ts";

const skipPath = ["spec", "insecureSkipTLSVerify"] as const;

/** How the API server checks the certificate of the server behind an aggregated API. */
function* checkTrust(resource: Resource, graph: Graph): Generator<Judgement> {
  const skips = readBoolean(resource, skipPath);
  if (skips.state === "unknown") return yield undecided(skips.why);
  if (valueOr(skips, false)) {
    const bundle = valueAt(resource.value, ["spec", "caBundle"]);
    const isBoth = typeof bundle === "string" && bundle !== "";
    const message = isBoth
      ? "insecureSkipTLSVerify stands beside a caBundle, which the API server refuses"
      : "insecureSkipTLSVerify lets anybody in the network answer for this API";
    const edits = isBoth ? removeKey(resource, skipPath) : null;
    return yield fail(at(resource, ...skipPath), message, {
      severity: isBoth ? "error" : "warning",
      ...remedy(isBoth ? "remove insecureSkipTLSVerify" : "give the API's CA instead", "review", edits),
    });
  }
  const lacks = lacksBundle(graph, resource, ["spec"]);
  if (lacks === undefined) return yield undecided(`${label(resource)} as Kustomize renders it`);
  if (!lacks) return;
  const isHelpless = backendsOf(resource).some((backend) => writesItself(graph, backend) === "no");
  const effect = isHelpless ? ", and the server may not write it itself" : "";
  yield fail(
    at(resource, "spec", "caBundle"),
    `APIService ${resource.name} has no caBundle and no annotation that has it filled in${effect}`,
    {
      severity: isHelpless ? "error" : "warning",
      advice: 'annotate it with service.beta.openshift.io/inject-cabundle: "true", or give the CA',
    },
  );
}

export const rule = defineRule({
  id: "admission/apiservice-invalid",
  summary: "An APIService is refused, or does not say how its server's certificate is checked.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [architecture("6.3"), architecture("6.5"), kubernetes("APIService v1")],
  upstream: ["kubernetes/kube-aggregator pkg/apis/apiregistration/validation/validation.go"],
  fix: "review",
  reads: [kinds.ApiService],
  subjects: (graph) => graph.own(kinds.ApiService),
  *check(resource, graph) {
    for (const { path, message, advice, value, isAbsence } of apiServiceFlaws(resource)) {
      if (isAbsence && isPatched(graph, resource))
        yield undecided(`${label(resource)} as Kustomize renders it`);
      else {
        const edits = value === undefined ? null : setValue(resource, path, value);
        yield fail(at(resource, ...path), message, remedy(advice, "review", edits));
      }
    }
    // Without a Service the API server answers itself.
    if ((valueAt(resource.value, ["spec", "service"]) ?? null) !== null) yield* checkTrust(resource, graph);
  },
});
