import { lstatSync, readFileSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { renderTenant, tenantPolicies, type TenantRequest } from "../generate/tenant-policies.ts";
import { type ReadFile, updateTenant, writtenFacts, writtenNamespaces } from "../generate/update-tenant.ts";
import { displayPath } from "../load/files.ts";
import { parseDocuments } from "../load/parse.ts";
import { toResources } from "../load/resources.ts";
import { kinds } from "../mesh/kinds.ts";
import { UsageError } from "../model/errors.ts";
import { isAssumed } from "../model/profile.ts";
import { sourceOf } from "../model/resource.ts";
import { atLeast } from "../model/version.ts";
import { inertLines, safeBlock } from "../report/safe-text.ts";
import { plural } from "../report/summary.ts";
import type { Io } from "./io.ts";
import { defaultGateway, deliver, nameOf, profileOption, sayAssumed } from "./new-arguments.ts";
import { writeWhole } from "./output.ts";
import { given, type ParsedLine, single, values } from "./parse.ts";
import { say } from "./say.ts";
import { plainProfile, surroundings, type Surroundings } from "./surroundings.ts";
import { unifiedDiff } from "./unified-diff.ts";

function statsOf(absolute: string): Stats | undefined {
  try {
    return lstatSync(absolute);
  } catch {
    return undefined;
  }
}

/** A file as it is, byte for byte. @throws UsageError for what is no plain file of text */
function readExact(cwd: string, path: string): ReadFile {
  const absolute = resolve(cwd, path);
  const stats = statsOf(absolute);
  if (!stats) throw new UsageError(`--update: no such file: ${path}; --output ${path} writes a new one`);
  if (!stats.isFile()) throw new UsageError(`--update: ${path} is no plain file (a folder or a link)`);
  if (path.endsWith(".json")) throw new UsageError(`--update: ${path} is JSON; it takes YAML`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(absolute));
  } catch {
    throw new UsageError(`--update: ${path} may not be read, or is no UTF-8 text`);
  }
  const file = { path: displayPath(cwd, absolute), text };
  const documents = parseDocuments(file);
  return { file, documents, resources: documents.flatMap((document) => toResources(document)) };
}

/** The projects of a tenant: as given, else as the config has them, else as the file that is updated has them. */
function namespacesOf(
  io: Io,
  line: ParsedLine,
  name: string,
  around: Surroundings,
  read: ReadFile | null,
): readonly string[] {
  const named = values(line, "namespace");
  if (named.length > 0) return named;
  const known = around.tenants.find((tenant) => tenant.name === name);
  if (known) {
    say(io, `projects of ${name} as in the config: ${known.namespaces.join(", ")}`);
    return known.namespaces;
  }
  const written = read === null ? [] : writtenNamespaces(read, name);
  if (read !== null && written.length > 0) {
    say(io, `projects of ${name} as in ${read.file.path}: ${written.join(", ")}`);
    return written;
  }
  throw new UsageError(
    `which projects has ${name}? --namespace NAMESPACE for each (or tenants: in meshlint.yaml)`,
  );
}

/** Says where policies of the tenant stand already: two files with one object would undo each other. */
function sayDefinedElsewhere(io: Io, request: TenantRequest, around: Surroundings, own: string | null): void {
  const wanted = new Set(tenantPolicies(request).map(({ namespace, name }) => `${namespace}/${name}`));
  const files = around.graphs
    .flatMap((graph) => graph.own(kinds.AuthorizationPolicy))
    .filter(({ namespace, name }) => wanted.has(`${namespace}/${name}`))
    .map((resource) => sourceOf(resource, []).document.file.path)
    .filter((path) => path !== own);
  const [first, ...others] = [...new Set(files)].sort();
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` and ${plural(others.length, "other file")}`;
  const hint = own === null && others.length === 0 ? `; --update ${first} changes them there` : "";
  say(io, `${request.name} has policies of these names in ${first}${more} already${hint}`);
}

async function runUpdate(io: Io, line: ParsedLine, read: ReadFile, request: TenantRequest): Promise<void> {
  const { text, changes } = updateTenant(read, request);
  const { path } = read.file;
  const count = (change: string): number => changes.filter((entry) => entry.change === change).length;
  const counts = `${count("changed")} changed, ${count("added")} added, ${count("removed")} removed, ${count("kept")} kept`;
  const lines = changes
    .filter(({ change }) => change !== "kept")
    .map(({ change, policy }) => `${change.padEnd(7)} ${policy}\n`);
  if (given(line, "dry-run")) {
    io.stdout.write(inertLines(safeBlock(await unifiedDiff(path, read.file.text, text))));
    say(io, `${path}: ${counts} (nothing is written)`);
    return;
  }
  if (text !== read.file.text) writeWhole(io.cwd, path, text);
  io.stdout.write(inertLines(safeBlock(lines.join(""))));
  say(io, `${path}: ${counts}`);
}

/** What the line and the manifests here leave open is read off the policies that are updated, else assumed. */
function settle(
  io: Io,
  line: ParsedLine,
  name: string,
  around: Surroundings,
  read: ReadFile | null,
): TenantRequest {
  const namespaces = namespacesOf(io, line, name, around, read);
  const written = read === null ? null : writtenFacts(read, { name, namespaces });
  let { profile } = around;
  const least = written?.serverless ?? null;
  if (
    read !== null &&
    least !== null &&
    isAssumed(profile, "serverless") &&
    !atLeast(profile.serverless, least)
  ) {
    const { serverless } = plainProfile({ serverless: least }, {});
    profile = {
      ...profile,
      serverless,
      sources: { ...profile.sources, serverless: { from: "detected", at: null } },
    };
    say(
      io,
      `Serverless ${least} as policies in ${read.file.path} show; --profile serverless=… chooses another`,
    );
  }
  const gateway = single(line, "gateway-namespace");
  const known = gateway === null ? around.gatewayNamespaces() : [gateway];
  const shown = known === null ? (written?.gatewayNamespace ?? null) : null;
  sayAssumed(io, profile, known === null && shown === null ? defaultGateway(profile) : null);
  if (read !== null && shown !== null) say(io, `ingress gateway in ${shown} as in ${read.file.path}`);
  const only = single(line, "only");
  return {
    name,
    namespaces,
    gatewayNamespaces: known ?? [shown ?? defaultGateway(profile)],
    profile,
    serving: only !== "eventing",
    eventing: only !== "serving",
  };
}

/** `meshlint new tenant NAME`. */
export async function newTenant(line: ParsedLine, io: Io, names: readonly string[]): Promise<void> {
  const name = nameOf("tenant", names);
  const update = single(line, "update");
  if (update !== null && single(line, "output") !== null) {
    throw new UsageError("--update writes to its own file: leave --output out");
  }
  if (update === null && given(line, "dry-run")) {
    throw new UsageError(
      "--dry-run belongs to --update; without --output the policies are only shown anyway",
    );
  }
  const read = update === null ? null : readExact(io.cwd, update);
  const around = await surroundings(io, {
    folder: update === null ? "." : dirname(update),
    file: read?.file.path ?? null,
    config: single(line, "config"),
    sets: values(line, "set"),
    profile: profileOption(line),
  });
  const request = settle(io, line, name, around, read);
  const policies = tenantPolicies(request);
  sayDefinedElsewhere(io, request, around, read?.file.path ?? null);
  if (read !== null) return runUpdate(io, line, read, request);
  deliver(io, line, renderTenant(request), plural(policies.length, "policy", "policies"));
}
