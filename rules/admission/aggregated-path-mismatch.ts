import {
  apiPathOf,
  apiServicesOf,
  type Backend,
  backendsOf,
  isAggregated,
} from "../../src/mesh/admission/backends.ts";
import { webhookKinds } from "../../src/mesh/admission/webhooks.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Graph } from "../../src/model/graph.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const advice = "name the path /apis/<group>/<version>/<resource> of the APIService";

function* checkPath(graph: Graph, backend: Backend): Generator<Judgement> {
  const { from, path, request } = backend;
  const spot = at(from, ...path, "path");
  if (request === null)
    return yield fail(
      spot,
      "the API server is called as default/kubernetes without a path of an aggregated API",
      {
        advice,
      },
    );
  if (isUnknown(request)) return yield undecided("the path of the aggregated API");
  const api = apiPathOf(request);
  if (api === null)
    return yield fail(
      spot,
      `path "${request}" is not /apis/<group>/<version>/<resource> of an aggregated API`,
      {
        advice,
      },
    );
  if (apiServicesOf(graph, backend).length > 0) return;
  const wanted = `${api.version}.${api.group}`;
  const sameGroup = graph
    .all(kinds.ApiService)
    .filter(({ value }) => valueAt(value, ["spec", "group"]) === api.group);
  const found = sameGroup.map(({ name }) => name).join(", ");
  yield fail(
    spot,
    `path "${request}" asks for APIService ${wanted}, and the set ${found === "" ? "has none of that group" : `has ${found}`}`,
    {
      related: sameGroup.map((other) => ({
        at: at(other, "metadata", "name"),
        message: "the API of this group",
      })),
      advice,
    },
  );
}

export const rule = defineRule({
  id: "admission/aggregated-path-mismatch",
  summary: "A webhook is called through the API server by a path that no aggregated API of the set serves.",
  severity: "error",
  category: "routing",
  documentation: [architecture("6.5")],
  fix: "none",
  reads: [...webhookKinds],
  subjects: (graph) => graph.own(...webhookKinds).filter((one) => backendsOf(one).some(isAggregated)),
  *check(configuration, graph) {
    for (const backend of backendsOf(configuration).filter(isAggregated)) yield* checkPath(graph, backend);
  },
});
