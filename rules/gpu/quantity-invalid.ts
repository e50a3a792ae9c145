import { renameKey, setValue } from "../../src/fix/edits.ts";
import { type ClaimFlaw, claimFlaws } from "../../src/mesh/gpu/claim-flaws.ts";
import { gpuOwners, gpuReads, type GpuUser, gpuUsersOf } from "../../src/mesh/gpu/gpu-users.ts";
import { plainText } from "../../src/model/value.ts";
import { defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, kubernetes } from "../../src/rule/documents.ts";

function judge({ spot, owner, pod }: GpuUser, key: string, flaw: ClaimFlaw): Judgement {
  const isWritable = owner === pod.resource;
  switch (flaw.type) {
    case "unknown":
      return undecided(flaw.needs);
    case "name": {
      const edits = isWritable ? renameKey(owner, flaw.path, flaw.meant) : null;
      return fail(
        { ...spot(flaw.path), part: "key" },
        `nothing offers ${key}, so the pods stay Pending; ${flaw.meant} is probably meant`,
        remedy(`rename it to ${flaw.meant}`, "review", edits),
      );
    }
    case "quantity":
      return fail(spot(flaw.path), `"${plainText(flaw.value)}" of ${key} ${flaw.said}`, {
        severity: flaw.isNone ? "info" : "error",
        advice: "ask for a whole number of GPUs as a limit",
      });
    case "limit": {
      const { limit, request } = flaw;
      const title = `set the limit of ${key} to ${plainText(request)}`;
      const edits = isWritable ? setValue(owner, flaw.limitPath, request) : null;
      return fail(
        spot(flaw.path),
        limit === undefined
          ? `${key} is requested without a limit, and Kubernetes refuses that for resources that cannot be shared`
          : `the request of ${plainText(request)} ${key} differs from the limit of ${plainText(limit)}, which Kubernetes refuses`,
        remedy(title, limit === undefined ? "safe" : "review", edits),
      );
    }
  }
}

export const rule = defineRule({
  id: "gpu/quantity-invalid",
  summary: "GPUs are asked for in a form that Kubernetes refuses, or under a name that nothing offers.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [integrations("5.1"), kubernetes("Extended resources")],
  upstream: [
    "knative/serving pkg/apis/serving/fieldmask.go",
    "kubernetes/kubernetes pkg/apis/core/validation/validation.go",
  ],
  fix: "safe",
  reads: gpuReads,
  candidates: "each",
  subjects: (graph) => gpuOwners(graph, "all"),
  *check(owner, graph) {
    for (const user of gpuUsersOf(graph, owner))
      for (const claim of user.claims)
        for (const flaw of claimFlaws(user, claim)) yield judge(user, claim.key, flaw);
  },
});
