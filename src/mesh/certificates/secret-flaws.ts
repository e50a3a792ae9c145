import type { Certificate, CertificateReader } from "../../model/certificate.ts";
import type { Graph } from "../../model/graph.ts";
import { pemBlocks } from "../../model/pem.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { read, readList, readString, valueOr } from "../field.ts";
import { kinds } from "../kinds.ts";
import { heldCertificates, pairFiles } from "./held-certificates.ts";
import { secretKeys, secretValue, type SecretValue } from "./secret-data.ts";
import type { CertificateUse } from "./served-secrets.ts";

/** What keeps a gateway from using a Secret. Messages hold names of keys, never values. */
export interface SecretFlaw {
  readonly path: Path;
  readonly message: string;
  readonly advice: string;
}

const fieldOf = (secret: Resource): string =>
  secret.value.data === undefined && secret.value.stringData !== undefined ? "stringData" : "data";

function missing(secret: Resource, lacking: readonly string[], reader: string): SecretFlaw {
  const keys = secretKeys(secret).map((name) => (name.length > 60 ? `${name.slice(0, 59)}…` : name));
  const shown = keys.slice(0, 5).join(", ") + (keys.length > 5 ? ", …" : "");
  const found = keys.length === 0 ? "it has no data" : `it has ${shown}`;
  return {
    path: [fieldOf(secret), ...lacking.slice(0, keys.length === 0 ? 0 : 1)],
    message: `the Secret has no ${lacking.join(" and ")}, which ${reader} needs: ${found}`,
    advice: "make the Secret with oc create secret tls NAME --cert=FILE --key=FILE",
  };
}

const encodedPem = /^LS0tLS1CRUdJTi/;

/** What is wrong with how a value is written; null: nothing. */
function encodingFlaw(key: string, value: SecretValue): SecretFlaw | null {
  if (value.state === "not-base64") {
    const plain = value.written.includes("-----BEGIN");
    return {
      path: value.path,
      message: plain
        ? `${key} stands below data as plain PEM text, where base64 text belongs`
        : `${key} is not base64 text, and the API server refuses the Secret`,
      advice: plain ? "move it to stringData, or encode it with base64" : "encode the file with base64",
    };
  }
  if (value.state !== "text" || !encodedPem.test(value.text)) return null;
  const twice = value.path[0] === "data";
  return {
    path: value.path,
    message: twice
      ? `${key} is encoded with base64 twice`
      : `${key} stands below stringData as base64 text, where plain text belongs`,
    advice: twice ? "encode it once" : "move it to data",
  };
}

function certificateFlaw(secret: Resource, key: string, reader: CertificateReader | null): SecretFlaw | null {
  const held = heldCertificates(secret, reader);
  if (held.state !== "unreadable") return null;
  const labels = pemBlocks(held.text).blocks.map(({ label }) => label);
  const swapped = labels.length > 0 && labels.every((label) => label.endsWith("PRIVATE KEY"));
  const request = labels.some((label) => label.endsWith("CERTIFICATE REQUEST"));
  const what = swapped
    ? "holds a private key instead of a certificate"
    : request
      ? "holds a request instead of a certificate"
      : held.why;
  return {
    path: held.path,
    message: `${key} ${what}`,
    advice: "put in the certificate in PEM form, with the certificates of its issuers after it",
  };
}

function keyFlaw(
  key: string,
  value: SecretValue,
  reader: CertificateReader,
  leaf: Certificate,
): SecretFlaw | null {
  if (value.state !== "text") return null;
  const state = reader.keyMatches(leaf, value.text);
  if (state === "encrypted")
    return {
      path: value.path,
      message: `${key} is encrypted with a passphrase, which the gateway does not have`,
      advice: "put in the key without a passphrase, and keep the Secret itself encrypted",
    };
  if (state !== "unreadable") return null;
  const { blocks } = pemBlocks(value.text);
  const swapped = blocks.length > 0 && blocks.every(({ label }) => label === "CERTIFICATE");
  return {
    path: value.path,
    message: swapped
      ? `${key} holds a certificate instead of its private key`
      : `${key} holds no private key in PEM form`,
    advice: "put in the private key of the certificate in PEM form",
  };
}

/** What is wrong with a pair of values that are both there. */
function* pairFlaws(secret: Resource, reader: CertificateReader | null): Generator<SecretFlaw> {
  const { names, certificate, key } = pairFiles(secret);
  const [certificateKey, keyKey] = names;
  const written = [encodingFlaw(certificateKey, certificate), encodingFlaw(keyKey, key)];
  yield* written.filter((flaw) => flaw !== null);
  if (!written[0]) {
    const flaw = certificateFlaw(secret, certificateKey, reader);
    if (flaw) yield flaw;
  }
  const held = heldCertificates(secret, reader);
  if (written[1] || reader === null || held.state !== "read") return;
  const flaw = keyFlaw(keyKey, key, reader, held.certificates[0]);
  if (flaw) yield flaw;
}

const isEmptyText = (value: SecretValue): boolean => value.state === "text" && value.text.trim() === "";

/** For mode MUTUAL: the CA of the callers, in the Secret or in the one beside it. */
function authorityFlaw(graph: Graph, secret: Resource, { at, name }: CertificateUse): SecretFlaw | null {
  const own = ["cacert", "ca.crt"].map((key) => secretValue(secret, key));
  if (own.some((value) => value.state !== "absent" && !isEmptyText(value))) return null;
  if (graph.named(kinds.Secret, secret.namespace, `${name}-cacert`).length > 0) return null;
  return {
    path: [fieldOf(secret), "ca.crt"],
    message: `the Secret has no ca.crt, and ${at.resource.id.kind} ${at.resource.name} asks callers for certificates (mode MUTUAL)`,
    advice: "add the certificate of the callers' CA as ca.crt",
  };
}

/**
 * What keeps the gateway from using a Secret (istio/istio `pilot/pkg/credentials/kube`).
 * @param uses the fields that name the Secret
 */
export function* secretFlaws(
  graph: Graph,
  secret: Resource,
  uses: readonly CertificateUse[],
  reader: CertificateReader | null,
): Generator<SecretFlaw> {
  const { names, certificate, key } = pairFiles(secret);
  const isTlsType = valueOr(readString(secret, ["type"]), "") === "kubernetes.io/tls";
  const typed = isTlsType && names[0] === "cert" && secretValue(secret, "tls.crt").state === "absent";
  const who = typed ? "type kubernetes.io/tls" : "the gateway";
  const values = typed
    ? (["tls.crt", "tls.key"] as const).map((name) => [name, secretValue(secret, name)] as const)
    : ([
        [names[0], certificate],
        [names[1], key],
      ] as const);
  const absent = values.filter(([, value]) => value.state === "absent").map(([name]) => name);
  if (absent.length > 0) yield missing(secret, absent, who);
  for (const [name, value] of values)
    if (value.state === "text" && isEmptyText(value))
      yield { path: value.path, message: `${name} is empty`, advice: "put in the certificate and its key" };
  const whole = values.every(([, value]) => value.state !== "absent" && !isEmptyText(value));
  if (whole) yield* pairFlaws(secret, reader);
  const mutual = uses.find((use) => use.mutual);
  const flaw = mutual && whole ? authorityFlaw(graph, secret, mutual) : null;
  if (flaw) yield flaw;
}

/** The parts of a TLS Secret that an ExternalSecret does not ask for; empty: it gets them all, or that is not known. */
export function keysNotAsked(externalSecret: Resource): readonly string[] {
  const spec = ["spec"];
  if (read(externalSecret, [...spec, "dataFrom"]).state !== "absent") return [];
  if (read(externalSecret, [...spec, "target", "creationPolicy"]).state !== "absent") return [];
  const template = [...spec, "target", "template"];
  if (["data", "templateFrom"].some((key) => read(externalSecret, [...template, key]).state !== "absent"))
    return [];
  const data = readList(externalSecret, [...spec, "data"]);
  if (data.state === "unknown") return [];
  const keys = valueOr(data, []).map((_, index) =>
    readString(externalSecret, [...spec, "data", index, "secretKey"]),
  );
  const names = keys.flatMap((key) => (key.state === "value" ? [key.value] : []));
  if (keys.some(({ state }) => state === "unknown") || (names.includes("cert") && names.includes("key")))
    return [];
  return ["tls.crt", "tls.key"].filter((name) => !names.includes(name));
}
