import { expect, test } from "vitest";
import { oldestOffered } from "../../src/mesh/operator-version.ts";
import { formatVersion } from "../../src/model/version.ts";
import { graphOf } from "../support/graph.ts";

const csv = (name: string): string =>
  `{apiVersion: operators.coreos.com/v1alpha1, kind: ClusterServiceVersion, metadata: {name: ${name}, namespace: openshift-operators}}\n---\n`;
const subscription = (status: string): string =>
  `{apiVersion: operators.coreos.com/v1alpha1, kind: Subscription, metadata: {name: mesh, namespace: openshift-operators}, spec: {name: servicemeshoperator}${status}}\n---\n`;

test.each([
  ["nothing", subscription(""), undefined, null],
  ["2.2", csv("servicemeshoperator.v2.2.3"), undefined, "1.1"],
  ["2.3", csv("servicemeshoperator.v2.3.0"), undefined, "2.0"],
  ["2.4", csv("servicemeshoperator.v2.4.1"), undefined, "2.1"],
  ["2.5", csv("servicemeshoperator.v2.5.0-0"), undefined, "2.2"],
  ["later ones", csv("servicemeshoperator.v2.6.3"), undefined, "2.2"],
  ["older ones", csv("servicemeshoperator.v2.1.0"), undefined, null],
  ["another operator", csv("servicemeshoperator3.v3.0.0"), undefined, null],
  [
    "the subscription's status",
    subscription(", status: {installedCSV: servicemeshoperator.v2.4.5}"),
    undefined,
    "2.1",
  ],
  [
    "two of them",
    csv("servicemeshoperator.v2.4.1") + csv("servicemeshoperator.v2.5.0") + csv("servicemeshoperator.v2.3.0"),
    undefined,
    "2.0",
  ],
  ["what the user states", subscription(""), "mesh=2.5", "2.2"],
  ["the cluster before the user", csv("servicemeshoperator.v2.3.0"), "mesh=2.5", "2.0"],
  ["another family", subscription(""), "mesh=3.0", null],
])("%s", (_name, text, profile, wanted) => {
  const found = oldestOffered(graphOf(text, profile === undefined ? {} : { profile }));
  expect(found && formatVersion(found)).toBe(wanted);
});
