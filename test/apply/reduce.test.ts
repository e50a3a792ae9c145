import { describe, expect, it } from "vitest";
import { reduced } from "../../src/apply/reduce.ts";
import type { Mapping } from "../../src/model/value.ts";
import { certificatePem, ecKeys, keyPem } from "../support/certificate-builder.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const keys = ecKeys();
const certificate = certificatePem({
  subject: [["CN", "shop"]],
  publicKey: keys.publicKey,
  signWith: keys.privateKey,
  notBefore: "2026-01-01",
  notAfter: "2027-01-01",
});

function kept(value: Mapping): Mapping {
  const found = reduced(value);
  if (found === null) throw new Error("nothing is kept");
  return found;
}

describe("an object in a snapshot", () => {
  it("has lost the server's bookkeeping, copies of itself and its status", () => {
    const object = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "shop",
        namespace: "team-a",
        uid: "1",
        resourceVersion: "2",
        generation: 3,
        creationTimestamp: "2026-01-01T00:00:00Z",
        managedFields: [],
        labels: { app: "shop" },
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", note: "x" },
      },
      spec: { replicas: 1 },
      status: { readyReplicas: 1, conditions: [{ type: "Available", status: "True", message: "long" }] },
    };
    expect(reduced(object)).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop", namespace: "team-a", labels: { app: "shop" }, annotations: { note: "x" } },
      spec: { replicas: 1 },
      status: { conditions: [{ type: "Available", status: "True" }] },
    });
  });

  it("is a Secret with keys and public certificates only", () => {
    const object = {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: { name: "wildcard-certs", namespace: "istio-system" },
      data: {
        "tls.crt": base64(certificate),
        "tls.key": base64(keyPem(keys)),
        // A key among the certificates makes the whole of it a secret.
        "ca.crt": base64(certificate + keyPem(keys)),
        password: base64("planted"),
      },
      stringData: { token: "planted" },
    };
    const { data, stringData } = kept(object);
    expect(data).toEqual({
      "tls.crt": base64(certificate),
      "tls.key": "<withheld>",
      "ca.crt": "<withheld>",
      password: "<withheld>",
    });
    expect(stringData).toEqual({ token: "<withheld>" });
  });

  it.each([
    [
      "a Secret of a token",
      { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/service-account-token" },
    ],
    ["a record of Helm", { apiVersion: "v1", kind: "Secret", type: "helm.sh/release.v1" }],
    [
      "a pod that a controller keeps",
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ownerReferences: [{ kind: "ReplicaSet", controller: true }] },
      },
    ],
  ])("leaves out %s", (_what, object) => {
    expect(reduced(object)).toBeNull();
  });

  it("shows the settings of the platform, and no one else's", () => {
    const map = (namespace: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config", namespace },
      data: { "domain-template": "x", "api-key": "planted" },
    });
    expect(kept(map("knative-serving")).data).toEqual({ "domain-template": "x", "api-key": "<withheld>" });
    expect(kept(map("team-a")).data).toEqual({ "domain-template": "<withheld>", "api-key": "<withheld>" });
  });

  it("hides passwords that stand in variables", () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", namespace: "b" },
      spec: {
        containers: [
          {
            env: [
              { name: "DB_PASSWORD", value: "planted" },
              { name: "MODE", value: "x" },
            ],
          },
        ],
      },
    };
    expect(JSON.stringify(kept(pod))).not.toContain("planted");
    expect(JSON.stringify(kept(pod))).toContain('{"name":"MODE","value":"x"}');
  });

  it("keeps of a definition its names and versions", () => {
    const object = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "things.example.com" },
      spec: {
        group: "example.com",
        names: { kind: "Thing" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: {} } }],
      },
      status: { conditions: [{ type: "Established", status: "True" }], acceptedNames: {} },
    };
    expect(kept(object).spec).toEqual({
      group: "example.com",
      names: { kind: "Thing" },
      versions: [{ name: "v1", served: true, storage: true }],
    });
    expect(kept(object).status).toEqual({ conditions: [{ type: "Established", status: "True" }] });
  });
});
