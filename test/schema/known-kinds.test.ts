import { describe, expect, it } from "vitest";
import { isClusterScoped } from "../../src/model/scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { knownKinds, problemOfKind } from "../../src/schema/known-kinds.ts";

describe("kinds that the API server knows", () => {
  it.each([
    ["v1", "Namespace"],
    ["v1", "List"],
    ["v1", "Config"],
    ["v1", "Policy"],
    ["v1beta1", "AgentConfig"],
    ["builtin", "PrefixTransformer"],
    ["networking.istio.io/v1alpha3", "Gateway"],
    ["rbac.authorization.k8s.io/v1", "RoleList"],
    ["serving.kserve.io/v1beta1", "InferenceService"],
    ["gateway.networking.k8s.io/v1", "Gateway"],
    ["__proto__/v1", "constructor"],
  ])("%s %s is no mistake", (apiVersion, kind) => {
    expect(problemOfKind(apiVersion, kind)).toBeNull();
  });

  it("suggests the kind that was meant", () => {
    expect(problemOfKind("networking.istio.io/v1", "Gatewya")).toEqual({
      type: "kind",
      nearest: "Gateway",
      elsewhere: [],
    });
    expect(problemOfKind("v1", "Gadget")).toMatchObject({ nearest: null });
  });

  it("names the groups that have the kind", () => {
    expect(problemOfKind("v1", "Route")).toEqual({
      type: "kind",
      nearest: null,
      elsewhere: ["serving.knative.dev/v1", "route.openshift.io/v1"],
    });
    expect(problemOfKind("apps/v1", "Service")).toMatchObject({
      elsewhere: ["v1", "serving.knative.dev/v1"],
    });
  });

  it("takes one or two wrong letters in a group's name for a slip, if the group has the kind", () => {
    expect(problemOfKind("networking.istio.oi/v1", "Gateway")).toEqual({
      type: "group",
      nearest: "networking.istio.io",
    });
    expect(problemOfKind("networking.istio.oi/v1", "Firewall")).toBeNull();
    expect(problemOfKind("networking.istio.example/v1", "Gateway")).toBeNull();
  });

  it("tells versions that no API has from those that may be new", () => {
    expect(problemOfKind("v1-x", "Namespace")).toMatchObject({ malformed: true, nearest: "v1" });
    expect(problemOfKind("maistra.io/2", "ServiceMeshControlPlane")).toMatchObject({ malformed: true });
    expect(problemOfKind("apps/v9", "Deployment")).toMatchObject({ malformed: false });
  });

  it("holds every kind of a known group that rules ask for", () => {
    const groupOf = (kind: string) => (kind.includes(".") ? kind.slice(kind.indexOf(".") + 1) : "");
    const groups = new Set(knownKinds.map(groupOf));
    // Files of the installer are read like objects, and no server has such a kind.
    const asked = Object.values(kinds).filter(
      (kind) => groups.has(groupOf(kind)) && kind !== kinds.InstallConfig,
    );
    expect(asked.length).toBeGreaterThan(40);
    expect(asked.filter((kind) => !knownKinds.includes(kind))).toEqual([]);
    expect(knownKinds.filter(isClusterScoped).length).toBeGreaterThan(20);
  });
});
