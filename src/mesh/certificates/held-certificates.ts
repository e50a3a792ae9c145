import type { Certificate, CertificateReader, CertificatesReading } from "../../model/certificate.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { secretKeys, secretValue, type SecretValue } from "./secret-data.ts";

export interface PairFiles {
  readonly names: readonly [certificate: string, key: string];
  readonly certificate: SecretValue;
  readonly key: SecretValue;
}

const isEmpty = (value: SecretValue): boolean =>
  value.state === "absent" || (value.state === "text" && value.text === "");

function filesUnder(secret: Resource, certificate: string, key: string): PairFiles {
  return {
    names: [certificate, key],
    certificate: secretValue(secret, certificate),
    key: secretValue(secret, key),
  };
}

/**
 * The certificate and the key of a Secret, where istiod looks for them: under the generic keys if both are there, else
 * under those of a TLS Secret (istio/istio `pilot/pkg/credentials/kube`).
 */
export function pairFiles(secret: Resource): PairFiles {
  const generic = filesUnder(secret, "cert", "key");
  if (!isEmpty(generic.certificate) && !isEmpty(generic.key)) return generic;
  const keys = secretKeys(secret);
  const begun =
    keys.some((key) => key === "cert" || key === "key") && !keys.some((key) => key.startsWith("tls."));
  return begun ? generic : filesUnder(secret, "tls.crt", "tls.key");
}

const readings = new WeakMap<CertificateReader, WeakMap<Resource["value"], CertificatesReading>>();

/** Reads a Secret's certificates once, however many rules and sets ask. */
function readOnce(secret: Resource, reader: CertificateReader, pem: string): CertificatesReading {
  const known = readings.get(reader) ?? new WeakMap<Resource["value"], CertificatesReading>();
  readings.set(reader, known);
  const old = known.get(secret.value);
  if (old) return old;
  const reading = reader.certificates(pem);
  known.set(secret.value, reading);
  return reading;
}

export type HeldCertificates =
  | {
      readonly state: "read";
      /** In their order: the gateway takes the first one for its own. */
      readonly certificates: readonly [Certificate, ...Certificate[]];
      /** The gateway's own certificate, also where a CA's stands before it by mistake. */
      readonly leaf: Certificate;
      readonly path: Path;
      readonly files: PairFiles;
    }
  | { readonly state: "unreadable"; readonly why: string; readonly path: Path; readonly text: string }
  /** Nothing there, or nothing that the API server takes. */
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly needs: string };

/** A chain in the wrong order begins with a CA: that the gateway's own certificate comes later is said once. */
function leafOf(certificates: readonly [Certificate, ...Certificate[]]): Certificate {
  const [first] = certificates;
  return (first.isCa ? certificates.find(({ isCa }) => !isCa) : undefined) ?? first;
}

/** The certificates that a Secret holds for a gateway. */
export function heldCertificates(secret: Resource, reader: CertificateReader | null): HeldCertificates {
  const files = pairFiles(secret);
  const { certificate } = files;
  if (certificate.state === "unknown") return { state: "unknown", needs: certificate.why };
  if (certificate.state !== "text" || isEmpty(certificate)) return { state: "none" };
  if (reader === null) return { state: "unknown", needs: "a certificate reader" };
  const reading = readOnce(secret, reader, certificate.text);
  const { path, text } = certificate;
  return reading.state === "read"
    ? { state: "read", certificates: reading.certificates, leaf: leafOf(reading.certificates), path, files }
    : { state: "unreadable", why: reading.why, path, text };
}

/** A certificate as messages name it: its first name, else its subject; cut, since anybody may have written it. */
export function certificateName({ dnsNames: [first], subject }: Certificate): string {
  const name = first ?? subject;
  return name.length > 80 ? `${name.slice(0, 79)}…` : name;
}
