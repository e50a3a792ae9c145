import { expect, test } from "vitest";
import { claimFlaws } from "../../../src/mesh/gpu/claim-flaws.ts";
import { gpuUsers } from "../../../src/mesh/gpu/gpu-users.ts";
import { graphOf } from "../../support/graph.ts";

test.each([
  ["a limit", "limits: {nvidia.com/gpu: 1}", []],
  ["both alike", "limits: {nvidia.com/gpu: 1}, requests: {nvidia.com/gpu: 1000m}", []],
  ["a request alone", "requests: {nvidia.com/gpu: 1}", ["limit"]],
  ["both, not alike", "limits: {nvidia.com/gpu: 2}, requests: {nvidia.com/gpu: 1}", ["limit"]],
  ["half a GPU", 'limits: {nvidia.com/gpu: "0.5"}', ["quantity"]],
  ["none, twice", "limits: {nvidia.com/gpu: 0}, requests: {nvidia.com/gpu: 0}", ["quantity none"]],
  ["none, requested only", "requests: {nvidia.com/gpu: 0}", ["quantity none"]],
  [
    "wrong numbers, not compared",
    "limits: {nvidia.com/gpu: -1}, requests: {nvidia.com/gpu: 1}",
    ["quantity"],
  ],
  ["an open number", 'limits: {nvidia.com/gpu: "${N}"}', ["unknown"]],
  ["another name", "limits: {nvidia.com/gpus: 1}, requests: {nvidia.com/gpus: 2}", ["name", "name"]],
])("%s", (_name, resources, wanted) => {
  const graph = graphOf(
    `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: vision}, spec: {containers: [{name: a, resources: {${resources}}}]}}`,
  );
  const found = gpuUsers(graph).flatMap((user) => user.claims.flatMap((claim) => claimFlaws(user, claim)));
  const said = found.map((flaw) => (flaw.type === "quantity" && flaw.isNone ? "quantity none" : flaw.type));
  expect(said).toEqual(wanted);
});
