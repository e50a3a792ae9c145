import { describe, expect, test } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import {
  bareHost,
  capturedPorts,
  covers,
  entriesFor,
  exportsOf,
  freePortName,
  hostsOf,
  isAddressOrRange,
  isVisibleIn,
  portsOf,
} from "../../src/mesh/service-entries.ts";
import { graphOf, only } from "../support/graph.ts";

const entry = (spec: string, namespace = "knative-eventing", labels = "{}"): string =>
  `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: ${namespace}, labels: ${labels}}, spec: ${spec}}\n---\n`;
const smcp = (spec = "{version: v2.4}"): string =>
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n`;
const roll = (members: string): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [${members}]}}\n---\n`;

function read(text: string) {
  const graph = graphOf(text);
  return { graph, found: only(graph, kinds.ServiceEntry, "e") };
}

test.each([
  ["kafka.example.com", "kafka.example.com"],
  ["kafka.example.com:9092", "kafka.example.com"],
  ["tcp://kafka.example.com:9092/x", "kafka.example.com"],
  [":9092", ""],
])("%s without scheme, port and path", (text, wanted) => {
  expect(bareHost(text)).toBe(wanted);
});

test.each([
  ["10.0.0.1", true],
  ["10.0.0.0/8", true],
  ["10.0.0.0/33", false],
  ["10.0.0.0/8/8", false],
  ["10.0.0.256", false],
  ["fd00::1", true],
  ["fd00::/64", true],
  ["fd00::/129", false],
  ["kafka", false],
  ["10.0.0.0/x", false],
  ["", false],
])("%s is an address or range: %s", (text, wanted) => {
  expect(isAddressOrRange(text)).toBe(wanted);
});

describe("whether an entry covers", () => {
  test.each([
    ["{hosts: [kafka.streams]}", "kafka.streams", "yes"],
    ["{hosts: [kafka.streams]}", "kafka.streams.svc", "no"],
    ['{hosts: ["*.example.com"]}', "b1.example.com", "yes"],
    ['{hosts: ["${HOST}", other]}', "kafka.streams", "unknown"],
    ["{hosts: [a], addresses: [10.1.0.0/16]}", "10.1.2.3", "yes"],
    ["{hosts: [a], addresses: [10.1.2.3]}", "10.1.2.3", "yes"],
    ["{hosts: [a], addresses: [10.2.0.0/16]}", "10.1.2.3", "no"],
    ["{hosts: [a], addresses: [10.2.0.1]}", "10.1.2.3", "no"],
    ["{hosts: [a], addresses: [no]}", "10.1.2.3", "unknown"],
    ["{hosts: [a], addresses: [fd00::/64]}", "fd00::1", "no"],
    ["{hosts: [a]}", "10.1.2.3", "no"],
    ['{hosts: [a], addresses: ["${IP}"]}', "10.1.2.3", "unknown"],
    ["{}", "kafka.streams", "no"],
  ])("%s: %s", (spec, host, wanted) => {
    const { found } = read(entry(spec));
    expect(covers(found, host)).toBe(wanted);
  });
});

test("hosts keep their place beside placeholders and wrong types", () => {
  const { found } = read(entry('{hosts: ["${A}", 7, "b:1"]}'));
  expect(hostsOf(found)).toEqual([{ path: ["spec", "hosts", 2], text: "b:1", bare: "b" }]);
});

test("ports with placeholders have no number or name", () => {
  const { found } = read(
    entry('{hosts: [a], ports: [{number: "${P}", name: "${N}"}, {number: 1, name: ""}]}'),
  );
  expect(portsOf(found).map(({ number, name }) => ({ number, name }))).toEqual([
    { number: null, name: null },
    { number: 1, name: null },
  ]);
});

test.each([
  [9095, "tcp-sasl-tls", [], "tcp-sasl-plain"],
  [9095, "tcp-sasl-tls", ["tcp-sasl-plain"], "tcp-sasl-tls-9095"],
  [9200, "tcp", [], "tcp-9200"],
  [9200, null, [], "tcp-9200"],
  [null, "tcp", [], null],
])("port %s named %s beside %j becomes %s", (number, name, taken, wanted) => {
  const port = { path: [], number, name, protocol: { state: "absent" } as const };
  expect(freePortName(port, new Set(taken))).toBe(wanted);
});

describe("who sees an entry", () => {
  const members = roll("knative-serving, knative-eventing, shop");
  test.each([
    ["everywhere by default", entry("{hosts: [a]}", "shop"), "yes"],
    ["its own namespace", entry('{hosts: [a], exportTo: ["."]}'), "yes"],
    ["another namespace only", entry('{hosts: [a], exportTo: ["."]}', "shop"), "no"],
    ["by name", entry("{hosts: [a], exportTo: [web, knative-eventing]}", "shop"), "yes"],
    ["nobody", entry('{hosts: [a], exportTo: ["~"]}'), "no"],
    ["from outside the mesh", entry("{hosts: [a]}", "plain"), "no"],
    ["from the root namespace", entry("{hosts: [a]}", "istio-system"), "yes"],
    ["a placeholder", entry('{hosts: [a], exportTo: ["${NS}"]}'), "unknown"],
  ])("%s", (_name, text, wanted) => {
    const { graph, found } = read(smcp() + members + text);
    expect(isVisibleIn(graph, found, "knative-eventing")).toBe(wanted);
    expect(entriesFor(graph, "knative-eventing").map(({ visible }) => visible)).toEqual(
      wanted === "no" ? [] : [wanted],
    );
  });

  test("without a namespace only what is exported everywhere", () => {
    const nameless = (exportTo: string): string =>
      `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e}, spec: {hosts: [a], exportTo: ["${exportTo}"]}}`;
    const answers = [".", "*", "shop"].map((target) => {
      const { graph, found } = read(smcp() + members + nameless(target));
      return isVisibleIn(graph, found, "shop");
    });
    expect(answers).toEqual(["unknown", "yes", "yes"]);
  });

  test("a member roll that is not known leaves it open", () => {
    const { graph, found } = read(smcp() + roll('knative-serving, "${NS}"') + entry("{hosts: [a]}", "shop"));
    expect(isVisibleIn(graph, found, "knative-eventing")).toBe("unknown");
  });

  test.each([
    ['[".", shop]', [".", "shop"]],
    ["[]", ["*"]],
    ["wrong", ["*"]],
    ['"${EXPORT}"', null],
  ])("the mesh's default %s", (value, wanted) => {
    const plane = smcp(`{version: v2.4, techPreview: {meshConfig: {defaultServiceExportTo: ${value}}}}`);
    const { graph, found } = read(plane + members + entry("{hosts: [a]}"));
    expect(exportsOf(graph, found)).toEqual(wanted);
  });
});

describe("ports that an entry takes whole", () => {
  const ports =
    "ports: [{number: 1, name: a, protocol: TCP}, {number: 2, name: b}, {number: 3, name: c, protocol: TLS}]";
  const meta = "{ISTIO_META_DNS_CAPTURE: true, ISTIO_META_DNS_AUTO_ALLOCATE: true}";
  const plane = smcp(`{version: v2.4, techPreview: {meshConfig: {defaultConfig: {proxyMetadata: ${meta}}}}}`);
  const auto = '{networking.istio.io/enable-autoallocate-ip: "true"}';
  test.each([
    ["without addresses", entry(`{hosts: [a], ${ports}}`), [1, 2]],
    ["with addresses", entry(`{hosts: [a], addresses: [10.0.0.1], ${ports}}`), []],
    ["not known", entry(`{hosts: [a], addresses: ["\${IP}"], ${ports}}`), []],
    [
      "with addresses by the mesh",
      plane + roll("knative-serving") + entry(`{hosts: [a.b.com], resolution: DNS, ${ports}}`),
      [],
    ],
    ["with an address by label", entry(`{hosts: [a.b.com], resolution: DNS, ${ports}}`, "shop", auto), []],
    ["a wildcard", entry(`{hosts: ["*.b.com"], resolution: DNS, ${ports}}`, "shop", auto), [1, 2]],
    ["resolution NONE", entry(`{hosts: [a.b.com], resolution: NONE, ${ports}}`, "shop", auto), [1, 2]],
    [
      "a label that says no",
      entry(
        `{hosts: [a.b.com], resolution: DNS, ${ports}}`,
        "shop",
        '{networking.istio.io/enable-autoallocate-ip: "false"}',
      ),
      [1, 2],
    ],
  ])("%s", (_name, text, wanted) => {
    const { graph, found } = read(text);
    expect(capturedPorts(graph, found)).toEqual(wanted);
  });
});
