import { valueOr, readBoolean } from "../../src/mesh/field.ts";
import { istioClass, kourierClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configValue } from "../../src/mesh/operator-config.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { nearest } from "../../src/model/nearest.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const contourClass = "contour.ingress.networking.knative.dev";
const providers = new Map([
  [istioClass, "istio"],
  [kourierClass, "kourier"],
  [contourClass, "contour"],
]);
/** They have much in common, so only a slip of a letter or two is told from a class of one's own. */
const classes = [...providers.keys()];
const switches = [...providers.values()].map((name) => ({
  name,
  path: ["spec", "ingress", name, "enabled"],
}));

export const rule = defineRule({
  id: "serving/both-ingresses",
  summary: "Istio and Kourier are both enabled, or the default ingress is one that is not installed.",
  severity: "warning",
  varies: true,
  category: "configuration",
  documentation: [integrations("1"), integrations("1.6")],
  upstream: ["openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/ingress.go"],
  fix: "none",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const enabled = new Set<string>();
    for (const { name, path } of switches) {
      const reading = readBoolean(serving, path);
      if (reading.state === "unknown") return yield undecided(reading.why);
      if (valueOr(reading, false)) enabled.add(name);
    }
    // Without any of them the operator enables Kourier.
    if (enabled.size === 0) enabled.add("kourier");
    const named = configValue(serving, "network", "ingress-class", "ingress.class");
    if (named.state === "unknown") return yield undecided(named.why);

    const wanted = named.state === "value" ? providers.get(named.value) : undefined;
    const meant = named.state === "value" && wanted === undefined ? nearest(named.value, classes, 2) : null;
    if (named.state === "value" && meant !== null)
      yield fail(
        at(serving, ...named.path),
        `the default ingress class is ${named.value}, which nothing serves; ${meant} was probably meant`,
        { severity: "error", advice: `write ${meant}` },
      );
    if (named.state === "value" && wanted !== undefined && !enabled.has(wanted)) {
      if (isPatched(graph, serving)) return yield undecided("the patches of the KnativeServing");
      yield fail(
        at(serving, ...named.path),
        `the default ingress class is ${named.value}, but ${wanted} is not enabled; nothing serves the routes`,
        { severity: "error", advice: `enable ${wanted} below spec.ingress, or remove the class` },
      );
    }
    if (!enabled.has("istio") || !enabled.has("kourier")) return;
    const winner = wanted === "istio" ? "by its class Istio serves the routes" : "Kourier serves the routes";
    yield fail(
      at(serving, "spec", "ingress", "kourier", "enabled"),
      `Istio and Kourier are both enabled: ${winner}, and the operator no longer filters the secrets that Istio's controller reads`,
      {
        related: [{ at: at(serving, "spec", "ingress", "istio", "enabled"), message: "the other ingress" }],
        advice: wanted === "istio" ? "disable Kourier" : "enable one of the two only",
      },
    );
  },
});
