import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/load/parse.ts";
import { isMapping, type Mapping, valueAt } from "../../src/model/value.ts";
import { textAt } from "../../src/apply/conditions.ts";
import { run } from "../cli/run.ts";
import { repository, shared } from "../shared.ts";
import { envtestAssets, envtestMissing, TestCluster } from "../support/envtest.ts";
import { flapping, late, Operators, rolledOut } from "../support/operators.ts";
import { permissiveCrd } from "../support/permissive-crds.ts";
import { TestApi } from "../support/test-api.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const versions = "/apis/operators.coreos.com/v1alpha1";

/** The definitions of a file of the shared material; none where it is not at hand. */
function realDefinitions(file: string): readonly Mapping[] {
  const path = shared("crds", file);
  if (path === null) return [];
  return parseDocuments({ path, text: readFileSync(path, "utf8") }).flatMap(({ value }) =>
    isMapping(value) && value.kind === "CustomResourceDefinition" ? [value] : [],
  );
}

const orOwn = (file: string, ...own: readonly Mapping[]): readonly Mapping[] => {
  const real = realDefinitions(file);
  return real.length > 0 ? real : own;
};

/** What the operators of the documents bring, by package: the real definitions where they are at hand. */
const brought: Readonly<Record<string, readonly Mapping[]>> = {
  servicemeshoperator: [
    ...orOwn(
      "servicemeshcontrolplanes.crd.yaml",
      permissiveCrd("ServiceMeshControlPlane.maistra.io", "servicemeshcontrolplanes", ["v2"]),
    ),
    ...orOwn(
      "servicemeshmemberrolls.crd.yaml",
      permissiveCrd("ServiceMeshMemberRoll.maistra.io", "servicemeshmemberrolls", ["v1"]),
    ),
    ...orOwn(
      "istio.io_without_cel.yaml",
      permissiveCrd("Gateway.networking.istio.io", "gateways", ["v1beta1"]),
      permissiveCrd("ServiceEntry.networking.istio.io", "serviceentries", ["v1beta1"]),
      permissiveCrd("AuthorizationPolicy.security.istio.io", "authorizationpolicies", ["v1beta1"]),
    ),
  ],
  "serverless-operator": [
    ...orOwn(
      "operator_v1beta1_knativeserving_crd.yaml",
      permissiveCrd("KnativeServing.operator.knative.dev", "knativeservings", ["v1beta1"]),
    ),
    ...orOwn(
      "operator_v1beta1_knativeeventing_crd.yaml",
      permissiveCrd("KnativeEventing.operator.knative.dev", "knativeeventings", ["v1beta1"]),
    ),
    ...orOwn(
      "operator_v1alpha1_knativekafka_crd.yaml",
      permissiveCrd("KnativeKafka.operator.serverless.openshift.io", "knativekafkas", ["v1alpha1"]),
    ),
  ],
};

/** What Knative Serving and Eventing bring when they are installed. */
const ofServing = [
  ...orOwn(
    "serving.knative.dev_service.yaml",
    permissiveCrd("Service.serving.knative.dev", "services", ["v1"]),
  ),
  ...orOwn(
    "serving.knative.dev_domain-mapping.yaml",
    permissiveCrd("DomainMapping.serving.knative.dev", "domainmappings", ["v1beta1"]),
  ),
  permissiveCrd(
    "ClusterDomainClaim.networking.internal.knative.dev",
    "clusterdomainclaims",
    ["v1alpha1"],
    false,
  ),
];
const ofEventing = [
  permissiveCrd("Broker.eventing.knative.dev", "brokers", ["v1"]),
  permissiveCrd("Trigger.eventing.knative.dev", "triggers", ["v1"]),
  permissiveCrd("PingSource.sources.knative.dev", "pingsources", ["v1"]),
];

describe.skipIf(envtestAssets() === null)(
  `the platform of the documents from nothing${envtestMissing}`,
  () => {
    let server: TestCluster;
    let api: TestApi;
    let operators: Operators;
    const installed: string[] = [];

    /** OLM: the definitions first, then the version, which succeeds after a while. */
    async function install(subscription: Mapping): Promise<void> {
      const [name, namespace] = [
        textAt(subscription, "spec", "name"),
        textAt(subscription, "metadata", "namespace"),
      ];
      await api.create(definitions, ...(brought[name] ?? []));
      installed.push(name);
      await api.create(`${versions}/namespaces/${namespace}/clusterserviceversions`, {
        apiVersion: "operators.coreos.com/v1alpha1",
        kind: "ClusterServiceVersion",
        metadata: { name: `${name}.v${name === "servicemeshoperator" ? "2.4.0" : "1.32.0"}`, namespace },
      });
    }

    beforeAll(async () => {
      server = await TestCluster.start();
      api = new TestApi(server);
      await api.create("/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "openshift-operators" },
      });
      await api.create(
        definitions,
        permissiveCrd("Subscription.operators.coreos.com", "subscriptions", ["v1alpha1"]),
        permissiveCrd("ClusterServiceVersion.operators.coreos.com", "clusterserviceversions", ["v1alpha1"]),
        permissiveCrd("OperatorGroup.operators.coreos.com", "operatorgroups", ["v1"]),
        permissiveCrd("ExternalSecret.external-secrets.io", "externalsecrets", ["v1beta1"]),
      );
      const knative = "/apis/operator.knative.dev/v1beta1";
      operators = new Operators(api, [
        {
          path: `${versions}/subscriptions`,
          onFirst: install,
          script: (object, age) => {
            const name = textAt(object, "spec", "name");
            const csv = `${name}.v${name === "servicemeshoperator" ? "2.4.0" : "1.32.0"}`;
            return age < 300 ? null : { currentCSV: csv, installedCSV: csv, state: "AtLatestKnown" };
          },
        },
        {
          path: `${versions}/clusterserviceversions`,
          script: (_, age) => ({ phase: age < 800 ? "Installing" : "Succeeded", reason: "InstallSucceeded" }),
        },
        {
          path: "/apis/maistra.io/v2/servicemeshcontrolplanes",
          script: late(700, { readiness: { components: {} } }),
        },
        { path: "/apis/maistra.io/v1/servicemeshmemberrolls", script: flapping(300) },
        {
          path: `${knative}/knativeservings`,
          script: late(700),
          onFirst: () => api.create(definitions, ...ofServing),
        },
        {
          path: `${knative}/knativeeventings`,
          script: late(300),
          onFirst: () => api.create(definitions, ...ofEventing),
        },
        { path: "/apis/operator.serverless.openshift.io/v1alpha1/knativekafkas", script: late(300) },
        { path: "/apis/apps/v1/deployments", script: rolledOut(300) },
        ...["serving.knative.dev/v1/services", "serving.knative.dev/v1beta1/domainmappings"].map((path) => ({
          path: `/apis/${path}`,
          script: late(200),
        })),
        ...[
          "eventing.knative.dev/v1/brokers",
          "eventing.knative.dev/v1/triggers",
          "sources.knative.dev/v1/pingsources",
        ].map((path) => ({ path: `/apis/${path}`, script: late(200) })),
      ]);
      operators.start();
    }, 90_000);

    afterAll(async () => {
      await operators?.stop();
      api?.close();
      await server?.stop();
    });

    it("is applied in the documents' order, each step ready before the next", async () => {
      const folder = join(repository, "fixtures", "platform");
      const args = [".", "--kubeconfig", server.kubeconfig, "--yes", "--timeout", "25s"];
      const { status, stdout, stderr } = await run(folder, ["apply", ...args]);
      expect(`${stdout}${stderr}`).not.toContain("bug in meshlint");
      expect(stdout, stderr).toContain("\nApplied\n");
      expect(status).toBe(0);
      const titles = [...stderr.matchAll(/^\[\d+\/\d+\] .* \(([a-z-]+), /gm)].map(([, id]) => id);
      expect(titles).toEqual([
        "namespaces",
        "operators",
        "configuration",
        "control-plane",
        "members",
        "gateways",
        "serving",
        "eventing",
        "kafka-egress",
        "kafka",
        "policies",
        "deny-all",
        "workloads",
        "services",
        "domains",
        "events",
      ]);
      // By the server's own account each step's objects are younger than those of the steps before.
      const created = async (path: string): Promise<string> => {
        const object = await api.get(path);
        expect(object, path).not.toBeNull();
        return textAt(object ?? {}, "metadata", "creationTimestamp");
      };
      const order = await Promise.all(
        [
          "/api/v1/namespaces/istio-system",
          `${versions}/namespaces/openshift-operators/subscriptions/servicemeshoperator`,
          "/apis/maistra.io/v2/namespaces/istio-system/servicemeshcontrolplanes/basic",
          "/apis/maistra.io/v1/namespaces/istio-system/servicemeshmemberrolls/default",
          "/apis/networking.istio.io/v1beta1/namespaces/knative-serving/gateways/knative-ingress-gateway",
          "/apis/operator.knative.dev/v1beta1/namespaces/knative-serving/knativeservings/knative-serving",
          "/apis/eventing.knative.dev/v1/namespaces/team-alpha-1/brokers/default",
        ].map(created),
      );
      expect(order).toEqual(order.toSorted());
      const gateways = await api.list("/apis/networking.istio.io/v1beta1/gateways");
      for (const gateway of gateways) expect(JSON.stringify(gateway)).toContain('"manager":"meshlint"');
    }, 100_000);

    it("changes nothing when it is applied again, and has kept a record", async () => {
      const folder = join(repository, "fixtures", "platform");
      const args = [".", "--kubeconfig", server.kubeconfig, "--yes", "--timeout", "25s"];
      const { status, stdout, stderr } = await run(folder, ["apply", ...args]);
      expect(stdout, stderr).toContain("0 to create, 0 to change");
      expect(status).toBe(0);
      const records = await api.list("/api/v1/namespaces/knative-serving/configmaps");
      const record = records.find((each) => textAt(each, "metadata", "name").startsWith("meshlint-"));
      expect(valueAt(record ?? {}, ["data", "state"])).toBe("done");
      const plan = await run(folder, ["plan", ".", "--kubeconfig", server.kubeconfig, "--exit-code"]);
      expect(plan.status, plan.stdout).toBe(0);
    }, 60_000);
  },
);
