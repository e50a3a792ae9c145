import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { schemaKinds } from "../../src/schema/validate.ts";
import { schemaOf, type Node, child } from "../../src/schema/schema.ts";
import { versions } from "../../src/schema/generated/versions.js";
import { shared } from "../shared.ts";

interface CrdSchema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly additionalProperties?: boolean | CrdSchema;
  readonly items?: CrdSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

interface Crd {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: CrdSchema };
    }[];
  };
}

const folder = shared("crds");

function crds(path: string): readonly Crd[] {
  return readdirSync(path)
    .filter((file) => file.endsWith(".yaml") && !file.includes("istio.io_without_cel"))
    .flatMap((file) => parseAllDocuments(readFileSync(join(path, file), "utf8")))
    .map((document): Crd => document.toJS())
    .filter((crd) => crd?.kind === "CustomResourceDefinition");
}

/**
 * Where our schemas know more than these CRDs: `kind path`. The operator's own types have these fields, and
 * gateway/operator-override-ineffective says that they do nothing.
 */
const more: ReadonlySet<string> = new Set([
  "KnativeServing.operator.knative.dev spec.ingress.istio.knative-ingress-gateway",
]);

/** Where these CRDs demand a field and another rule says so: `kind path`. */
const demandedElsewhere: readonly RegExp[] = [
  // kafka/required-section-missing
  /^KnativeKafka\.\S+ spec(\.\w+)?\.(channel|source|enabled)$/,
  // gateway/server-tls-invalid
  /^Gateway\.\S+ spec\.servers\[\](\.port\.name|\.hosts)$/,
  // mesh/version-unsupported and profile
  /^Istio(CNI)?\.\S+ spec\.(namespace|version)$/,
];

function typesOf(crd: CrdSchema): readonly string[] {
  const types = crd["x-kubernetes-int-or-string"] ? ["integer", "string"] : crd.type ? [crd.type] : [];
  return crd.nullable ? [...types, "null"] : types;
}

/** Differences between a schema of ours and the CRD's, as sentences. */
function differences(kind: string, ours: Node, crd: CrdSchema, path: string, found: string[]): void {
  // ObjectMeta: the API server reads it by its own rules, whatever a CRD says.
  if (path === "metadata" || path === "spec.template.metadata") return;
  const { schema } = ours;
  const place = `${kind} ${path}`;
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && typesOf(crd).length > 0) {
    const theirs = typesOf(crd);
    if ([...types].sort().join() !== [...theirs].sort().join())
      found.push(`${place}: ${types.join()} here, ${theirs.join()} there`);
  }
  if (schema.enum && crd.enum && schema.enum.join() !== crd.enum.join())
    found.push(`${place}: allowed values ${schema.enum.join()} here, ${crd.enum.join()} there`);
  const below = (step: string) => (path === "" ? step : `${path}.${step}`);
  const theirs = crd.properties ?? {};
  const preserves = crd["x-kubernetes-preserve-unknown-fields"] === true;
  if (schema.additionalProperties === false && crd.properties) {
    for (const key of Object.keys(theirs))
      if (
        !Object.hasOwn(schema.properties ?? {}, key) &&
        !(path === "" && ["apiVersion", "kind"].includes(key))
      )
        found.push(`${kind} ${below(key)}: not known here`);
    if ((schema["x-preserves"] === true) !== preserves)
      found.push(`${place}: preserved only in one of the two`);
    for (const key of crd.required ?? [])
      if (
        !schema.required?.includes(key) &&
        !demandedElsewhere.some((one) => one.test(`${kind} ${below(key)}`))
      )
        found.push(`${kind} ${below(key)}: required there`);
  }
  for (const key of Object.keys(schema.properties ?? {})) {
    const next = child(ours, key);
    const there = theirs[key];
    if (next && there) differences(kind, next, there, below(key), found);
    else if (!preserves && !more.has(`${kind} ${below(key)}`) && path !== "")
      found.push(`${kind} ${below(key)}: not there`);
  }
  if (typeof schema.additionalProperties === "object") {
    const next = child(ours, "any name");
    if (next && typeof crd.additionalProperties === "object")
      differences(kind, next, crd.additionalProperties, below("*"), found);
    else if (crd.additionalProperties !== true && !preserves) found.push(`${kind} ${below("*")}: not there`);
  }
  if (schema.items) {
    const next = child(ours, 0);
    if (next && crd.items) differences(kind, next, crd.items, `${path}[]`, found);
    else found.push(`${path}[]: not there`);
  }
}

describe.skipIf(folder === null)("our schemas beside the real CRDs (needs the shared crds folder)", () => {
  const all = folder === null ? [] : crds(folder);
  const cases = all.flatMap((crd) => {
    const kind = `${crd.spec.names.kind}.${crd.spec.group}`;
    return crd.spec.versions
      .filter(({ name }) => schemaKinds.includes(kind) && versions[kind]?.includes(name))
      .map(({ name, schema }) => ({ kind, version: name, crd: schema.openAPIV3Schema }));
  });

  it("covers the custom resources of the mesh and of Serverless", () => {
    expect(new Set(cases.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(15);
  });

  it.each(cases)("$kind $version has the same fields and types", ({ kind, crd }) => {
    const ours = schemaOf(kind);
    const found: string[] = [];
    if (ours) differences(kind, ours, crd, "", found);
    expect(ours).not.toBeNull();
    expect(found).toEqual([]);
  });
});
