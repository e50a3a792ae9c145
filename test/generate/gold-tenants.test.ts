import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bootstrapServers } from "../../src/generate/names.ts";
import { platformFiles } from "../../src/generate/platform.ts";
import { renderService } from "../../src/generate/service.ts";
import { renderTenant, type TenantRequest } from "../../src/generate/tenant-policies.ts";
import { sameSpec } from "../../src/generate/update-tenant.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import type { Call, CallRequest, Caller, Target } from "../../src/simulate/call.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { shared } from "../shared.ts";
import { graphOf } from "../support/graph.ts";
import { profileOf } from "./profile.ts";

const folder = shared("corpus", "mesh-resources-gold", "authorization-policies");
const files = folder === null ? [] : readdirSync(join(folder, "helm")).sort();
/** The version whose chart knows job-sink and the source knative-serving-ingress. */
const profile = "serverless=1.36,mesh=2.6";
const foreign = "somebody-else";

function resourcesOf(text: string): readonly Resource[] {
  return parseDocuments({ path: "policies.yaml", text }).flatMap((document) => {
    expect(document.error).toBeNull();
    return toResources(document);
  });
}

function byName(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  const found = new Map(resources.map((resource) => [label(resource), resource]));
  expect(found.size).toBe(resources.length);
  return found;
}

function requestFor(tenant: string): TenantRequest {
  return {
    name: tenant,
    namespaces: [tenant],
    gatewayNamespaces: ["istio-system"],
    profile: profileOf(profile),
    serving: true,
    eventing: true,
  };
}

/** A platform with both namespaces in the mesh, a service in each, and these policies of the tenant. */
function platformWith(tenant: string, policies: string): Graph {
  const made = platformFiles({
    profile: profileOf(profile),
    gatewayNamespace: "istio-system",
    eventing: true,
    kafka: {
      bootstrap: bootstrapServers("my-cluster-kafka-bootstrap.kafka:9092", "cluster.local"),
      addresses: ["172.30.88.20"],
    },
    projects: [tenant, foreign],
    tenants: [{ name: foreign, namespaces: [foreign] }],
    certificate: null,
  });
  const services = [tenant, foreign].map((namespace) =>
    renderService({ name: "web", namespace, image: "quay.io/shop/web:1.0" }),
  );
  const platform = made.filter(({ path }) => path !== "kustomization.yaml");
  return graphOf(
    {
      ...Object.fromEntries(platform.map(({ path, text }) => [path, text])),
      "services.yaml": services.join("---\n"),
      "tenant.yaml": policies,
    },
    { profile },
  );
}

const eventing = "knative-eventing";
const workloads = [
  ["knative-serving", "activator", 8012],
  [eventing, "imc-dispatcher", 8080],
  [eventing, "kafka-broker-receiver", 8080],
  [eventing, "kafka-channel-receiver", 8080],
  [eventing, "kafka-sink-receiver", 8080],
  [eventing, "mt-broker-ingress", 8080],
  [eventing, "job-sink", 8080],
] as const;

function callersOf(tenant: string): readonly Caller[] {
  const pod = (namespace: string, serviceAccount: string, sidecar = true): Caller => ({
    type: "workload",
    namespace,
    serviceAccount,
    sidecar,
    workload: null,
    labels: null,
  });
  return [
    { type: "external" },
    pod(tenant, "default"),
    pod(tenant, "default", false),
    pod(foreign, "default"),
    pod("istio-system", "istio-ingressgateway-service-account"),
    pod("knative-serving", "activator"),
    ...[
      "pingsource-mt-adapter",
      "imc-dispatcher",
      "mt-broker-ingress",
      "mt-broker-filter",
      "knative-kafka-source-data-plane",
      "knative-kafka-broker-data-plane",
      "knative-kafka-channel-data-plane",
      "knative-kafka-sink-data-plane",
    ].map((account) => pod(eventing, account)),
  ];
}

function requestsOf(tenant: string): readonly CallRequest[] {
  const hosts = [
    `web.${tenant}`,
    `web.${tenant}.svc`,
    `web.${tenant}.svc.cluster.local`,
    `web.${foreign}.svc`,
  ];
  const headers: readonly Record<string, string>[] = [
    {},
    { "Kn-Namespace": tenant },
    { "Kn-Namespace": foreign },
  ];
  const wanted = [
    ...hosts.map((host) => ({ host, path: "/" })),
    ...[`/${tenant}/default`, `/${foreign}/default`].map((path) => ({ host: "broker", path })),
  ];
  return wanted.flatMap((request) =>
    headers.map((header) => ({ method: "POST", ...request, headers: header })),
  );
}

function callsOf(tenant: string): readonly Call[] {
  const targets: readonly Target[] = [
    ...workloads.map(
      ([namespace, workload, port]) => ({ type: "workload", namespace, workload, port }) as const,
    ),
    { type: "knative", namespace: tenant, service: "web", port: 80 },
  ];
  const requests = requestsOf(tenant);
  return callersOf(tenant).flatMap((from) =>
    targets.flatMap((to) =>
      requests
        .filter((request) => to.type === "workload" || request.host.startsWith(`web.${tenant}`))
        .map((request) => ({ from, to, request })),
    ),
  );
}

function differences(tenant: string, left: Graph, right: Graph): readonly string[] {
  return callsOf(tenant).flatMap((call) => {
    const [a, b] = [simulate(left, call), simulate(right, call)];
    return a.verdict === b.verdict && a.status === b.status
      ? []
      : [`${a.verdict} ${b.verdict} ${JSON.stringify(call)}`];
  });
}

test.each([
  ["a condition", /      when:\n.*\n.*\n.*\n/g, ""],
  ["a principal", /^.*sa\/imc-dispatcher\n/gm, ""],
  ["a host", /^.*"\*\.shop\.svc"\n/gm, ""],
  ["a path", /^.*- \/shop\/\*\n/gm, "              - /other/*\n"],
  ["a receiver", /component: job-sink/g, "component: other"],
])("calls tell if %s is missing", (_name, pattern, replacement) => {
  const text = renderTenant(requestFor("shop"));
  const changed = text.replace(pattern, replacement);
  expect(changed).not.toBe(text);
  expect(differences("shop", platformWith("shop", text), platformWith("shop", changed))).not.toEqual([]);
});

describe.skipIf(folder === null)("the documented chart's output (needs ../shared)", () => {
  test("is there for nine tenants", () => {
    expect(files).toHaveLength(9);
  });

  test.each(files)("%s has the same objects", (file) => {
    const gold = byName(resourcesOf(readFileSync(join(folder ?? "", "helm", file), "utf8")));
    const own = byName(resourcesOf(renderTenant(requestFor(file.replace(/\.yaml$/, "")))));
    expect([...own.keys()].sort()).toEqual([...gold.keys()].sort());
    for (const [name, resource] of own) {
      expect(sameSpec(resource.value.spec, gold.get(name)?.value.spec), name).toBe(true);
    }
  });

  test.each(files)("%s lets through the same calls", (file) => {
    const tenant = file.replace(/\.yaml$/, "");
    const gold = platformWith(tenant, readFileSync(join(folder ?? "", "helm", file), "utf8"));
    const own = platformWith(tenant, renderTenant(requestFor(tenant)));
    const verdicts = new Map<string, number>();
    expect(differences(tenant, gold, own)).toEqual([]);
    for (const call of callsOf(tenant)) {
      const { verdict } = simulate(own, call);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    // Both outcomes occur, so the comparison says something.
    expect(verdicts.get("ALLOW") ?? 0).toBeGreaterThan(20);
    expect(verdicts.get("DENY") ?? 0).toBeGreaterThan(20);
  });
});
