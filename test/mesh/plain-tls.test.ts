import { expect, test } from "vitest";
import { plainTls } from "../../src/mesh/plain-tls.ts";
import { graphOf, only } from "../support/graph.ts";

const policy = "trafficPolicy";
test.each([
  ["{}", []],
  [`{${policy}: {tls: {mode: DISABLE}}}`, ["DISABLE spec.trafficPolicy.tls.mode"]],
  [`{${policy}: {tls: {mode: SIMPLE}}}`, ["SIMPLE spec.trafficPolicy.tls.mode"]],
  [`{${policy}: {tls: {mode: ISTIO_MUTUAL}}}`, []],
  [`{${policy}: {tls: {mode: "\${MODE}"}}}`, []],
  [
    `{${policy}: {portLevelSettings: [{port: {number: 9090}, tls: {mode: DISABLE}}, {port: {number: 80}, tls: {mode: DISABLE}}]}}`,
    ["DISABLE spec.trafficPolicy.portLevelSettings.1.tls.mode"],
  ],
  [
    `{subsets: [{name: a}, {name: b, ${policy}: {tls: {mode: SIMPLE}}}]}`,
    ["SIMPLE spec.subsets.1.trafficPolicy.tls.mode"],
  ],
])("%s", (spec, wanted) => {
  const graph = graphOf(
    `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d, namespace: shop}, spec: ${spec}}`,
  );
  const found = plainTls(only(graph, "DestinationRule.networking.istio.io", "d"));
  expect(found.map(({ mode, path }) => `${mode} ${path.join(".")}`)).toEqual(wanted);
});
