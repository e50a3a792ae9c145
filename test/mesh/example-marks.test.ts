import { expect, test } from "vitest";
import { calloutsIn } from "../../src/mesh/example-marks.ts";
import { graphOf } from "../support/graph.ts";

test.each([
  ["{spec: {replicas: 3 1}}", [["spec.replicas", 3]]],
  ["{spec: {paused: true 2}}", [["spec.paused", true]]],
  [
    "{spec: {template: {spec: {terminationGracePeriodSeconds: 30s 1}}}}",
    [["spec.template.spec.terminationGracePeriodSeconds", "30s"]],
  ],
  ["{spec: {template: {spec: {restartPolicy: Always 3}}}}", [["spec.template.spec.restartPolicy", "Always"]]],
  ["{spec: {template: {spec: {containers: [{name: a, args: [sleep 10]}]}}}}", []],
  ["{spec: {replicas: 3}}", []],
  ["{spec: {replicas: 3 123}}", []],
  ["{data: {wait: 30s 1}}", []],
])("callouts of %s", (body, wanted) => {
  const [resource] = graphOf(
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}, ${body.slice(1)}`,
  ).all("Deployment.apps");
  const found = resource ? calloutsIn(resource) : [];
  expect(found.map(({ path, meant }) => [path.join("."), meant])).toEqual(wanted);
});
