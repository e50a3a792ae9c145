import { readBoolean, readString, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Severity } from "../../src/model/finding.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { compareVersions, parseVersion, type Version } from "../../src/model/version.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const forcePath = ["spec", "desiredUpdate", "force"];

/** The field of a kind that says which version is wanted. */
const versions: Readonly<Record<string, { readonly path: Path; readonly severity: Severity }>> = {
  [kinds.ClusterVersion]: { path: ["spec", "desiredUpdate", "version"], severity: "error" },
  [kinds.ServiceMeshControlPlane]: { path: ["spec", "version"], severity: "warning" },
  [kinds.OperatorSubscription]: { path: ["spec", "startingCSV"], severity: "warning" },
};

/** `4.14.8`, `v2.5`, or the end of `serverless-operator.v1.33.0`; what follows a hyphen is left out. */
function versionIn(text: string): Version | null {
  return parseVersion(/(?:^|\.v)(v?\d[\d.]*)(?:[-+][\w.-]*)?$/.exec(text)?.[1] ?? "");
}

/** What the versions of one object say at the base revision; the newest, if it has several candidates. */
function before(base: Graph, resource: Resource, path: Path): Version | null {
  return base
    .named(resource.kind, resource.namespace, resource.name)
    .flatMap((old) => versionIn(valueOr(readString(old, path), "")) ?? [])
    .reduce<Version | null>((a, b) => (a === null || compareVersions(b, a) > 0 ? b : a), null);
}

function* checkVersion(resource: Resource, base: Graph): Generator<Judgement> {
  const field = versions[resource.kind];
  if (!field) return;
  const wanted = readString(resource, field.path);
  if (wanted.state === "unknown") return yield undecided(wanted.why);
  const now = versionIn(valueOr(wanted, ""));
  const old = before(base, resource, field.path);
  if (now === null || old === null || compareVersions(now, old) >= 0) return;
  const patch = old.patch === null ? "" : `.${old.patch}`;
  yield fail(
    at(resource, ...field.path),
    `"${valueOr(wanted, "")}" is older than ${old.major}.${old.minor}${patch} of the base revision, and going back is not supported`,
    { severity: field.severity, advice: "keep the version, or go on to a newer one" },
  );
}

export const rule = defineRule({
  id: "operator/forced-or-backward-update",
  summary: "An update is forced past its checks, or goes back to an older version.",
  severity: "error",
  varies: true,
  category: "support",
  documentation: [architecture("2.2"), architecture("3.1.3.3")],
  fix: "none",
  reads: [kinds.ClusterVersion, kinds.ServiceMeshControlPlane, kinds.OperatorSubscription],
  candidates: "each",
  subjects: (graph, { base }) => [
    ...graph.own(kinds.ClusterVersion),
    ...(base ? graph.own(kinds.ServiceMeshControlPlane, kinds.OperatorSubscription) : []),
  ],
  *check(resource, _graph, { base }) {
    if (resource.kind === kinds.ClusterVersion) {
      const force = readBoolean(resource, forcePath);
      if (force.state === "unknown") yield undecided(force.why);
      if (valueOr(force, false))
        yield fail(
          at(resource, ...forcePath),
          "the update is forced: signatures of the release and the checks of the cluster's state are skipped",
          { advice: "remove force, and wait until the update is offered" },
        );
    }
    if (base) yield* checkVersion(resource, base);
  },
});
