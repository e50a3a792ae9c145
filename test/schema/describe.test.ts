import { describe, expect, it } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { formatPath } from "../../src/model/value.ts";
import { fieldAt, knownKeys, placesOf, typeAt } from "../../src/schema/describe.ts";

const smcp = kinds.ServiceMeshControlPlane;

describe("typeAt", () => {
  it("follows keys, list items, free names and references", () => {
    expect(typeAt(smcp, ["spec", "security", "dataPlane", "mtls"])).toEqual(["boolean"]);
    const inbound = ["spec", "proxy", "networking", "trafficControl", "inbound"];
    expect(typeAt(smcp, [...inbound, "excludedPorts", 3])).toEqual(["integer"]);
    expect(typeAt(smcp, ["spec", "gateways", "additionalIngress", "mine", "service", "type"])).toEqual([
      "string",
    ]);
    expect(typeAt(kinds.KnativeServing, ["spec", "workloads", 0, "replicas"])).toEqual(["integer"]);
    expect(typeAt(kinds.ServiceMeshMemberRoll, ["spec", "members"])).toEqual(["list", "null"]);
  });

  it("says nothing where nothing is known", () => {
    expect(typeAt(smcp, ["spec", "techPreview", "meshConfig"])).toBeNull();
    expect(typeAt(smcp, ["spec", "noSuchKey"])).toBeNull();
    expect(typeAt(smcp, ["spec", 0])).toBeNull();
    expect(typeAt(smcp, ["status", "readiness"])).toBeNull();
    expect(typeAt("Unheard.example.com", ["spec"])).toBeNull();
    expect(typeAt("constructor", ["spec"])).toBeNull();
    expect(typeAt(smcp, ["spec", "constructor"])).toBeNull();
  });

  it("tells the type also where another rule reports", () => {
    expect(typeAt(kinds.KnativeKafka, ["spec", "broker", "defaultConfig", "numPartitions"])).toEqual([
      "integer",
    ]);
  });
});

describe("knownKeys and fieldAt", () => {
  it("lists the keys of strict mappings only", () => {
    expect(knownKeys(smcp, ["spec", "security", "dataPlane"])).toEqual(["automtls", "mtls"]);
    expect(knownKeys(smcp, ["spec", "techPreview"])).toBeNull();
    expect(knownKeys("Unheard.example.com", [])).toBeNull();
  });

  it("gives allowed values, description and what the API server keeps", () => {
    expect(fieldAt(kinds.PeerAuthentication, ["spec", "mtls", "mode"])).toEqual({
      types: ["string"],
      allowed: ["UNSET", "DISABLE", "PERMISSIVE", "STRICT"],
      keys: null,
      preserves: false,
      description: null,
    });
    expect(fieldAt(kinds.KnativeServing, ["spec"])?.preserves).toBe(true);
    expect(fieldAt(smcp, ["spec", "security", "dataPlane", "mtls"])?.description).toMatch(/mutual TLS/);
  });
});

describe("placesOf", () => {
  const places = (...given: Parameters<typeof placesOf>) => placesOf(...given).map(formatPath);

  it("finds the places of a key for a value of a type", () => {
    expect(places(smcp, "inbound", "mapping")).toEqual(["spec.proxy.networking.trafficControl.inbound"]);
    expect(places(smcp, "inbound", "boolean")).toEqual(["spec.proxy.networking.protocol.autoDetect.inbound"]);
    expect(places(smcp, "noSuchKey", "string")).toEqual([]);
    expect(places("Unheard.example.com", "spec", "mapping")).toEqual([]);
  });

  it("looks below a path", () => {
    expect(places(smcp, "labels", "mapping", ["spec", "gateways", "ingress", "service"])).toEqual([
      "spec.gateways.ingress.service.metadata.labels",
    ]);
  });
});
