import { describe, expect, it } from "vitest";
import { committedKeys } from "../../../src/mesh/certificates/committed-keys.ts";
import { pairFiles } from "../../../src/mesh/certificates/held-certificates.ts";
import { secretKeys, secretValue } from "../../../src/mesh/certificates/secret-data.ts";
import { keysNotAsked, secretFlaws } from "../../../src/mesh/certificates/secret-flaws.ts";
import {
  certificateUses,
  otherMaker,
  secretsOf,
  usesOf,
} from "../../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { graphOf, only } from "../../support/graph.ts";

const secret = (body: string, name = "certs", namespace = "istio-system"): string => `
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: ${namespace} }
${body}
---`;
const inGraph = (text: string, name = "certs") => {
  const graph = graphOf(text);
  return { graph, secret: only(graph, kinds.Secret, name) };
};

describe("the values of a Secret", () => {
  it.each([
    ["data: { a: aGk= }", { state: "text", text: "hi", path: ["data", "a"] }],
    ["stringData: { a: hi }\ndata: { a: bm8= }", { state: "text", text: "hi", path: ["stringData", "a"] }],
    ["data: { a: null }", { state: "text", text: "" }],
    ["data: { a: 'no base64' }", { state: "not-base64", written: "no base64" }],
    ["data: { a: 7 }", { state: "unknown" }],
    ["data: { a: UkVEQUNURUQ= }", { state: "unknown" }],
    ["data: { a: '<path:kv/a#b>' }", { state: "unknown" }],
    ["data: { a: 'ref+vault://kv/a' }", { state: "unknown" }],
    ["stringData: { a: '${KEY}' }", { state: "unknown" }],
    ["data: { a: aGk= }\nsops: { version: '3' }", { state: "unknown" }],
    ["data: '${DATA}'", { state: "unknown", path: ["data", "a"] }],
    ["data: null", { state: "absent" }],
    ["type: Opaque", { state: "absent" }],
    ["data: { __proto__: aGk= }", { state: "absent" }],
  ])("%s", (body, expected) => {
    expect(secretValue(inGraph(secret(body)).secret, "a")).toMatchObject(expected);
  });

  it("are named once", () => {
    expect(
      secretKeys(inGraph(secret("data: { a: '', b: '' }\nstringData: { b: '', c: '' }")).secret),
    ).toEqual(["b", "c", "a"]);
    expect(secretKeys(inGraph(secret("data: text")).secret)).toEqual([]);
  });
});

describe("the pair of a Secret", () => {
  it.each([
    ["data: { cert: YQ==, key: YQ==, tls.crt: YQ==, tls.key: YQ== }", ["cert", "key"]],
    ["data: { cert: '', key: YQ==, tls.crt: YQ==, tls.key: YQ== }", ["tls.crt", "tls.key"]],
    ["data: { cert: YQ== }", ["cert", "key"]],
    ["data: { cert: YQ==, tls.crt: YQ== }", ["tls.crt", "tls.key"]],
    ["type: Opaque", ["tls.crt", "tls.key"]],
  ])("%s", (body, names) => {
    expect(pairFiles(inGraph(secret(body)).secret).names).toEqual(names);
  });
});

describe("what a Secret lacks", () => {
  const said = (body: string): readonly string[] => {
    const found = inGraph(secret(body));
    return [...secretFlaws(found.graph, found.secret, usesOf(found.graph, found.secret), null)].map(
      ({ message }) => message,
    );
  };

  it("is told with the names of its keys, cut and counted", () => {
    expect(said(`data: { ${"k".repeat(80)}: '', b: '', c: '', d: '', e: '', f: '' }`)).toEqual([
      `the Secret has no tls.crt and tls.key, which the gateway needs: it has ${"k".repeat(59)}…, b, c, d, e, …`,
    ]);
    expect(said("stringData: { tls.crt: a }")).toEqual([
      "the Secret has no tls.key, which the gateway needs: it has tls.crt",
    ]);
  });

  it("is not told of what somebody fills in", () => {
    expect(said("data: { tls.crt: '<crt>', tls.key: '<key>' }")).toEqual([]);
  });
});

describe("what an ExternalSecret asks for", () => {
  it.each([
    ["data: [{ secretKey: tls.crt }, { secretKey: tls.key }]", []],
    ["data: [{ secretKey: cert }, { secretKey: key }]", []],
    ["data: [{ secretKey: tls.crt }]", ["tls.key"]],
    ["data: []", ["tls.crt", "tls.key"]],
    ["data: [{ secretKey: '${KEY}' }]", []],
    ["data: text", []],
    ["dataFrom: [{ extract: { key: x } }]\n  data: []", []],
    ["target: { creationPolicy: Merge }\n  data: []", []],
    ["target: { template: { templateFrom: [] } }\n  data: []", []],
    ["refreshInterval: 1h", ["tls.crt", "tls.key"]],
  ])("%s", (spec, missing) => {
    const graph = graphOf(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: certs, namespace: istio-system }
spec:
  ${spec}`);
    expect(keysNotAsked(only(graph, kinds.ExternalSecret, "certs"))).toEqual(missing);
  });
});

describe("keys that are committed", () => {
  const pem = (label: string): string => `"-----BEGIN ${label}-----\\nYQ==\\n-----END ${label}-----\\n"`;

  it.each([
    [secret(`stringData: { any: ${pem("RSA PRIVATE KEY")} }`), ["any (a private key)"]],
    [secret(`stringData: { any: ${pem("ENCRYPTED PRIVATE KEY")} }`), []],
    [secret(`stringData: { tls.key: ${pem("ENCRYPTED PRIVATE KEY")} }`), []],
    [secret("stringData: { tls.key: something }"), ["tls.key (a private key)"]],
    [secret("stringData: { tls.key: ' ' }"), []],
    [secret("stringData: { AZURE_CLIENT_SECRET: x1 }"), []],
    [
      secret("stringData: { IBMCLOUD_API_KEY: x1 }", "certs", "openshift-sandboxed-containers-operator"),
      ["IBMCLOUD_API_KEY (a key of the cloud)"],
    ],
    [secret("stringData: { password: x1 }"), []],
  ])("%#", (text, expected) => {
    const found = inGraph(text);
    expect(committedKeys(found.graph, found.secret).map(({ what }) => what)).toEqual(expected);
  });

  it.each([
    [
      "apiVersion: eventing.knative.dev/v1alpha1\nkind: KafkaSink\nmetadata: { name: a, namespace: shop }\nspec: { auth: { secret: { ref: { name: certs } } } }",
      "shop",
      true,
    ],
    [
      "apiVersion: eventing.knative.dev/v1alpha1\nkind: KafkaSink\nmetadata: { name: a, namespace: shop }\nspec: { auth: { secret: { ref: { name: certs } } } }",
      "press",
      false,
    ],
    [
      "apiVersion: operator.serverless.openshift.io/v1alpha1\nkind: KnativeKafka\nmetadata: { name: a, namespace: knative-eventing }\nspec: { channel: { authSecretName: certs, authSecretNamespace: shop } }",
      "shop",
      true,
    ],
    [
      "apiVersion: operator.serverless.openshift.io/v1alpha1\nkind: KnativeKafka\nmetadata: { name: a, namespace: knative-eventing }\nspec: { channel: { authSecretName: certs } }",
      "shop",
      true,
    ],
    [
      "apiVersion: sources.knative.dev/v1\nkind: KafkaSource\nmetadata: { name: a, namespace: shop }\nspec: { net: { sasl: { password: { secretKeyRef: { name: certs } } } } }",
      "shop",
      true,
    ],
    [
      "apiVersion: sources.knative.dev/v1\nkind: KafkaSource\nmetadata: { name: a, namespace: shop }\nspec: { topics: [a] }",
      "shop",
      false,
    ],
  ])("of Kafka's clients: %#", (client, namespace, expected) => {
    const found = inGraph(`${client}\n---${secret("stringData: { password: x1 }", "certs", namespace)}`);
    expect(committedKeys(found.graph, found.secret).length > 0).toBe(expected);
  });
});

describe("fields that name a certificate", () => {
  const gateway = (tls: string): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: knative-ingress-gateway, namespace: knative-serving }
spec: { servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["*"], tls: ${tls} }] }
---`;

  it.each([
    ["{ mode: SIMPLE, credentialName: certs }", ["certs"]],
    ["{ mode: SIMPLE, credentialName: 'kubernetes://certs' }", ["certs"]],
    ["{ mode: SIMPLE, credentialName: 'kubernetes-gateway://a/certs' }", []],
    ["{ mode: SIMPLE, credentialName: '<name>' }", []],
    ["{ mode: SIMPLE, credentialName: '' }", []],
    ["{ mode: ISTIO_MUTUAL }", []],
  ])("%s", (tls, names) => {
    expect(certificateUses(graphOf(gateway(tls))).map(({ name }) => name)).toEqual(names);
  });

  it("lead to Secrets of their name, by namespace", () => {
    const mapping = `
apiVersion: serving.knative.dev/v1beta1
kind: DomainMapping
metadata: { name: shop.example.org, namespace: shop }
spec: { tls: { secretName: certs } }
---`;
    const all = ["shop", "press"].map((namespace) => secret("type: Opaque", "certs", namespace)).join("");
    const graph = graphOf(`${mapping}${all}\napiVersion: v1\nkind: Secret\nmetadata: { name: certs }\n`);
    const [use] = certificateUses(graph);
    if (!use) throw new Error("no use");
    const { here, elsewhere, open } = secretsOf(graph, use);
    expect([here, elsewhere, open].map((found) => found.map(({ namespace }) => namespace))).toEqual([
      ["shop"],
      ["press"],
      [null],
    ]);
    const named = graph.own(kinds.Secret).filter((one) => usesOf(graph, one).length > 0);
    expect(named.map(({ namespace }) => namespace)).toEqual(["shop"]);
  });

  it.each([
    [
      "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata: { name: a, namespace: b }\nspec: { destination: { name: certs } }",
      "the Secret that VaultStaticSecret a makes",
    ],
    [
      "apiVersion: onepassword.com/v1\nkind: OnePasswordItem\nmetadata: { name: certs, namespace: b }\nspec: {}",
      "the Secret that OnePasswordItem certs makes",
    ],
    [
      "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: { name: a }\nspec: { externalSecretSpec: { target: { name: certs } } }",
      "the Secret that ClusterExternalSecret a makes",
    ],
    ["apiVersion: v1\nkind: ConfigMap\nmetadata: { name: certs, namespace: b }", null],
  ])("may be filled by others: %#", (text, expected) => {
    expect(otherMaker(graphOf(text), "certs")).toBe(expected);
  });
});
