import { read, scalarText } from "../../src/mesh/field.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { oldestOffered } from "../../src/mesh/operator-version.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { atLeast, formatVersion, parseVersion, type Version } from "../../src/model/version.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

const path = ["spec", "version"];

/** What the documents of Serverless ask of the mesh that it uses; with Kourier any mesh will do. */
function* checkMinimum(smcp: Resource, graph: Graph, text: string, version: Version): Generator<Judgement> {
  if (ingress(graph).state === "kourier") return;
  const current = holds(facts.strictMesh, graph.profile);
  const least = current ? "2.2" : "2.0";
  const documentation = current ? {} : { documentation: [olderIntegrations("1.3")] };
  if (atLeast(version, least) && (current || atLeast(version, "2.1"))) return;
  const serves = isServerlessMesh(graph, smcp);
  if (serves === "unknown") yield undecided("the member roll that lists knative-serving");
  if (serves !== "yes") return;
  if (atLeast(version, least))
    yield fail(at(smcp, ...path), `"${text}" does not tell the patch, and Serverless needs 2.0.5 at least`, {
      severity: "info",
      ...documentation,
      advice: "make sure that the operator is at 2.0.5 or newer, or use a newer version",
    });
  else
    yield fail(
      at(smcp, ...path),
      current
        ? `Serverless from 1.31 on needs Service Mesh 2.2 at least, and the control plane is of "${text}" (2.0.5 and 1.x, which the documents print as well, are for older releases and for Kourier)`
        : `Serverless up to 1.30 needs Service Mesh 2.0.5 at least, and the control plane is of "${text}"`,
      { ...documentation, advice: `use v2.${current ? 2 : 1} or newer, one minor version at a time` },
    );
}

export const rule = defineRule({
  id: "mesh/version-unsupported",
  summary: "The version of the control plane is one that Serverless, or the operator, does not support.",
  severity: "warning",
  varies: true,
  category: "compatibility",
  documentation: [integrations("1.1"), integrations("1.6"), integrations("1.7")],
  upstream: [
    "maistra/istio-operator pkg/controller/versions/versions.go",
    "maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/controlplane.go",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "none",
  reads: [kinds.ServiceMeshControlPlane],
  subjects: (graph) => graph.own(kinds.ServiceMeshControlPlane),
  *check(smcp, graph) {
    const written = read(smcp, path);
    if (written.state === "unknown") return yield undecided(written.why);
    if (written.state === "absent" || written.value === "")
      return yield fail(at(smcp, ...path), "no version is named: it is the newest that the operator knows", {
        severity: "info",
        advice: "name the version, so that an update of the operator does not change it",
      });
    const text = scalarText(written.value);
    if (text === undefined) return yield undecided("spec.version as a string");
    const version = /^v\d+\.\d+$/.test(text) ? parseVersion(text) : null;
    if (version === null || (version.major !== 1 && version.major !== 2))
      return yield fail(
        at(smcp, ...path),
        `"${text}" is no version of the form v2.4, and the webhook refuses it`,
        { severity: "error", advice: "name a minor version of Service Mesh 2, with the v" },
      );
    const offered = oldestOffered(graph);
    if (offered !== null && !atLeast(version, formatVersion(offered)))
      return yield fail(
        at(smcp, ...path),
        `the installed operator takes v${formatVersion(offered)} and newer, and refuses "${text}"`,
        { severity: "error", advice: `use v${formatVersion(offered)} or newer` },
      );
    yield* checkMinimum(smcp, graph, text, version);
  },
});
