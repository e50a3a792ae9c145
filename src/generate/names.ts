import { UsageError } from "../model/errors.ts";

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const allowed =
  "lower-case letters, digits and -, with a letter or digit at both ends, 63 characters at most";

function inQuotes(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/**
 * A name that Kubernetes takes for namespaces and most objects (DNS-1123 label).
 *
 * @param what what the name stands for: `--namespace`
 * @throws UsageError that says what is allowed
 */
export function labelName(text: string, what: string): string {
  if (label.test(text)) return text;
  const hint = /[,\s]/.test(text) ? "; several names go into options of their own" : "";
  throw new UsageError(`${what}: ${inQuotes(text)} is no name; it takes ${allowed}${hint}`);
}

/** A domain or host name. @throws UsageError that says what is allowed */
export function domainName(text: string, what: string): string {
  if (text.length <= 253 && text.split(".").every((part) => label.test(part))) return text;
  throw new UsageError(
    `${what}: ${inQuotes(text)} is no domain name; its parts take lower-case letters, digits and -`,
  );
}

/**
 * A reference to a container image: `registry/repository:tag`, or with `@sha256:…`. The characters of the grammar
 * are checked, not that there is such an image.
 *
 * @throws UsageError
 */
export function imageReference(text: string): string {
  if (text.length <= 1024 && /^[a-zA-Z0-9][\w.:/-]*(?:@[a-z0-9]+:[0-9a-f]{32,128})?$/.test(text)) return text;
  throw new UsageError(`--image: ${inQuotes(text)} is no image; write it as registry/name:tag`);
}

/** A Kafka bootstrap list. */
export interface Bootstrap {
  /** As KnativeKafka takes it: `host:port,host:port`. */
  readonly text: string;
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
}

/**
 * Reads `my-cluster-kafka-bootstrap.kafka:9092`, or several with commas.
 *
 * @throws UsageError for what is not `host:port`, and for names that the mesh's own rule for the cluster's domain
 *   would capture (the operator's DestinationRule `*.<clusterDomain>` asks for mutual TLS, which Kafka has not)
 */
export function bootstrapServers(text: string, clusterDomain: string): Bootstrap {
  const servers = text.split(",").map((server) => {
    const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(server.trim()) ?? [];
    const number = Number(port);
    if (host === "" || number < 1 || number > 65_535) {
      throw new UsageError(`--kafka: ${inQuotes(server)} is no bootstrap server; write it as host:port`);
    }
    domainName(host, "--kafka");
    if (host.endsWith(`.${clusterDomain}`)) {
      const short = host.slice(0, -clusterDomain.length - 1).replace(/\.svc$/, "");
      throw new UsageError(
        `--kafka: write ${host} as ${short}; for names below ${clusterDomain} the mesh's own rule asks for mutual ` +
          "TLS, and Kafka has no sidecar",
      );
    }
    return { host, port: number };
  });
  return {
    text: servers.map(({ host, port }) => `${host}:${port}`).join(","),
    hosts: [...new Set(servers.map(({ host }) => host))],
    ports: [...new Set(servers.map(({ port }) => port))],
  };
}

/** An IPv4 address, or a range `10.0.0.0/24`. @throws UsageError */
export function address(text: string, what: string): string {
  const [, numbers = "", bits = "32"] = /^((?:\d{1,3}\.){3}\d{1,3})(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const parts = numbers.split(".").map(Number);
  if (parts.length === 4 && parts.every((part) => part <= 255) && Number(bits) <= 32) return text;
  throw new UsageError(`${what}: ${inQuotes(text)} is no address; write it as 172.30.88.20`);
}
