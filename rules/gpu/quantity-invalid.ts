import { renameKey, setValue } from "../../src/fix/edits.ts";
import {
  type GpuClaim,
  gpuOwners,
  gpuReads,
  type GpuUser,
  gpuUsersOf,
} from "../../src/mesh/gpu/gpu-users.ts";
import { gpuFlaw, quantity } from "../../src/mesh/gpu/quantity.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { plainText } from "../../src/model/value.ts";
import { defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, kubernetes } from "../../src/rule/documents.ts";

const advice = "ask for a whole number of GPUs as a limit";

function* checkClaim({ spot, owner, pod }: GpuUser, claim: GpuClaim): Generator<Judgement> {
  const { key, meant, resources, limit, request } = claim;
  const path = (list: "limits" | "requests") => [...resources, list, key];
  if (meant !== null) {
    const lists = (["limits", "requests"] as const).filter(
      (list) => (list === "limits" ? limit : request) !== undefined,
    );
    for (const list of lists)
      yield fail(
        { ...spot(path(list)), part: "key" },
        `nothing offers ${key}, so the pods stay Pending; ${meant} is probably meant`,
        remedy(
          `rename it to ${meant}`,
          "review",
          owner === pod.resource ? renameKey(owner, path(list), meant) : null,
        ),
      );
    return;
  }
  let sound = true;
  for (const [list, value] of [
    ["limits", limit],
    ["requests", request],
  ] as const) {
    if (value === undefined) continue;
    if (isUnknown(value)) {
      sound = false;
      yield undecided(`the number of ${key} in ${list}`);
      continue;
    }
    const wrong = gpuFlaw(value);
    if (wrong === null) continue;
    sound = false;
    const none = quantity(value) === 0n;
    // Both of them say the same: one word is enough.
    if (none && list === "requests" && limit !== undefined) continue;
    const severity = none ? ("info" as const) : ("error" as const);
    yield fail(spot(path(list)), `"${plainText(value)}" of ${key} ${wrong}`, { severity, advice });
  }
  if (!sound || request === undefined) return;
  const title = `set the limit of ${key} to ${plainText(request)}`;
  const edits = owner === pod.resource ? setValue(owner, path("limits"), request) : null;
  if (limit === undefined) {
    // What a patch or an update leaves out may be there already.
    if (pod.resource.form === "patch") yield undecided(`the limit of ${key} that the service has`);
    else
      yield fail(
        spot(path("requests")),
        `${key} is requested without a limit, and Kubernetes refuses that for resources that cannot be shared`,
        remedy(title, "safe", edits),
      );
  } else if (quantity(limit) !== quantity(request))
    yield fail(
      spot(path("requests")),
      `the request of ${plainText(request)} ${key} differs from the limit of ${plainText(limit)}, which Kubernetes refuses`,
      remedy(title, "review", edits),
    );
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
      for (const claim of user.claims) yield* checkClaim(user, claim);
  },
});
