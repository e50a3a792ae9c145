import { chartReferences } from "../../src/mesh/chart-references.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { namespaceLists, type TenantGroup } from "../../src/mesh/tenant-groups.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { chartFits, lackingGateway, lacksJobSink } from "../../src/mesh/older-chart.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isAssumed } from "../../src/model/profile.ts";
import { formatVersion } from "../../src/model/version.ts";
import { at, defineSetRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations, printedSo } from "../../src/rule/documents.ts";

/** Integrations 2.3, which is for 1.32, prints the chart's version of the release before. */
function printedFor(version: string, { profile }: Graph): string {
  const { minor } = profile.serverless;
  return version === "1.31.0" && minor === 32 ? ` (${printedSo})` : "";
}

function* references(graph: Graph): Generator<Judgement> {
  const { profile } = graph;
  for (const { document, path, version } of chartReferences(graph)) {
    const span = document.places.value(path);
    if (chartFits(version, graph.profile.serverless) || !span) continue;
    if (isAssumed(profile, "serverless")) {
      yield undecided("the version of Serverless");
      continue;
    }
    yield fail(
      { location: { file: document.file, ...span } },
      `the tenants' policies are rendered by the chart of ${version}, and the cluster has Serverless ${formatVersion(profile.serverless)}${printedFor(version, graph)}`,
      { advice: "take the chart of the Serverless version, and let the policies be rendered anew" },
    );
  }
}

function* olderSources(graph: Graph, group: TenantGroup): Generator<Judgement> {
  const older = lackingGateway(graph, group);
  if (!older) return;
  yield fail(
    at(older, "metadata", "name"),
    `the policies of tenant ${group.name} look like those of a chart before 1.36: they lack knative-serving-ingress, where the ingress gateway's pods run`,
    { advice: "let the policies be rendered anew by chart 1.36 or later" },
  );
}

export const rule = defineSetRule({
  id: "tenant/chart-version-mismatch",
  summary: "The tenants' policies come from another version of the chart than Serverless needs.",
  severity: "warning",
  category: "compatibility",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/knative-istio-authz-chart Chart.yaml"],
  fix: "review",
  reads: [],
  *check(graph) {
    yield* references(graph);
    const found = isolation(graph);
    if (found.state === "no") return;
    for (const group of found.tenants) {
      yield* olderSources(graph, group);
      const sink = graph
        .all(kinds.JobSink)
        .find(({ namespace }) => group.namespaces.includes(namespace ?? ""));
      const [policy] = group.shared.filter(
        (shared) => shared.standing === "own" && namespaceLists(graph, shared).length > 0,
      );
      if (!sink || !policy || !lacksJobSink(graph, group)) continue;
      yield fail(
        at(policy, "metadata", "name"),
        `the policies of tenant ${group.name} look like those of a chart before 1.36: none lets its events reach job-sink, and ${sink.namespace} has JobSink ${sink.name}`,
        {
          related: [{ at: at(sink, "metadata", "name"), message: "gets no events" }],
          advice: "let the policies be rendered anew by chart 1.36 or later",
        },
      );
    }
  },
});
