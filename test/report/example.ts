import type { ManifestDocument } from "../../src/model/document.ts";
import type { Finding } from "../../src/model/finding.ts";
import { type Profile, profileKeys } from "../../src/model/profile.ts";
import type { Report, SetReport } from "../../src/model/report.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Location, SourceFile } from "../../src/model/source.ts";
import type { Mapping } from "../../src/model/value.ts";
import type { Rule } from "../../src/rule/define.ts";

export function file(path: string, ...lines: readonly string[]): SourceFile {
  return { path, text: lines.join("\n") };
}

/** The place of a text in a file; of its n-th occurrence, counted from 0. */
export function place(source: SourceFile, text: string, nth = 0): Location {
  let start = -1;
  for (let count = 0; count <= nth; count++) start = source.text.indexOf(text, start + 1);
  if (start < 0) throw new Error(`no "${text}" in ${source.path}`);
  return { file: source, start, end: start + text.length };
}

export function resource(
  source: SourceFile,
  apiVersion: string,
  kind: string,
  namespace: string | null,
  name: string,
  value: Mapping = {},
): Resource {
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const document: ManifestDocument = {
    file: source,
    index: 0,
    span: { start: 0, end: source.text.length },
    value,
    error: null,
    notices: [],
    places: { value: () => undefined, key: () => undefined, shared: () => false, paths: () => [] },
  };
  return {
    id: { group, kind, namespace, name },
    kind: group === "" ? kind : `${kind}.${group}`,
    apiVersion,
    version,
    scope: "namespace",
    namespace,
    name,
    value,
    origin: { from: "document", document, base: [] },
    form: "full",
    standing: "own",
  };
}

export function finding(at: Location, more: Partial<Finding> = {}): Finding {
  return {
    rule: "mesh/smcp-mtls-not-strict",
    severity: "error",
    message: "the mesh accepts plain text",
    sets: ["prod"],
    at,
    path: "",
    resource: null,
    related: [],
    documentation: [],
    fix: null,
    suppressed: null,
    ...more,
  };
}

export function profile(more: Partial<Profile> = {}): Profile {
  const sources = Object.fromEntries(
    profileKeys.map((key) => [key, { from: "assumed", at: null }]),
  ) as Profile["sources"];
  return {
    serverless: { major: 1, minor: 32, patch: null },
    mesh: { major: 2, minor: 4, patch: null },
    openshift: null,
    clusterDomain: "cluster.local",
    ingressDomain: null,
    trustDomain: "cluster.local",
    platform: null,
    architectures: [],
    sources,
    conflicts: [],
    ...more,
  };
}

export function set(more: Partial<SetReport> = {}): SetReport {
  return { name: "prod", path: "clusters/prod", profile: profile(), owns: [], verdicts: [], ...more };
}

export function report(findings: readonly Finding[], more: Partial<Report> = {}): Report {
  return {
    sets: [],
    findings,
    files: [],
    crashes: [],
    counts: { files: 1, documents: 1, resources: 1, variables: 0 },
    ...more,
  };
}

function rule(id: string, more: Partial<Rule>): Rule {
  return {
    id,
    summary: "The mesh of OpenShift Serverless does not enforce mTLS.",
    severity: "error",
    category: "security",
    documentation: [{ title: "OpenShift Serverless 1.32, Integrations", section: "1.4.2" }],
    fix: "review",
    reads: [],
    subjects: () => [],
    check: () => [],
    ...more,
  };
}

export const rules: readonly Rule[] = [
  rule("mesh/smcp-mtls-not-strict", {}),
  rule("gateway/local-gateway-plaintext", {
    summary: "The local gateway takes plain text.",
    severity: "warning",
    fix: "safe",
  }),
];

const controlPlane = file(
  "clusters/prod/control-plane.yaml",
  "apiVersion: maistra.io/v2",
  "kind: ServiceMeshControlPlane",
  "metadata:",
  "  name: basic",
  "  namespace: istio-system",
  "spec:",
  "  security:",
  "    dataPlane:",
  "      mtls: false",
  "",
);
const serving = file(
  "clusters/prod/serving.yaml",
  "apiVersion: operator.knative.dev/v1beta1",
  "kind: KnativeServing",
  "metadata: {name: knative-serving, namespace: knative-serving}",
  "",
);
const gateway = file(
  "clusters/prod/gateways.yaml",
  "apiVersion: networking.istio.io/v1beta1",
  "kind: Gateway",
  "metadata:",
  "  name: knative-local-gateway",
  "  namespace: knative-serving",
  "spec:",
  "  servers:",
  "    - port: {number: 8081, name: http, protocol: HTTP}",
  '      hosts: ["*"]',
  "",
);
const smcp = resource(controlPlane, "maistra.io/v2", "ServiceMeshControlPlane", "istio-system", "basic");
const local = resource(
  gateway,
  "networking.istio.io/v1beta1",
  "Gateway",
  "knative-serving",
  "knative-local-gateway",
);

/** A report with one of everything: what the golden files show. */
export const example: Report = report(
  [
    finding(place(controlPlane, "false"), {
      message: 'spec.security.dataPlane.mtls is "false", so the mesh accepts plain text',
      path: "spec.security.dataPlane.mtls",
      resource: smcp,
      related: [
        { at: place(serving, "KnativeServing"), message: "the Serverless installation of this mesh" },
      ],
      documentation: [
        { title: "OpenShift Serverless 1.32, Integrations", section: "1.4.2" },
        { title: "OpenShift Serverless 1.32, Integrations", section: "2.3" },
      ],
      fix: {
        title: "Set spec.security.dataPlane.mtls to true",
        safety: "review",
        edits: [{ ...place(controlPlane, "false"), text: "true" }],
      },
    }),
    finding(place(gateway, "HTTP"), {
      rule: "gateway/local-gateway-plaintext",
      severity: "warning",
      message: "server 8081 of the local gateway speaks HTTP (documented so from 1.31)",
      path: "spec.servers[0].port.protocol",
      resource: local,
      documentation: [{ title: "OpenShift Serverless 1.32, Integrations", section: "1.4.2" }],
      fix: { title: "Use protocol HTTPS and tls.mode ISTIO_MUTUAL", safety: "review", edits: [] },
    }),
    finding(place(gateway, '"*"'), {
      rule: "gateway/local-gateway-plaintext",
      severity: "info",
      message: "hosts of the local gateway are open",
      path: "spec.servers[0].hosts[0]",
      resource: local,
      suppressed: { by: "comment", reason: "old clients until spring", until: "2027-03-01" },
    }),
  ],
  {
    sets: [
      set({
        owns: ["mesh"],
        profile: profile({
          openshift: { major: 4, minor: 14, patch: null },
          sources: {
            ...profile().sources,
            serverless: { from: "detected", at: place(serving, "v1beta1") },
            openshift: { from: "config", at: null },
          },
        }),
        verdicts: [
          {
            rule: "mesh/smcp-mtls-not-strict",
            verdict: "fail",
            reason: "1 of 1 control planes fails",
            subjects: [
              {
                verdict: "fail",
                resource: smcp,
                document: null,
                needs: null,
              },
            ],
          },
          {
            rule: "mesh/knative-namespace-not-member",
            verdict: "undecided",
            reason: "the set holds no member roll",
            subjects: [
              {
                verdict: "undecided",
                resource: smcp,
                document: null,
                needs: "the member roll of the mesh",
              },
            ],
          },
          { rule: "cert/validity", verdict: "undecided", reason: "certificates were not read", subjects: [] },
        ],
      }),
    ],
    files: [
      { path: "charts/app/templates/service.yaml", state: "skipped", reason: "Helm template" },
      { path: "charts/app/values.yaml", state: "skipped", reason: "values file" },
      { path: "charts/app/templates/route.yaml", state: "skipped", reason: "Helm template" },
      { path: "dump.yaml", state: "unreadable", reason: "larger than 16 MiB" },
    ],
    counts: { files: 3, documents: 3, resources: 3, variables: 2 },
  },
);

/** Names and messages that attack whoever reads the report. */
export const hostile: Report = ((): Report => {
  const source = file(
    "::error::a\u001b[2J.yaml",
    "key: \u001b[31mred\u202e ::add-mask::x",
    "::set-env name=A::b",
  );
  return report([
    finding(place(source, "red"), {
      rule: "yaml/surprise",
      message: "value \u001b]0;title\u0007\r\n::error::forged ##[add-mask]x \u2028\u202e% [a](http://b)",
      related: [{ at: place(source, "::set-env"), message: "::stop-commands::x" }],
      fix: { title: "::debug::no\u0000", safety: "safe", edits: [] },
    }),
  ]);
})();
