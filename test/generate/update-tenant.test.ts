import { describe, expect, test } from "vitest";
import { renderTenant, type TenantRequest } from "../../src/generate/tenant-policies.ts";
import {
  type ReadFile,
  sameSpec,
  type TenantUpdate,
  updateTenant,
  writtenFacts,
  writtenNamespaces,
} from "../../src/generate/update-tenant.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import { label } from "../../src/model/resource.ts";
import { profileOf } from "./profile.ts";

function read(text: string): ReadFile {
  const documents = parseDocuments({ path: "alpha.yaml", text });
  const resources = documents.flatMap((document) => toResources(document));
  return { file: { path: "alpha.yaml", text }, documents, resources };
}

function request(more: Partial<TenantRequest> = {}, profile = "serverless=1.32,mesh=2.4"): TenantRequest {
  return {
    name: "alpha",
    namespaces: ["alpha-1"],
    gatewayNamespaces: ["istio-system"],
    profile: profileOf(profile),
    serving: true,
    eventing: true,
    ...more,
  };
}

const two = { namespaces: ["alpha-1", "alpha-2"] };
const one = renderTenant(request());

function changed({ changes }: TenantUpdate): readonly string[] {
  return changes.filter(({ change }) => change !== "kept").map(({ change, policy }) => `${change} ${policy}`);
}

/** The objects of a file, sorted, with their specs. */
function objects(text: string): readonly (readonly [string, unknown])[] {
  const found = read(text);
  expect(found.documents.map(({ error }) => error)).not.toContainEqual(expect.anything());
  return found.resources
    .map((resource) => [label(resource), resource.value.spec] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

test("what is as it should be is not touched", () => {
  const update = updateTenant(read(one), request());
  expect(update.text).toBe(one);
  expect(changed(update)).toEqual([]);
});

test.each([
  ["a project more", request(), request(two)],
  ["a project less", request(two), request()],
  ["another project", request(), request({ namespaces: ["alpha-9"] })],
  ["no project in common, several", request(two), request({ namespaces: ["b", "a"] })],
  ["a newer version", request(two), request(two, "serverless=1.36,mesh=2.6")],
  ["an older version", request(two, "serverless=1.36,mesh=2.6"), request(two)],
  ["another gateway", request(), request({ gatewayNamespaces: ["mesh"] })],
  ["without Eventing", request(two), request({ ...two, eventing: false })],
  ["with Eventing", request({ eventing: false }), request(two)],
])("%s gives what a new file would have", (_name, before, after) => {
  const update = updateTenant(read(renderTenant(before)), after);
  expect(objects(update.text)).toEqual(objects(renderTenant(after)));
  // Once more changes nothing.
  expect(updateTenant(read(update.text), after).text).toBe(update.text);
});

test("what is new stands where a new file has it", () => {
  const update = updateTenant(read(one), request(two));
  const order = (text: string): readonly string[] => read(text).resources.map(label);
  expect(order(update.text)).toEqual(order(renderTenant(request(two))));
  const replaced = updateTenant(read(one), request({ namespaces: ["alpha-9"] }));
  expect(order(replaced.text)).toEqual(order(renderTenant(request({ namespaces: ["alpha-9"] }))));
  expect(replaced.text.startsWith(one.slice(0, one.indexOf("\n\n")))).toBe(true);
});

describe("what is not the tenant's stays byte for byte", () => {
  const bravo = renderTenant(request({ name: "bravo", namespaces: ["bravo-1"] }));
  const other = [
    "# ours\n%s",
    "apiVersion: v1\nkind: ConfigMap   # kept\nmetadata: {name: a}\ndata:\n  key: |\n    ---x\n    text\n\n\n",
    "# only a comment\n",
    'apiVersion: security.istio.io/v1beta1\nkind: AuthorizationPolicy\nmetadata:\n  name: "own"\n  namespace: alpha-1\nspec:\n  rules: [{}]\n',
    bravo,
  ];

  test.each([
    [request(two)],
    [request({ namespaces: ["alpha-3"] })],
    [request({ eventing: false })],
    [request(two, "serverless=1.36,mesh=2.6")],
  ])("case %#", (after) => {
    const text = [other[1], one, other[2], other[3], other[4]].join("---\n");
    const update = updateTenant(read(text), after);
    for (const kept of [other[1], other[3], bravo]) expect(update.text).toContain(kept);
    expect(update.text).toContain("# only a comment\n");
    const own = objects(renderTenant(after)).length;
    expect(read(update.text).resources).toHaveLength(2 + read(bravo).resources.length + own);
    expect(changed(update).join("\n")).not.toContain("bravo");
  });

  test("metadata, comments and style of what changes as well", () => {
    const written = one
      .replace(
        "  name: allow-alpha-to-activator\n",
        "  name: allow-alpha-to-activator # the gate\n  annotations:\n    argocd.argoproj.io/sync-wave: '3'\n",
      )
      .replace("# The activator serves", "# Seen by Ada.\n# The activator serves");
    const { text } = updateTenant(read(written), request(two));
    expect(text).toContain("# Seen by Ada.\n");
    expect(text).toContain(
      "name: allow-alpha-to-activator # the gate\n  annotations:\n    argocd.argoproj.io/sync-wave: '3'\n  namespace:",
    );
    expect(objects(text)).toEqual(objects(renderTenant(request(two))));
  });

  test("line breaks, a byte order mark and a missing last line break", () => {
    const windows = `\uFEFF${one.replaceAll("\n", "\r\n").trimEnd()}`;
    const { text } = updateTenant(read(windows), request(two));
    expect(text.startsWith("\uFEFF# Tenant alpha")).toBe(true);
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    expect(objects(text)).toEqual(objects(renderTenant(request(two))));
    const grown = updateTenant(read(renderTenant(request({ eventing: false })).trimEnd()), request());
    expect(objects(grown.text)).toEqual(objects(one));
  });
});

test("an order of names that differs is no difference", () => {
  expect(sameSpec({ rules: [{ a: ["x", "y"] }] }, { rules: [{ a: ["y", "x", "x"] }], action: "ALLOW" })).toBe(
    true,
  );
  expect(sameSpec({ rules: [{ a: ["x"] }] }, { rules: [{ a: ["x"] }], action: "DENY" })).toBe(false);
  expect(sameSpec({ rules: [{ a: 1 }, { b: 1 }] }, { rules: [{ b: 1 }, { a: 1 }] })).toBe(false);
  expect(sameSpec(undefined, {})).toBe(false);
});

test("a file without the tenant gets all of it at its end", () => {
  const before = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: alpha-1\n";
  const { text, changes } = updateTenant(read(before), request());
  expect(text.startsWith(`${before}---\n`)).toBe(true);
  expect(changes.every(({ change }) => change === "added")).toBe(true);
  expect(objects(updateTenant(read(""), request()).text)).toEqual(objects(one));
});

test("a policy that stands twice is right in both places", () => {
  const { text } = updateTenant(read(`${one}---\n${one}`), request(two));
  const again = updateTenant(read(text), request(two));
  expect(changed(again)).toEqual([]);
});

test("a project that another tenant names too is not taken away", () => {
  const bravo = renderTenant(request({ name: "bravo", namespaces: ["alpha-2"] }));
  const update = updateTenant(read(`${renderTenant(request(two))}---\n${bravo}`), request());
  expect(changed(update)).not.toContain("removed alpha-2/allow-wait-for-drain");
});

test("what the policies tell", () => {
  expect(writtenNamespaces(read(renderTenant(request(two))), "alpha")).toEqual(["alpha-1", "alpha-2"]);
  expect(writtenNamespaces(read(one), "bravo")).toEqual([]);
  const facts = (more: Partial<TenantRequest>, profile?: string) =>
    writtenFacts(read(renderTenant(request(more, profile))), { name: "alpha", namespaces: [] });
  expect(facts({})).toEqual({ gatewayNamespace: "istio-system", serverless: null });
  expect(facts({ gatewayNamespaces: ["mesh"] }, "serverless=1.35")).toEqual({
    gatewayNamespace: "mesh",
    serverless: "1.35",
  });
  expect(facts({}, "serverless=1.36").serverless).toBe("1.36");
  // A second foreign namespace may be a leak: nothing is concluded.
  expect(facts({ gatewayNamespaces: ["mesh", "leak"] }).gatewayNamespace).toBeNull();
});

const policy =
  "apiVersion: security.istio.io/v1beta1\nkind: AuthorizationPolicy\nmetadata:\n  name: allow-alpha-to-activator\n  namespace: knative-serving\n";

test.each([
  ["a: [b\n", "alpha.yaml:2: cannot be read"],
  [policy, "knative-serving/allow-alpha-to-activator cannot be written anew where it stands"],
  [
    `${policy}spec: &a\n  rules: []\n`,
    "alpha.yaml:6: knative-serving/allow-alpha-to-activator cannot be written",
  ],
  [
    '{"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "allow-alpha-to-imc", "namespace": "knative-eventing"}, "spec": {}}\n',
    "cannot be written anew",
  ],
  [
    `apiVersion: v1\nkind: List\nitems:\n  - ${policy.trimEnd().replaceAll("\n", "\n    ")}\n    spec: {}\n`,
    "cannot be written anew",
  ],
])("refuses %j", (text, message) => {
  expect(() => updateTenant(read(text), request())).toThrow(message);
});

test("refuses to take a policy out of a List", () => {
  const item = policy
    .trimEnd()
    .replace("allow-alpha-to-activator", "allow-alpha-to-job-sink")
    .replace("knative-serving", "knative-eventing");
  const text = `apiVersion: v1\nkind: List\nitems:\n  - ${item.replaceAll("\n", "\n    ")}\n    spec: {}\n`;
  expect(() => updateTenant(read(text), request())).toThrow(
    "knative-eventing/allow-alpha-to-job-sink is in a List",
  );
});
