import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { GeneratedFile } from "../generate/manifest.ts";
import { address, bootstrapServers, labelName } from "../generate/names.ts";
import { type KafkaRequest, platformFiles } from "../generate/platform.ts";
import { UsageError } from "../model/errors.ts";
import type { Profile } from "../model/profile.ts";
import type { Tenant } from "../model/set.ts";
import { plural } from "../report/summary.ts";
import type { Io } from "./io.ts";
import { defaultGateway, profileOption, sayAssumed } from "./new-arguments.ts";
import { writeNew } from "./output.ts";
import { given, type ParsedLine, single, values } from "./parse.ts";
import { say } from "./say.ts";
import { plainProfile } from "./surroundings.ts";

/** `team-alpha=team-alpha-1,team-alpha-2` */
function tenantOption(text: string): Tenant {
  const [, name = "", list = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === "") throw new UsageError(`--tenant takes NAME=NAMESPACE,NAMESPACE, not "${text}"`);
  return { name, namespaces: list.split(",").map((namespace) => labelName(namespace, "--tenant")) };
}

function kafkaOption(line: ParsedLine, profile: Profile): KafkaRequest | null {
  const servers = single(line, "kafka");
  const addresses = values(line, "kafka-address").map((text) => address(text, "--kafka-address"));
  if (servers === null) {
    if (addresses.length > 0) throw new UsageError("--kafka-address belongs to --kafka");
    return null;
  }
  const bootstrap = bootstrapServers(servers, profile.clusterDomain);
  if (addresses.length > 0) return { bootstrap, addresses };
  throw new UsageError(
    "--kafka needs --kafka-address: where its hosts lead. Without, the mesh would take all traffic of " +
      "knative-eventing on Kafka's ports for Kafka's. For a Service it is the cluster IP: oc get service -n NAMESPACE",
  );
}

function certificateOption(line: ParsedLine): { readonly store: string; readonly key: string } | null {
  const store = single(line, "secret-store");
  const key = single(line, "secret-key");
  if (store !== null) return { store, key: key ?? "wildcard-certs" };
  if (key !== null) throw new UsageError("--secret-key belongs to --secret-store");
  return null;
}

/** Writes all files or none: names that are taken are found before the first is written. */
function writeFolder(io: Io, folder: string, files: readonly GeneratedFile[]): void {
  const root = resolve(io.cwd, folder);
  try {
    mkdirSync(root, { recursive: true });
  } catch {
    throw new UsageError(`cannot write ${folder}: it is no folder, or may not be made`);
  }
  const taken = files.filter(({ path }) => lstatSync(join(root, path), { throwIfNoEntry: false }));
  if (taken.length > 0) {
    const [first] = taken;
    const more = taken.length > 1 ? ` and ${plural(taken.length - 1, "other file")}` : "";
    throw new UsageError(`nothing is written: ${first?.path}${more} in ${folder} would be overwritten`);
  }
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      writeNew(io.cwd, join(folder, path), text);
      written.push(join(root, path));
    }
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw error;
  }
}

/** `meshlint new platform`. */
export function newPlatform(line: ParsedLine, io: Io, names: readonly string[]): void {
  if (names.length > 0)
    throw new UsageError(`new platform takes no name, and "${names.join(" ")}" is left over`);
  const folder = single(line, "output");
  if (folder === null || folder === "-")
    throw new UsageError("new platform writes a folder: --output FOLDER");
  const { config } = loadConfig({ cwd: io.cwd, file: single(line, "config"), packages: true });
  const profile = plainProfile(profileOption(line), config.profile);
  const gateway = single(line, "gateway-namespace") ?? defaultGateway(profile);
  const tenants = values(line, "tenant").map(tenantOption);
  const kafka = kafkaOption(line, profile);
  const certificate = certificateOption(line);
  const files = platformFiles({
    profile,
    gatewayNamespace: gateway,
    eventing: given(line, "eventing") || kafka !== null,
    kafka,
    projects: [
      ...new Set([...tenants.flatMap(({ namespaces }) => namespaces), ...values(line, "namespace")]),
    ],
    tenants,
    certificate,
  });
  writeFolder(io, folder, files);
  sayAssumed(io, profile, null);
  for (const { path } of files) io.stdout.write(`${join(folder, path).split(sep).join("/")}\n`);
  if (certificate !== null) return;
  const domain = profile.ingressDomain === null ? "the cluster's domain" : `*.${profile.ingressDomain}`;
  say(
    io,
    `next: a certificate that names ${domain} as subject alternative name, as the Secret wildcard-certs: ` +
      `oc create secret tls wildcard-certs -n ${gateway} --cert=FILE --key=FILE`,
  );
}
